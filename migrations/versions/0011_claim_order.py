"""The first ready leads of a turn, wherever they live."""

from alembic import op

from migrations.statements import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on, and writes leads meanwhile."""
    run_sql("0011_claim_order.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists ix_leads_in_order")
