"""What an agent's desk needs: reasons for breaks, scripts, longer wrap-ups."""

from alembic import op

from migrations.statements import run_sql

revision = "0019"
down_revision = "0018"

_LOG_AS_BEFORE = """
create or replace function log_agent_state() returns trigger language plpgsql as
$$
begin
    insert into agent_state_changes (tenant_id, agent_id, state, at)
    values (new.tenant_id, new.id, new.state, new.updated_at);
    return null;
end
$$
"""
_AGENTS_AS_BEFORE = """
select audit_table('agents', 'agent',
    'status,held_call_ids,talking_since,wrap_up_until,idle_since,state,console_leg_sid,phone_leg_failed_at,disconnected_at,last_active_at',
    false)
"""
_CAMPAIGNS_AS_BEFORE = """
select audit_table('campaigns', 'campaign', 'last_paced_at,pacing_note,reordered_up_to,reordered_at', false)
"""


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0019_agent_desk.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    for statement in (
        "drop trigger agents_break_reason_changed on agents",
        "drop trigger agents_break_ended on agents",
        "drop function forget_break_reason()",
        _LOG_AS_BEFORE,
        "drop trigger tenants_break_reasons on tenants",
        "drop function give_break_reasons_to_tenant()",
        "drop function give_break_reasons(uuid, timestamptz)",
        # The triggers that watch columns depend on them.
        "drop trigger audit_updated on agents",
        "drop trigger audit_updated on campaigns",
        "alter table agent_state_changes drop column break_reason_id",
        "alter table agents drop column break_reason_id, drop column wrap_up_call_id",
        "alter table agents drop column wrap_up_extended_seconds",
        "alter table campaigns drop column wrap_up_extension_seconds",
        "alter table calls drop column disposition_key, drop column disposition_label, drop column notes_revision",
        "drop table campaign_desks",
        "drop table break_reasons",
        _AGENTS_AS_BEFORE,
        _CAMPAIGNS_AS_BEFORE,
    ):
        op.execute(statement)
