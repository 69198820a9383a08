"""What steering a live call needs: holds, transfers, supervisors on the line."""

from alembic import op

from migrations.statements import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0018_call_control.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    for statement in (
        "drop function overdue_supervisions, overdue_transfers",
        "drop function enter_tenant_of_transfer, enter_tenant_of_supervision, enter_tenant_of_supervisor",
        "drop table supervisions, transfers",
        "alter table calls drop column held_since, drop column hold_seconds, drop column recording_paused_at",
    ):
        op.execute(statement)
