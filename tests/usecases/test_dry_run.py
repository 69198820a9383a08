"""A campaign before its start: the hours ahead are those that a look at each lead at each half hour finds."""

import random
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.compliance import evaluate_rules
from dialer.domain.errors import Forbidden, Invalid, NotFound
from dialer.domain.ids import LeadId
from dialer.domain.phone_numbers import describe_number
from dialer.domain.principals import Role
from dialer.store import dialability as store
from dialer.usecases.dialability import summarize_campaign
from dialer.usecases.dry_run import DryRun, dry_run
from dialer.usecases.services import Services
from dialer.usecases.verdicts import locality_of, subject_of
from tests.builders.floor import Floor, open_floor
from tests.builders.lists import make_list
from tests.builders.promises import acting
from tests.builders.situations import CLOSES, HOUR, MIAMI, OPENS, called, forbid, lead, supervisor, suppress
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON

AREAS = ("617", "504", "415", "808", "709", "907", "306")
"""Boston, New Orleans (no Sundays), San Francisco, Honolulu, St. John's (a half-hour zone), Alaska, Saskatchewan."""
CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {},
    {"calling_hours_start": time(9, 30), "calling_hours_end": time(17), "timezone": "America/New_York"},
    {"calling_hours_start": time(10), "calling_hours_end": time(12, 30), "calling_hours_zone": "callee"},
    {"calling_days": frozenset({3, 5}), "calling_hours_zone": "callee", "schedule_end": NOON + 50 * HOUR},
    {"schedule_start": NOON + 20 * HOUR, "calling_hours_start": time(22), "calling_hours_end": time(16)},
)


def ahead(floor: Floor, days: int = 3) -> dict[datetime, int]:
    return {hour.starts_at: hour.callable for hour in run(floor, days).hours}


def run(floor: Floor, days: int = 3) -> DryRun:
    return dry_run(floor.services, actor=supervisor(floor), campaign_id=floor.campaign_id, days=days)


def looked_at_one_by_one(floor: Floor, leads: list[LeadId], days: int) -> dict[datetime, int]:
    """Each lead at each half hour: from the hour on in which its time comes, and only if every rule lets it through."""
    now = floor.services.clock.now()
    first = now.replace(minute=0, second=0, microsecond=0)
    hours = {first + number * HOUR: 0 for number in range(days * 24)}
    for lead_id in leads:
        with floor.services.transaction(floor.tenant_id) as tx:
            facts = store.load_lead_facts(tx.session, lead_id, now=now)
        assert facts is not None
        book, number = floor.services.rules, describe_number(facts.number)
        place = locality_of(number, facts.callee, facts.terms, book)
        subject = subject_of(number, place, facts.callee, facts.callee.prior, facts.terms)
        is_open_at = facts.is_list_active and facts.status == "pending"
        for hour in hours if is_open_at else ():
            moments = [moment for moment in (hour, hour + HOUR / 2) if moment >= now] or [now]
            within = [
                moment for moment in moments
                if (facts.schedule_start is None or moment >= facts.schedule_start)
                and (facts.terms.schedule_end is None or moment < facts.terms.schedule_end)
            ]  # fmt: skip
            is_due = facts.next_call_at < hour + HOUR
            allowed = any(all(asked.passed for asked in evaluate_rules(subject, moment, book)) for moment in within)
            hours[hour] += is_due and allowed
    return hours


def populate(floor: Floor, chance: random.Random) -> list[LeadId]:
    off = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, name="Off", is_active=False)
    leads = []
    for number in range(30):
        lead_id = lead(
            floor, f"+1{chance.choice(AREAS)}25300{number:02}", state=chance.choice((None, None, "CA", "TX"))
        )
        waits = chance.random() < 0.4
        floor.change(
            "update leads set status = :status, list_id = :list, next_call_at = :due, callback_at = :promised "
            "where id = :id",
            id=lead_id, status=chance.choice(("pending",) * 9 + ("completed", "dnc", "calling")),
            list=chance.choice((floor.campaign_id,) * 5 + (off,)),
            due=floor.services.clock.now() + chance.random() * 60 * HOUR if waits else NOON,
            promised=NOON if waits and chance.random() < 0.3 else None,
        )  # fmt: skip
        leads.append(lead_id)
    return leads


@pytest.mark.parametrize("seed", range(len(CAMPAIGNS)))
def test_the_hours_ahead_are_those_of_a_look_at_each_lead_at_each_half_hour(
    services: Services, clock: FrozenClock, seed: int
) -> None:
    floor = open_floor(services, **CAMPAIGNS[seed])
    clock.at = NOON + timedelta(minutes=20 * seed)
    leads = populate(floor, random.Random(seed))
    found = ahead(floor)
    assert found == looked_at_one_by_one(floor, leads, 3)
    assert len(found) == 72
    assert max(found.values()) > min(found.values()) == 0


