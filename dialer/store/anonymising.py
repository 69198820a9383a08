"""Taking the person out of leads and calls, so that what was done can still be counted and nobody be recognised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.calls import FINAL
from dialer.domain.ids import CallId, LeadId


@dataclass(frozen=True)
class EmptiedCalls:
    """How many calls lost their number, and how many recordings the carrier is to delete."""

    calls: int
    recordings: int


def anonymise_leads(session: Session, ids: Sequence[LeadId], *, reason: str, now: datetime) -> int:
    """Remove from locked leads everything that tells who they are; return how many were not bare already.

    Their place on the list, their outcome and the count of their attempts stay. They are done with, for good: nobody
    calls a lead without a number. What was promised to them is off, and its note gone.
    """
    values = {"ids": [str(lead_id) for lead_id in ids], "reason": reason, "now": now}
    session.execute(_FORGET_PHONES, values)
    erased = len(session.execute(_ANONYMISE_LEADS, values).all())
    # After the lead: what was promised to it has just been cancelled, for a reason that may be kept.
    session.execute(_FORGET_CALLBACKS, values)
    return erased


def anonymise_calls(session: Session, ids: Sequence[CallId], *, now: datetime) -> EmptiedCalls:
    """Remove the person from those calls that have ended.

    Times, outcome, agent and cost stay, and so do the line of the abandonment ledger and the verdict but for its
    numbers. What comes after that is removed the next time.
    """
    values = {"ids": [str(call_id) for call_id in ids], "now": now}
    return EmptiedCalls(**session.execute(_ANONYMISE_CALLS, values).one()._mapping)


def forget_recordings(session: Session, ids: Sequence[CallId], *, now: datetime) -> int:
    """Remove the recordings of calls, and have the carrier delete them; return how many."""
    return len(session.execute(_FORGET_RECORDINGS, {"ids": [str(call_id) for call_id in ids], "now": now}).all())


_FINAL = ", ".join(f"'{state}'" for state in sorted(FINAL))
_FORGET_PHONES = text("delete from lead_phones where lead_id = any(cast(:ids as uuid[]))")
_FORGET_CALLBACKS = text(
    """
    with shown as (
        update previews set skip_reason = null where lead_id = any(cast(:ids as uuid[])) and skip_reason is not null
    )
    update callbacks set note = null where lead_id = any(cast(:ids as uuid[])) and note is not null
    """
)
_ANONYMISE_LEADS = text(
    """
    update leads
    set phone = '', phone_normalized = erased_number(id), first_name = null, last_name = null, email = null,
        external_id = null, state = null, postal_code = null, time_zone = null, type = null, custom_fields = '{}',
        notes = null, next_phone = null, claimed_until = null,
        status = case when status in ('failed', 'dnc') then status else 'completed' end, status_reason = :reason,
        do_not_call = true, erased_at = :now, updated_at = :now
    where id = any(cast(:ids as uuid[])) and erased_at is null
    returning id
    """
)
# A recording is listed in the same statement that forgets its name: nothing else here knows of it then.
_LIST_RECORDINGS = """
    insert into recordings_to_delete (recording_sid, tenant_id, listed_at, ask_at)
    select recording_sid, tenant_id, :now, :now from ended where recording_sid is not null
    on conflict (recording_sid) do nothing
    returning recording_sid
"""
_ENDED = f"""
    select id, tenant_id, attempt_id, to_number, recording_sid from calls
    where id = any(cast(:ids as uuid[])) and state in ({_FINAL})
    order by id for update
"""
_ANONYMISE_CALLS = text(
    f"""
    with ended as ({_ENDED}), reports as (
        update call_events set payload = '{{}}' from ended where call_id = ended.id and payload <> '{{}}'
    ), decisions as (
        update attempts
        set verdict = cast(replace(cast(without_numbers(verdict) as text), ended.to_number, '') as jsonb)
        from ended where attempts.id = ended.attempt_id and verdict is not null
    ), emptied as (
        update calls
        set to_number = '', from_number = case when direction = 'inbound' then '' else from_number end, notes = null,
            metadata = '{{}}', recording_sid = null, recording_url = null
        from ended where calls.id = ended.id
    ), listed as ({_LIST_RECORDINGS})
    select (select count(*) from ended where to_number <> '') as calls, (select count(*) from listed) as recordings
    """
)
_FORGET_RECORDINGS = text(
    f"""
    with ended as ({_ENDED}), emptied as (
        update calls set recording_sid = null, recording_url = null from ended where calls.id = ended.id
    )
    {_LIST_RECORDINGS}
    """
)
