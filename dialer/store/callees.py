"""What placing must know about the person behind a lead: all his numbers, where he may be, what calls he has had.

Attempts count by person, over all campaigns of the tenant: by each of his numbers, and by an external id where leads
share one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId
from dialer.store.prepared import prepared

MAX_PRIOR_CALLS = 500
"""A person who has had more is far above every cap anyway."""
MAX_NUMBERS = 50
"""Who seems to have more is no person: a switchboard stands on many leads, or an external id such as "n/a" names
nobody. Then a lead is known by its own numbers alone."""
_MAX_LINKS = 1_000


@dataclass(frozen=True)
class PriorCalls:
    """When a person was called before, and what came of it; the newest first. Calls that never rang are left out.

    An attempt dates from its placing, what came of it from the call's end: the waits after it begin then.
    """

    attempts: tuple[datetime, ...] = ()
    conversations: tuple[datetime, ...] = ()
    refusals: tuple[datetime, ...] = ()
    abandoned: tuple[datetime, ...] = ()
    in_flight: bool = False


@dataclass(frozen=True)
class Callee:
    """A person as the lead describes him, with all his numbers and his earlier calls."""

    country: str | None
    state: str | None
    postal_code: str | None
    time_zone: str | None
    consent: bool | None
    locality_id: int
    numbers: tuple[str, ...]
    prior: PriorCalls


# Both fragments stand beside a lead `l`. A number links the leads that share it, one step far: a father and a mother
# with one line between them are one person to a dialer, their further lines included. So does an external id.
CALLEE_COLUMNS = "l.country, l.state, l.postal_code, l.time_zone, l.consent, l.locality_id"


def numbers_of_lead(called: str = "l.phone_normalized") -> str:
    """SQL for all numbers of the person behind a lead, the one `called` among them, as one array.

    It takes as long whoever shares a number with him: no link is followed further than a person's own would go.
    """
    own = f"""
        select unnest(array[l.phone_normalized, {called}]) as number
        union all select own.phone_normalized from lead_phones own where own.lead_id = l.id
    """
    return f"""
    select case when cardinality(found.numbers) <= {MAX_NUMBERS} then found.numbers else found.own end as numbers
    from (
        select array_agg(distinct line.number) as numbers,
               array_agg(distinct line.number) filter (where line.is_own) as own
        from (select mine.number, true as is_own from ({own}) mine
              union all
              (select beside.phone_normalized, false
               from ({own}) mine
               join lead_phones shared on shared.tenant_id = l.tenant_id and shared.phone_normalized = mine.number
               join lead_phones beside on beside.lead_id = shared.lead_id
               limit {_MAX_LINKS})
              union all
              (select theirs.number, false
               from (select same.id, same.phone_normalized from leads same
                     where same.tenant_id = l.tenant_id and same.external_id = l.external_id
                     limit {_MAX_LINKS}) same
               cross join lateral (
                   select same.phone_normalized as number
                   union all select further.phone_normalized from lead_phones further where further.lead_id = same.id
               ) theirs
               limit {_MAX_LINKS})
             ) line
    ) found
    """


NUMBERS_OF_LEAD = numbers_of_lead()


def prior_calls_of(tenant: str, numbers: str, *, but: str) -> str:
    """SQL for the calls to some numbers as JSON rows [placed at, end, conversation at, refusal, abandoned, in flight].

    Of each number the newest are looked up by index, so that it takes as long however often it was called.
    """
    return f"""
    select jsonb_agg(jsonb_build_array(extract(epoch from h.placing_at), extract(epoch from h.ended_at),
                     case when h.bridged_at is not null
                               and not coalesce(h.answered_by = 'fax' or h.answered_by like 'machine%', false)
                          then extract(epoch from coalesce(h.ended_at, h.bridged_at)) end,
                     coalesce(h.agent_disposition in ('not_interested', 'do_not_call'), false),
                     h.state = 'abandoned' or coalesce(h.disposition = 'abandoned', false),
                     h.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
                     order by h.placing_at desc) as prior
    from (select c3.* from unnest({numbers}) as line (number)
          cross join lateral (
              select c2.placing_at, c2.ended_at, c2.bridged_at, c2.answered_by, c2.agent_disposition, c2.state,
                     c2.disposition
              from calls c2
              where c2.tenant_id = {tenant} and c2.to_number = line.number and c2.placing_at is not null
                and c2.id is distinct from {but} and (c2.state <> 'cancelled' or c2.ringing_at is not null)
              order by c2.placing_at desc limit {MAX_PRIOR_CALLS}
          ) c3
          order by c3.placing_at desc limit {MAX_PRIOR_CALLS}) h
    """


def callee_of(row: Row[Any]) -> Callee:
    """Read a callee from a row that has `CALLEE_COLUMNS`, `numbers` and `prior`."""
    return Callee(
        country=row.country,
        state=row.state,
        postal_code=row.postal_code,
        time_zone=row.time_zone,
        consent=row.consent,
        locality_id=row.locality_id,
        numbers=tuple(row.numbers),
        prior=read_prior_calls(row.prior),
    )


def read_prior_calls(rows: Sequence[Sequence[Any]] | None) -> PriorCalls:
    """Prior calls from the JSON rows of `prior_calls_of`."""
    rows = rows or ()
    ends = [(_instant(row[0] if row[1] is None else row[1]), row) for row in rows]
    return PriorCalls(
        attempts=tuple(_instant(row[0]) for row in rows),
        conversations=tuple(_instant(row[2]) for row in rows if row[2] is not None),
        refusals=tuple(at for at, row in ends if row[3]),
        abandoned=tuple(at for at, row in ends if row[4]),
        in_flight=any(row[5] for row in rows),
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def lock_person(session: Session, *, tenant_id: TenantId, numbers: Sequence[str]) -> None:
    """Hold the lock of a person with several numbers until the transaction ends.

    Calls to one number exclude each other by a unique index; those to two numbers of one person do by this lock. It is
    one for each number, since two leads that share a person need not know the same numbers of him.
    """
    keys = [f"{tenant_id}:{number}" for number in sorted(set(numbers))]
    session.execute(_LOCK_PERSON, {"keys": keys})


_LOCK_PERSON = prepared(
    "select pg_advisory_xact_lock(hashtextextended(line.key, 4)) from unnest(cast(:keys as text[])) as line (key)"
)
