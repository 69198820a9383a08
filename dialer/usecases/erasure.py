"""Erasing a person: everywhere at once, by any of his numbers or his external id, with evidence that names nobody.

What stays: that calls were made, when, how they ended and what the abandonment ledger counts; the verdicts on them,
without numbers; and a hash of each number, so that it is never called or imported again. A lead in a call is erased
when that has ended.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from dialer.domain.errors import Conflict, Invalid, NotFound
from dialer.domain.ids import LeadId, TenantId
from dialer.domain.phone_numbers import PhoneProblem, parse_phone_number
from dialer.domain.principals import Principal, Role
from dialer.store import anonymising
from dialer.store import erasure as store
from dialer.store.anonymising import EmptiedCalls
from dialer.store.erasure import Erasure as Erasure
from dialer.store.erasure import PersonLead
from dialer.store.session import Transaction
from dialer.usecases.dialing import withdraw_call
from dialer.usecases.services import Services

ErasureReason = Literal["requested", "consent_withdrawn", "objection", "unlawful", "no_longer_needed", "legal_order"]
MAX_LEADS = 500
"""Nobody is on more lists than this: an external id, or a number, that is, stands for something else than a person."""
WAIT = timedelta(seconds=5)
SECOND_LOOK = timedelta(days=1)
"""Recordings and reports of the last calls may come after the erasure; then they are removed, too."""
MAX_ROWS = 200
DEFAULT_REGION = "US"


@dataclass(frozen=True)
class ErasurePage:
    """A page of the evidence, and how much there is in all."""

    erasures: tuple[Erasure, ...]
    total: int


@dataclass
class _Person:
    """All that is known to be one person's."""

    phones: set[str]
    external_ids: set[str]
    leads: dict[LeadId, PersonLead] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """What hashes are kept of."""
        return [*sorted(self.phones), *(f"external_id:{one}" for one in sorted(self.external_ids))]


def erase_person(
    services: Services,
    *,
    actor: Principal,
    phone: str | None = None,
    external_id: str | None = None,
    lead_id: LeadId | None = None,
    reason: ErasureReason = "requested",
    reference: str | None = None,
    is_linked: bool = True,
) -> Erasure:
    """Erase the person with this number, external id or lead from every list and call of the tenant.

    Linked are leads that share an external id, and those with another number of the same person. Asking again for
    somebody who is erased answers with the evidence there is. Raises NotFound for an unknown lead or external id,
    Invalid for a number that is none, Conflict for what more than 500 leads share.
    """
    actor.require(Role.ADMIN)
    if sum(one is not None for one in (phone, external_id, lead_id)) != 1:
        raise Invalid.field("phone", "say phone, external_id or lead_id, and one of them only")
    with services.transaction(actor.tenant_id) as tx:
        store.take_turn(tx.session, actor.tenant_id)
        person = _find_person(tx, _number(phone), external_id, lead_id, is_linked=is_linked)
        known = _known(tx, person, lead_id)
        if known is not None and not person.leads:
            return known
        if not person.leads and not person.phones:
            raise NotFound("There is nobody with this external id." if external_id else "There is no such lead.")
        now = services.clock.now()
        erasure_id = store.insert_erasure(
            tx.session, tenant_id=actor.tenant_id, requested_by=actor.user_id, reason=reason, reference=reference,
            keys=person.keys, leads=person.leads, now=now,
        )  # fmt: skip
        return _erase_leads(services, tx, erasure_id, _erase_traces(tx, person, now), now)


def list_erasures(services: Services, *, actor: Principal, limit: int, offset: int) -> ErasurePage:
    """The evidence of all erasures, newest first."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        page = store.list_erasures(tx.session, limit=limit, offset=offset)
        return ErasurePage(tuple(page), store.count_erasures(tx.session))


def load_erasure(services: Services, *, actor: Principal, erasure_id: UUID) -> Erasure:
    """The evidence of one erasure. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        erasure = store.find_erasure(tx.session, erasure_id)
    if erasure is None:
        raise NotFound("There is no erasure with this id.")
    return erasure


def sweep_erasures(services: Services) -> int:
    """Erase leads whose calls have ended, and look a second time at what came late; return how many erasures moved.

    Two sweeps at once share the work: each takes the erasures that nobody else has locked.
    """
    with services.transaction() as tx:
        due = store.list_open_erasures(tx.session, at=services.clock.now(), max_rows=MAX_ROWS)
    return sum(_look_again(services, tenant_id, erasure_id) for tenant_id, erasure_id in due)


def _number(phone: str | None) -> str | None:
    if phone is None:
        return None
    number = parse_phone_number(phone, DEFAULT_REGION, dialable_only=False)
    if isinstance(number, PhoneProblem):
        raise Invalid.field("phone", number.message)
    return number.e164


