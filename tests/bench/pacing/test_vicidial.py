"""VICIdial's arithmetic, number by number, as its sources have it."""

import pytest

from bench.pacing.rivals.vicidial import Rule, VicidialPacer
from dialer.domain.pacing import Snapshot
from tests.bench.pacing.floors import floor, tell_abandoned, tell_talks, tell_unanswered


def run_seconds(pacer: VicidialPacer, snapshot: Snapshot, seconds: int, *, begin: int = 0) -> None:
    """Show the same floor once a second."""
    for now in range(begin, begin + seconds):
        pacer.calls_to_place(Snapshot(float(now), snapshot.agents, snapshot.ringing, snapshot.waiting))


def test_lines_are_kept_for_the_idle_and_the_talking_by_default() -> None:
    pacer = VicidialPacer("hard_limit")
    pacer.level = 2.0
    assert pacer.lines_to_place(idle=1, talking=3, on_their_way=2) == 8 - 3 - 2


def test_available_only_counts_the_idle_alone_and_leaves_conversations_out() -> None:
    pacer = VicidialPacer("hard_limit", available_only=True)
    pacer.level = 2.0
    assert pacer.lines_to_place(idle=2, talking=3, on_their_way=1) == 4 - 1


def test_who_writes_up_wants_no_line() -> None:
    assert VicidialPacer("hard_limit").calls_to_place(floor(idle=1, wrap_up=5)) == 1


def test_more_lines_than_wanted_place_none() -> None:
    assert VicidialPacer("hard_limit").lines_to_place(idle=1, talking=0, on_their_way=3) == 0


def test_lines_are_rounded_not_cut() -> None:
    pacer = VicidialPacer("hard_limit", available_only=True)
    pacer.level = 1.3
    assert pacer.lines_to_place(idle=2, talking=0, on_their_way=0) == 3


def test_the_level_grows_by_the_share_of_agents_who_were_idle_and_compounds() -> None:
    pacer = VicidialPacer("hard_limit")
    run_seconds(pacer, floor(idle=2, talking=6, wrap_up=2), 14)
    assert pacer.level == 1.0
    run_seconds(pacer, floor(idle=2, talking=6, wrap_up=2), 1, begin=14)
    assert pacer.level == 1.2
    run_seconds(pacer, floor(idle=2, talking=6, wrap_up=2), 15, begin=15)
    assert pacer.level == 1.44


def test_people_who_wait_weigh_against_idle_agents() -> None:
    pacer = VicidialPacer("hard_limit")
    pacer.level = 2.0
    run_seconds(pacer, floor(talking=10, waiting=1), 15)
    assert pacer.level == pytest.approx(2.0 * 0.9)


def test_the_level_stays_between_one_and_its_maximum() -> None:
    pacer = VicidialPacer("hard_limit")
    run_seconds(pacer, floor(idle=10), 60)
    assert pacer.level == 3.0
    pacer = VicidialPacer("hard_limit")
    run_seconds(pacer, floor(talking=2, waiting=9), 60)
    assert pacer.level == 1.0


def test_the_average_is_over_fifteen_seconds() -> None:
    pacer = VicidialPacer("hard_limit", maximum_level=9.0)
    run_seconds(pacer, floor(idle=10), 15)
    run_seconds(pacer, floor(idle=1, talking=9), 15, begin=15)
    assert pacer.level == 2.2


@pytest.mark.parametrize(
    ("rule", "level"), [("hard_limit", 1.0), ("average", 1.4), ("tapered", 2.8)]
)  # half past nine: 2100 - 930 is above 1000, TAPERED forgives it all
def test_above_the_days_limit_each_rule_brakes_in_its_way(rule: Rule, level: float) -> None:
    pacer = VicidialPacer(rule)
    pacer.level = 2.8
    tell_talks(pacer, 96, talk=10.0)
    tell_abandoned(pacer, 4)
    run_seconds(pacer, floor(talking=10), 15, begin=1800)
    assert pacer.drop_percent_today == 4.0
    assert pacer.level == level


def test_at_the_limit_nothing_brakes() -> None:
    pacer = VicidialPacer("hard_limit")
    pacer.level = 2.8
    tell_talks(pacer, 97, talk=10.0)
    tell_abandoned(pacer, 3)
    run_seconds(pacer, floor(talking=10), 15, begin=1800)
    assert pacer.level == 2.8


def test_the_limit_counts_from_the_51st_call_of_the_day() -> None:
    pacer = VicidialPacer("hard_limit")
    pacer.level = 2.0
    tell_abandoned(pacer, 10)
    tell_unanswered(pacer, 40)
    run_seconds(pacer, floor(talking=10), 15, begin=600)
    assert pacer.level == 2.0
    tell_unanswered(pacer, 1, at=615.0)
    run_seconds(pacer, floor(talking=10), 60, begin=615)
    assert pacer.level == 1.0


def test_unanswered_calls_are_not_in_the_drop_percentage() -> None:
    pacer = VicidialPacer("hard_limit")
    tell_unanswered(pacer, 500)
    tell_talks(pacer, 9, talk=10.0)
    tell_abandoned(pacer, 1)
    run_seconds(pacer, floor(talking=10), 1)
    assert pacer.drop_percent_today == 10.0


@pytest.mark.parametrize(
    ("opens_at", "now", "level"),
    [(1300, 0.0, 3.0 * 0.8), (900, 9000.0, 3.0 * 0.970), (1950, 0.0, 3.0 * 0.150), (2101, 0.0, 1.0)],
)  # 2100 less 1300, 1130, 1950 and 2101, over a thousand
def test_tapered_brakes_by_the_hours_left_as_hhmm_numbers(opens_at: int, now: float, level: float) -> None:
    pacer = VicidialPacer("tapered", opens_at=opens_at)
    pacer.level = 3.0
    tell_talks(pacer, 90, talk=10.0)
    tell_abandoned(pacer, 10)
    run_seconds(pacer, floor(talking=10), 15, begin=int(now))
    assert pacer.level == pytest.approx(max(1.0, level))


def test_drop_statistics_are_a_minute_old_at_worst() -> None:
    pacer = VicidialPacer("hard_limit")
    pacer.level = 2.0
    run_seconds(pacer, floor(talking=10), 5)
    tell_talks(pacer, 90, talk=10.0, at=5.0)
    tell_abandoned(pacer, 10, at=5.0)
    run_seconds(pacer, floor(talking=10), 55, begin=5)
    assert (pacer.drop_percent_today, pacer.level) == (0.0, 2.0)
    run_seconds(pacer, floor(talking=10), 15, begin=60)
    assert (pacer.drop_percent_today, pacer.level) == (10.0, 1.0)


def test_half_of_a_minutes_calls_dropped_halves_the_level() -> None:
    pacer = VicidialPacer("tapered")
    pacer.level = 3.0
    tell_abandoned(pacer, 12)
    tell_unanswered(pacer, 10)
    run_seconds(pacer, floor(talking=10), 15)
    assert pacer.level == 1.5


def test_the_brake_needs_more_than_twenty_calls() -> None:
    pacer = VicidialPacer("tapered")
    pacer.level = 3.0
    tell_abandoned(pacer, 20)
    run_seconds(pacer, floor(talking=10), 15)
    assert pacer.level == 3.0
