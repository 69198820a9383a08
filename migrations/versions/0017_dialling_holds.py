"""Tenants for whom nothing is dialled until an operator says so."""

from alembic import op

from migrations.statements import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0017_dialling_holds.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    op.execute("drop table dialling_holds")
