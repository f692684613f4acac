"""People may sign in: what is kept of their password."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; nobody has a password yet."""
    op.add_column("person", sa.Column("sign_in", sa.String(length=200), nullable=True))
