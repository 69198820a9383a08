"""The wallboard's differences: whatever happened, the frames lead from the first board to the last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.agents import AgentState
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentGroupId, AgentId, CallId, CampaignId
from dialer.domain.pacing.abandonment import STANDARDS, AbandonmentStanding, AccountingWindow
from dialer.domain.wallboard import (
    AgentMinute,
    Board,
    BoardAgent,
    BoardCall,
    BoardCampaign,
    BoardFacts,
    CallMinute,
    Chosen,
    apply_change,
    board_of_json,
    compare,
    compose_board,
)

NOW = datetime(2026, 3, 4, 18, 0, 30, tzinfo=UTC)
MINUTE = NOW.replace(second=0)
RED, BLUE = AgentGroupId(UUID(int=71)), AgentGroupId(UUID(int=72))


def agent(number: int, state: AgentState = AgentState.AVAILABLE, **facts: object) -> BoardAgent:
    plain = BoardAgent(
        AgentId(UUID(int=number)), f"Agent {number}", None, None, state, "available", NOW, None, None,
        has_audio=True, has_socket=True, is_reachable=True,
    )  # fmt: skip
    return replace(plain, **facts)  # type: ignore[arg-type]


def call(number: int, state: CallState = CallState.RINGING, *, campaign: int = 90, **facts: object) -> BoardCall:
    plain = BoardCall(
        CallId(UUID(int=number)), CampaignId(UUID(int=campaign)), state, NOW, None, "Sara A.", "0123", None, None,
        None, None,
    )  # fmt: skip
    return replace(plain, **facts)  # type: ignore[arg-type]


def campaign(number: int = 90, *, group: AgentGroupId | None = None, answers: int = 0) -> BoardCampaign:
    standing = AbandonmentStanding(STANDARDS["strict"], AccountingWindow(NOW, None), answers, 0, 0.03)
    return BoardCampaign(
        CampaignId(UUID(int=number)), f"Campaign {number}", "active", "predictive", group, None, None, standing, 4, None
    )


def facts(**parts: object) -> BoardFacts:
    return replace(BoardFacts(NOW, (), (), (), MINUTE, (), (), ()), **parts)  # type: ignore[arg-type]


AGENTS = st.builds(
    agent, st.integers(1, 6), st.sampled_from(AgentState), call_id=st.none() | st.just(CallId(UUID(int=30)))
)
CALLS = st.builds(
    call, st.integers(30, 36), st.sampled_from([CallState.RINGING, CallState.WAITING, CallState.BRIDGED]),
    campaign=st.integers(90, 92), answered_by=st.sampled_from([None, "human", "machine_start"]),
)  # fmt: skip
CAMPAIGNS = st.builds(campaign, st.integers(90, 92), answers=st.integers(0, 50))
MINUTES = st.builds(
    CallMinute, st.integers(1, 60).map(lambda back: MINUTE - timedelta(minutes=back)),
    st.integers(90, 92).map(lambda number: CampaignId(UUID(int=number))), st.integers(0, 9), st.integers(0, 9),
    st.integers(0, 9), st.just(0),
)  # fmt: skip
FLOORS = st.builds(
    lambda agents, calls, campaigns, minutes, later: facts(
        agents=agents, calls=calls, campaigns=campaigns, call_minutes=minutes,
        series_until=MINUTE + timedelta(minutes=later),
    ),
    st.lists(AGENTS, unique_by=lambda a: a.id, max_size=3), st.lists(CALLS, unique_by=lambda c: c.id, max_size=3),
    st.lists(CAMPAIGNS, unique_by=lambda c: c.id, max_size=3), st.lists(MINUTES, max_size=3), st.integers(0, 3),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(FLOORS, min_size=2, max_size=3))
def test_the_first_board_and_the_frames_after_it_are_the_last_board(floors: list[BoardFacts]) -> None:
    boards = [compose_board(floor) for floor in floors]
    shown = board_of_json(boards[0].as_json())
    for before, after in pairwise(boards):
        shown = apply_change(shown, compare(before, after).as_json())
        assert shown == after


@settings(max_examples=25, deadline=None)
@given(FLOORS)
def test_nothing_is_told_when_nothing_has_changed(floor: BoardFacts) -> None:
    assert not compare(compose_board(floor), compose_board(floor))


def test_of_an_entry_only_what_differs_is_told() -> None:
    before = compose_board(facts(agents=[agent(1), agent(2)]))
    after = compose_board(facts(agents=[agent(1, AgentState.TALKING), agent(2)]))
    told = compare(before, after).as_json()["changed"]
    assert told["agents"] == [{"id": str(UUID(int=1)), "state": "talking"}]  # type: ignore[index]
    assert set(told) == {"agents", "totals"}  # type: ignore[call-overload]
    assert set(told["totals"]) == {"agents_by_state", "occupancy_now"}  # type: ignore[index]


def test_what_is_gone_is_named() -> None:
    before = compose_board(facts(agents=[agent(1)], calls=[call(30)], campaigns=[campaign()]))
    told = compare(before, compose_board(facts(campaigns=[campaign()])))
    assert told.removed == {"agents": [str(UUID(int=1))], "calls": [str(UUID(int=30))]}


def test_a_board_of_nothing_has_an_hour_of_empty_minutes() -> None:
    board = compose_board(facts())
    assert (len(board.minutes), board.totals["occupancy_now"]) == (60, None)
    assert board != Board()


def test_occupancy_is_the_share_of_those_logged_in_who_are_at_work_for_a_callee() -> None:
    states = [AgentState.TALKING, AgentState.WRAPPING_UP, AgentState.AVAILABLE, AgentState.PAUSED, AgentState.OFFLINE]
    board = compose_board(facts(agents=[agent(number, state) for number, state in enumerate(states, 1)]))
    assert board.totals["occupancy_now"] == 0.5


def test_a_machine_that_answered_waits_for_nobody() -> None:
    waits = {"state": CallState.WAITING, "answered_at": NOW}
    calls = [call(30, **waits), call(31, **waits, answered_by="machine_start"), call(32, **waits, agent_id=UUID(int=1))]
    lines = compose_board(facts(calls=calls, campaigns=[campaign()], agents=[agent(1)])).totals["lines"]
    assert lines == {"dialling": 0, "talking": 0, "waiting": 1, "waiting_since": "2026-03-04T18:00:30Z"}


def test_the_hour_is_the_whole_minutes_and_the_one_that_has_begun() -> None:
    of = CampaignId(UUID(int=90))
    board = compose_board(
        facts(
            campaigns=[campaign()],
            call_minutes=[
                CallMinute(MINUTE - timedelta(minutes=1), of, placed=8, answered=4, live_answers=3, abandoned=1)
            ],
            running=[CallMinute(MINUTE, of, placed=2, answered=2, live_answers=1, abandoned=0)],
            agent_minutes=[AgentMinute(MINUTE - timedelta(minutes=1), None, 30.0, 60.0)],
        )
    )
    assert board.totals["last_hour"] == {
        "placed": 10, "answered": 6, "live_answers": 4, "abandoned": 1, "answer_rate": 0.6, "abandonment_rate": 0.25,
    }  # fmt: skip
    assert list(board.minutes.values())[-1] == {
        "at": "2026-03-04T17:59:00Z", "placed": 8, "answered": 4, "live_answers": 3, "abandoned": 1, "occupancy": 0.5,
    }  # fmt: skip
    assert board.totals["occupancy_last_hour"] == 0.5


def test_a_group_is_its_agents_its_campaigns_and_the_calls_that_may_come_to_it() -> None:
    board = compose_board(
        facts(
            agents=[agent(1, agent_group_id=RED), agent(2, agent_group_id=BLUE)],
            campaigns=[campaign(90, group=RED), campaign(91, group=BLUE), campaign(92)],
            calls=[
                call(30, campaign=90), call(31, campaign=91), call(32, campaign=92),
                call(33, campaign=92, agent_id=UUID(int=2)), call(34, campaign=92, agent_id=UUID(int=1)),
            ],
        ),
        Chosen(agent_group_id=RED),
    )  # fmt: skip
    assert set(board.agents) == {str(UUID(int=1))}
    assert set(board.campaigns) == {str(UUID(int=90)), str(UUID(int=92))}
    assert set(board.calls) == {str(UUID(int=number)) for number in (30, 32, 34)}


def test_a_campaign_is_itself_and_its_calls() -> None:
    floor = facts(campaigns=[campaign(90), campaign(91)], calls=[call(30), call(31, campaign=91)], agents=[agent(1)])
    board = compose_board(floor, Chosen(campaign_ids=frozenset({CampaignId(UUID(int=91))})))
    assert (len(board.agents), len(board.calls), len(board.campaigns)) == (1, 1, 1)
    assert board.totals["dialing_rate"] == 4
