"""What is said about leads is what placing then does: lead by lead, counted over a campaign, and as time goes by."""

import random
from collections import Counter
from datetime import time, timedelta
from typing import Any

import pytest

from dialer.domain.errors import NotFound
from dialer.domain.ids import LeadId, ListId
from dialer.usecases import campaigns
from dialer.usecases.dialability import LeadDialability, explain_lead, summarize_campaign
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.lists import make_list
from tests.builders.registries import make_registry
from tests.builders.situations import (
    CLOSES,
    HARTFORD,
    HOME,
    HOUR,
    LONDON,
    MIAMI,
    OPENS,
    SECOND,
    WORK,
    Situation,
    after,
    at,
    but,
    called,
    called_elsewhere,
    forbid,
    lead,
    supervisor,
    suppress,
)
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON


def explain(floor: Floor, lead_id: LeadId) -> LeadDialability:
    return explain_lead(floor.services, actor=supervisor(floor), lead_id=lead_id)


# -- lead by lead

DIALABLE: dict[str, Situation] = {
    "nothing": after(),
    "suppressed until a moment ago": after(lambda floor: suppress(floor, until=NOON)),
    "suppressed in another campaign": after(
        lambda floor: suppress(floor, campaign_id=open_floor(floor.services, floor.tenant_id).campaign_id)
    ),
    "another phone on a registry": after(lambda floor: make_registry(floor.services, floor.tenant_id, [WORK])),
    "a retry that has come due": but("update leads set is_waiting = true, next_call_at = :now", now=NOON),
    "a promise that has come due": but("update leads set callback_at = :now, next_call_at = :now", now=NOON),
    "called as often as is allowed but once": after(
        lambda floor: called_elsewhere(floor, HOME), lambda floor: forbid(floor, "cap", {"max": 2, "hours": 24})
    ),
    "called often enough, but not within the day": after(
        lambda floor: called_elsewhere(floor, HOME, hours_ago=24),
        lambda floor: forbid(floor, "cap", {"max": 1, "hours": 24}),
    ),
    "another tenant calls him": after(
        lambda floor: called_elsewhere(open_floor(floor.services), HOME, state="bridged")
    ),
    "the first moment of the hours": at(OPENS),
    "the last moment in which it rings within the hours": at(CLOSES - 11 * SECOND),
    "nobody has looked where he is": but("update leads set locality_id = 0"),
    "consent where it is needed": at(NOON, HARTFORD, consent=True),
    "another phone of his is dead": after(
        lambda floor: floor.change("update lead_phones set is_usable = false where position = 1")
    ),
    "one attempt left": but("update leads set call_attempts = 2"),
}  # fmt: skip
STOPPED: dict[str, Situation] = {
    "paused": but("update campaigns set status = 'paused'"),
    "its schedule has ended": but("update campaigns set schedule_end = :now", now=NOON),
    "its list is switched off": but("update lists set is_active = false"),
    "completed": but("update leads set status = 'completed'"),
    "failed": but("update leads set status = 'failed'"),
    "taken off": but("update leads set status = 'dnc', do_not_call = true"),
    "marked": but("update leads set do_not_call = true"),
    "suppressed": after(suppress),
    "suppressed for a time": after(lambda floor: suppress(floor, until=NOON + SECOND)),
    "suppressed in this campaign": after(lambda floor: suppress(floor, campaign_id=floor.campaign_id)),
    "suppressed on another phone": after(lambda floor: suppress(floor, WORK)),
    "suppressed on a phone of another list": after(
        lambda floor: lead(open_floor(floor.services, floor.tenant_id), MIAMI, external_id="C-17"),
        lambda floor: suppress(floor, MIAMI),
        external_id="C-17",
    ),
    "waits for a retry": but("update leads set next_call_at = :later", later=NOON + SECOND),
    "waits for a promise": but("update leads set next_call_at = :at, callback_at = :at", at=NOON + SECOND),
    "capped by calls elsewhere": after(
        lambda floor: called_elsewhere(floor, HOME), lambda floor: forbid(floor, "cap", {"max": 1, "hours": 24})
    ),
    "capped by calls to another phone": after(
        lambda floor: called_elsewhere(floor, WORK), lambda floor: forbid(floor, "cap", {"max": 1, "days": 1})
    ),
    "left alone after a conversation": after(
        lambda floor: called_elsewhere(floor, HOME, state="completed", bridged_at=NOON - HOUR, ended_at=NOON - HOUR),
        lambda floor: forbid(floor, "wait", {"after": "conversation", "hours": 2}),
    ),
    "none of his phones is worth calling": after(
        lambda floor: floor.change("update lead_phones set is_usable = false")
    ),
    "attempts used up": but("update leads set call_attempts = 3"),
    "called at this moment for another list": after(lambda floor: called_elsewhere(floor, HOME, state="ringing")),
    "called at this moment on another phone": after(lambda floor: called_elsewhere(floor, WORK, state="bridged")),
    "a second before the hours": at(OPENS - SECOND),
    "it would ring after the hours": at(CLOSES - 10 * SECOND),
    "night": at(CLOSES + HOUR),
    "asleep where the address is": at(OPENS, state="CA"),
    "asleep, and nobody has looked where he is": at(OPENS - HOUR, locality_id=0),
    "the next phone is where it is night": but("update leads set next_phone = :tokyo", tokyo="+81312345678"),
    "outside the campaign's hours": but(
        "update campaigns set calling_hours_start = '08:00', calling_hours_end = '18:00'"
    ),
    "outside the campaign's hours at the callee": but(
        "update campaigns set calling_hours_start = '08:00', calling_hours_end = '13:00', calling_hours_zone = 'callee'"
    ),
    "not one of the campaign's days": but("update campaigns set calling_days = '{0,1,3,4,5,6}'"),
    "a rule of one's own": after(lambda floor: forbid(floor, "ban", {"reason": "A flood."})),
    "no consent where it is needed": at(NOON, HARTFORD, consent=False),
    "a country that the campaign does not call": but("update campaigns set allowed_countries = '{GB}'"),
    "a country that only looks like home": at(NOON, "+18762530000"),
    "a toll-free number": at(NOON, "+18002530000"),
    "a number that belongs to no place": at(NOON, "+881612345678"),
}  # fmt: skip


