"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("logged_utc", sa.String(length=24), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entry")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_entry_entry_id")),
    )
    op.create_index(op.f("ix_entry_hash"), "entry", ["hash"], unique=False)
    op.create_table(
        "error_code",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_error_code")),
        sa.UniqueConstraint("code", name=op.f("uq_error_code_code")),
    )
    op.create_table(
        "person",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("cohort", sa.String(length=80), nullable=True),
        sa.Column("level", sa.String(length=80), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_person")),
        sa.UniqueConstraint("person_id", name=op.f("uq_person_person_id")),
    )
    op.create_index(op.f("ix_person_pseudonym"), "person", ["pseudonym"], unique=False)
    op.create_table(
        "recording",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_recording")),
    )
    op.create_table(
        "rubric",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("rubric_id", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_rubric")),
        sa.UniqueConstraint("rubric_id", "sha256", name=op.f("uq_rubric_rubric_id_sha256")),
    )
    op.create_table(
        "ruler",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_ruler")),
        sa.UniqueConstraint("sha256", name=op.f("uq_ruler_sha256")),
    )
    op.create_table(
        "scenario",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("scenario_id", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_scenario")),
        sa.UniqueConstraint(
            "scenario_id",
            "sha256",
            "title",
            "level",
            name=op.f("uq_scenario_scenario_id_sha256_title_level"),
        ),
    )
    op.create_index(op.f("ix_scenario_scenario_id"), "scenario", ["scenario_id"], unique=False)
    op.create_table(
        "software",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_software")),
        sa.UniqueConstraint("version", name=op.f("uq_software_version")),
    )
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.String(length=36), nullable=False),
        sa.Column("created_utc", sa.String(length=24), nullable=False),
        sa.Column("head_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.create_table(
        "workstation",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_workstation")),
    )
    op.create_table(
        "run",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column(
            "person_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "scenario_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "rubric_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "software_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ruler_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_s", sa.Float(precision=53), nullable=False),
        sa.Column("ended_s", sa.Float(precision=53), nullable=False),
        sa.Column("procedure_s", sa.Float(precision=53), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Float(precision=53), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("player", sa.String(length=8), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("help_count", sa.Integer(), nullable=False),
        sa.Column("fluoro_time_s", sa.Float(precision=53), nullable=True),
        sa.Column("kap_gy_cm2", sa.Float(precision=53), nullable=True),
        sa.Column("air_kerma_mgy", sa.Float(precision=53), nullable=True),
        sa.Column("contrast_ml", sa.Float(precision=53), nullable=True),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("worst_error", sa.Integer(), nullable=False),
        sa.Column("irrun_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "retracted_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(["person_no"], ["person.no"], name=op.f("fk_run_person_no")),
        sa.ForeignKeyConstraint(["rubric_no"], ["rubric.no"], name=op.f("fk_run_rubric_no")),
        sa.ForeignKeyConstraint(["ruler_no"], ["ruler.no"], name=op.f("fk_run_ruler_no")),
        sa.ForeignKeyConstraint(["scenario_no"], ["scenario.no"], name=op.f("fk_run_scenario_no")),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name=op.f("fk_run_seq")),
        sa.ForeignKeyConstraint(["software_no"], ["software.no"], name=op.f("fk_run_software_no")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_run")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_run_id")),
    )
    op.create_index(op.f("ix_run_person_no_seq"), "run", ["person_no", "seq"], unique=False)
    op.create_index(op.f("ix_run_scenario_no_seq"), "run", ["scenario_no", "seq"], unique=False)
    op.create_index(op.f("ix_run_started_s"), "run", ["started_s"], unique=False)
    op.create_table(
        "run_error",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("time_s", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["code_no"], ["error_code.no"], name=op.f("fk_run_error_code_no")),
        sa.ForeignKeyConstraint(["seq"], ["run.seq"], name=op.f("fk_run_error_seq")),
        sa.PrimaryKeyConstraint("seq", "place", name=op.f("pk_run_error")),
        sqlite_with_rowid=False,
    )