def test_waiting_leads_join_in_the_hour_in_which_they_are_due(floor: Floor) -> None:
    lead(floor)
    for number, minutes in enumerate((59, 61, 150)):
        lead(floor, f"+1617253010{number}", next_call_at=NOON + timedelta(minutes=minutes))
    found = ahead(floor, 1)
    assert [found[NOON + number * HOUR] for number in range(4)] == [2, 3, 4, 4]


def test_waiting_leads_of_a_list_that_is_switched_off_join_in_none(floor: Floor) -> None:
    lead(floor, next_call_at=NOON + HOUR)
    floor.change("update lists set is_active = false")
    assert set(ahead(floor, 1).values()) == {0}


def test_hours_are_told_in_utc_whatever_the_databases_own_zone(floor: Floor) -> None:
    lead(floor, next_call_at=NOON + timedelta(minutes=90))
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("set local timezone = 'Asia/Kolkata'"))
        (waiting,) = store.count_waiting_by_hour(tx.session, floor.campaign_id, since=NOON, until=NOON + 5 * HOUR)
    assert waiting.hour.astimezone(UTC) == NOON + HOUR


def test_who_is_held_for_a_time_joins_when_that_is_over(floor: Floor) -> None:
    """Somebody capped, somebody suppressed for a while, and somebody in a call, of whom nobody knows."""
    capped = lead(floor)
    called(floor, capped, hours_ago=20)
    forbid(floor, "cap", {"max": 1, "hours": 24})
    lead(floor, "+16172530008")
    suppress(floor, "+16172530008", until=NOON + timedelta(minutes=90))
    other = open_floor(floor.services, floor.tenant_id)
    called(other, lead(other, MIAMI), state="bridged", hours_ago=0)
    lead(floor, MIAMI)
    found = ahead(floor, 1)
    assert [found[NOON + number * HOUR] for number in range(6)] == [0, 1, 1, 1, 2, 2]


def test_who_waits_and_is_held_joins_when_both_are_over(floor: Floor) -> None:
    for number, due, until in ((1, 1, 3), (2, 3, 1)):
        lead(floor, f"+1617253000{number}", next_call_at=NOON + due * HOUR)
        suppress(floor, f"+1617253000{number}", until=NOON + until * HOUR)
    found = ahead(floor, 1)
    assert [found[NOON + number * HOUR] for number in range(5)] == [0, 0, 0, 2, 2]


def test_what_nobody_has_located_and_what_is_never_permitted_is_not_promised(floor: Floor) -> None:
    lead(floor, locality_id=0)
    lead(floor, "+18602530000", consent=False)
    found = run(floor, 1)
    assert {hour.callable for hour in found.hours} == {0}
    assert any("1 leads came without their locality" in warning for warning in found.warnings)


@pytest.mark.parametrize("moment", [NOON, CLOSES + HOUR])
def test_the_present_is_that_of_the_summary(floor: Floor, clock: FrozenClock, moment: datetime) -> None:
    clock.at = moment
    lead(floor)
    lead(floor, MIAMI, status="dnc")
    summary = summarize_campaign(floor.services, actor=supervisor(floor), campaign_id=floor.campaign_id)
    found = run(floor)
    assert found.lists == summary.lists
    assert found.hours[0].callable == (1 if moment == NOON else 0) == summary.callable
    assert OPENS in {hour.starts_at for hour in found.hours if hour.callable}


def test_it_changes_nothing_and_calls_nobody(floor: Floor) -> None:
    floor.console_agent()
    lead_id = lead(floor)
    before = floor.lead(lead_id)
    run(floor)
    assert floor.lead(lead_id) == before
    assert (floor.carrier.placed, floor.queue.sent) == ([], [])


@pytest.mark.parametrize("days", [0, 15, -1])
def test_it_looks_one_day_to_two_weeks_ahead(floor: Floor, days: int) -> None:
    with pytest.raises(Invalid):
        run(floor, days)


def test_agents_and_strangers_learn_nothing(floor: Floor, cleo: Any) -> None:
    ben = acting(floor, role=Role.AGENT)
    for actor, refusal in ((ben, Forbidden), (cleo.principal, NotFound)):
        with pytest.raises(refusal):
            dry_run(floor.services, actor=actor, campaign_id=floor.campaign_id)
