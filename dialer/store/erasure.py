"""Persons to be erased: where they are found, the hashes of their numbers, and the evidence."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import CallId, LeadId, TenantId, UserId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class PersonLead:
    """A lead as far as it tells whose it is. `phones` holds its own and all further ones."""

    id: LeadId
    external_id: str | None
    phones: frozenset[str]


@dataclass(frozen=True)
class Erasure:
    """The evidence of an erasure: nothing of the person. It waits for leads in a call until `finished_at`."""

    id: UUID
    tenant_id: TenantId
    requested_by: UserId | None
    reason: str
    reference: str | None
    counts: Mapping[str, int]
    requested_at: datetime
    finished_at: datetime | None


def find_leads(
    session: Session, *, phones: Collection[str] = (), external_ids: Collection[str] = (), ids: Collection[LeadId] = (),
    limit: int,
) -> list[PersonLead]:  # fmt: skip
    """Leads of the tenant with one of these phones, external ids or ids, but no more than `limit`."""
    values = {
        "phones": list(phones), "external_ids": list(external_ids), "ids": [str(one) for one in ids], "limit": limit,
    }  # fmt: skip
    return [
        PersonLead(LeadId(row.id), row.external_id, frozenset(row.phones))
        for row in session.execute(_FIND_LEADS, values)
    ]


def take_turn(session: Session, tenant_id: TenantId) -> None:
    """Wait for other erasures of the tenant to end: two requests about one person must find the same."""
    session.execute(_TAKE_TURN, {"tenant_id": str(tenant_id)})


def lock_leads(session: Session, ids: Collection[LeadId]) -> tuple[list[LeadId], list[LeadId]]:
    """Lock leads whose calls that have ended are bare; return those that can be erased at once, and the others.

    The others are in the hopper, in a call, or were a moment ago.
    """
    rows = session.execute(_LOCK_LEADS, {"ids": [str(lead_id) for lead_id in ids]}).all()
    return [LeadId(row.id) for row in rows if not row.is_busy], [LeadId(row.id) for row in rows if row.is_busy]


def bar_leads(session: Session, ids: Collection[LeadId], *, now: datetime) -> list[CallId]:
    """No further call to leads that wait for their erasure; return their calls that are planned."""
    values = {"ids": [str(lead_id) for lead_id in ids], "now": now}
    session.execute(_BAR_LEADS, values)
    return [CallId(row.id) for row in session.execute(_PLANNED_CALLS, values)]


def list_calls(session: Session, *, lead_ids: Collection[LeadId] = (), phones: Collection[str] = ()) -> list[CallId]:
    """All calls of these leads, and all to these numbers."""
    values = {"ids": [str(lead_id) for lead_id in lead_ids], "phones": list(phones)}
    return [CallId(row.id) for row in session.execute(_LIST_CALLS, values)]


def delete_suppressions(session: Session, phones: Collection[str]) -> int:
    """Remove the entries of these numbers, whose hashes stand in their place; return how many."""
    return len(session.execute(_DELETE_SUPPRESSIONS, {"phones": list(phones)}).all())


def delete_import_problems(session: Session, phones: Collection[str], texts: Collection[str]) -> int:
    """Remove what imports noted of rows with one of these numbers, however it was written, or one of these texts."""
    values = {"digits": [phone.removeprefix("+") for phone in phones], "texts": list(texts)}
    return len(session.execute(_DELETE_IMPORT_PROBLEMS, values).all())


def list_texts(session: Session, ids: Collection[LeadId]) -> list[str]:
    """What else these leads have that names one person alone: e-mail addresses and external ids."""
    return list(session.execute(_TEXTS, {"ids": [str(lead_id) for lead_id in ids]}).scalars())


def find_by_keys(session: Session, keys: Collection[str]) -> Erasure | None:
    """The last erasure of somebody with one of these numbers in E.164, or of these `external_id:…`."""
    return _erasure(session.execute(_FIND_BY_KEYS, {"keys": list(keys)}).one_or_none())


def find_by_lead(session: Session, lead_id: LeadId) -> Erasure | None:
    """The erasure that removed the person from a lead."""
    return _erasure(session.execute(_FIND_BY_LEAD, {"lead_id": lead_id}).one_or_none())


def find_erasure(session: Session, erasure_id: UUID, *, lock: bool = False) -> Erasure | None:
    """Read the evidence of one erasure; a lock is not waited for."""
    sql = f"select {_COLUMNS} from erasures e where e.id = :id{' for update skip locked' if lock else ''}"
    return _erasure(session.execute(text(sql), {"id": erasure_id}).one_or_none())


def list_erasures(session: Session, *, limit: int, offset: int) -> list[Erasure]:
    """A page of the evidence, newest first."""
    rows = session.execute(_LIST, {"limit": limit, "offset": offset})
    return [found for row in rows if (found := _erasure(row)) is not None]


def count_erasures(session: Session) -> int:
    """How many erasures there are."""
    return int(session.execute(text("select count(*) from erasures")).scalar_one())


def insert_erasure(
    session: Session, *, tenant_id: TenantId, requested_by: UserId | None, reason: str, reference: str | None,
    keys: Collection[str], leads: Collection[LeadId], now: datetime,
) -> UUID:  # fmt: skip
    """Write down that a person is to be erased: the hashes of the keys, and the leads by their ids."""
    values: dict[str, Any] = {
        "id": new_id(), "tenant_id": tenant_id, "requested_by": requested_by, "reason": reason, "reference": reference,
        "keys": list(keys), "leads": [str(lead_id) for lead_id in leads], "now": now,
    }  # fmt: skip
    session.execute(_INSERT, values)
    session.execute(_INSERT_LEADS, values)
    session.execute(_INSERT_KEYS, values)
    return UUID(str(values["id"]))


def list_erasure_leads(session: Session, erasure_id: UUID, *, waiting: bool) -> list[LeadId]:
    """The leads of an erasure that still wait for it, or those that are erased."""
    rows = session.execute(_LIST_LEADS, {"id": erasure_id, "waiting": waiting})
    return [LeadId(row.lead_id) for row in rows]


def mark_erased(session: Session, erasure_id: UUID, leads: Sequence[LeadId], *, now: datetime) -> None:
    """These leads of an erasure are bare now."""
    values = {"id": erasure_id, "leads": [str(lead_id) for lead_id in leads], "now": now}
    session.execute(_MARK_ERASED, values)


def record_progress(
    session: Session,
    erasure_id: UUID,
    *,
    counts: Mapping[str, int],
    finished_at: datetime | None,
    look_again_at: datetime | None,
) -> None:
    """Keep the evidence up to date; without `look_again_at` the erasure is closed."""
    values = {
        "id": erasure_id, "counts": json.dumps(counts), "finished_at": finished_at, "look_again_at": look_again_at,
    }  # fmt: skip
    session.execute(_RECORD_PROGRESS, values)


def list_open_erasures(session: Session, *, at: datetime, max_rows: int) -> list[tuple[TenantId, UUID]]:
    """Erasures of all tenants that are to be looked at again."""
    rows = session.execute(_OPEN, {"at": at, "max_rows": max_rows})
    return [(TenantId(row.tenant_id), row.erasure_id) for row in rows]


def _erasure(row: Row[Any] | None) -> Erasure | None:
    return None if row is None else Erasure(**row._mapping)


_COLUMNS = "e.id, e.tenant_id, e.requested_by, e.reason, e.reference, e.counts, e.requested_at, e.finished_at"
# Each key by its own index.
_FIND_LEADS = text(
    """
    select l.id, l.external_id,
           array(select l.phone_normalized union
                 select p.phone_normalized from lead_phones p where p.lead_id = l.id) as phones
    from leads l
    where l.erased_at is null and l.id in (
        select id from leads where phone_normalized = any(cast(:phones as text[]))
        union select lead_id from lead_phones where phone_normalized = any(cast(:phones as text[]))
        union select id from leads
              where tenant_id = current_tenant() and external_id = any(cast(:external_ids as text[]))
        union select unnest(cast(:ids as uuid[])))
    order by l.id limit :limit
    """
)
_TAKE_TURN = text("select pg_advisory_xact_lock(hashtextextended(:tenant_id, 6))")
_LOCK_LEADS = text(
    """
    select l.id, l.status in ('queued', 'calling')
           or exists (select from calls c where c.lead_id = l.id and c.to_number <> '') as is_busy
    from leads l where l.id = any(cast(:ids as uuid[])) and l.erased_at is null
    order by l.id for update of l
    """
)
_BAR_LEADS = text(
    "update leads set do_not_call = true, updated_at = :now where id = any(cast(:ids as uuid[])) and not do_not_call"
)
_PLANNED_CALLS = text("select id from calls where lead_id = any(cast(:ids as uuid[])) and state = 'planned'")
_LIST_CALLS = text(
    """
    select id from calls where lead_id = any(cast(:ids as uuid[]))
    union
    select id from calls where tenant_id = current_tenant() and to_number = any(cast(:phones as text[]))
    """
)
_DELETE_SUPPRESSIONS = text(
    "delete from suppressions where phone_normalized = any(cast(:phones as text[])) returning id"
)
# A number as a file writes it: with its country code, with the digit dialled before area codes, or without both.
_DELETE_IMPORT_PROBLEMS = text(
    r"""
    with problem as (
        select import_id, number, value, ltrim(regexp_replace(value, '\D', '', 'g'), '0') as digits from import_problems
    ), named as (
        select import_id, number from problem
        where value = any(cast(:texts as text[]))
           or length(digits) >= 7 and exists (
               select from unnest(cast(:digits as text[])) as phone (digits)
               where right(phone.digits, length(problem.digits)) = problem.digits
                  or right(problem.digits, length(phone.digits)) = phone.digits)
    )
    delete from import_problems p using named where p.import_id = named.import_id and p.number = named.number
    returning p.import_id
    """
)
_TEXTS = text(
    """
    select email from leads where id = any(cast(:ids as uuid[])) and email is not null
    union select external_id from leads where id = any(cast(:ids as uuid[])) and external_id is not null
    """
)
_SALT = "(select number_salt from tenants where id = current_tenant())"
_FIND_BY_KEYS = text(
    f"""
    select {_COLUMNS} from erasures e
    where e.id in (select n.erasure_id from erased_numbers n
                   where n.hash in (select number_hash({_SALT}, key) from unnest(cast(:keys as text[])) as key))
    order by e.requested_at desc limit 1
    """
)
_FIND_BY_LEAD = text(
    f"""
    select {_COLUMNS} from erasures e join erasure_leads l on l.erasure_id = e.id
    where l.lead_id = :lead_id order by e.requested_at desc limit 1
    """
)
_LIST = text(f"select {_COLUMNS} from erasures e order by e.requested_at desc, e.id desc limit :limit offset :offset")
_INSERT = text(
    """
    insert into erasures (id, tenant_id, requested_by, reason, reference, requested_at)
    values (:id, :tenant_id, cast(:requested_by as uuid), :reason, cast(:reference as text), :now)
    """
)
_INSERT_LEADS = text(
    """
    insert into erasure_leads (erasure_id, lead_id, tenant_id)
    select :id, lead_id, :tenant_id from unnest(cast(:leads as uuid[])) as lead_id
    """
)
_INSERT_KEYS = text(
    f"""
    insert into erased_numbers (tenant_id, hash, erasure_id, erased_at)
    select :tenant_id, number_hash({_SALT}, key), :id, :now from unnest(cast(:keys as text[])) as key
    on conflict (tenant_id, hash) do update set erasure_id = excluded.erasure_id
    """
)
_LIST_LEADS = text(
    "select lead_id from erasure_leads where erasure_id = :id and (erased_at is null) = :waiting order by lead_id"
)
_MARK_ERASED = text(
    """
    update erasure_leads set erased_at = :now
    where erasure_id = :id and lead_id = any(cast(:leads as uuid[])) and erased_at is null
    """
)
_RECORD_PROGRESS = text(
    """
    update erasures set counts = cast(:counts as jsonb), finished_at = cast(:finished_at as timestamptz),
                        look_again_at = cast(:look_again_at as timestamptz)
    where id = :id
    """
)
_OPEN = text("select tenant_id, erasure_id from open_erasures(:at, :max_rows)")
