"""VICIdial's adaptive dial level: ADAPT_HARD_LIMIT, ADAPT_AVERAGE and ADAPT_TAPERED, in either tally of agents.

Source: VICIdial, bin/AST_VDadapt.pl (level) and bin/AST_VDauto_dial.pl (lines), r3884 of 2024-11, mirrored at
github.com/ccabrerar/vicidial; defaults from extras/MySQL_AST_CREATE_tables.sql. The floor is sampled every second, the
level set every 15 s, the drop statistics every 60 s. The original places lines every 2.5 s, this one at every tick.
"""

from collections import deque
from typing import Literal

from dialer.domain.pacing.events import Abandoned, Connected, Dialed, PacingEvent
from dialer.domain.pacing.snapshot import Snapshot

Rule = Literal["hard_limit", "average", "tapered"]

SAMPLE_SECONDS = 1.0
SAMPLES = 15
SAMPLES_PER_LEVEL = 15
SAMPLES_PER_STATISTICS = 60
LIMIT_COUNTS_ABOVE_CALLS = 50
BRAKE_COUNTS_ABOVE_CALLS = 20
BRAKE_PERCENT = 50.0


class VicidialPacer:
    """`available_only` is its available_only_ratio_tally; times of day are its HHMM numbers, 1745 for a quarter to six.

    The shift begins at `opens_at`. ADAPT_TAPERED forgives up to `latest_server_time`.
    """

    def __init__(
        self,
        rule: Rule,
        *,
        available_only: bool = False,
        maximum_level: float = 3.0,
        limit_percent: float = 3.0,
        level_difference_target: float = 0.0,
        latest_server_time: int = 2100,
        opens_at: int = 900,
    ):
        self.rule = rule
        self.available_only = available_only
        self.maximum_level = maximum_level
        self.limit_percent = limit_percent
        self.level_difference_target = level_difference_target
        self.latest_server_time = latest_server_time
        self.opens_at = opens_at
        self.level = 1.0
        self.drop_percent_today = 0.0
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=SAMPLES)
        self._sampled = 0
        self._next_sample = 0.0
        self._dialed_at: deque[float] = deque()
        self._dropped_at: deque[float] = deque()
        self._dialed_today = 0
        self._dropped_today = 0
        self._answered_today = 0
        self._dialed_last_minute = 0
        self._dropped_last_minute = 0
        self._counted_today = 0

    def observe(self, event: PacingEvent) -> None:
        """Count calls, people who were connected, and drops."""
        match event:
            case Dialed(at=at):
                self._dialed_at.append(at)
                self._dialed_today += 1
            case Connected():
                self._answered_today += 1
            case Abandoned(at=at):
                self._dropped_at.append(at)
                self._dropped_today += 1
                self._answered_today += 1

    def calls_to_place(self, snapshot: Snapshot) -> int:
        """Let the processes of the original run that are due, then fill up to the lines that the level asks for."""
        idle = talking = 0
        for agent in snapshot.agents:
            if agent.state == "idle":
                idle += 1
            elif agent.state == "talking":
                talking += 1
        if snapshot.now >= self._next_sample - 1e-9:
            self._next_sample = snapshot.now + SAMPLE_SECONDS
            self._sample(snapshot, idle)
        return self.lines_to_place(idle, talking, len(snapshot.ringing) + len(snapshot.waiting))

    def lines_to_place(self, idle: int, talking: int, on_their_way: int) -> int:
        """Lines wanted, less lines up; whoever writes up counts for nothing."""
        # Talks are lines that are up, on either side where only the idle are counted.
        goal = round(self.level * idle) + talking if self.available_only else round(self.level * (idle + talking))
        return max(0, goal - talking - on_their_way)

    def _sample(self, snapshot: Snapshot, idle: int) -> None:
        self._samples.append((idle, len(snapshot.waiting), len(snapshot.agents)))
        if self._sampled % SAMPLES_PER_STATISTICS == 0:
            self._refresh_statistics(snapshot.now)
        self._sampled += 1
        if self._sampled % SAMPLES_PER_LEVEL == 0:
            self.level = self.next_level(snapshot.now)

    def _refresh_statistics(self, now: float) -> None:
        for moments in (self._dialed_at, self._dropped_at):
            while moments and moments[0] <= now - 60.0:
                moments.popleft()
        self._dialed_last_minute = len(self._dialed_at)
        self._dropped_last_minute = len(self._dropped_at)
        self._counted_today = self._dialed_today
        self.drop_percent_today = 100.0 * self._dropped_today / self._answered_today if self._answered_today else 0.0

    def next_level(self, now: float) -> float:
        """The level that follows the present one: it compounds, also while over the limit."""
        count = len(self._samples)
        ready = sum(sample[0] for sample in self._samples) / count
        waiting = sum(sample[1] for sample in self._samples) / count
        agents = sum(sample[2] for sample in self._samples) / count
        difference = ready - waiting + self.level_difference_target
        share = difference / agents if difference and agents else 0.0
        level = min(round(self.level * (1.0 + share), 3), self.maximum_level)
        level = max(level, 1.0)
        if self._dialed_last_minute > BRAKE_COUNTS_ABOVE_CALLS and (
            100.0 * self._dropped_last_minute / self._dialed_last_minute > BRAKE_PERCENT
        ):
            level /= 2.0
        if self._counted_today > LIMIT_COUNTS_ABOVE_CALLS and self.drop_percent_today > self.limit_percent:
            level = self._limited(level, now)
        return max(level, 1.0)

    def _limited(self, level: float, now: float) -> float:
        if self.rule == "hard_limit":
            return 1.0
        if self.rule == "average":
            return level / 2.0
        # Plain subtraction of HHMM numbers, as in the original: from 9:59 to 10:00 an "hour" loses 41 of its hundred.
        left = self.latest_server_time - self._time_of_day(now)
        if left < 0:
            return 1.0
        return level * (1.0 if left > 1000 else left / 1000.0)

    def _time_of_day(self, now: float) -> int:
        minutes = self.opens_at // 100 * 60 + self.opens_at % 100 + int(now // 60)
        return minutes // 60 % 24 * 100 + minutes % 60