def placed(floor: Floor, lead_id: LeadId) -> bool:
    """Plan and place as a tick and its worker do; tell whether the lead was called."""
    for call_id in floor.plan():
        floor.place(call_id)
    return lead_id in {request.lead_id for request in floor.carrier.placed}


@pytest.fixture
def floor(services: Services) -> Floor:
    """A campaign with agents who have nothing to do."""
    floor = open_floor(services)
    for _ in range(3):
        floor.console_agent()
    return floor


@pytest.mark.parametrize("situation", DIALABLE)
def test_who_is_said_to_be_dialable_is_dialled(floor: Floor, situation: str) -> None:
    lead_id = DIALABLE[situation](floor)
    assert explain(floor, lead_id).gates == ()
    assert placed(floor, lead_id)


@pytest.mark.parametrize("situation", STOPPED)
def test_who_is_said_to_be_stopped_is_not_dialled(floor: Floor, situation: str) -> None:
    lead_id = STOPPED[situation](floor)
    assert not explain(floor, lead_id).is_dialable
    assert not placed(floor, lead_id)


def test_who_is_not_reached_at_his_own_phone_is_dialled_at_the_next_that_is_worth_it(floor: Floor) -> None:
    lead_id = lead(floor, alternates=(WORK,))
    floor.change("update lead_phones set is_usable = false where position = 0")
    assert explain(floor, lead_id).is_dialable
    assert not placed(floor, lead_id), "the first tick finds it out"
    assert placed(floor, lead_id)
    assert [request.to_number for request in floor.carrier.placed] == [WORK]


def test_a_number_on_a_registry_stops_the_call_to_it(floor: Floor) -> None:
    lead_id = lead(floor)
    make_registry(floor.services, floor.tenant_id, [HOME])
    assert [gate.gate for gate in explain(floor, lead_id).gates] == ["dnc"]
    assert not placed(floor, lead_id)


# -- counted

AREAS = ("617", "305", "410", "415", "808", "860", "416")
"""Boston, Miami and Baltimore (three calls in 24 hours), San Francisco, Honolulu, Hartford (consent), Toronto."""
MOMENTS = (CLOSES - 5 * SECOND, NOON, CLOSES + 2 * HOUR, OPENS - HOUR / 2, NOON + timedelta(days=4))


CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {},
    {"call_type": "debt"},
    {"calling_hours_start": time(9), "calling_hours_end": time(17), "calling_hours_zone": "callee"},
    {"allowed_countries": frozenset({"US"}), "consent_on_record": False},
)


