"""How many calls to place now: bounds that hold for every floor."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pacing import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    AgentState,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    ProgressivePacer,
    RatioPacer,
    Snapshot,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
    choose_pacer,
)

states = st.sampled_from(["idle", "talking", "wrap_up"])
instants = st.lists(st.floats(0, 1000), max_size=30)


@st.composite
def snapshots(draw: st.DrawFn, agent_states: st.SearchStrategy[str] = states) -> Snapshot:
    agents = draw(st.lists(agent_states, max_size=20))
    return Snapshot(
        now=1000.0,
        agents=tuple(AgentState(f"agent {n}", state, 0.0) for n, state in enumerate(agents)),  # type: ignore[arg-type]
        ringing=tuple(draw(instants)),
        waiting=tuple(draw(instants)),
    )


def floor(idle: int, *, ringing: int = 0, waiting: int = 0, talking: int = 0) -> Snapshot:
    agents = [AgentState(f"idle {n}", "idle", 0.0) for n in range(idle)]
    agents += [AgentState(f"talking {n}", "talking", 0.0) for n in range(talking)]
    return Snapshot(10.0, tuple(agents), (1.0,) * ringing, (2.0,) * waiting)


ratios = st.decimals(Decimal(1), Decimal(10), places=2)


@given(snapshots(), ratios)
def test_the_number_is_never_negative(snapshot: Snapshot, ratio: Decimal) -> None:
    assert choose_pacer("progressive", ratio).calls_to_place(snapshot) >= 0
    assert choose_pacer("ratio", ratio).calls_to_place(snapshot) >= 0


@given(snapshots(st.sampled_from(["talking", "wrap_up"])), ratios)
def test_nothing_is_placed_without_an_idle_agent(snapshot: Snapshot, ratio: Decimal) -> None:
    assert choose_pacer("progressive", ratio).calls_to_place(snapshot) == 0
    assert choose_pacer("ratio", ratio).calls_to_place(snapshot) == 0


@given(snapshots())
def test_progressive_never_has_more_on_the_way_than_agents_are_idle(snapshot: Snapshot) -> None:
    wanted = ProgressivePacer().calls_to_place(snapshot)
    on_the_way = len(snapshot.ringing) + len(snapshot.waiting)
    assert wanted == 0 or wanted + on_the_way <= snapshot.idle_agents


@given(snapshots(), ratios, ratios)
def test_a_higher_ratio_never_places_fewer(snapshot: Snapshot, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert choose_pacer("ratio", low).calls_to_place(snapshot) <= choose_pacer("ratio", high).calls_to_place(snapshot)


@given(snapshots(), ratios)
def test_one_more_idle_agent_never_means_fewer_calls(snapshot: Snapshot, ratio: Decimal) -> None:
    more = Snapshot(
        snapshot.now, (*snapshot.agents, AgentState("new", "idle", 1.0)), snapshot.ringing, snapshot.waiting
    )
    for mode in ("progressive", "ratio"):
        pacer = choose_pacer(mode, ratio)
        assert pacer.calls_to_place(snapshot) <= pacer.calls_to_place(more)


@given(snapshots())
def test_a_ratio_of_one_is_progressive_and_a_higher_one_places_at_least_as_many(snapshot: Snapshot) -> None:
    assert RatioPacer(1.0).calls_to_place(snapshot) == ProgressivePacer().calls_to_place(snapshot)
    assert RatioPacer(2.5).calls_to_place(snapshot) >= ProgressivePacer().calls_to_place(snapshot)


@pytest.mark.parametrize(
    ("snapshot", "progressive", "double"),
    [(floor(3), 3, 6), (floor(3, ringing=1), 2, 5), (floor(3, waiting=1), 2, 4), (floor(1, ringing=2), 0, 0),
     (floor(0, talking=5), 0, 0), (floor(2, waiting=2), 0, 0)],
)  # fmt: skip
def test_idle_agents_less_what_is_on_the_way(snapshot: Snapshot, progressive: int, double: int) -> None:
    assert ProgressivePacer().calls_to_place(snapshot) == progressive
    assert RatioPacer(2.0).calls_to_place(snapshot) == double


@pytest.mark.parametrize("mode", ["progressive", "ratio"])
def test_every_event_of_the_interface_is_understood(mode: str) -> None:
    pacer = choose_pacer(mode, Decimal("1.5"))
    events: list[PacingEvent] = [
        AgentJoined("a", 0.0), Dialed("c", 1.0), Answered("c", 2.0, "human"), Connected("c", "a", 2.1),
        Unanswered("d", 3.0, "busy"), Abandoned("e", 4.0), TalkEnded("c", "a", 5.0),
        WrapUpEnded("a", 6.0), AgentLeft("a", 7.0),
    ]  # fmt: skip
    for event in events:
        pacer.observe(event)
    assert pacer.calls_to_place(floor(2)) >= 2


def test_a_mode_that_does_not_exist_and_a_ratio_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown dial mode"):
        choose_pacer("magic", Decimal(1))
    with pytest.raises(ValueError, match=r"below 1\.0"):
        RatioPacer(0.5)
    with pytest.raises(ValueError, match=r"below 1\.0"):
        RatioPacer(float("nan"))
