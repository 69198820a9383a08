"""What a shift came to."""

from collections.abc import Iterable
from dataclasses import dataclass, field

HALF_HOUR = 1800.0


@dataclass
class Shift:
    """Counts and seconds of one simulated shift.

    `answers` holds, for each live answer whose end is known and in the order in which it became known, when the answer
    came and whether it was abandoned. Always: placed = human + machine + busy + no_answer + failed + ringing_at_end,
    and human = connected + abandoned + waiting_at_end.
    """

    seconds: float = 0.0
    placed: int = 0
    human: int = 0
    machine: int = 0
    busy: int = 0
    no_answer: int = 0
    failed: int = 0
    connected: int = 0
    abandoned: int = 0
    hung_up: int = 0
    """Of the abandoned, those who hung up before the longest wait was over."""
    waited: int = 0
    """Live answers that found no agent idle."""
    ringing_at_end: int = 0
    waiting_at_end: int = 0
    talk_seconds: float = 0.0
    wrap_up_seconds: float = 0.0
    logged_in_seconds: float = 0.0
    answers: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def idle_seconds(self) -> float:
        """Time that agents were logged in and neither talked nor wrote up."""
        return self.logged_in_seconds - self.talk_seconds - self.wrap_up_seconds

    @property
    def occupancy(self) -> float:
        """The share of their time that agents talked or wrote up."""
        return (self.talk_seconds + self.wrap_up_seconds) / self.logged_in_seconds if self.logged_in_seconds else 0.0

    @property
    def abandonment_rate(self) -> float:
        """Abandoned, of all live answers that were connected or abandoned."""
        counted = self.connected + self.abandoned
        return self.abandoned / counted if counted else 0.0

    @property
    def connects_per_hour(self) -> float:
        """Conversations an hour, of the whole floor."""
        return self.connected * 3600.0 / self.seconds if self.seconds else 0.0

    def worst_half_hour(self, *, at_least: int = 20) -> float:
        """The highest abandonment rate of any half hour with `at_least` live answers; 0 without one."""
        return worst_window(self.answers, HALF_HOUR, at_least=at_least)


def worst_window(answers: Iterable[tuple[float, bool]], window: float, *, at_least: int) -> float:
    """The highest share of abandoned among the answers of any `window` seconds that hold `at_least` of them.

    Of any: wherever the window, open at its begin and closed at its end, may lie, over the shift's edges too. Sliding
    it along, its content changes where an answer enters or leaves, so it is judged after each of these.
    """
    ordered = sorted(answers)
    worst = 0.0
    first = abandoned = 0
    for last, (at, was_abandoned) in enumerate(ordered):
        abandoned += was_abandoned
        enters_next = ordered[last + 1][0] if last + 1 < len(ordered) else None
        if enters_next == at:
            continue  # what comes at one moment is in the window together
        while ordered[first][0] <= at - window:
            abandoned -= ordered[first][1]
            first += 1
        while last - first + 1 >= max(1, at_least):
            worst = max(worst, abandoned / (last - first + 1))
            leaves_at = ordered[first][0]
            if enters_next is not None and enters_next - window <= leaves_at:
                break
            while first <= last and ordered[first][0] == leaves_at:
                abandoned -= ordered[first][1]
                first += 1
    return worst
