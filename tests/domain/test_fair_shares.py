"""Whose turn it is: nobody waits for more than one call of each other tenant, and nobody's trouble is another's."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.fair_shares import (
    CATCH_UP_SECONDS,
    MAX_ADMISSIONS,
    Line,
    Seat,
    Shares,
    Starts,
    choose_turns,
    in_turn,
    line_room,
    share_processes,
    start_room,
)

MANY = Shares(total=1_000, beside_others=1_000, slow=1_000)
OPEN = Starts(wait_seconds=0.0, spacing_seconds=0.0)


def test_lines_take_turns_however_long_they_are() -> None:
    lines = [Line("big", "A", 200), Line("small", "A", 2), Line("mid", "A", 3)]
    turns = choose_turns(lines, [], {"A": OPEN}, Shares(total=9, beside_others=9, slow=9))
    assert turns.lines == ("big", "mid", "small", "big", "mid", "small", "big", "mid", "big")
    assert turns.lacks_seats


def test_who_comes_new_is_next_and_who_was_served_longest_ago_before_who_was_just_served() -> None:
    lines = [Line("big", "A", 9, served_at=50.0), Line("old", "A", 1, served_at=10.0), Line("new", "A", 1)]
    assert choose_turns(lines, [], {"A": OPEN}, MANY).lines[:3] == ("new", "old", "big")


def test_an_account_starts_a_call_when_it_may_and_not_before() -> None:
    lines = [Line("slow account", "A", 5), Line("fast account", "B", 5)]
    starts = {"A": Starts(0.0, 1.0), "B": Starts(0.2, 0.1)}
    turns = choose_turns(lines, [], starts, MANY)
    assert turns.lines == ("slow account",)
    assert turns.wait_seconds == pytest.approx(0.2)
    assert not turns.lacks_seats


def test_a_start_that_came_late_is_made_up_for_but_only_by_a_little() -> None:
    starts = {"A": Starts(-CATCH_UP_SECONDS, 0.04)}
    assert len(choose_turns([Line("a", "A", 9)], [], starts, MANY).lines) == 2
    assert len(choose_turns([Line("a", "A", 9)], [], {"A": Starts(-60.0, 0.04)}, MANY).lines) == 2, "idle time is lost"


def test_alone_a_tenant_has_every_process_but_one_and_beside_others_leaves_them_one_more() -> None:
    shares = share_processes(8)
    assert len(choose_turns([Line("a", "A", 99)], [], {"A": OPEN}, shares).lines) == 7
    beside = choose_turns([Line("a", "A", 99), Line("b", "B", 1)], [], {"A": OPEN, "B": OPEN}, shares)
    assert Counter(beside.lines) == {"a": 6, "b": 1}


@pytest.mark.parametrize("how", ["by its seat", "by what was seen lately"])
def test_a_tenant_whose_carrier_hangs_gets_one_process_and_the_others_go_on(how: str) -> None:
    seats = [Seat("hung", 4.0)] if how == "by its seat" else []
    lines = [Line("hung", "A", 50, is_slow=not seats), Line("well", "B", 50)]
    turns = choose_turns(lines, seats, {"A": OPEN, "B": OPEN}, share_processes(8))
    assert Counter(turns.lines)["hung"] + len(seats) == 1
    assert Counter(turns.lines)["well"] == 6


def test_all_carriers_that_hang_have_half_the_processes_together() -> None:
    lines = [Line(f"hung {n}", f"A{n}", 9, is_slow=True) for n in range(20)] + [Line("well", "W", 9)]
    starts = {line.account: OPEN for line in lines}
    turns = choose_turns(lines, [], starts, share_processes(8))
    assert sum(name != "well" for name in turns.lines) == 4
    assert turns.lines.count("well") == 3


@pytest.mark.parametrize("processes", range(65))
def test_whoever_has_few_processes_can_place_and_whoever_has_more_keeps_one_for_ticks(processes: int) -> None:
    shares = share_processes(processes)
    assert 1 <= shares.beside_others <= shares.total <= max(1, processes)
    assert 1 <= shares.slow <= max(1, processes)
    if processes > 2:
        assert shares.total == processes - 1


NAMES = st.sampled_from("abcdef")
LINES = st.lists(
    st.builds(
        Line,
        name=NAMES,
        account=st.sampled_from("XYZ"),
        waiting=st.integers(0, 8),
        served_at=st.integers(0, 20).map(float),
        is_slow=st.booleans(),
    ),
    unique_by=lambda line: line.name,
)
SEATS = st.lists(st.builds(Seat, line=NAMES, held_seconds=st.sampled_from([0.1, 5.0])), max_size=8)
STARTS = st.fixed_dictionaries(
    {
        name: st.builds(Starts, wait_seconds=st.floats(-0.05, 2.0), spacing_seconds=st.sampled_from([0.02, 0.2, 5.0]))
        for name in "XYZ"
    }
)


@given(lines=LINES, seats=SEATS, starts=STARTS, processes=st.integers(0, 12))
def test_turns_never_go_beyond_what_waits_what_accounts_allow_and_what_processes_there_are(
    lines: list[Line], seats: list[Seat], starts: dict[str, Starts], processes: int
) -> None:
    shares = share_processes(processes)
    turns = choose_turns(lines, seats, starts, shares)
    given_out = Counter(turns.lines)
    held = Counter(seat.line for seat in seats)
    assert len(turns.lines) <= MAX_ADMISSIONS
    assert all(given_out[line.name] <= line.waiting for line in lines)
    assert not given_out or len(turns.lines) + len(seats) <= shares.total
    for account, start in starts.items():
        started = sum(given_out[line.name] for line in lines if line.account == account)
        assert started <= 1 + max(0.0, CATCH_UP_SECONDS / start.spacing_seconds)
        assert start.wait_seconds <= 0 or not started
    for line in lines:
        if line.is_slow and given_out[line.name]:
            assert given_out[line.name] + held[line.name] == 1


@given(lines=LINES, seats=SEATS, starts=STARTS, processes=st.integers(1, 12))
def test_nothing_is_left_waiting_that_could_go_now(
    lines: list[Line], seats: list[Seat], starts: dict[str, Starts], processes: int
) -> None:
    turns = choose_turns(lines, seats, starts, share_processes(processes))
    waits = any(line.waiting > Counter(turns.lines)[line.name] for line in lines)
    assert waits == (turns.lacks_seats or turns.wait_seconds is not None)
    assert turns.wait_seconds is None or turns.wait_seconds > 0


@given(
    waiting=st.dictionaries(NAMES, st.integers(1, 30), min_size=2),
    seats_at_once=st.integers(1, 7),
    spacing=st.sampled_from([0.0, 0.01, 0.3]),
)
def test_between_two_calls_of_a_tenant_every_other_that_waits_has_had_one(
    waiting: dict[str, int], seats_at_once: int, spacing: float
) -> None:
    """All on one account, round after round, as the dispatcher does it."""
    left, served, order, at = dict(waiting), dict.fromkeys(waiting, 0.0), [], 0.0
    while any(left.values()):
        lines = [Line(name, "A", count, served[name]) for name, count in left.items() if count]
        shares = Shares(total=seats_at_once, beside_others=seats_at_once, slow=1)
        for name in choose_turns(lines, [], {"A": Starts(0.0, spacing)}, shares).lines:
            at += 1
            left[name] -= 1
            served[name] = at
            order.append(name)
    assert Counter(order) == waiting
    for name, count in waiting.items():
        for other in waiting.keys() - {name}:
            turns_of_other = 0
            for turn in order[: [i for i, n in enumerate(order) if n == name][count - 1]]:
                turns_of_other = 0 if turn == name else turns_of_other + (turn == other)
                assert turns_of_other <= 1, f"{other} had two turns while {name} waited"


@pytest.mark.parametrize(
    ("rate", "planned", "room"), [(5, 0, 10), (5, 7, 3), (5, 10, 0), (5, 40, 0), (0.1, 0, 1), (0.1, 1, 0), (0.01, 0, 1)]
)
def test_a_tick_plans_what_the_account_starts_within_two_seconds(rate: float, planned: int, room: int) -> None:
    assert start_room(rate, planned=planned) == room


@given(rate=st.floats(0.01, 500), ticks=st.lists(st.integers(0, 9), max_size=60), sharers=st.integers(1, 10))
def test_what_tenants_plan_together_is_started_before_it_expires(rate: float, ticks: list[int], sharers: int) -> None:
    planned: Counter[int] = Counter()
    for tenant in (number % sharers for number in ticks):
        planned[tenant] += start_room(rate, planned=planned[tenant], planned_by_all=planned.total(), sharers=sharers)
        assert planned.total() <= max(1.0, rate * 8)
        assert planned[tenant] <= max(1.0, rate * 2)


@given(max_lines=st.integers(2, 600), sharers=st.integers(2, 8), greedy=st.integers(1, 40))
def test_nobody_who_begins_finds_every_line_taken(max_lines: int, sharers: int, greedy: int) -> None:
    lines = 0
    for _ in range(greedy):
        lines += line_room(max_lines, lines=lines, lines_of_all=lines, sharers=sharers)
    assert lines <= max_lines
    assert line_room(max_lines, lines=0, lines_of_all=lines, sharers=sharers) >= 1 or max_lines < sharers
    assert lines >= max_lines // sharers, "its equal part is everybody's"


def test_an_account_of_ones_own_is_used_wholly_and_never_overrun() -> None:
    assert [line_room(10, lines=lines) for lines in (0, 9, 10, 14)] == [10, 1, 0, 0]
    assert line_room(10, lines=3, lines_of_all=3, sharers=1) == 7


@given(pairs=st.lists(st.tuples(NAMES, st.integers()), max_size=40))
def test_in_turn_keeps_everything_and_gives_each_tenant_its_nth_before_anybodys_next(
    pairs: list[tuple[str, int]],
) -> None:
    turns = in_turn(pairs)
    assert Counter(turns) == Counter(pairs)
    seen: Counter[str] = Counter()
    rounds = []
    for name, _ in turns:
        seen[name] += 1
        rounds.append(seen[name])
    assert rounds == sorted(rounds)
    for name in seen:
        assert [item for who, item in turns if who == name] == [item for who, item in pairs if who == name]
