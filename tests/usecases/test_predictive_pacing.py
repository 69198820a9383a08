"""Predictive pacing in production: what a tick learns, saves, survives, decides and keeps."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from dialer.domain.calls import CallState
from dialer.store.session import Database
from dialer.usecases import pacing, pacing_replay, pacing_upkeep
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.usecases.pacing_story import work


@pytest.fixture
def floor(services: Services) -> Floor:
    """A predictive campaign with three agents and leads."""
    floor = open_floor(services, dial_mode="predictive")
    for _ in range(3):
        floor.console_agent()
    floor.leads(60)
    return floor


def decisions(floor: Floor) -> list[Any]:
    return floor.rows("select * from pacing_decisions order by id")


def state(floor: Floor) -> Any:
    rows = floor.rows("select * from pacing_states where campaign_id = :id", id=floor.campaign_id)
    return rows[0] if rows else None


def test_a_predictive_campaign_dials_and_says_what_it_saw(floor: Floor) -> None:
    planned = floor.plan()
    assert planned
    (kept,) = decisions(floor)
    assert (kept.dial_mode, kept.effective_mode, kept.planned) == ("predictive", "predictive", len(planned))
    assert kept.decision["calls"] == kept.wanted >= len(planned)
    assert len(kept.snapshot["agents"]) == 3
    assert kept.engine.startswith("predictive/")


def test_state_is_saved_every_ten_seconds_and_not_each_second(floor: Floor, clock: FrozenClock) -> None:
    work(floor, clock, turns=25)
    saved = [kept.at for kept in decisions(floor) if kept.is_saved]
    assert [(at - saved[0]).total_seconds() for at in saved] == [0, 10, 20]
    assert state(floor).saved_at == saved[-1]


def test_a_burst_of_events_is_saved_at_once(floor: Floor, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "SAVE_AFTER_EVENTS", 1)
    call_id = floor.plan()[0]
    for happens, saves in ((lambda: None, 1), (lambda: floor.place(call_id), 2), (lambda: None, 2)):
        happens()
        clock.advance(seconds=1)
        floor.plan()
        assert sum(kept.is_saved for kept in decisions(floor)) == saves


class Killed(Exception):
    """The worker died here."""


@pytest.fixture
def statements(services: Services) -> Iterator[list[int]]:
    """The number of statements until the worker dies; while the list is empty it lives."""
    left: list[int] = []

    def executed(*_: Any) -> None:
        if left:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    event.listen(services.database.engine, "after_cursor_execute", executed)
    yield left
    event.remove(services.database.engine, "after_cursor_execute", executed)


def test_killed_after_any_statement_the_next_tick_decides_the_same(
    floor: Floor, clock: FrozenClock, statements: list[int], owner_database: Database
) -> None:
    work(floor, clock, turns=15)
    before = (state(floor), len(decisions(floor)), len(floor.rows("select 1 from calls")))
    died = 0
    for last in range(20):
        statements[:] = [last]
        try:
            planned = floor.plan()
        except Killed:
            died += 1
        else:
            break
        finally:
            statements.clear()
        assert (state(floor), len(decisions(floor)), len(floor.rows("select 1 from calls"))) == before
    else:
        raise AssertionError("the tick never came to its end")
    assert died >= 3
    assert len(planned) == decisions(floor)[-1].planned
    report = replay(floor, owner_database)
    assert report.decisions[-1].calls == decisions(floor)[-1].wanted
    assert not any(replayed.differs for replayed in report.decisions)


def replay(floor: Floor, owner_database: Database) -> pacing_replay.ReplayReport:
    now = floor.services.clock.now()
    return pacing_replay.replay_campaign(
        owner_database, campaign_id=floor.campaign_id, since=now - timedelta(hours=1), until=now
    )


def test_what_cannot_be_read_is_learned_anew_and_said(floor: Floor, clock: FrozenClock) -> None:
    work(floor, clock, turns=5)
    floor.change("update pacing_states set state = '{\"version\": -7}'")
    clock.advance(seconds=11)
    floor.plan()
    assert "learns anew" in floor.campaign().pacing_note
    newest = decisions(floor)[-1]
    assert (newest.started_afresh, newest.is_saved, newest.effective_mode) == (True, True, "predictive")
    clock.advance(seconds=1)
    floor.plan()
    assert "learns anew" not in floor.campaign().pacing_note


@pytest.mark.parametrize("nonsense", ["[]", "{}", '{"version": 1}', "7", '{"version": 1, "target_abandonment": "x"}'])
def test_no_state_whatever_stops_dialling(floor: Floor, nonsense: str) -> None:
    floor.plan()
    floor.change("update pacing_states set state = cast(:state as json)", state=nonsense)
    floor.change("update calls set state = 'cancelled'")
    floor.change("update leads set status = 'pending'")
    assert floor.plan()


@pytest.mark.parametrize("mode", ["progressive", "ratio"])
def test_learning_goes_on_in_every_mode_and_a_change_to_predictive_is_warm(
    services: Services, clock: FrozenClock, mode: str
) -> None:
    floor = open_floor(services, dial_mode=mode)
    floor.console_agent()
    floor.leads(30)
    work(floor, clock, turns=25)
    learned = state(floor)
    assert learned.saved_at > clock.now() - timedelta(seconds=12)
    floor.change("update campaigns set dial_mode = 'predictive'")
    floor.plan()
    newest = decisions(floor)[-1]
    assert (newest.effective_mode, newest.started_afresh) == ("predictive", False)


def test_preview_places_nothing_by_itself_and_learns_all_the_same(floor: Floor, clock: FrozenClock) -> None:
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.change("update campaigns set dial_mode = 'preview'")
    floor.report(call_id, CallState.BUSY)
    clock.advance(seconds=11)
    assert floor.plan() == []
    assert "agents decide themselves" in floor.campaign().pacing_note
    assert state(floor).saved_at == clock.now()


def test_the_mode_may_change_between_two_ticks(floor: Floor, clock: FrozenClock) -> None:
    for mode in ("progressive", "ratio", "preview", "predictive"):
        floor.change("update campaigns set dial_mode = :mode", mode=mode)
        clock.advance(seconds=11)
        floor.plan()
        assert decisions(floor)[-1].effective_mode == mode


@pytest.mark.parametrize("mode", ["predictive", "ratio"])
def test_without_budget_it_dials_progressively_and_says_so(floor: Floor, clock: FrozenClock, mode: str) -> None:
    floor.change("update campaigns set dial_mode = :mode", mode=mode)
    floor.plan()
    spend_budget(floor)
    clock.advance(seconds=1)
    floor.plan()
    assert "dialling progressively: the abandonment budget is used up (9 of 100 answers, at most 3.0%)" in (
        floor.campaign().pacing_note
    )
    newest = decisions(floor)[-1]
    assert (newest.dial_mode, newest.effective_mode) == (mode, "progressive")
    assert newest.decision["why"]
    clock.advance(seconds=10)
    floor.plan()
    assert decisions(floor)[-1].effective_mode == mode, "the ledger was read again, and it is empty"


def spend_budget(floor: Floor) -> None:
    spent = {"is_exhausted": True, "abandoned": 9, "live_answers": 100, "max_rate": 0.03,
             "read_at": floor.services.clock.now().isoformat()}  # fmt: skip
    floor.change("update pacing_states set standing = cast(:standing as jsonb)", standing=json.dumps(spent))


def test_progressive_dialling_has_no_account_to_read(floor: Floor, clock: FrozenClock) -> None:
    floor.change("update campaigns set dial_mode = 'progressive'")
    work(floor, clock, turns=12)
    assert state(floor).standing is None


def test_an_abandoned_person_is_counted_at_the_next_save(floor: Floor, clock: FrozenClock) -> None:
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.change("update agents set status = 'offline'")
    floor.answer(call_id)
    clock.advance(seconds=3)
    floor.poll(call_id)
    assert state(floor).standing["abandoned"] == 0
    clock.advance(seconds=10)
    floor.plan()
    assert (state(floor).standing["live_answers"], state(floor).standing["abandoned"]) == (1, 1)


def test_the_gates_of_the_account_hold_for_every_wish_and_are_named(floor: Floor, clock: FrozenClock) -> None:
    allow(floor, max_lines=1)
    assert len(floor.plan()) == 1
    clock.advance(seconds=1)
    assert floor.plan() == []
    allow(floor, max_lines=100, calls_per_second=0.5)
    clock.advance(seconds=1)
    assert len(floor.plan()) <= 1
    bounds = [kept.bound_by for kept in decisions(floor) if kept.allowed < kept.wanted]
    assert set(bounds) <= {"account_lines", "calls_per_second"}
    assert bounds


def allow(floor: Floor, **limits: float) -> None:
    """Another carrier account, until the end of the test."""
    services = floor.services
    object.__setattr__(services, "platform_account", replace(services.platform_account, **limits))  # type: ignore[arg-type]
    services.account_cache.clear()


def test_a_quiet_floor_keeps_a_decision_every_ten_seconds(floor: Floor, clock: FrozenClock) -> None:
    floor.change("update agents set status = 'offline'")
    for _ in range(25):
        floor.plan()
        clock.advance(seconds=1)
    first, *rest = decisions(floor)
    assert [(kept.at - first.at).total_seconds() for kept in rest] == [10, 20]
    assert {kept.bound_by for kept in rest} == {"no_agents"}


def test_an_obstacle_is_kept_once(floor: Floor, clock: FrozenClock) -> None:
    floor.change("update campaigns set schedule_end = :at", at=clock.now())
    for _ in range(30):
        floor.plan()
        clock.advance(seconds=1)
    assert [kept.bound_by for kept in decisions(floor)] == ["schedule"]


def test_a_campaign_that_stopped_still_learns_how_its_last_calls_ended(floor: Floor, clock: FrozenClock) -> None:
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.change("update campaigns set status = 'paused'")
    clock.advance(seconds=20)
    floor.report(call_id, CallState.NO_ANSWER)
    clock.advance(seconds=20)
    assert pacing_upkeep.learn_from_ended_calls(floor.services) == 1
    assert state(floor).saved_at == clock.now()
    assert decisions(floor)[-1].bound_by == "not_active"
    assert pacing_upkeep.learn_from_ended_calls(floor.services) == 0


def test_old_records_are_swept_and_young_ones_stay(floor: Floor, clock: FrozenClock) -> None:
    floor.place(floor.plan()[0])
    assert pacing_upkeep.sweep_pacing_records(floor.services) == 0
    clock.advance(hours=25)
    assert pacing_upkeep.sweep_pacing_records(floor.services) == 1
    assert decisions(floor) == []
    assert floor.rows("select 1 from pacing_events")
    clock.advance(hours=24)
    pacing_upkeep.sweep_pacing_records(floor.services)
    assert floor.rows("select 1 from pacing_events") == []
