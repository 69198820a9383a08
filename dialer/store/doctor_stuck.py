"""What has outlasted its in-flight state: for each row of the table, the query for what no sweep has moved on."""

from collections.abc import Mapping

from dialer.domain import in_flight
from dialer.domain.in_flight import InFlight

_ENDED = "('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')"
_MACHINE = "(c.answered_by = 'fax' or c.answered_by like 'machine%')"


def _call(condition: str, since: str = "c.state_changed_at", joins: str = "") -> str:
    return f"""
        select c.tenant_id, c.id::text, 'call ' || c.id || ' ' || c.state || ' since ' || {since} as what
        from calls c {joins} where {condition} and {since} < :before
    """


def _in_state(state: str) -> str:
    """One that was looked at since has a sweep that works."""
    since = "greatest(c.state_changed_at, c.reconciled_at)"
    # Told twice, so that the index of what is in flight is found.
    return _call(
        f"c.state = '{state}' and c.state not in {_ENDED}",
        since if state not in ("planned", "placing", "unresolved") else _STATE,
    )


def _rows(subject: str, table: str, condition: str, since: str, key: str = "id", tenant: str = "t.tenant_id") -> str:
    return f"""
        select {tenant} as tenant_id, t.{key}::text as id,
               '{subject} ' || t.{key} || ' since ' || ({since}) as what
        from {table} t where {condition} and {since} < :before
    """


_STATE = "c.state_changed_at"
_NO_SOCKET = "not exists (select from agent_sockets s where s.agent_id = t.agent_id)"
_OPEN_LEG = "t.ended_at is null and t.kind = 'console'"
_HOLDER = "join agents a on c.id = any(a.held_call_ids)"

