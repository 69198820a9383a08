"""What the pacer may learn from, what it has learned, and what it decided."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Tables and triggers; nothing that exists is rewritten. A release that knows nothing of them runs on."""
    path = Path(__file__).parents[1] / "sql" / "0004_pacing.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """What was learned is lost."""
    op.execute("drop function campaigns_not_yet_learned_from()")
    op.execute("drop function delete_pacing_records(timestamptz, timestamptz, integer)")
    op.execute("drop trigger agents_paced on agents")
    op.execute("drop function record_pacing_events_of_agent()")
    op.execute("drop function record_pacing_event(agents, text)")
    op.execute("drop function takes_calls(agents)")
    op.execute("drop trigger calls_paced on calls")
    op.execute("drop function record_pacing_events_of_call()")
    op.execute("drop function record_pacing_event(calls, text, uuid, timestamptz, text)")
    op.execute("drop table pacing_decisions")
    op.execute("drop table pacing_states")
    op.execute("drop table pacing_events")
