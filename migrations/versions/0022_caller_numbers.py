"""The numbers a tenant calls from."""

from alembic import op

from migrations.statements import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0022_caller_numbers.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    op.execute("drop table caller_numbers")
