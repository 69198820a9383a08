"""Lists take turns by weight, and nobody catches up on turns for which he had no leads."""

import random
from dataclasses import replace
from uuid import UUID

import pytest

from dialer.domain.ids import ListId
from dialer.domain.list_turns import LAST_TURN, ListTurn, divide_calls, line_up, share_calls


def turn(number: int, weight: int = 1, turns_taken: float = 0.0, *, callbacks: bool = False) -> ListTurn:
    return ListTurn(ListId(UUID(int=number)), weight, turns_taken, callbacks)


A, B, C = (ListId(UUID(int=number)) for number in (1, 2, 3))


def taken(lists: list[ListTurn], calls: int) -> tuple[list[ListTurn], dict[ListId, int]]:
    """The lists after so many calls were taken as their shares say."""
    shares = share_calls(lists, calls)
    after = [
        replace(entry, turns_taken=entry.turns_taken + shares.get(entry.list_id, 0) * entry.stride)
        for entry in line_up(lists)
    ]
    return after, shares


def test_calls_are_shared_in_proportion_to_the_weights() -> None:
    assert share_calls([turn(1, 3), turn(2, 1)], 8) == {A: 6, B: 2}


@pytest.mark.parametrize("seed", range(5))
def test_over_many_ticks_of_any_size_the_proportions_hold_to_a_lead(seed: int) -> None:
    dice = random.Random(seed)
    lists = [turn(number, dice.choice((1, 2, 5, 40))) for number in (1, 2, 3)]
    weights = {entry.list_id: entry.weight for entry in lists}
    got = dict.fromkeys(weights, 0)
    for _ in range(300):
        lists, shares = taken(lists, dice.randrange(4))
        got = {list_id: got[list_id] + shares.get(list_id, 0) for list_id in got}
    for list_id, weight in weights.items():
        assert got[list_id] == pytest.approx(sum(got.values()) * weight / sum(weights.values()), abs=3), weights


def test_one_call_at_a_time_alternates() -> None:
    lists, order = [turn(1), turn(2)], []
    for _ in range(6):
        lists, shares = taken(lists, 1)
        order += shares
    assert order == [A, B, A, B, A, B]


@pytest.mark.parametrize("behind", [0.0, 99.0])
def test_a_list_that_is_new_or_was_empty_for_long_does_not_catch_up(behind: float) -> None:
    shares = share_calls([turn(1, turns_taken=100.0), turn(2, turns_taken=100.0), turn(3, turns_taken=behind)], 30)
    assert sorted(shares.values()) == [9, 10, 11], "one turn at most is his before the others have theirs"


def test_a_list_that_is_far_ahead_does_not_have_to_wait_for_the_others() -> None:
    shares = share_calls([turn(1, turns_taken=1_000.0), turn(2, turns_taken=5.0)], 10)
    assert shares == {A: 4, B: 6}


def test_lists_without_a_turn_are_left_out() -> None:
    assert share_calls([turn(1), turn(2), turn(3)], 2) == {A: 1, B: 1}
    assert share_calls([turn(1)], 0) == {}
    assert share_calls([], 5) == {}
    assert line_up([]) == ()


def test_one_list_is_one_portion_of_all_its_turns() -> None:
    (portion,) = divide_calls([turn(1, callbacks=True)], 7)
    assert (portion.list_id, portion.calls, portion.passed_over) == (A, 7, 0)
    assert (portion.first_turn, portion.last_turn) == (0, LAST_TURN)


def test_promised_callbacks_come_before_every_share_whichever_list_they_stand_on() -> None:
    first, *others = divide_calls([turn(1, 100), turn(2, 1, 3.0, callbacks=True)], 4)
    assert (first.list_id, first.calls, first.first_turn, first.last_turn) == (B, 4, 0, 0)
    assert {portion.first_turn for portion in others} == {1}


def test_what_a_list_cannot_fill_the_others_do_beyond_their_shares() -> None:
    portions = divide_calls([turn(1, 3), turn(2, 1)], 4)
    assert [(portion.list_id, portion.calls, portion.passed_over) for portion in portions] == [
        (A, 3, 0), (B, 1, 0), (A, 4, 3), (B, 4, 1),
    ]  # fmt: skip
