"""Whatever the floor: calls and seconds add up, every event is a legal next one, and the same people come again."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    Answered,
    Connected,
    Dialed,
    Pacer,
    PacingEvent,
    ProgressivePacer,
    RatioPacer,
    Snapshot,
    TalkEnded,
    Unanswered,
)
from dialer.simulator import Breaks, Change, Floor, People, Scenario, carrier_outage, simulate_shift
from dialer.simulator.distributions import Exponential, Fixed, Uniform
from tests.simulator.ledger import Ledger
from tests.simulator.witness import Witness, make_scenario, pacers, scenarios, seeds, witnessed

few = settings(max_examples=50)


@few
@given(scenarios(), pacers, seeds)
def test_every_event_and_snapshot_follows_from_those_before(
    scenario: Scenario, pacer: Callable[[], Pacer], seed: int
) -> None:
    shift, witness = witnessed(scenario, seed, pacer())
    ledger = Ledger(scenario.max_wait_seconds)
    for seen in witness.seen:
        ledger.see(seen)
    assert len(ledger.calls) == shift.placed


@few
@given(scenarios(), pacers, seeds)
def test_no_call_is_lost(scenario: Scenario, pacer: Callable[[], Pacer], seed: int) -> None:
    shift, witness = witnessed(scenario, seed, pacer())
    ended = shift.human + shift.machine + shift.busy + shift.no_answer + shift.failed
    assert shift.placed == ended + shift.ringing_at_end == len(witness.events(Dialed))
    assert shift.human == shift.connected + shift.abandoned + shift.waiting_at_end
    assert shift.connected == len(witness.events(Connected))
    assert shift.abandoned == len(witness.events(Abandoned)) == sum(was for _, was in shift.answers)
    assert len(shift.answers) == shift.connected + shift.abandoned
    told = Counter(event.outcome for event in witness.events(Unanswered))
    assert told == Counter({"busy": shift.busy, "no_answer": shift.no_answer, "failed": shift.failed})
    assert shift.hung_up <= shift.abandoned <= shift.waited <= shift.human


@few
@given(scenarios(), pacers, seeds)
def test_no_second_of_an_agent_is_lost(scenario: Scenario, pacer: Callable[[], Pacer], seed: int) -> None:
    """Idle seconds are what the shift's account leaves over; here they are counted from the events."""
    shift, witness = witnessed(scenario, seed, pacer())
    ledger = Ledger(scenario.max_wait_seconds)
    for seen in witness.seen:
        ledger.see(seen)
    ledger.advance(scenario.shift_seconds)
    assert shift.idle_seconds == pytest.approx(ledger.seconds["idle"], abs=1e-5)
    assert shift.talk_seconds == pytest.approx(ledger.seconds["talking"], abs=1e-5)
    assert shift.wrap_up_seconds >= ledger.seconds["wrap_up"] - 1e-5
    if not scenario.changes and not scenario.breaks:
        assert shift.logged_in_seconds == pytest.approx(scenario.agents * scenario.shift_seconds)


@few
@given(scenarios(), pacers, seeds, st.floats(0, 600))
def test_the_parts_of_a_shift_add_up(scenario: Scenario, pacer: Callable[[], Pacer], seed: int, cut_at: float) -> None:
    whole = simulate_shift(scenario, pacer(), seed)
    floor = Floor(scenario, pacer(), seed)
    floor.advance(cut_at)
    first = floor.take_shift()
    rest = floor.run()
    assert first.answers + rest.answers == whole.answers
    for name in ("seconds", "placed", "human", "no_answer", "connected", "abandoned", "talk_seconds",
                 "wrap_up_seconds", "logged_in_seconds"):  # fmt: skip
        assert getattr(first, name) + getattr(rest, name) == pytest.approx(getattr(whole, name)), name


def test_a_shift_may_begin_at_any_hour_of_the_pacers_clock() -> None:
    witness, morning = Witness(RatioPacer(3)), 1_800_000_000.0
    floor = Floor(make_scenario(), witness, 1, begins_at=morning)
    shift = floor.run()
    at_zero, from_zero = witnessed(make_scenario(), 1, RatioPacer(3))
    assert {was_abandoned for _, was_abandoned in shift.answers} == {True, False}
    assert [seen.now - morning for seen in witness.snapshots] == [seen.now for seen in from_zero.snapshots]
    assert (shift.placed, shift.connected) == (at_zero.placed, at_zero.connected)
    assert [at for at, _ in shift.answers] == pytest.approx([at for at, _ in at_zero.answers], abs=1e-5)


@few
@given(scenarios(), pacers, seeds)
def test_the_same_seed_gives_the_same_shift(scenario: Scenario, pacer: Callable[[], Pacer], seed: int) -> None:
    shift, witness = witnessed(scenario, seed, pacer())
    again, witness_again = witnessed(scenario, seed, pacer())
    assert shift == again
    assert witness.seen == witness_again.seen


