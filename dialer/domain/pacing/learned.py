"""What a pacer has learned of a floor, in plain figures: what simulations and reports read, whatever the engine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearnedDurations:
    """Seconds as shares between edges; of `edges` one more than `shares`, which need not sum to 1.

    `seen` says how many durations it rests on, older ones counting for less; 0 when all is assumed.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    seen: float


@dataclass(frozen=True, slots=True)
class LearnedFloor:
    """Chances are of all calls placed. `calls` says how many ended calls they rest on, older ones counting for less; 0
    when all is assumed.

    What the chances leave over ends unanswered, busy or rung out, after `unanswered_time`. Answer times count to the
    event, so with machine detection they include it; a machine that nobody detects is a live answer with a short talk.
    """

    calls: float
    live_chance: float
    machine_chance: float
    failed_chance: float
    answer_time: LearnedDurations
    machine_answer_time: LearnedDurations
    unanswered_time: LearnedDurations
    talk: LearnedDurations
    wrap_up: LearnedDurations
