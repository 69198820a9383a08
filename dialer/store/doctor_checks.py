"""What must always hold, as queries that return the rows for which it does not.

Run as the owner of the tables, who sees every tenant, in one read-only snapshot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain import in_flight
from dialer.domain.compliance import CallingWindow, Locality, RuleBook, is_open
from dialer.domain.in_flight import InFlight
from dialer.store.doctor_stuck import stuck_before, stuck_queries

MAX_EXAMPLES = 5
MAX_VIOLATIONS = 10_000
_WAITING_SECONDS = in_flight.CALL_WAITING.expiry.total_seconds()
_IN_FLIGHT = "state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned')"


@dataclass(frozen=True)
class Check:
    """One thing that must hold. `sql` returns a column `what` that names each violation and may use :now, :since; where
    a violation can be repaired, `tenant_id` and `id` say whose and which it is."""

    name: str
    meaning: str
    sql: str


@dataclass(frozen=True)
class Violation:
    """One row for which a check does not hold."""

    what: str
    tenant_id: UUID | None = None
    id: str | None = None


@dataclass(frozen=True)
class Finding:
    """What a check found: how many violations, and the first few."""

    check: str
    meaning: str
    count: int
    examples: tuple[str, ...]
    violations: tuple[Violation, ...] = ()
    """At most MAX_VIOLATIONS."""


def name_of_stuck(subject: str) -> str:
    """The check of what is stuck among these."""
    return f"no_{subject.replace(' ', '_')}_stuck"


def _stuck(subject: str, queries: Sequence[tuple[InFlight, str]]) -> Check:
    """Nothing outlasts what the table of in-flight states says of this subject, and the margin of its sweeps."""
    return Check(
        name_of_stuck(subject),
        f"no {subject} is in a passing state for longer than its sweep allows",
        " union all ".join(q for _, q in queries),
    )


_HOLDS = (
    Check(
        "one_call_in_flight",
        "a lead never has two calls in flight",
        f"select 'lead ' || lead_id as what from calls where {_IN_FLIGHT} group by lead_id having count(*) > 1",
    ),
    Check(
        "one_call_per_number",
        "a tenant never has two calls to one number in flight",
        f"""
        select 'number of call ' || min(id::text) as what from calls where {_IN_FLIGHT}
        group by tenant_id, to_number having count(*) > 1
        """,
    ),
    Check(
        "attempts_counted",
        "a lead's attempts are the calls that were placed or may have been",
        """
        select l.tenant_id, l.id,
               'lead ' || l.id || ' counts ' || l.call_attempts || ', calls show ' || count(c.id) as what
        from leads l left join calls c on c.lead_id = l.id
             and c.placing_at > coalesce(l.attempts_reset_at, '-infinity')
             and not (c.state = 'cancelled' and c.call_sid is null)
        group by l.tenant_id, l.id having l.call_attempts <> count(c.id)
        """,
    ),
    Check(
        "verdict_stored",
        "no call was placed without a verdict that allows it",
        """
        select 'call ' || c.id as what from calls c join attempts a on a.id = c.attempt_id
        where c.placing_at > :since and (a.allowed is not true or a.verdict is null)
        """,
    ),
    Check(
        "not_suppressed",
        "no call was placed to a number that was suppressed at that moment",
        """
        select 'call ' || c.id as what from calls c
        where c.placing_at > :since and exists (
            select from suppressions s
            where s.tenant_id = c.tenant_id and s.phone_normalized = c.to_number
              and (s.campaign_id is null or s.campaign_id = c.campaign_id)
              and s.created_at < c.placing_at and (s.expires_at is null or s.expires_at > c.placing_at))
        """,
    ),
    Check(
        "below_cap",
        "no call was placed above the attempt cap",
        """
        select 'call ' || c.id as what from calls c join attempts a on a.id = c.attempt_id
        where c.placing_at > :since
          and (a.verdict #>> '{inputs,attempts_made}')::int >= (a.verdict #>> '{inputs,max_attempts}')::int
        """,
    ),
    Check(
        "not_expired",
        "no call was placed after its placement had expired",
        "select 'call ' || id as what from calls where placing_at > :since and placing_at >= place_before",
    ),
    Check(
        "agents_hold_live_calls",
        "agents hold only calls that are theirs and in progress",
        f"""
        select a.tenant_id, a.id, 'agent ' || a.id || ' holds call ' || held.call_id as what
        from agents a cross join unnest(a.held_call_ids) held (call_id) left join calls c on c.id = held.call_id
        where a.updated_at < {stuck_before(in_flight.ENDED_CALL_HELD)}
          and (c.id is null or c.agent_id is distinct from a.id
               or c.state in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
          and not exists (select from transfers t
                          where t.call_id = c.id and t.to_agent_id = a.id and t.ended_at is null)
        """,
    ),
    Check(
        "agents_hold_no_more_than_allowed",
        "an agent never holds more calls than allowed",
        "select 'agent ' || id as what from agents where cardinality(held_call_ids) > max_concurrent_calls",
    ),
    Check(
        "one_agent_per_call",
        "a call is held by one agent at most, and by a second while it is transferred to him",
        """
        select tenant_id, held.call_id as id, 'call ' || held.call_id as what
        from agents cross join unnest(held_call_ids) held (call_id) group by tenant_id, held.call_id
        having count(*) > 1 + (select count(*) from transfers t where t.call_id = held.call_id and t.ended_at is null)
        """,
    ),
    Check(
        "answers_in_ledger",
        "every person who answered is in the abandonment ledger, with the measured wait",
        """
        select c.tenant_id, c.id, 'call ' || c.id as what from calls c left join live_answers a on a.call_id = c.id
        where c.answered_at > :since and a.call_id is null
          and c.state in ('completed', 'failed', 'abandoned', 'cancelled', 'busy', 'no_answer')
          and (c.answered_by is null or c.answered_by in ('human', 'unknown'))
        """,
    ),
    Check(
        "nobody_waits_in_silence",
        "nobody who answered waits without an agent until the second sweep after his patience ended",
        f"""
        select tenant_id, id, 'call ' || id as what from calls
        where state in ('answered', 'waiting') and agent_id is null
          and answered_at < cast(:now as timestamptz) - 2 * interval '{_WAITING_SECONDS} seconds'
          and (answered_by is null or answered_by in ('human', 'unknown'))
        """,
    ),
    Check(
        "leads_match_calls",
        "a lead is `calling` exactly while it has a call on its way",
        f"""
        select l.tenant_id, l.id, 'lead ' || l.id || ' is ' || l.status as what from leads l
        where l.updated_at < {stuck_before(in_flight.LEAD_CALLING)} and (
            (l.status = 'calling' and not exists (select from calls c where c.lead_id = l.id and c.{_IN_FLIGHT}))
            or (l.status = 'pending' and exists (select from calls c where c.lead_id = l.id and c.{_IN_FLIGHT})))
        """,
    ),
    Check(
        "previews_match_leads",
        "a lead on an agent's screen is claimed for it",
        """
        select p.tenant_id, p.id, 'preview ' || p.id as what from previews p join leads l on l.id = p.lead_id
        where p.state = 'offered' and p.expires_at > cast(:now as timestamptz) and l.status in ('pending', 'calling')
        """,
    ),
    Check(
        "promises_match_leads",
        "an open promise of a call is borne by its lead, and a lead bears no other",
        """
        select b.tenant_id, b.lead_id as id, 'callback ' || b.id as what
        from callbacks b left join leads l on l.id = b.lead_id
        where b.state in ('promised', 'offered', 'handed_over')
          and (l.id is null or l.callback_at is distinct from b.due_at or l.status in ('completed', 'failed', 'dnc'))
        union all
        select l.tenant_id, l.id, 'lead ' || l.id from leads l
        where l.callback_at is not null and not exists (
            select from callbacks b where b.lead_id = l.id and b.state in ('promised', 'offered', 'handed_over'))
        """,
    ),
    Check(
        "one_promise_per_lead",
        "nobody has been promised two calls",
        """
        select 'lead ' || lead_id as what from callbacks where state in ('promised', 'offered', 'handed_over')
        group by lead_id having count(*) > 1
        """,
    ),
    Check(
        "offers_end",
        "no promise is left to its agent for longer than was agreed",
        f"""
        select b.tenant_id, b.id, 'callback ' || b.id || ' due ' || b.due_at as what
        from callbacks b join leads l on l.id = b.lead_id
        where b.state in ('promised', 'offered') and b.agent_id is not null and l.status in ('pending', 'queued')
          and b.due_at + make_interval(mins => b.fallback_minutes) < {stuck_before(in_flight.CALLBACK_OFFERED)}
        """,
    ),
    Check(
        "hours_match_ledger",
        "the sums of the abandonment ledger are its lines",
        """
        select h.tenant_id, h.campaign_id as id, 'hour ' || h.hour || ' of campaign ' || h.campaign_id as what
        from live_answer_hours h
        cross join lateral (
            select count(*) filter (where outcome = 'reached') as reached,
                   count(*) filter (where outcome in ('abandoned', 'late')) as abandoned
            from live_answers a where a.campaign_id = h.campaign_id
             and a.answered_at >= h.hour and a.answered_at < h.hour + interval '1 hour') as counted
        where h.hour > :since and (h.reached <> counted.reached or h.abandoned <> counted.abandoned)
        """,
    ),
    Check(
        "pacing_told",
        "the pacer was told of every call that was placed today",
        """
        select 'call ' || c.id as what from calls c
        where c.placing_at > cast(:now as timestamptz) - interval '1 day'
          and c.placing_at > (select min(e.at) from pacing_events e)
          and not exists (select from pacing_events e
                          where e.campaign_id = c.campaign_id and e.call_id = c.id and e.kind = 'dialed')
        """,
    ),
    Check(
        "tenants_apart",
        "a call, its campaign, its lead and its agent belong to one tenant",
        """
        select 'call ' || c.id as what from calls c join campaigns m on m.id = c.campaign_id
        join leads l on l.id = c.lead_id left join agents a on a.id = c.agent_id
        where c.tenant_id <> m.tenant_id or c.tenant_id <> l.tenant_id or c.tenant_id <> a.tenant_id
        """,
    ),
    Check(
        "rows_guarded",
        "every table with tenants' rows is under row-level security",
        """
        select 'table ' || t.relname as what from pg_class t join pg_attribute a on a.attrelid = t.oid
        where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace
          and a.attname = 'tenant_id' and not a.attisdropped and not t.relrowsecurity
        """,
    ),
    Check(
        "application_confined",
        "the application's role can neither bypass row-level security nor own a table that lasts",
        """
        select 'role ' || r.rolname as what from pg_roles r
        where r.rolname = :application_role and (r.rolsuper or r.rolbypassrls
              or exists (select from pg_class t
                         where t.relowner = r.oid and t.relkind = 'r' and t.relpersistence <> 't'))
        """,
    ),
)
CHECKS = (*_HOLDS, *(_stuck(subject, queries) for subject, queries in stuck_queries().items()))


def examine(
    session: Session, *, now: datetime, since: datetime, application_role: str, book: RuleBook
) -> list[Finding]:
    """Run every check; a finding with no violations has count 0. `book` judges hours again, where it was used."""
    session.execute(text("set transaction isolation level repeatable read, read only"))
    findings = [_run(session, check, now=now, since=since, application_role=application_role) for check in CHECKS]
    outside = list(_placed_outside_hours(session, since, book))
    meaning = "no call was placed outside the hours of its verdict and of the rules it names"
    return [*findings, Finding("inside_hours", meaning, len(outside), tuple(outside[:MAX_EXAMPLES]))]


def _run(session: Session, check: Check, **parameters: object) -> Finding:
    used = {name: value for name, value in parameters.items() if f":{name}" in check.sql}
    found = [_violation(dict(row._mapping)) for row in session.execute(text(check.sql), used)]
    examples = tuple(violation.what for violation in found[:MAX_EXAMPLES])
    return Finding(check.name, check.meaning, len(found), examples, tuple(found[:MAX_VIOLATIONS]))


def _violation(row: Mapping[str, Any]) -> Violation:
    row_id = row.get("id")
    return Violation(row["what"], row.get("tenant_id"), None if row_id is None else str(row_id))


def _placed_outside_hours(session: Session, since: datetime, book: RuleBook) -> Iterator[str]:
    """Hours depend on time zones, so the rules themselves judge again, on the inputs that were stored."""
    rows = session.execute(
        text(
            """
            select c.id, c.placing_at, a.verdict ->> 'rules' as rules, a.verdict -> 'inputs' as inputs
            from calls c join attempts a on a.id = c.attempt_id
            where c.placing_at > :since and a.verdict -> 'inputs' ? 'time_zones'
            """
        ).execution_options(yield_per=5000),
        {"since": since},
    )
    for row in rows:
        if not _was_open(row.inputs, row.placing_at, book if _is_version_of(row.rules, book) else None):
            yield f"call {row.id} at {row.placing_at}"


def _is_version_of(rules: str, book: RuleBook) -> bool:
    """A tenant's own rules only narrow, so what they let through the shipped ones do."""
    return rules.startswith(book.version)


def _was_open(inputs: Mapping[str, Any], at: datetime, book: RuleBook | None) -> bool:
    place = Locality.of(inputs["jurisdictions"], inputs["time_zones"])
    window = None
    if (stored := inputs["window"]) is not None:
        start, end = time.fromisoformat(stored["start"]), time.fromisoformat(stored["end"])
        window = CallingWindow(stored["timezone"], start, end, frozenset(stored["days"]))
    if book is None:
        return window is None or window.is_open(at, place.time_zones)
    return is_open(place, inputs["call_type"], inputs["consent"], inputs["profile"], window, at, book)