def populate(floor: Floor, seed: int) -> list[LeadId]:
    """Thirty people of whom each is stopped by something, by several things or by nothing."""
    chance = random.Random(seed)
    second, off = (
        make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, name=name, is_active=name != "Off")
        for name in ("Second", "Off")
    )
    return [_somebody(floor, chance, number, (ListId(floor.campaign_id), second, off)) for number in range(30)]


def _somebody(floor: Floor, chance: random.Random, number: int, lists: tuple[ListId, ...]) -> LeadId:
    now, area = floor.services.clock.now(), chance.choice(AREAS)
    phone = f"+1{area}25300{number:02}"
    # Whose number is of a country that is not called, and whose address is in one that is, only a view of him tells.
    state = None if area == "416" else chance.choice((None, None, "CA"))
    status = chance.choice(("pending",) * 12 + ("completed", "failed", "dnc", "queued", "calling"))
    lead_id = lead(floor, phone, consent=chance.choice((None, True, False)), state=state)
    waits = status == "pending" and chance.random() < 0.4
    floor.change(
        "update leads set status = :status, list_id = :list, next_call_at = :due, callback_at = :promised "
        "where id = :id",
        id=lead_id, status=status, list=chance.choices(lists, (5, 3, 1))[0],
        due=now + chance.random() * 30 * HOUR if waits else now - HOUR,
        promised=now if waits and chance.random() < 0.4 else None,
    )  # fmt: skip
    if chance.random() < 0.2:
        suppress(floor, phone, until=now + chance.random() * 30 * HOUR)
    for hours in (1, 5, 20) if chance.random() < 0.4 else ():
        called(floor, lead_id, hours_ago=hours)
    if chance.random() < 0.2:
        called(
            floor, lead_id, hours_ago=30, state="completed", bridged_at=now, ended_at=now - chance.random() * 30 * HOUR
        )
    if status == "pending" and chance.random() < 0.1:
        called_elsewhere(floor, phone, state="bridged", hours_ago=0)
    return lead_id


@pytest.mark.parametrize("seed", range(5))
def test_the_summary_counts_each_lead_at_the_gate_that_stops_it_first(
    services: Services, clock: FrozenClock, seed: int
) -> None:
    floor = open_floor(services, **CAMPAIGNS[seed % len(CAMPAIGNS)])
    clock.at = MOMENTS[seed % len(MOMENTS)]
    leads = populate(floor, seed)
    views = {lead_id: explain(floor, lead_id) for lead_id in leads}
    expected: Counter[tuple[ListId, str | None]] = Counter()
    for lead_id, view in views.items():
        expected[floor.lead(lead_id).list_id, view.gates[0].gate if view.gates else None] += 1
    found = summarize_campaign(floor.services, actor=supervisor(floor), campaign_id=floor.campaign_id)
    counted: Counter[tuple[ListId, str | None]] = Counter()
    for entry in found.lists:
        counted[entry.list_id, None] += entry.callable
        counted.update({(entry.list_id, name): gate.count for name, gate in entry.gates.items()})
    assert +counted == expected
    assert found.total == len(leads)
    for name in found.gates.keys() - {"retry"}:
        clearing = [view.gates[0].clears_at for view in views.values() if view.gates and view.gates[0].gate == name]
        assert found.gates[name].earliest_clears_at == min(filter(None, clearing), default=None), name


def test_the_summary_knows_that_a_phone_rings_some_seconds_after_its_call_is_placed(
    floor: Floor, clock: FrozenClock
) -> None:
    clock.at = CLOSES - 5 * SECOND
    lead(floor)
    found = summarize_campaign(floor.services, actor=supervisor(floor), campaign_id=floor.campaign_id)
    assert found.callable == 0
    assert (found.gates["hours"].count, found.gates["hours"].earliest_clears_at) == (1, OPENS)


# -- as time goes by


def _talked(floor: Floor) -> None:
    floor.change("update campaigns set call_type = 'debt'")
    called_elsewhere(floor, HOME, state="completed", bridged_at=NOON - HOUR, ended_at=NOON - HOUR)


