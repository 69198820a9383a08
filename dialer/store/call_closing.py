"""What follows from a call's end, as rows: the lead's next state and the line in the abandonment ledger."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.dispositions import CallFacts, LeadChange, LedgerLine, disposition_of
from dialer.store.calls import LockedCall


def close_call(
    session: Session,
    *,
    call: LockedCall,
    lead: LeadChange,
    ledger: LedgerLine | None,
    answered_at: datetime | None,
    now: datetime,
) -> None:
    """Write what follows from a call's end: the lead's next state and the ledger's line. Repeating changes nothing."""
    session.execute(
        _CLOSE_CALL,
        {
            "lead_id": call.lead_id,
            "status": lead.status,
            "reason": lead.reason,
            "next_call_at": lead.next_call_at,
            "now": now,
            "call_id": call.call_id,
            "answered_at": answered_at,
            "outcome": ledger.outcome if ledger else None,
            "waited_milliseconds": ledger.waited_milliseconds if ledger else None,
            "message_played": ledger.message_played if ledger else None,
        },
    )


_CLOSE_CALL = text(
    """
    with ledger as (
        insert into live_answers (call_id, tenant_id, campaign_id, answered_at, waited_milliseconds, outcome,
                                  message_played, recorded_at)
        select id, tenant_id, campaign_id, cast(:answered_at as timestamptz), cast(:waited_milliseconds as integer),
               cast(:outcome as text), cast(:message_played as boolean), :now
        from calls where id = :call_id and cast(:outcome as text) is not null
        on conflict (call_id) do nothing
    )
    update leads set status = case when do_not_call then 'dnc' else :status end, status_reason = :reason,
                     claimed_until = null, updated_at = :now,
                     next_call_at = coalesce(cast(:next_call_at as timestamptz), next_call_at)
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

    The lead is changed only if it still stands as `booked` left it and has not been planned again.
    """
    session.execute(
        _REBOOK_CALL,
        {
            "call_id": call.call_id,
            "answered_by": facts.answered_by,
            "bridged_at": facts.bridged_at,
            "disposition": disposition_of(facts),
            "talk_seconds": talk_seconds,
            "answered_at": facts.answered_at,
            "outcome": ledger.outcome if ledger else None,
            "waited_milliseconds": ledger.waited_milliseconds if ledger else None,
            "message_played": ledger.message_played if ledger else None,
            "booked_status": booked.status,
            "booked_reason": booked.reason,
            "lead_id": call.lead_id,
            "status": lead.status,
            "reason": lead.reason,
            "next_call_at": lead.next_call_at,
            "now": now,
        },
    )


_REBOOK_CALL = text(
    """
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
    ), lead as (
        update leads set status = :status, status_reason = :reason, updated_at = :now,
                         next_call_at = coalesce(cast(:next_call_at as timestamptz), next_call_at)
        where id = :lead_id and status = :booked_status and status_reason = :booked_reason
          and last_attempt_number = (select a.number from calls c join attempts a on a.id = c.attempt_id
                                     where c.id = :call_id)
    )
    update calls set answered_by = cast(:answered_by as text), bridged_at = cast(:bridged_at as timestamptz),
                     disposition = :disposition, talk_seconds = cast(:talk_seconds as integer)
    where id = :call_id
    """
)
