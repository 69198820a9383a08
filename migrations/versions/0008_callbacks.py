"""Callbacks: calls that were promised to a person at a time."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


_EXHAUSTED_CAMPAIGNS_BEFORE = """
    create or replace function exhausted_campaigns() returns table (tenant_id uuid, campaign_id uuid)
        language sql stable security definer set search_path = public, pg_temp as
    $$ select c.tenant_id, c.id from campaigns c
       where c.status = 'active' and exists (select from leads l where l.campaign_id = c.id)
         and not exists (
             select from leads l where l.campaign_id = c.id and l.status in ('pending', 'queued', 'calling')) $$
"""


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    path = Path(__file__).parents[1] / "sql" / "0008_callbacks.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Promises are lost; leads stay due at the times that were promised."""
    op.execute("drop function due_callbacks(timestamptz, timestamptz, integer)")
    op.execute("drop trigger calls_keep_callbacks on calls")
    op.execute("drop trigger leads_cancel_callbacks on leads")
    op.execute("drop trigger leads_move_callbacks on leads")
    op.execute("drop function keep_callback(), cancel_callback(), move_callback()")
    op.execute("update leads set callback_at = null where callback_at is not null")
    op.execute("drop table callbacks")
    op.execute(_EXHAUSTED_CAMPAIGNS_BEFORE)
