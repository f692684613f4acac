"""The tables of a score log.

``entry`` is the truth: an append-only chain of signed documents. Every other table is drawn from it
so that lists, filters and the report need not open a million documents; ``verify`` draws them again
and compares. Names of people are in no table here (see ``names``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

#: Alembic revision that this version of the program writes.
SCHEMA = "0002"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite counts rows only in a column that is declared INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")
Sha = String(64)

#: One row: who this log is and where its chain ends.
store = Table(
    "store",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", String(36), nullable=False),
    Column("created_utc", String(24), nullable=False),
    Column("head_seq", Number, nullable=False),
    Column("head_hash", Sha, nullable=False),
)

#: Public keys of the workstations that wrote here, drawn from ``workstation`` documents.
workstation = Table(
    "workstation",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("public_key", String(64), nullable=False),
)

#: The chain. ``origin`` is the link an entry had in the log that it was synced from.
entry = Table(
    "entry",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("entry_id", String(36), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Column("logged_utc", String(24), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("previous", Sha, nullable=False),
    Column("hash", Sha, nullable=False, index=True),
    Column("signature", String(128), nullable=False),
    Column("origin", Text),
)

#: A person under a pseudonym; erased = pseudonym, salt, cohort, level, role and sign_in are gone.
person = Table(
    "person",
    metadata,
    Column("no", Number, primary_key=True, autoincrement=True),
    Column("person_id", String(32), nullable=False, unique=True),
    Column("seq", Number, nullable=False),
    Column("pseudonym", String(64), index=True),
    Column("salt", String(32)),
    Column("cohort", String(80)),
    Column("level", String(80)),
    Column("role", String(16)),
    Column("sign_in", String(200)),
)

scenario = Table(
    "scenario",
    metadata,
    Column("no", Number, primary_key=True, autoincrement=True),
    Column("scenario_id", String(200), nullable=False, index=True),
    Column("sha256", Sha, nullable=False),
    Column("title", Text, nullable=False),
    Column("level", String(40), nullable=False),
    UniqueConstraint("scenario_id", "sha256", "title", "level"),
)

rubric = Table(
    "rubric",
    metadata,
    Column("no", Number, primary_key=True, autoincrement=True),
    Column("rubric_id", String(200), nullable=False),
    Column("sha256", Sha, nullable=False),
    UniqueConstraint("rubric_id", "sha256"),
)

software = Table(
    "software",
    metadata,
    Column("no", Number, primary_key=True, autoincrement=True),
    Column("version", String(80), nullable=False, unique=True),
)

#: What a run's metrics are measured against: name -> unit, reference, source, label (JSON).
ruler = Table(
    "ruler",
    metadata,
    Column("no", Number, primary_key=True, autoincrement=True),
    Column("sha256", Sha, nullable=False, unique=True),
    Column("definition", Text, nullable=False),
)

error_code = Table(
    "error_code",
    metadata,
    Column("no", Number, primary_key=True, autoincrement=True),
    Column("code", String(200), nullable=False, unique=True),
)

#: One row for each run. Times are seconds since 1970 UTC.
run = Table(
    "run",
    metadata,
    Column("seq", Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("run_id", String(36), nullable=False, unique=True),
    Column("person_no", Number, ForeignKey("person.no"), nullable=False),
    Column("scenario_no", Number, ForeignKey("scenario.no"), nullable=False),
    Column("rubric_no", Number, ForeignKey("rubric.no"), nullable=False),
    Column("software_no", Number, ForeignKey("software.no"), nullable=False),
    Column("ruler_no", Number, ForeignKey("ruler.no"), nullable=False),
    Column("started_s", Float(53), nullable=False),
    Column("ended_s", Float(53), nullable=False),
    Column("procedure_s", Float(53), nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("total", Float(53)),
    Column("passed", Boolean, nullable=False),
    Column("player", String(8), nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("help_count", Integer, nullable=False),
    Column("fluoro_time_s", Float(53)),
    Column("kap_gy_cm2", Float(53)),
    Column("air_kerma_mgy", Float(53)),
    Column("contrast_ml", Float(53)),
    Column("error_count", Integer, nullable=False),
    Column("worst_error", Integer, nullable=False),
    Column("irrun_sha256", Sha, nullable=False),
    Column("retracted_seq", Number),
    Index(None, "person_no", "seq"),
    Index(None, "scenario_no", "seq"),
    Index(None, "started_s"),
)

#: Errors of a run, in their order.
run_error = Table(
    "run_error",
    metadata,
    Column("seq", Number, ForeignKey("run.seq"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("code_no", Number, ForeignKey("error_code.no"), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("time_s", Float(53), nullable=False),
    sqlite_with_rowid=False,
)

#: The recordings (.irrun), by hash: in the database, so that a run and its recording are one commit
#: on SQLite as on PostgreSQL, and one file to back up.
recording = Table(
    "recording",
    metadata,
    Column("sha256", Sha, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