def test_another_seed_gives_another_shift() -> None:
    assert simulate_shift(make_scenario(), ProgressivePacer(), 1) != simulate_shift(
        make_scenario(), ProgressivePacer(), 2
    )


def ends(witness: Witness) -> dict[str, tuple[str, float]]:
    """Of each call that stopped ringing: by whom or how, and after how long."""
    at = witness.dialed_at()
    heard: list[PacingEvent] = witness.events(Answered, Unanswered)
    return {
        event.call_id: (
            event.by if isinstance(event, Answered) else event.outcome,
            round(event.at - at[event.call_id], 6),
        )
        for event in heard
        if isinstance(event, (Answered, Unanswered))
    }


def talks(witness: Witness) -> dict[str, float]:
    began = {event.call_id: event.at for event in witness.events(Connected)}
    return {event.call_id: round(event.at - began[event.call_id], 6) for event in witness.events(TalkEnded)}


def hang_ups(witness: Witness) -> dict[str, float]:
    answered = {event.call_id: event.at for event in witness.events(Answered)}
    return {event.call_id: round(event.at - answered[event.call_id], 6) for event in witness.events(Abandoned)}


@pytest.mark.parametrize("measured", [ends, talks, hang_ups])
def test_a_call_is_the_same_person_under_every_pacer(measured: Callable[[Witness], dict[str, object]]) -> None:
    people = People(0.5, 0.2, 0.1, 0.1, detects_machines=True, patience=Exponential(1.5))
    scenario = make_scenario(people=people, shift_seconds=3600.0)
    one, other = (measured(witnessed(scenario, 7, RatioPacer(ratio))[1]) for ratio in (1.5, 3.0))
    both = one.keys() & other.keys()
    assert len(both) >= 3
    assert {call: one[call] for call in both} == {call: other[call] for call in both}


def test_agents_ask_for_their_first_break_at_the_same_time_under_every_pacer() -> None:
    scenario = make_scenario(breaks=Breaks(every=Uniform(60, 300), lasts=Fixed(1000.0)))
    one, other = (witnessed(scenario, 3, pacer)[1].events(AgentLeft) for pacer in (ProgressivePacer(), RatioPacer(3)))
    assert len({event.at for event in one}) == 4
    assert one == other


def test_back_from_a_break_the_same_agent_joins_again() -> None:
    scenario = make_scenario(agents=1, leads=0, breaks=Breaks(every=Fixed(200.0), lasts=Fixed(50.0)))
    shift, witness = witnessed(scenario, 1)
    comings = witness.events(AgentJoined, AgentLeft)
    assert [(type(event), event.agent_id, event.at) for event in comings] == [
        (AgentJoined, "a1", 0.0),
        (AgentLeft, "a1", 200.0),
        (AgentJoined, "a1", 250.0),
        (AgentLeft, "a1", 450.0),
        (AgentJoined, "a1", 500.0),
    ]
    assert shift.logged_in_seconds == 500.0


def test_nobody_comes_back_from_a_break_who_was_let_go_meanwhile() -> None:
    breaks = Breaks(every=Fixed(200.0), lasts=Fixed(100.0))
    scenario = make_scenario(agents=1, leads=0, breaks=breaks, changes=(Change(250.0, agents=0),))
    shift, witness = witnessed(scenario, 1)
    assert len(witness.events(AgentJoined)) == 1
    assert shift.logged_in_seconds == 200.0


def test_at_lunch_the_floor_is_smaller_and_full_again_after_it() -> None:
    changes = (Change(200.0, agents=1), Change(400.0, agents=4))
    scenario = make_scenario(leads=0, changes=changes)
    shift, witness = witnessed(scenario, 1)
    sizes = {snapshot.now: len(snapshot.agents) for snapshot in witness.snapshots}
    assert [sizes[at] for at in (199.0, 200.0, 399.0, 400.0)] == [4, 1, 1, 4]
    assert shift.logged_in_seconds == 4 * 400.0 + 1 * 200.0


def test_calls_still_in_flight_at_the_end_are_counted_as_such() -> None:
    people = People(1.0, answer_time=Fixed(5.0), talk=Fixed(1000.0))
    scenario = make_scenario(agents=1, people=people, shift_seconds=60.0, max_wait_seconds=100.0)
    shift = simulate_shift(scenario, RatioPacer(3), 1)
    assert (shift.placed, shift.connected, shift.waiting_at_end, shift.ringing_at_end) == (3, 1, 2, 0)
    shift = simulate_shift(replace(scenario, shift_seconds=5.0), RatioPacer(3), 1)
    assert (shift.placed, shift.connected, shift.waiting_at_end, shift.ringing_at_end) == (3, 0, 0, 3)


