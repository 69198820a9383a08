"""Where people may be called at this moment, as far as the clock decides: asked by each tick for hundreds of places.

What is worked out is kept with the rule book until it changes, since a place opens and closes a few times a day.
Placing decides again about each call; this only keeps the hopper from people for whom the answer is known to be no.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dialer.domain.compliance import CallingWindow, Locality, RuleBook, next_opening, open_spans
from dialer.domain.ids import TenantId
from dialer.store import localities as locality_store
from dialer.store.localities import UNDETERMINED
from dialer.store.placements import CampaignTerms
from dialer.store.ready_leads import ReadyList, find_ready_locality
from dialer.store.session import Transaction
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.services import Services
from dialer.usecases.verdicts import window_of

LOOK_AHEAD = timedelta(hours=30)
"""What is open for longer is looked at again after this time."""
MAX_KEPT = 50_000


@dataclass(frozen=True)
class Stretch:
    """From `since` on a place is open, or is not; at `until` that changes, or is to be asked again.

    `opens_at`: when a closed place opens; None if it never does.
    """

    is_open: bool
    since: datetime
    until: datetime
    opens_at: datetime | None = None


@dataclass(frozen=True)
class Openness:
    """Which places may be called now, and which later: number and opening, the first to open first."""

    open: frozenset[int]
    closed: tuple[tuple[int, datetime | None], ...]


@dataclass(frozen=True)
class CallableLeads:
    """`lists`: with the localities where leads may be called now, without lists that have none. `ready`: all lists that
    have leads ready. `closed`: where nobody may be called now, and when that place opens, the first to open first."""

    lists: tuple[ReadyList, ...]
    ready: tuple[ReadyList, ...]
    closed: tuple[tuple[int, datetime | None], ...]


def choose_localities(
    services: Services,
    tx: Transaction,
    terms: CampaignTerms,
    ready: tuple[ReadyList, ...],
    *,
    tenant_id: TenantId,
    revision: int,
    now: datetime,
) -> CallableLeads:
    """Leave of each list the localities where people may be called now."""
    numbers = {number for entry in ready for number in entry.localities}
    openness = judge_localities(services, tx, terms, numbers, tenant_id=tenant_id, revision=revision, now=now)
    lists = (
        replace(entry, localities=tuple(number for number in entry.localities if number in openness.open))
        for entry in ready
    )
    return CallableLeads(tuple(entry for entry in lists if entry.localities), ready, openness.closed)


def explain_closed(tx: Transaction, leads: CallableLeads) -> str | None:
    """Why nobody is called though leads are ready, and until when; None if none is ready in a closed place.

    One statement: for ticks that place nothing.
    """
    opens_at = dict(leads.closed)
    first = find_ready_locality(
        tx.session, list_ids=[entry.turn.list_id for entry in leads.ready], localities=list(opens_at)
    )
    if first is None:
        return None
    opening = opens_at[first]
    if opening is None:
        return "the local time where the leads are is not known, or never within calling hours"
    return f"outside calling hours where the leads are until {utc(opening)}"


def judge_localities(
    services: Services,
    tx: Transaction,
    terms: CampaignTerms,
    ids: Iterable[int],
    *,
    tenant_id: TenantId,
    revision: int,
    now: datetime,
) -> Openness:
    """Tell which localities may be called now on a campaign's terms, by rules that know the changes up to `revision`.

    Where nobody has looked yet where people are, the answer is yes: placing finds out. Usually costs no statement.
    """
    wanted = set(ids)
    known = sorted(wanted - {UNDETERMINED})
    if not known:
        return Openness(frozenset(wanted), ())
    # Who never had rules of his own shares the shipped book, and what is known about it.
    book = rule_book(services, tx.session, tenant_id=tenant_id, revision=revision) if revision else services.rules
    places = _places(services, tx, known)
    kept = _kept(book, terms.call_type, window_of(terms))
    is_open = {UNDETERMINED} & wanted
    closed: list[tuple[int, datetime | None]] = []
    for number in known:
        place = places[number]
        stretch = kept.get(place)
        if stretch is None or not stretch.since <= now < stretch.until:
            stretch = kept[place] = judge_locality(place, terms, now, book)
        if stretch.is_open:
            is_open.add(number)
        else:
            closed.append((number, stretch.opens_at))
    closed.sort(key=lambda entry: (entry[1] is None, entry[1] or now, entry[0]))
    return Openness(frozenset(is_open), tuple(closed))


def judge_locality(place: Locality, terms: CampaignTerms, now: datetime, book: RuleBook) -> Stretch:
    """Whether a locality is open at this moment, and for how long that holds."""
    horizon = now + LOOK_AHEAD
    if not place.is_known:
        return Stretch(is_open=False, since=now, until=horizon)
    call = (place, terms.call_type, terms.consent_on_record, terms.calling_profile, window_of(terms))
    spans = open_spans(*call, now, horizon, book)
    if spans and spans[0][0] <= now:
        return Stretch(is_open=True, since=now, until=spans[0][1])
    opening = spans[0][0] if spans else next_opening(*call, now, book)
    until = horizon if opening is None else opening
    return Stretch(is_open=False, since=now, until=until, opens_at=opening)


def _places(services: Services, tx: Transaction, ids: Sequence[int]) -> dict[int, Locality]:
    """Localities by number; each is read once by a process, since none ever changes."""
    known = services.localities
    missing = [number for number in ids if number not in known]
    if missing:
        for number, stored in locality_store.load_localities(tx.session, missing).items():
            known[number] = Locality(stored.jurisdictions, stored.time_zones)
    return known


def _kept(book: RuleBook, call_type: str, window: CallingWindow) -> dict[Locality, Stretch]:
    """What is known for calls of one type within one window. It goes with the book."""
    key = ("stretches", call_type, window)
    found = book.cache.get(key)
    if not isinstance(found, dict) or len(found) > MAX_KEPT:
        found = book.cache[key] = {}
    return found


def utc(at: datetime) -> str:
    """An instant as notes write it."""
    return at.astimezone(UTC).isoformat()
