"""With a clock that is wrong nobody is called, and nothing is taken for overdue."""

from datetime import UTC, datetime, timedelta

import pytest

from dialer.domain.ids import CallId
from dialer.integrations.clock import TOLERANCE, SystemClock
from dialer.usecases.clocks import is_clock_right
from dialer.usecases.services import Services
from tests.builders.floor import Floor
from tests.fakes import FrozenClock
from workers import upkeep


@pytest.mark.parametrize("late", [timedelta(), TOLERANCE / 2, -TOLERANCE / 2])
def test_clocks_of_machines_with_a_time_server_agree(late: timedelta) -> None:
    assert SystemClock().agrees_with(datetime.now(UTC) - late)


@pytest.mark.parametrize("late", [timedelta(seconds=20), timedelta(minutes=-10), timedelta(hours=3)])
def test_a_clock_that_jumped_is_found_out(late: timedelta) -> None:
    assert not SystemClock().agrees_with(datetime.now(UTC) - late)


def test_the_databases_time_is_what_a_clock_is_compared_with(services: Services, clock: FrozenClock) -> None:
    compared: list[datetime] = []
    clock.agrees_with = lambda other: compared.append(other) or True  # type: ignore[func-returns-value,method-assign]
    assert is_clock_right(services)
    assert abs(datetime.now(UTC) - compared[0]) < timedelta(minutes=1)
    del clock.agrees_with  # type: ignore[method-assign]


def test_a_planned_call_is_not_placed_and_expires(floor: Floor, planned: CallId, clock: FrozenClock) -> None:
    clock.is_right = False
    floor.place(planned)
    assert floor.carrier.placed == []
    assert floor.call(planned).state == "planned"
    clock.is_right = True
    floor.place(planned)
    assert len(floor.carrier.placed) == 1


def test_a_tick_plans_nothing_and_says_why(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(3)
    clock.is_right = False
    assert floor.plan() == []
    assert "set both by a time server" in floor.campaign().pacing_note


def test_sweeps_leave_everything_as_it_is(
    floor: Floor, planned: CallId, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "services", lambda: floor.services)
    clock.advance(minutes=10)
    clock.is_right = False
    upkeep.sweep_calls()
    assert floor.call(planned).state == "planned"
    clock.is_right = True
    upkeep.sweep_calls()
    assert floor.call(planned).state == "cancelled"
