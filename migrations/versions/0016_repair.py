"""Repairs of what is in flight."""

from alembic import op

from migrations.statements import run_concurrently, run_sql

revision = "0016"
down_revision = "0015"

# First, since nothing else has to be undone when it was built and the rest was not. Calls are many.
_END_UNKNOWN = """
    create index concurrently ix_calls_end_unknown on calls (state_changed_at)
    where state = 'abandoned' and ended_at is null
"""


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    with op.get_context().autocommit_block():
        run_concurrently(op.get_bind(), _END_UNKNOWN)
    run_sql("0016_repair.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    for statement in (
        "drop function known_call_sids, machines_with_agents, stray_agent_legs, lines_under_way",
        "drop function abandoned_calls_without_end, calls_to_sweep",
        "drop table repairs",
        "drop index ix_calls_end_unknown",
        "alter table calls drop column missing_since",
    ):
        op.execute(statement)
