"""What follows from a call's end, as rows: the lead's next state, its phones, the line in the abandonment ledger."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.dispositions import CallFacts, LeadChange, LedgerLine, disposition_of
from dialer.store.calls import LockedCall
from dialer.store.prepared import prepared


def close_call(
    session: Session,
    *,
    call: LockedCall,
    lead: LeadChange,
    ledger: LedgerLine | None,
    answered_at: datetime | None,
    now: datetime,
) -> None:
    """Write what follows from a call's end: the lead's next state and the ledger's line. Repeating changes nothing.

    A callback that was promised while this call lasted is held to, whatever the call came to; one from before, unless
    the call ended it.
    """
    session.execute(
        _CLOSE_CALL,
        {
            **_lead_values(call, lead, now),
            "ends_promise": lead.ends_promise,
            "began_at": call.placing_at or call.created_at,
            "to_number": call.to_number,
            "call_id": call.call_id,
            "answered_at": answered_at,
            "outcome": ledger.outcome if ledger else None,
            "waited_milliseconds": ledger.waited_milliseconds if ledger else None,
            "message_played": ledger.message_played if ledger else None,
        },
    )


def _lead_values(call: LockedCall, lead: LeadChange, now: datetime) -> dict[str, object]:
    return {
        "lead_id": call.lead_id,
        "status": lead.status,
        "reason": lead.reason,
        "next_call_at": lead.next_call_at,
        "next_phone": lead.next_phone,
        "dead_phone": lead.dead_phone,
        "day_parts_tried": lead.day_parts_tried,
        "now": now,
    }


# Whether a promise holds is read from the lead's row alone, which is the newest once its lock is ours. What was written
# on it after the call was placed was said in the call or beside it. The phone where the person was met is kept.
_PROMISED = "callback_at is not null and (not :ends_promise or updated_at > :began_at)"
_BURY_PHONE = """
        update lead_phones set is_usable = false
        where lead_id = :lead_id and phone_normalized = cast(:dead_phone as text)