# Queries may use :before. They run as the owner, over all tenants.
_QUERIES: Mapping[InFlight, str] = {
    **{row: _in_state(state) for state, row in in_flight.CALL_STATES.items()},
    in_flight.PHONE_RINGING: _call(
        f"c.state in ('answered', 'waiting') and c.conference_name = 'call_' || c.id and {_MACHINE} is not true",
        "c.agent_reserved_at",
    ),
    in_flight.CALL_ABANDONED: _call(
        "c.state = 'abandoned' and c.ended_at is null and c.call_sid is not null",
        "greatest(c.state_changed_at, c.reconciled_at)",
    ),
    in_flight.MACHINE_WITH_AGENT: _call(
        f"c.state in ('answered', 'waiting', 'bridged') and {_MACHINE} and exists (select from call_events e "
        "where e.call_id = c.id and e.kind = 'machine_detection' and e.received_at < :before)",
        "a.updated_at",
        _HOLDER,
    ),
    in_flight.CALLEE_DESERTED: _call(
        "c.state = 'bridged' and c.conference_name = 'agent_' || a.id and a.console_leg_sid is null",
        "a.updated_at",
        "join agents a on a.id = c.agent_id",
    ),
    in_flight.LEAD_QUEUED: _rows("lead", "leads", "t.status = 'queued'", "t.claimed_until"),
    in_flight.PREVIEW_OFFERED: _rows("preview", "previews", "t.state = 'offered'", "t.expires_at"),
    in_flight.PREVIEW_OF_ABSENT: _rows(
        "preview",
        "previews",
        "t.state = 'offered'",
        "(select a.disconnected_at from agents a where a.id = t.agent_id)",
    ),
    in_flight.PREVIEW_UNRESOLVED: _call("c.state = 'unresolved'", _STATE, _HOLDER),
    in_flight.CALLBACK_DUE: _rows(
        "callback",
        "callbacks",
        "t.state in ('promised', 'offered', 'handed_over') "
        "and exists (select from leads l where l.id = t.lead_id and l.status = 'pending')",
        "t.due_at",
    ),
    in_flight.WRAPPING_UP: _rows("agent", "agents", "true", "t.wrap_up_until"),
    in_flight.SOCKET_SILENT: _rows("console", "agent_sockets", "true", "t.last_seen_at", "sid"),
    in_flight.AGENT_WITHOUT_CONSOLE: _rows("agent", "agents", "cardinality(t.held_call_ids) = 0", "t.disconnected_at"),
    in_flight.LEG_NOT_JOINED: _rows(
        "leg",
        "agent_legs",
        f"{_OPEN_LEG} and exists (select from agent_sockets s join agents a on a.id = s.agent_id "
        "where s.agent_id = t.agent_id and a.console_leg_sid is null)",
        "t.started_at",
        "call_sid",
    ),
    in_flight.LEG_WITHOUT_CONSOLE: _rows(
        "leg",
        "agent_legs",
        f"{_OPEN_LEG} and {_NO_SOCKET} and t.started_at < :before "
        "and exists (select from agents a where a.id = t.agent_id and cardinality(a.held_call_ids) = 0)",
        "(select a.updated_at from agents a where a.id = t.agent_id)",
        "call_sid",
    ),
    in_flight.TRANSFER_ORDERED: _rows("transfer", "transfers", "t.state = 'requested'", "t.requested_at"),
    in_flight.TRANSFER_RINGING: _rows("transfer", "transfers", "t.state = 'ringing'", "t.requested_at"),
    in_flight.TRANSFER_DESERTED: _rows(
        "transfer",
        "transfers",
        "t.state = 'consulting' and exists (select from agents a where a.id = t.from_agent_id "
        "and a.console_leg_sid is null)",
        "(select a.updated_at from agents a where a.id = t.from_agent_id)",
    ),
    in_flight.SUPERVISOR_EXPECTED: _rows(
        "supervision", "supervisions", "t.ended_at is null and t.joined_at is null", "t.requested_at"
    ),
    in_flight.SUPERVISED_CALL_OVER: _rows(
        "supervision",
        "supervisions",
        f"t.ended_at is null and exists (select from calls c where c.id = t.call_id and c.state in {_ENDED})",
        "(select c.state_changed_at from calls c where c.id = t.call_id)",
    ),
    in_flight.CAMPAIGN_SCHEDULED: _rows(
        "campaign",
        "campaigns",
        "t.status in ('scheduled', 'active', 'paused')",
        "least(case when t.status = 'scheduled' then t.schedule_start end, t.schedule_end)",
    ),
    in_flight.REORDER_STALLED: _rows("campaign", "campaigns", "t.reordered_up_to is not null", "t.reordered_at"),
    in_flight.IMPORT_OPEN: _rows(
        "import", "imports", "t.status in ('queued', 'running')", "coalesce(t.heartbeat_at, t.created_at)"
    ),
    in_flight.IMPORT_FILE: _rows(
        "import",
        "imports",
        "t.cleared_at is null",
        "t.finished_at + case when t.status = 'failed' then interval '7 days' else interval '0' end",
    ),
    in_flight.BULK_JOB: _rows("bulk job", "bulk_jobs", "t.status in ('finding', 'running')", "t.updated_at"),
    in_flight.ERASURE: _rows("erasure", "erasures", "true", "t.look_again_at"),
    in_flight.RECORDING_TO_DELETE: _rows("recording", "recordings_to_delete", "true", "t.ask_at", "recording_sid"),
    in_flight.REGISTRY_ENDED: _rows(
        "registry",
        "dnc_registries",
        "t.status in ('superseded', 'failed', 'removed') and t.cleared_at is null",
        "t.ended_at",
    ),
    in_flight.PACING_EVENTS: _rows(
        "campaign",
        "(select tenant_id, campaign_id, min(at) as at from pacing_events group by tenant_id, campaign_id)",
        "true",
        "t.at",
        "campaign_id",
    ),
    in_flight.SESSION_EXPIRED: _rows("login session", "login_sessions", "true", "t.expires_at"),
}
FOUND_BY = {
    in_flight.LEAD_CALLING: "leads_match_calls",
    in_flight.ENDED_CALL_HELD: "agents_hold_live_calls",
    in_flight.CALLBACK_OFFERED: "offers_end",
}
"""Rows of the table that a check of its own finds."""
UNMEASURED = {
    in_flight.LINE_UNDER_WAY: "comparing leaves no trace; what differs for long is found by the state of the call",
    in_flight.COST_UNKNOWN: "some calls never get a price",
}
"""Rows of the table of which no query can say that they are stuck, and why."""


def stuck_queries() -> dict[str, list[tuple[InFlight, str]]]:
    """For each subject of the table the rows that can be stuck, with the query that finds what is.

    The queries use :now. Each returns `tenant_id`, `id` and `what`.
    """
    queries: dict[str, list[tuple[InFlight, str]]] = {}
    for row, query in _QUERIES.items():
        queries.setdefault(row.subject, []).append((row, query.replace(":before", stuck_before(row))))
    return queries


def stuck_before(row: InFlight) -> str:
    """The moment before which what is in this state has been forgotten, in SQL with :now."""
    return f"(cast(:now as timestamptz) - make_interval(secs => {row.stuck_after.total_seconds()}))"
