"""What is said about leads is what placing then does: lead by lead, counted over a campaign, and as time goes by."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from dialer.domain.ids import LeadId
from dialer.domain.principals import Role
from dialer.usecases import calling_rules, campaigns
from dialer.usecases.dialability import LeadDialability, explain_lead, summarize_campaign
from dialer.usecases.services import Services
from tests.builders.calls import make_call
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import fresh_number
from tests.builders.lists import make_list
from tests.builders.promises import acting
from tests.builders.registries import make_registry
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HOME, WORK = "+16172530000", "+16172530001"
"""In Boston, where it is 13:00 and calls are allowed from 08:00 to 20:00."""
LONDON, HONOLULU, HARTFORD, MIAMI = "+442079460018", "+18082530000", "+18602530000", "+13052530000"
CLOSES, OPENS = NOON.replace(day=5, hour=1), NOON.replace(day=5, hour=13)
"""The calling hours in Boston."""
Situation = Callable[[Floor], LeadId]


def lead(floor: Floor, phone: str = HOME, **columns: Any) -> LeadId:
    (lead_id,) = floor.leads(1, phone=phone, **columns)
    return lead_id


def explain(floor: Floor, lead_id: LeadId) -> LeadDialability:
    return explain_lead(floor.services, actor=acting(floor, role=Role.SUPERVISOR), lead_id=lead_id)


def called(floor: Floor, lead_id: LeadId, *, hours_ago: float = 2, state: str = "no_answer", **facts: Any) -> None:
    at = floor.services.clock.now() - timedelta(hours=hours_ago)
    make_call(
        floor.services.database, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, lead_id=lead_id,
        state=state, at=at, **facts,
    )  # fmt: skip
    floor.change("update leads set last_attempt_number = last_attempt_number + 1 where id = :id", id=lead_id)


def called_elsewhere(floor: Floor, phone: str, **call: Any) -> None:
    other = open_floor(floor.services, floor.tenant_id)
    called(other, lead(other, phone, status="completed"), **call)


def forbid(floor: Floor, kind: str, value: Mapping[str, Any], jurisdiction: str = "US-MA") -> None:
    row = {"jurisdiction": jurisdiction, "kind": kind, "value": value}
    calling_rules.add_rule(floor.services, actor=acting(floor, role=Role.ADMIN), row=row)


def suppress(floor: Floor, number: str = HOME, until: datetime | None = None, campaign_id: object = None) -> None:
    """An entry alone, as if its transaction had not seen the lead."""
    floor.change(
        "insert into suppressions (id, tenant_id, campaign_id, phone_normalized, reason, source, created_at, "
        "expires_at) values (gen_random_uuid(), :tenant, :campaign, :number, 'requested', 'api', now(), :until)",
        tenant=floor.tenant_id, campaign=campaign_id, number=number, until=until,
    )  # fmt: skip


def but(sql: str, **values: Any) -> Situation:
    """Somebody in Boston whom nothing stops but what this changes."""

    def arrange(floor: Floor) -> LeadId:
        lead_id = lead(floor)
        floor.change(sql, **values)
        return lead_id

    return arrange


def after(*steps: Callable[[Floor], Any], **columns: Any) -> Situation:
    """Somebody in Boston with two phones, after these steps."""

    def arrange(floor: Floor) -> LeadId:
        lead_id = lead(floor, **{"alternates": (WORK,), **columns})
        for step in steps:
            step(floor)
        return lead_id

    return arrange


def at(moment: datetime, phone: str = HOME, **columns: Any) -> Situation:
    """Somebody at another moment."""

    def arrange(floor: Floor) -> LeadId:
        floor.services.clock.at = moment  # type: ignore[attr-defined]
        return lead(floor, phone, **columns)

    return arrange


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
        lambda floor: called_elsewhere(floor, HOME, hours_ago=24), lambda floor: forbid(floor, "cap", {"max": 1, "hours": 24})
    ),
    "another tenant calls him": after(lambda floor: called_elsewhere(open_floor(floor.services), HOME, state="bridged")),
    "the first moment of the hours": at(OPENS),
    "the last moment in which it rings within the hours": at(CLOSES - 11 * SECOND),
    "nobody has looked where he is": but("update leads set locality_id = 0"),
    "consent where it is needed": at(NOON, HARTFORD, consent=True),
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
        lambda floor: (lead(open_floor(floor.services, floor.tenant_id), MIAMI, external_id="C-17"), suppress(floor, MIAMI)),
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
    "none of his phones is worth calling": after(lambda floor: floor.change("update lead_phones set is_usable = false")),
    "attempts used up": but("update leads set call_attempts = 3"),
    "called at this moment for another list": after(lambda floor: called_elsewhere(floor, HOME, state="ringing")),
    "called at this moment on another phone": after(lambda floor: called_elsewhere(floor, WORK, state="bridged")),
    "a second before the hours": at(OPENS - SECOND),
    "it would ring after the hours": at(CLOSES - 10 * SECOND),
    "night": at(CLOSES + HOUR),
    "asleep where the address is": at(OPENS, state="CA"),
    "asleep, and nobody has looked where he is": at(OPENS - HOUR, locality_id=0),
    "the next phone is where it is night": but("update leads set next_phone = :tokyo", tokyo="+81312345678"),
    "outside the campaign's hours": but("update campaigns set calling_hours_start = '08:00', calling_hours_end = '18:00'"),
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


def test_a_number_on_a_registry_stops_the_call_to_it(floor: Floor) -> None:
    lead_id = lead(floor)
    make_registry(floor.services, floor.tenant_id, [HOME])
    assert [gate.gate for gate in explain(floor, lead_id).gates] == ["dnc"]
    assert not placed(floor, lead_id)
