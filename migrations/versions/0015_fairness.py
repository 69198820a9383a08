"""What keeps a large tenant from delaying a small one."""

from alembic import op

from migrations.statements import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0015_fairness.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    op.execute("drop function others_imports_wait(uuid)")
    op.execute("drop function imports_in_turn(timestamptz, integer)")
    op.execute("drop function platform_account_use()")