def test_who_is_talking_when_asked_to_leave_ends_the_call_and_its_wrap_up() -> None:
    people = People(1.0, answer_time=Fixed(5.0), talk=Fixed(100.0), wrap_up=Fixed(20.0))
    scenario = make_scenario(agents=1, people=people, changes=(Change(50.0, agents=0),))
    shift, witness = witnessed(scenario, 1)
    assert [event.at for event in witness.events(AgentLeft, TalkEnded)] == [50.0, 105.0]
    assert (shift.placed, shift.logged_in_seconds, shift.idle_seconds) == (1, 125.0, 5.0)


def test_in_a_carrier_outage_calls_fail_fast_and_after_it_people_answer_again() -> None:
    people = People(0.6, failed_time=Fixed(1.0))
    changes = carrier_outage(people, begins_at=200, ends_at=400)
    _, witness = witnessed(make_scenario(people=people, changes=changes), 1, RatioPacer(2))
    placed_at, ended = witness.dialed_at(), ends(witness)
    inside = {ended[call] for call, at in placed_at.items() if 200 <= at < 400}
    outside = {outcome for call, at in placed_at.items() if call in ended and not 200 <= at < 400
               for outcome in ended[call][:1]}  # fmt: skip
    assert inside == {("failed", 1.0)}
    assert outside == {"human", "no_answer"}


def test_half_an_outage_fails_half_of_the_calls_and_leaves_the_mixture_of_the_others() -> None:
    behind = People(0.4, 0.2, 0.1, 0.1).with_failing(0.5)
    chances = (behind.live_chance, behind.machine_chance, behind.busy_chance, behind.failed_chance)
    assert chances == pytest.approx((0.2, 0.1, 0.05, 0.55))


def test_a_new_list_is_called_from_its_moment_on() -> None:
    scenario = make_scenario(people=People(0.0), changes=(Change(300.0, people=People(1.0)),))
    _, witness = witnessed(scenario, 1)
    placed_at = witness.dialed_at()
    answered = {event.call_id for event in witness.events(Answered)}
    assert answered
    assert all((placed_at[call] >= 300.0) == (call in answered) for call in ends(witness))


def test_the_pacer_is_asked_at_every_tick_and_only_then() -> None:
    _, witness = witnessed(make_scenario(tick_seconds=2.5), 1)
    assert [snapshot.now for snapshot in witness.snapshots] == [2.5 * k for k in range(240)]
    assert {at % 2.5 for at in witness.dialed_at().values()} == {0.0}


def test_people_hang_up_when_their_patience_ends_before_the_longest_wait() -> None:
    people = People(1.0, answer_time=Fixed(5.0), patience=Fixed(1.25))
    scenario = make_scenario(agents=1, people=people, max_wait_seconds=2.0)
    shift, witness = witnessed(scenario, 1, RatioPacer(3))
    assert shift.hung_up == shift.abandoned >= 2
    assert set(hang_ups(witness).values()) == {1.25}


def test_without_patience_they_wait_as_long_as_they_may() -> None:
    people = People(1.0, answer_time=Fixed(5.0))
    shift, witness = witnessed(make_scenario(agents=1, people=people), 1, RatioPacer(3))
    assert shift.hung_up == 0
    assert set(hang_ups(witness).values()) == {2.0}


def test_with_machine_detection_an_answer_is_known_when_the_verdict_is_there() -> None:
    undetected = People(0.5, 0.5, answer_time=Fixed(8.0), machine_answer_time=Fixed(15.0), detection=Fixed(3.0))
    detected = replace(undetected, detects_machines=True)
    assert set(ends(witnessed(make_scenario(people=detected), 1)[1]).values()) == {("human", 11.0), ("machine", 18.0)}
    assert set(ends(witnessed(make_scenario(people=undetected), 1)[1]).values()) == {("human", 8.0), ("human", 15.0)}


def test_no_more_lines_are_in_flight_than_the_carrier_allows() -> None:
    people = People(0.3, talk=Fixed(60.0))
    _, witness = witnessed(make_scenario(people=people, max_lines=6), 1, RatioPacer(5))
    lines = [
        len(seen.ringing) + len(seen.waiting) + sum(agent.state == "talking" for agent in seen.agents)
        for seen in witness.snapshots
    ]
    assert max(lines) == 6


def test_no_more_leads_are_called_than_there_are() -> None:
    assert simulate_shift(make_scenario(leads=17), RatioPacer(5), 1).placed == 17


def test_a_pacer_that_asks_for_less_than_nothing_is_refused() -> None:
    class Confused(ProgressivePacer):
        def calls_to_place(self, snapshot: Snapshot) -> int:
            return -1

    with pytest.raises(ValueError, match="-1 calls"):
        simulate_shift(make_scenario(), Confused(), 1)


@pytest.mark.parametrize("chances", [(0.7, 0.4), (-0.1, 0.5)])
def test_people_whose_chances_make_no_sense_are_refused(chances: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="chances"):
        People(*chances)
