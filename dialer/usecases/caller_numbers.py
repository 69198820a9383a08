"""The numbers a tenant calls from: the carrier's list, fetched when somebody asks for it, with names and figures.

A campaign may show any valid number; whether the carrier takes it is for the carrier to say. This list is what makes
a wrong one visible before the first call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.errors import CarrierError, CarrierRefused, Conflict, Invalid, NotFound, Unavailable
from dialer.domain.ids import CallerNumberId
from dialer.domain.phone_numbers import PhoneProblem, parse_caller_id
from dialer.domain.principals import Principal, Role
from dialer.store import caller_numbers as store
from dialer.store.caller_numbers import CallerNumber, CampaignUse, NumberFigures, SyncCounts
from dialer.store.session import Transaction
from dialer.usecases.carrier_accounts import load_account
from dialer.usecases.services import Services

FIGURES_FOR = timedelta(days=7)
MAX_LABEL = 100
NO_CALLS = NumberFigures(calls=0, answered=0, last_used_at=None)


@dataclass(frozen=True)
class NumberView:
    """A number, the unfinished campaigns that show it, and what was placed from it in the last seven days."""

    number: CallerNumber
    campaigns: tuple[CampaignUse, ...]
    figures: NumberFigures | None


@dataclass(frozen=True)
class NumbersPage:
    """A page of numbers. `unlisted` are campaigns that show a number which is not, or no longer, in the list."""

    numbers: tuple[NumberView, ...]
    total: int
    synced_at: datetime | None
    unlisted: tuple[CampaignUse, ...]


def list_numbers(
    services: Services, *, actor: Principal, limit: int, offset: int, search: str | None, with_figures: bool
) -> NumbersPage:
    """A page of the tenant's numbers. Figures are counted only when they are wanted: that reads a week of calls."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        found = store.list_numbers(tx.session, limit=limit, offset=offset, search=search)
        uses = store.list_uses(tx.session)
        figures = _count_calls(services, tx, actor) if with_figures else None
        return NumbersPage(
            numbers=tuple(_view(one, uses, figures) for one in found),
            total=store.count_numbers(tx.session, search=search),
            synced_at=store.find_synced_at(tx.session),
            unlisted=tuple(use for use in uses if not use.is_listed),
        )


def sync_numbers(services: Services, *, actor: Principal) -> SyncCounts:
    """Ask the carrier for its list and keep it. A number that it no longer names stays, as one that is not active.

    Raises Conflict when the carrier refuses the account, Unavailable when it does not answer.
    """
    actor.require(Role.ADMIN)
    account = load_account(services, tenant_id=actor.tenant_id)
    try:
        numbers = services.carrier.list_caller_numbers(account)
    except CarrierRefused as refusal:
        raise Conflict(f"The carrier refuses the account: {refusal}. Test the connection in the settings.") from refusal
    except CarrierError as trouble:
        raise Unavailable("The carrier does not answer at the moment. Try again in a minute.") from trouble
    readable = [one for one in numbers if not isinstance(parse_caller_id(one.e164), PhoneProblem)]
    with services.transaction(actor.tenant_id) as tx:
        return store.sync_numbers(tx.session, tenant_id=actor.tenant_id, numbers=readable, now=services.clock.now())


def add_number(services: Services, *, actor: Principal, phone: str, label: str | None) -> NumberView:
    """Write down a number that the carrier's list does not name, one of another carrier's trunk for example.

    Raises Invalid for what is no number, Conflict for one that is there already.
    """
    actor.require(Role.ADMIN)
    parsed = parse_caller_id(phone)
    if isinstance(parsed, PhoneProblem):
        raise Invalid.field("phone", parsed.message)
    with services.transaction(actor.tenant_id) as tx:
        number_id = store.insert_manual(
            tx.session, tenant_id=actor.tenant_id, e164=parsed.e164, label=_checked(label), now=services.clock.now()
        )
        if number_id is None:
            raise Conflict(f"{parsed.e164} is in the list already.")
        return _load(tx, number_id)


def name_number(services: Services, *, actor: Principal, number_id: CallerNumberId, label: str | None) -> NumberView:
    """Give a number a name of the tenant's own; None goes back to the carrier's. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        _load(tx, number_id)
        store.set_label(tx.session, number_id, label=_checked(label), now=services.clock.now())
        return _load(tx, number_id)


def remove_number(services: Services, *, actor: Principal, number_id: CallerNumberId) -> None:
    """Take a number off the list that was written down by hand, or that the carrier no longer names.

    Raises NotFound, and Conflict for one that the carrier names: the next comparison would bring it back.
    """
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        found = _load(tx, number_id).number
        if found.kind != "manual" and found.is_active:
            raise Conflict("The carrier names this number; release it there, then fetch the list again.")
        store.delete_number(tx.session, number_id)


def _count_calls(services: Services, tx: Transaction, actor: Principal) -> Mapping[str, NumberFigures]:
    return store.count_calls(tx.session, tenant_id=actor.tenant_id, since=services.clock.now() - FIGURES_FOR)


def _view(
    number: CallerNumber, uses: list[CampaignUse], figures: Mapping[str, NumberFigures] | None = None
) -> NumberView:
    used_by = tuple(use for use in uses if use.caller_id == number.e164)
    return NumberView(number, used_by, None if figures is None else figures.get(number.e164, NO_CALLS))


def _load(tx: Transaction, number_id: CallerNumberId) -> NumberView:
    found = store.find_number(tx.session, number_id)
    if found is None:
        raise NotFound("There is no number with this id.")
    return _view(found, store.list_uses(tx.session))


def _checked(label: str | None) -> str | None:
    stripped = (label or "").strip()
    if len(stripped) > MAX_LABEL:
        raise Invalid.field("label", f"must be at most {MAX_LABEL} characters long")
    return stripped or None