CLEARING: dict[str, Situation] = {
    "night": at(CLOSES + HOUR),
    "it would ring after the hours": at(CLOSES - 5 * SECOND),
    "two zones of which one sleeps": at(OPENS - HOUR, state="CA"),
    "Sunday in New Orleans": at(NOON + timedelta(days=3, hours=10), "+15042530000"),
    "the campaign's hours at the callee": but(
        "update campaigns set calling_hours_start = '09:30', calling_hours_end = '13:00', calling_hours_zone = 'callee'"
    ),
    "the campaign's days": but("update campaigns set calling_days = '{0}'"),
    "a cap on 24 hours": after(
        lambda floor: called_elsewhere(floor, WORK, hours_ago=20),
        lambda floor: forbid(floor, "cap", {"max": 1, "hours": 24}),
    ),
    "a cap on two local days": after(
        lambda floor: called_elsewhere(floor, HOME, hours_ago=20),
        lambda floor: forbid(floor, "cap", {"max": 1, "days": 2}),
    ),
    "two caps of which one lasts": after(
        lambda floor: called_elsewhere(floor, HOME),
        lambda floor: forbid(floor, "cap", {"max": 1, "hours": 4}),
        lambda floor: forbid(floor, "cap", {"max": 1, "per": "week"}),
    ),
    "a wait after a conversation about a debt": after(_talked),
    "an abandoned call in London": after(
        lambda floor: called_elsewhere(floor, LONDON, state="abandoned", ended_at=NOON - 2 * HOUR), phone=LONDON
    ),
    "suppressed for a time": after(lambda floor: suppress(floor, WORK, until=NOON + 30 * HOUR)),
    "two entries of which one lasts": after(
        lambda floor: suppress(floor, WORK, until=NOON + HOUR), lambda floor: suppress(floor, until=NOON + 9 * HOUR)
    ),
    "an entry of the campaign that outlasts the tenant's": after(
        lambda floor: suppress(floor, until=NOON + HOUR),
        lambda floor: suppress(floor, until=NOON + 3 * HOUR, campaign_id=floor.campaign_id),
    ),
    "a retry": but("update leads set next_call_at = :at", at=NOON + HOUR),
    "a retry at night": but("update leads set next_call_at = :at", at=CLOSES + HOUR),
    "a promise": but("update leads set next_call_at = :at, callback_at = :at", at=NOON + HOUR),
    "a retry within a cap": after(
        lambda floor: called_elsewhere(floor, WORK),
        lambda floor: forbid(floor, "cap", {"max": 1, "hours": 24}),
        lambda floor: floor.change("update leads set next_call_at = :at", at=NOON + 40 * HOUR),
    ),
}  # fmt: skip


@pytest.mark.parametrize("situation", CLEARING)
def test_a_gate_holds_until_the_moment_that_it_names_and_no_longer(
    floor: Floor, clock: FrozenClock, situation: str
) -> None:
    lead_id = CLEARING[situation](floor)
    first = explain(floor, lead_id).gates[0]
    assert first.clears_at is not None
    clock.at = first.clears_at - SECOND
    assert explain(floor, lead_id).gates[0].gate == first.gate
    clock.at = first.clears_at
    assert first.gate not in {gate.gate for gate in explain(floor, lead_id).gates}


@pytest.mark.parametrize("situation", CLEARING)
def test_who_is_said_to_be_dialable_from_a_moment_on_is_dialled_then_and_not_before(
    floor: Floor, clock: FrozenClock, situation: str
) -> None:
    lead_id = CLEARING[situation](floor)
    then = explain(floor, lead_id).next_dialable_at
    assert then is not None
    clock.at = then - SECOND
    assert not explain(floor, lead_id).is_dialable
    assert not placed(floor, lead_id)
    clock.at = then
    floor.change("update leads set status = 'pending', next_call_at = least(next_call_at, :now)", now=then)
    assert explain(floor, lead_id).gates == ()
    assert placed(floor, lead_id)


def test_a_scheduled_campaign_names_its_start(floor: Floor, clock: FrozenClock) -> None:
    lead_id = lead(floor)
    floor.change("update campaigns set status = 'scheduled', schedule_start = :start", start=NOON + HOUR)
    assert explain(floor, lead_id).gates[0].clears_at == NOON + HOUR
    assert explain(floor, lead_id).next_dialable_at == clock.advance(hours=1)
    campaigns.start_scheduled_campaigns(floor.services)
    assert explain(floor, lead_id).is_dialable


def test_strangers_learn_nothing(floor: Floor, cleo: Any) -> None:
    lead_id = lead(floor)
    for ask in (
        lambda: explain_lead(floor.services, actor=cleo.principal, lead_id=lead_id),
        lambda: summarize_campaign(floor.services, actor=cleo.principal, campaign_id=floor.campaign_id),
    ):
        with pytest.raises(NotFound):
            ask()
