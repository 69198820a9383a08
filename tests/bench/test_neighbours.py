"""How the bench of neighbours tells a tick's delay from what the worker noted."""

from bench.neighbourhood import Tick, pair_ticks


def test_a_tick_was_sent_when_the_scheduler_sent_the_round_that_it_belongs_to() -> None:
    notes: list[tuple[str | None, float, float]] = [
        (None, 10.0, 10.2), ("ada", 10.25, 10.5), (None, 11.0, 11.1), ("cleo", 10.26, 12.0), ("ada", 11.15, 11.3),
    ]  # fmt: skip
    ticks = list(pair_ticks(notes))
    assert ticks == [Tick("ada", 10.0, 10.5), Tick("cleo", 10.0, 12.0), Tick("ada", 11.0, 11.3)]
    assert [round(tick.delay_seconds, 3) for tick in ticks] == [0.5, 2.0, 0.3]


def test_a_tick_without_a_round_is_left_out() -> None:
    assert list(pair_ticks([("ada", 9.0, 9.1), (None, 10.0, 10.2)])) == []
