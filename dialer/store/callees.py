"""What placing must know about the person behind a lead: all his numbers, where he may be, what calls he has had.

Attempts count by person, over all campaigns of the tenant: by each of his numbers, and by an external id where leads
share one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId

MAX_PRIOR_CALLS = 500
"""A person who has had more is far above every cap anyway."""


@dataclass(frozen=True)
class PriorCalls:
    """When a person was called before, and what came of it; the newest first. Calls that never rang are left out."""

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
# with one line between them are one person to a dialer, their further lines included.
CALLEE_COLUMNS = "l.country, l.state, l.postal_code, l.time_zone, l.consent, l.locality_id"
NUMBERS_OF_LEAD = """
    select array_agg(distinct line.number) as numbers
    from (select l.phone_normalized as number
          union all
          select own.phone_normalized from lead_phones own where own.lead_id = l.id
          union all
          select beside.phone_normalized
          from (select l.phone_normalized as number
                union all select own.phone_normalized from lead_phones own where own.lead_id = l.id) mine
          join lead_phones shared on shared.tenant_id = l.tenant_id and shared.phone_normalized = mine.number
          join lead_phones beside on beside.lead_id = shared.lead_id
          union all
          select same.phone_normalized from leads same
          where l.external_id is not null and same.tenant_id = l.tenant_id and same.external_id = l.external_id
         ) line
"""


def prior_calls_of(tenant: str, numbers: str, *, but: str) -> str:
    """SQL for the calls to some numbers as JSON rows [placed at, end, conversation, refusal, abandoned, in flight]."""
    return f"""
    select jsonb_agg(jsonb_build_array(extract(epoch from h.placing_at), extract(epoch from h.ended_at),
                     h.bridged_at is not null
                         and not coalesce(h.answered_by = 'fax' or h.answered_by like 'machine%', false),
                     coalesce(h.agent_disposition in ('not_interested', 'do_not_call'), false),
                     h.state = 'abandoned' or coalesce(h.disposition = 'abandoned', false),
                     h.state not in ('completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'))
                     order by h.placing_at desc) as prior
    from (select * from calls c2
          where c2.tenant_id = {tenant} and c2.to_number = any({numbers}) and c2.placing_at is not null
            and c2.id is distinct from {but} and (c2.state <> 'cancelled' or c2.ringing_at is not null)
          order by c2.placing_at desc limit {MAX_PRIOR_CALLS}) h
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
    instants = [(datetime.fromtimestamp(row[0], UTC), row) for row in rows]
    ended = [(datetime.fromtimestamp(row[1] if row[1] is not None else row[0], UTC), row) for row in rows]
    return PriorCalls(
        attempts=tuple(at for at, _ in instants),
        conversations=tuple(at for at, row in instants if row[2]),
        refusals=tuple(at for at, row in ended if row[3]),
        abandoned=tuple(at for at, row in ended if row[4]),
        in_flight=any(row[5] for row in rows),
    )


def lock_person(session: Session, *, tenant_id: TenantId, numbers: Sequence[str]) -> None:
    """Hold the lock of a person with several numbers until the transaction ends.

    Calls to one number exclude each other by a unique index; those to two numbers of one person do by this lock.
    """
    session.execute(_LOCK_PERSON, {"key": f"{tenant_id}:{min(numbers)}"})


def load_prior_calls(
    session: Session, *, tenant_id: TenantId, numbers: Sequence[str], but: object = None
) -> PriorCalls:
    """The calls to any of these numbers, without the call `but`. Sees what was committed before it began."""
    row = session.execute(_LOAD_PRIOR, {"tenant_id": tenant_id, "numbers": list(numbers), "but": but}).one()
    return read_prior_calls(row.prior)


_LOCK_PERSON = text("select pg_advisory_xact_lock(hashtextextended(:key, 4))")
_LOAD_PRIOR = text(prior_calls_of("cast(:tenant_id as uuid)", "cast(:numbers as text[])", but="cast(:but as uuid)"))
