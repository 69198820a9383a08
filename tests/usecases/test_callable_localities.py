"""Where people may be called now: by the law's hours and the campaign's, exactly, and without asking each time."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from dialer.domain.compliance import Locality
from dialer.store.placements import CampaignTerms
from dialer.usecases import callable_localities
from dialer.usecases.callable_localities import LOOK_AHEAD, Openness, judge_localities, judge_locality
from dialer.usecases.calling_rules import add_rule
from dialer.usecases.services import Services
from dialer.usecases.verdicts import window_of
from tests.builders.floor import Floor
from tests.builders.lists import make_locality
from tests.fakes import FrozenClock
from tests.statements import counted

NEW_YORK = Locality.of(["US", "US-NY"], ["America/New_York"])
NOWHERE = Locality.of(["US"], [])
AROUND_THE_CLOCK = CampaignTerms(
    status="active", dial_mode="progressive", schedule_end=None, max_attempts=3, timezone="UTC",
    calling_hours_start=time(0), calling_hours_end=time(0), calling_hours_zone="campaign",
    calling_days=frozenset(range(7)), call_type="telemarketing", calling_profile="strict", consent_on_record=True,
    allowed_countries=frozenset(),
)  # fmt: skip


def judge(floor: Floor, *ids: int, terms: CampaignTerms = AROUND_THE_CLOCK, revision: int = 0) -> Openness:
    now = floor.services.clock.now()
    with floor.services.transaction(floor.tenant_id) as tx:
        return judge_localities(floor.services, tx, terms, ids, tenant_id=floor.tenant_id, revision=revision, now=now)


def test_a_place_is_open_to_the_second_of_the_laws_hours(services: Services) -> None:
    eight = datetime(2026, 3, 4, 13, 0, tzinfo=UTC)
    second = timedelta(seconds=1)
    before = judge_locality(NEW_YORK, AROUND_THE_CLOCK, eight - second, services.rules)
    during = judge_locality(NEW_YORK, AROUND_THE_CLOCK, eight, services.rules)
    after = judge_locality(NEW_YORK, AROUND_THE_CLOCK, eight + timedelta(hours=13), services.rules)
    assert (before.is_open, before.until, before.opens_at) == (False, eight, eight)
    assert (during.is_open, during.until) == (True, eight + timedelta(hours=13))
    assert (after.is_open, after.opens_at) == (False, eight + timedelta(days=1))


def test_where_the_time_is_not_known_nobody_is_ever_called(services: Services, clock: FrozenClock) -> None:
    stretch = judge_locality(NOWHERE, AROUND_THE_CLOCK, clock.now(), services.rules)
    assert (stretch.is_open, stretch.opens_at) == (False, None)


def test_a_window_on_the_callees_clock_narrows_each_place_by_itself(services: Services, clock: FrozenClock) -> None:
    terms = replace(
        AROUND_THE_CLOCK, calling_hours_zone="callee", calling_hours_start=time(11), calling_hours_end=time(12)
    )
    stretch = judge_locality(NEW_YORK, terms, clock.now(), services.rules)  # 13:00 there
    assert (stretch.is_open, stretch.opens_at) == (False, datetime(2026, 3, 5, 16, 0, tzinfo=UTC))


def test_an_opening_further_ahead_than_is_looked_is_found(services: Services, clock: FrozenClock) -> None:
    terms = replace(AROUND_THE_CLOCK, timezone="America/New_York", calling_days=frozenset({0}))
    stretch = judge_locality(NEW_YORK, terms, clock.now(), services.rules)
    assert stretch.opens_at == datetime(2026, 3, 9, 12, 0, tzinfo=UTC), "Monday, after the clocks were set forward"
    assert stretch.until - stretch.since > LOOK_AHEAD


def test_places_are_told_apart_and_those_that_open_first_come_first(floor: Floor, clock: FrozenClock) -> None:
    clock.at = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)  # 22:00 in New York, 19:00 in Los Angeles, 12:00 in Tokyo
    places = {zone: make_locality(floor.services, zone) for zone in ("America/New_York", "America/Los_Angeles")}
    chicago, nowhere = make_locality(floor.services, "America/Chicago"), make_locality(floor.services)
    seen = judge(floor, 0, nowhere, chicago, *places.values())
    assert seen.open == {0, places["America/Los_Angeles"]}
    eight = datetime(2026, 3, 5, 13, 0, tzinfo=UTC)
    assert seen.closed == (
        (places["America/New_York"], eight), (chicago, eight + timedelta(hours=1)), (nowhere, None),
    )  # fmt: skip


def test_leads_whose_place_nobody_has_determined_are_let_through_without_a_question(floor: Floor) -> None:
    with counted(floor.services.database) as executed:
        assert judge(floor, 0) == Openness(frozenset({0}), ())
        assert judge(floor) == Openness(frozenset(), ())
    assert [statement for statement in executed if "set_config" not in statement] == []


def test_what_is_known_is_not_asked_again_until_it_changes(floor: Floor, clock: FrozenClock) -> None:
    place = make_locality(floor.services, "America/New_York", jurisdictions=("US", "US-NY"))
    assert judge(floor, place).open == {place}
    with counted(floor.services.database) as executed:
        clock.at = datetime(2026, 3, 5, 1, 59, 59, tzinfo=UTC)
        assert judge(floor, place).open == {place}
        clock.advance(seconds=1)
        assert judge(floor, place).open == frozenset(), "21:00 in New York"
        clock.advance(hours=11)
        assert judge(floor, place).open == {place}
    assert [statement for statement in executed if "set_config" not in statement] == []


def test_a_rule_of_the_tenants_own_holds_from_the_revision_that_brought_it(floor: Floor, ada: Any) -> None:
    own = replace(floor, tenant_id=ada.tenant_id)
    place = make_locality(floor.services, "America/New_York", jurisdictions=("US", "US-NY"))
    assert judge(own, place).open == {place}
    add_rule(floor.services, actor=ada.principal, row=_AFTERNOONS)
    assert judge(own, place, revision=1).open == frozenset()
    assert judge(floor, place).open == {place}, "another tenant's rules are another's"


def test_memory_is_bounded(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callable_localities, "MAX_KEPT", 1)
    for hours in range(1, 5):
        judge(floor, make_locality(floor.services, f"Etc/GMT+{hours}"))
    kept = floor.services.rules.cache[("stretches", "telemarketing", window_of(AROUND_THE_CLOCK))]
    assert 1 <= len(kept) <= 2  # type: ignore[arg-type]


_AFTERNOONS = {
    "jurisdiction": "US-NY", "kind": "hours", "applies_to": ["any"], "source": "our own promise", "certainty": "H",
    "value": {"mon_fri": [["15:00", "18:00"]], "sat": [], "sun": []},
}  # fmt: skip
