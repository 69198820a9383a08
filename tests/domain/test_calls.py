"""The table of a call's life: whatever the order of reports, each delivered twice, the end is the same."""

from itertools import permutations

import pytest

from dialer.domain.call_words import STATUS_BY_STATE
from dialer.domain.calls import DIALLING, FINAL, IN_FLIGHT, LIVE, NEXT, CallState, Verdict, judge, states_before

S = CallState


def run(reports: "tuple[CallState, ...] | list[CallState]", start: CallState = S.PLACING) -> CallState:
    """Apply reports in this order, each of them delivered twice."""
    state = start
    for reported in reports:
        for _ in range(2):
            if judge(state, reported) == Verdict.APPLIED:
                state = reported
    return state


def orders(*reports: CallState) -> list[tuple[CallState, ...]]:
    return sorted(set(permutations(reports + reports)))


@pytest.mark.parametrize("start", [S.PLACING, S.UNRESOLVED, S.PLACED])
def test_an_answered_call_ends_completed_in_every_order_of_its_events(start: CallState) -> None:
    assert {run(order, start) for order in orders(S.RINGING, S.ANSWERED, S.BRIDGED, S.COMPLETED)} == {S.COMPLETED}


@pytest.mark.parametrize("end", [S.BUSY, S.NO_ANSWER, S.FAILED, S.CANCELLED])
def test_an_unanswered_call_ends_as_reported_in_every_order_of_its_events(end: CallState) -> None:
    assert {run(order) for order in orders(S.PLACED, S.RINGING, end)} == {end}


def test_a_machines_call_ends_completed_in_every_order_with_or_without_an_agent() -> None:
    assert {run(order) for order in orders(S.RINGING, S.WAITING, S.COMPLETED)} == {S.COMPLETED}
    assert {run(order) for order in orders(S.RINGING, S.ANSWERED, S.COMPLETED)} == {S.COMPLETED}


def test_an_abandoned_call_stays_abandoned_whatever_the_carrier_still_reports() -> None:
    for late in permutations((S.PLACED, S.RINGING, S.ANSWERED, S.COMPLETED)):
        assert run([S.WAITING, S.ABANDONED, *late]) == S.ABANDONED


def test_ringing_is_optional_in_every_path() -> None:
    for start in (S.PLACING, S.UNRESOLVED, S.PLACED):
        assert NEXT[S.RINGING] <= NEXT[start]


def test_every_state_can_be_reached_and_every_state_can_end() -> None:
    seen, frontier = {S.PLANNED}, [S.PLANNED]
    while frontier:
        fresh = NEXT[frontier.pop()] - seen
        seen |= fresh
        frontier += fresh
    assert seen == set(S)
    for state in IN_FLIGHT:
        assert any(run([end], state) in FINAL for end in FINAL)


def test_nothing_follows_an_end() -> None:
    for end in FINAL:
        assert all(judge(end, reported) != Verdict.APPLIED for reported in S)


def test_the_same_state_again_is_a_duplicate() -> None:
    assert {judge(state, state) for state in S} == {Verdict.DUPLICATE}


def test_a_state_that_follows_is_applied() -> None:
    assert judge(S.RINGING, S.ANSWERED) == Verdict.APPLIED


@pytest.mark.parametrize(
    ("current", "reported"),
    [(S.BRIDGED, S.RINGING), (S.WAITING, S.ANSWERED), (S.COMPLETED, S.ANSWERED), (S.COMPLETED, S.BUSY),
     (S.ABANDONED, S.COMPLETED), (S.RINGING, S.PLACED)],
)  # fmt: skip
def test_an_earlier_state_or_another_end_is_stale(current: CallState, reported: CallState) -> None:
    assert judge(current, reported) == Verdict.STALE


@pytest.mark.parametrize(
    ("current", "reported"),
    [(S.PLANNED, S.ANSWERED), (S.PLANNED, S.COMPLETED), (S.RINGING, S.BRIDGED), (S.BUSY, S.BRIDGED),
     (S.ANSWERED, S.NO_ANSWER), (S.BRIDGED, S.ABANDONED)],
)  # fmt: skip
def test_a_state_that_neither_follows_nor_precedes_is_illegal(current: CallState, reported: CallState) -> None:
    assert judge(current, reported) == Verdict.ILLEGAL


def test_a_judgement_is_applied_exactly_where_the_conditional_update_lets_it_through() -> None:
    for target in S:
        assert states_before(target) == {state for state in S if judge(state, target) == Verdict.APPLIED}


def test_a_planned_call_is_placed_only_through_placing() -> None:
    assert states_before(S.PLACING) == {S.PLANNED}
    assert S.PLANNED not in {state for following in NEXT.values() for state in following}


def test_each_state_has_one_place_in_the_words_of_the_contract() -> None:
    assert set(STATUS_BY_STATE) == set(S)
    assert DIALLING | LIVE == IN_FLIGHT
    assert not DIALLING & LIVE