"""
_CLOSE_CALL = prepared(
    f"""
    with ledger as (
        insert into live_answers (call_id, tenant_id, campaign_id, answered_at, waited_milliseconds, outcome,
                                  message_played, recorded_at)
        select id, tenant_id, campaign_id, cast(:answered_at as timestamptz), cast(:waited_milliseconds as integer),
               cast(:outcome as text), cast(:message_played as boolean), :now
        from calls where id = :call_id and cast(:outcome as text) is not null
        on conflict (call_id) do nothing
    ), buried as ({_BURY_PHONE})
    update leads set
        status = case when do_not_call then 'dnc' when {_PROMISED} then 'pending' else :status end,
        status_reason = case when not do_not_call and {_PROMISED} then 'callback' else :reason end,
        claimed_until = null, updated_at = :now,
        next_call_at = case when {_PROMISED} then greatest(next_call_at, callback_at)
                            else coalesce(cast(:next_call_at as timestamptz), next_call_at) end,
        next_phone = case when {_PROMISED} and :ends_promise then nullif(:to_number, phone_normalized)
                          else cast(:next_phone as text) end,
        day_parts_tried = coalesce(cast(:day_parts_tried as smallint), day_parts_tried)
    where id = :lead_id and status in ('queued', 'calling')
    """
)


def rebook_call(
    session: Session,
    *,
    call: LockedCall,
    facts: CallFacts,
    talk_seconds: int | None,
    ledger: LedgerLine | None,
    booked: LeadChange,
    lead: LeadChange,
    now: datetime,
) -> None:
    """Write a finished call's outcome anew, because a fact of it came late: disposition, ledger and lead.

    The lead is changed as in `rebook_lead`.
    """
    session.execute(
        _REBOOK_CALL,
        {
            **_rebooked_values(call, booked, lead, now),
            "answered_by": facts.answered_by,
            "bridged_at": facts.bridged_at,
            "disposition": disposition_of(facts),
            "talk_seconds": talk_seconds,
            "answered_at": facts.answered_at,
            "outcome": ledger.outcome if ledger else None,
            "waited_milliseconds": ledger.waited_milliseconds if ledger else None,
            "message_played": ledger.message_played if ledger else None,
        },
    )


def rebook_lead(session: Session, *, call: LockedCall, booked: LeadChange, lead: LeadChange, now: datetime) -> bool:
    """Write what a finished call means for its lead anew, because the agent has said more; tell whether it was done.

    The lead is changed only if it still stands as `booked` left it, has not been planned again, and nobody promised to
    call it. What is known of its phones is noted in any case.
    """
    return session.execute(_REBOOK_LEAD, _rebooked_values(call, booked, lead, now)).first() is not None


def settle_lead(session: Session, *, call: LockedCall, lead: LeadChange, now: datetime) -> None:
    """The same for a lead that waited for a callback which this call had promised, and which is off now."""
    waiting = LeadChange("pending", "callback")
    session.execute(_REBOOK_LEAD, _rebooked_values(call, waiting, lead, now))


def count_calls(session: Session, *, call: LockedCall, outcomes: Sequence[str]) -> int:
    """How many other calls to this lead ended in one of these outcomes since its attempts were last reset."""
    values = {"lead_id": call.lead_id, "call_id": call.call_id, "outcomes": list(outcomes)}
    return int(session.execute(_COUNT_CALLS, values).scalar_one())


# An outcome as `dispositions.outcome_of` has it: the agent's word before the system's.
_COUNT_CALLS = text(
    """
    select count(*) from calls c join leads l on l.id = c.lead_id
    where c.lead_id = :lead_id and c.id <> :call_id
      and c.placing_at > coalesce(l.attempts_reset_at, '-infinity')
      and coalesce(c.agent_disposition,
                   case when c.disposition = 'answered' and c.bridged_at is null then 'hung_up' else c.disposition end)
          = any(cast(:outcomes as text[]))
    """
)


def _rebooked_values(call: LockedCall, booked: LeadChange, lead: LeadChange, now: datetime) -> dict[str, object]:
    return {
        **_lead_values(call, lead, now),
        "call_id": call.call_id,
        "booked_status": booked.status,
        "booked_reason": booked.reason,
        "revived_phone": booked.dead_phone if lead.dead_phone is None else None,
    }


# A phone that was taken for dead and is not, after all, may be called again.
_PHONES = f"""
    revived as (
        update lead_phones set is_usable = true
        where lead_id = :lead_id and phone_normalized = cast(:revived_phone as text)
    ), buried as ({_BURY_PHONE})
"""
_REBOOKED = """
        update leads set status = case when do_not_call then 'dnc' else :status end, status_reason = :reason,
                         updated_at = :now, next_phone = cast(:next_phone as text),
                         next_call_at = coalesce(cast(:next_call_at as timestamptz), next_call_at)
        where id = :lead_id and status = :booked_status and status_reason = :booked_reason and callback_at is null
          and last_attempt_number = (select a.number from calls c join attempts a on a.id = c.attempt_id
                                     where c.id = :call_id)
"""
_REBOOK_LEAD = text(f"with {_PHONES} {_REBOOKED} returning id")
_REBOOK_CALL = text(
    f"""
    with unbooked as (
        delete from live_answers where call_id = :call_id and cast(:outcome as text) is null
    ), booked as (
        insert into live_answers (call_id, tenant_id, campaign_id, answered_at, waited_milliseconds, outcome,
                                  message_played, recorded_at)
        select id, tenant_id, campaign_id, cast(:answered_at as timestamptz), cast(:waited_milliseconds as integer),
               cast(:outcome as text), cast(:message_played as boolean), :now
        from calls where id = :call_id and cast(:outcome as text) is not null
        on conflict (call_id) do update set waited_milliseconds = excluded.waited_milliseconds,
            outcome = excluded.outcome, message_played = excluded.message_played
    ), {_PHONES}, lead as ({_REBOOKED})
    update calls set answered_by = cast(:answered_by as text), bridged_at = cast(:bridged_at as timestamptz),
                     disposition = :disposition, talk_seconds = cast(:talk_seconds as integer)
    where id = :call_id
    """
)
