"""The engine of a campaign, made again from what was saved: nothing that it is given stops dialling."""

from dataclasses import replace
from typing import Any, NoReturn

import pytest

from dialer.domain.pacing import Abandoned, AgentState, Dialed, PacingEvent, PredictivePacer, Snapshot, Unanswered
from dialer.usecases.pacing_engine import (
    Engine,
    PacingSettings,
    build_engine,
    decide_calls,
    in_order,
    snapshot_as_record,
    snapshot_from_record,
)

SETTINGS = PacingSettings("predictive", 1.5, 0.03, None)
FLOOR = Snapshot(100.0, (AgentState("ben", "idle", 90.0), AgentState("ada", "talking", 10.5)), (95.25,), (99.5,))


class Broken(PredictivePacer):
    """Fails at everything."""

    def observe(self, event: PacingEvent) -> NoReturn:
        raise RuntimeError

    def decide(self, snapshot: Snapshot) -> NoReturn:
        raise RuntimeError

    def to_state(self) -> NoReturn:
        raise RuntimeError


class Hungry(PredictivePacer):
    """Wants less than nothing, and remembers what JSON has no word for."""

    def decide(self, snapshot: Snapshot) -> Any:
        return type(super().decide(snapshot))(calls=-1, bound_by="risk", idle_agents=0)

    def to_state(self) -> dict[str, Any]:
        return {"price": float("inf")}


def engine(pacer: PredictivePacer) -> Engine:
    return Engine(pacer, 0.0, started_afresh=False)


@pytest.mark.parametrize("pacer", [Broken(), Hungry()])
def test_a_pacer_that_fails_is_replaced_by_progressive_dialling_for_this_tick(pacer: PredictivePacer) -> None:
    choice = decide_calls(SETTINGS, engine=engine(pacer), snapshot=FLOOR, exhausted=None)
    assert choice.effective_mode == "progressive"
    assert choice.reason is not None
    assert "failed" in choice.reason
    assert choice.decision.calls == 0, "one idle agent, one call that rings, one person who waits"


@pytest.mark.parametrize("pacer", [Broken(), Hungry()])
def test_a_state_that_cannot_be_written_is_not_saved(pacer: PredictivePacer) -> None:
    assert engine(pacer).state_as_json() is None


def test_events_that_cannot_be_observed_are_counted_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PredictivePacer, "observe", Broken.observe)
    built = build_engine(
        None, observed_until=0.0, events=[Dialed("a", 1.0), Dialed("b", 2.0)], settings=SETTINGS, now=3.0
    )
    assert built.trouble == "2 events could not be observed"
    assert built.observed_until == 2.0


def test_without_budget_or_engine_it_is_progressive() -> None:
    for given, exhausted in ((engine(PredictivePacer()), "the budget is used up"), (None, None)):
        choice = decide_calls(SETTINGS, engine=given, snapshot=FLOOR, exhausted=exhausted)
        assert choice.effective_mode == "progressive"
        assert choice.reason


@pytest.mark.parametrize(
    ("event", "at"), [(Dialed("a", 5.0), 10.0), (Abandoned("a", 15.0), 15.0), (Unanswered("a", 99.0, "busy"), 20.0)]
)
def test_an_event_takes_the_place_in_which_it_came(event: PacingEvent, at: float) -> None:
    placed = in_order(event, 10.0, 20.0)
    assert placed.at == at
    assert type(placed) is type(event)


def test_the_same_events_observed_at_once_or_over_two_saves_give_the_same_state() -> None:
    events = [Dialed(f"call-{n}", float(n)) for n in range(5)] + [Unanswered("call-1", 9.0, "no_answer")]
    whole = build_engine(None, observed_until=0.0, events=events, settings=SETTINGS, now=20.0)
    part = build_engine(None, observed_until=0.0, events=events[:3], settings=SETTINGS, now=20.0)
    rest = build_engine(
        part.pacer.to_state(), observed_until=part.observed_until, events=events[3:], settings=SETTINGS, now=20.0
    )
    assert (part.started_afresh, rest.started_afresh) == (True, False)
    assert rest.pacer.decide(FLOOR) == whole.pacer.decide(FLOOR)


def test_a_limit_that_was_changed_since_the_save_is_the_engines() -> None:
    stricter = replace(SETTINGS, max_abandonment_rate=0.01)
    built = build_engine(PredictivePacer(0.03).to_state(), observed_until=0.0, events=[], settings=stricter, now=1.0)
    assert built.pacer.target_abandonment == 0.01
    assert built.pacer.to_state()["target_abandonment"] == 0.01


def test_the_floor_survives_its_record_to_the_last_digit() -> None:
    exact = Snapshot(0.1 + 0.2, (AgentState("ben", "wrap_up", 1e9 + 0.000001),), (1 / 3,), ())
    assert snapshot_from_record(snapshot_as_record(exact)) == exact


def test_settings_of_a_later_release_are_read() -> None:
    assert PacingSettings.from_record({**SETTINGS.as_record(), "new": 1}) == SETTINGS