def _find_person(
    tx: Transaction, phone: str | None, external_id: str | None, lead_id: LeadId | None, *, is_linked: bool
) -> _Person:
    """Follow numbers and external ids from lead to lead until no more come.

    Somebody who shares a further number, but bears another external id, is somebody else.
    """
    person = _Person({phone} if phone else set(), {external_id} if external_id else set())
    found = _find(tx, phones=person.phones, external_ids=person.external_ids, ids=[lead_id] if lead_id else [])
    while found:
        phones, external_ids = set(person.phones), set(person.external_ids)
        for lead in found:
            person.leads[lead.id] = lead
            person.phones |= lead.phones
            if lead.external_id and is_linked:
                person.external_ids.add(lead.external_id)
        if not is_linked:
            break
        beside = _find(tx, phones=person.phones - phones, external_ids=person.external_ids - external_ids)
        found = [
            lead
            for lead in beside
            if lead.id not in person.leads and (lead.external_id is None or lead.external_id in person.external_ids)
        ]
    return person


def _find(
    tx: Transaction,
    *,
    phones: Collection[str] = (),
    external_ids: Collection[str] = (),
    ids: Collection[LeadId] = (),
) -> list[PersonLead]:
    if not phones and not external_ids and not ids:
        return []
    found = store.find_leads(tx.session, phones=phones, external_ids=external_ids, ids=ids, limit=MAX_LEADS + 1)
    if len(found) > MAX_LEADS:
        raise Conflict(
            f"More than {MAX_LEADS} leads share a number or an external id with this one: it names no single person. "
            "Erase without linked leads, or correct the external id."
        )
    return found


def _known(tx: Transaction, person: _Person, lead_id: LeadId | None) -> Erasure | None:
    if lead_id is not None and not person.leads:
        return store.find_by_lead(tx.session, lead_id)
    return store.find_by_keys(tx.session, person.keys)


def _erase_traces(tx: Transaction, person: _Person, now: datetime) -> dict[str, int]:
    """Everything that is not a lead's own, and calls to these numbers from whichever lead."""
    emptied = anonymising.anonymise_calls(tx.session, store.list_calls(tx.session, phones=person.phones), now=now)
    texts = store.list_texts(tx.session, person.leads)
    return {
        "numbers": len(person.phones),
        "suppressions": store.delete_suppressions(tx.session, person.phones),
        "import_problems": store.delete_import_problems(tx.session, person.phones, texts),
        "calls": emptied.calls,
        "recordings": emptied.recordings,
        "leads": 0,
    }


def _erase_leads(
    services: Services, tx: Transaction, erasure: UUID, counts: Mapping[str, int], now: datetime
) -> Erasure:
    """Erase those of the leads that are not in a call, and say when to look again."""
    waiting = store.list_erasure_leads(tx.session, erasure, waiting=True)
    # Calls before their leads, as whoever ends a call locks them.
    emptied = anonymising.anonymise_calls(tx.session, store.list_calls(tx.session, lead_ids=waiting), now=now)
    free, busy = store.lock_leads(tx.session, waiting)
    erased = anonymising.anonymise_leads(tx.session, free, reason="erased", now=now)
    store.mark_erased(tx.session, erasure, free, now=now)
    planned = store.bar_leads(tx.session, busy, now=now)
    store.record_progress(
        tx.session,
        erasure,
        counts={**_sum(counts, emptied), "leads": counts["leads"] + erased, "waiting": len(busy)},
        finished_at=None if busy else now,
        look_again_at=now + (WAIT if busy else SECOND_LOOK),
    )
    found = _required(tx, erasure)
    for call_id in planned:
        tx.after_commit(withdraw_call, services, tenant_id=found.tenant_id, call_id=call_id, only_if_forbidden=True)
    return found


def _look_again(services: Services, tenant_id: TenantId, erasure_id: UUID) -> bool:
    now = services.clock.now()
    with services.transaction(tenant_id) as tx:
        erasure = store.find_erasure(tx.session, erasure_id, lock=True)
        if erasure is None:
            return False
        if erasure.finished_at is None:
            _erase_leads(services, tx, erasure_id, erasure.counts, now)
            return True
        leads = store.list_erasure_leads(tx.session, erasure_id, waiting=False)
        emptied = anonymising.anonymise_calls(tx.session, store.list_calls(tx.session, lead_ids=leads), now=now)
        counts = _sum(erasure.counts, emptied)
        store.record_progress(
            tx.session, erasure_id, counts=counts, finished_at=erasure.finished_at, look_again_at=None
        )
    return True


def _sum(counts: Mapping[str, int], emptied: EmptiedCalls) -> dict[str, int]:
    return {
        **counts,
        "calls": counts["calls"] + emptied.calls,
        "recordings": counts["recordings"] + emptied.recordings,
    }


def _required(tx: Transaction, erasure_id: UUID) -> Erasure:
    erasure = store.find_erasure(tx.session, erasure_id)
    if erasure is None:
        raise NotFound("There is no erasure with this id.")
    return erasure
