"""`GET /api/campaigns/:id/pacing`: now, why, and the last hour."""

from typing import Any

import pytest

from dialer.domain.calls import CallState
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.fixtures_cast import Caller

UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's predictive campaign with two agents and some leads."""
    floor = open_floor(services, ada.tenant_id, dial_mode="predictive")
    floor.console_agent()
    floor.console_agent()
    floor.leads(9)
    return floor


def shown(caller: Caller, floor: Floor) -> Any:
    return caller.get(f"/api/campaigns/{floor.campaign_id}/pacing")["pacing"]


def test_before_the_first_tick_there_is_a_floor_and_no_decision(floor: Floor, sam: Caller) -> None:
    now = shown(sam, floor)["now"]
    assert (now["dial_mode"], now["effective_mode"], now["last_decision"]) == ("predictive", None, None)
    assert now["floor"] == {
        "agents": 2, "idle": 2, "talking": 0, "wrap_up": 0, "ringing": 0, "waiting": 0, "lines_in_flight": 0,
    }  # fmt: skip


def test_the_last_decision_is_shown_with_its_reasons(floor: Floor, sam: Caller) -> None:
    planned = floor.plan()
    now = shown(sam, floor)["now"]
    assert (now["effective_mode"], now["floor"]["ringing"]) == ("predictive", len(planned))
    assert now["last_decision"]["planned"] == len(planned)
    assert now["last_decision"]["bound_by"]
    assert now["note"].startswith(f"placing {len(planned)}")


def test_the_abandonment_account_is_the_ledgers(floor: Floor, ada: Caller, clock: FrozenClock) -> None:
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.change("update agents set status = 'offline'")
    floor.answer(call_id)
    clock.advance(seconds=3)
    floor.poll(call_id)
    standing = shown(ada, floor)["now"]["abandonment"]
    assert (standing["live_answers"], standing["abandoned"], standing["rate"]) == (1, 1, 1.0)


def test_the_last_hour_is_a_series_of_minutes(floor: Floor, ada: Caller, clock: FrozenClock) -> None:
    clock.advance(seconds=30)
    (call_id, *_) = floor.plan()
    floor.place(call_id)
    floor.answer(call_id)
    floor.join(call_id)
    clock.advance(seconds=90)
    floor.report(call_id, CallState.COMPLETED)
    minutes = shown(ada, floor)["minutes"]
    assert len(minutes) == 61
    assert [minute["at"] for minute in minutes] == sorted(minute["at"] for minute in minutes)
    dialled, talked, begun = minutes[-3:]
    assert (dialled["placed"], dialled["live_answers"], dialled["abandoned"]) == (1, 1, 0)
    assert dialled["occupancy"] == pytest.approx(0.25), "one of two agents, half of the minute"
    assert talked["occupancy"] == pytest.approx(0.5)
    assert (talked["placed"], begun["placed"]) == (0, 0)
    assert sum(minute["placed"] for minute in minutes) == 1


def test_an_hour_later_it_has_left_the_series(floor: Floor, ada: Caller, clock: FrozenClock) -> None:
    floor.place(floor.plan()[0])
    clock.advance(minutes=62)
    assert sum(minute["placed"] for minute in shown(ada, floor)["minutes"]) == 0


def test_why_another_mode_was_used_is_told(floor: Floor, ada: Caller, clock: FrozenClock) -> None:
    floor.plan()
    floor.change(
        """update pacing_states set standing = jsonb_build_object('is_exhausted', true, 'abandoned', 4,
           'live_answers', 50, 'max_rate', 0.03, 'read_at', cast(:now as text))""",
        now=clock.now().isoformat(),
    )
    clock.advance(seconds=1)
    floor.plan()
    now = shown(ada, floor)["now"]
    assert (now["dial_mode"], now["effective_mode"]) == ("predictive", "progressive")
    assert "budget is used up" in now["last_decision"]["why"][0]


def test_only_supervisors_of_the_account_see_it(
    floor: Floor, ben: Caller, cleo: Caller, nobody: Caller, ada: Caller
) -> None:
    path = f"/api/campaigns/{floor.campaign_id}/pacing"
    ben.get(path, expect=403)
    cleo.get(path, expect=404)
    nobody.get(path, expect=401)
    ada.get(f"/api/campaigns/{UNKNOWN}/pacing", expect=404)


@pytest.mark.parametrize("status", ["paused", "completed", "draft"])
def test_a_campaign_that_does_not_dial_is_shown_too(floor: Floor, ada: Caller, status: str) -> None:
    floor.change("update campaigns set status = :status", status=status)
    assert shown(ada, floor)["now"]["status"] == status
