"""Those who are called: who answers, when, how long they wait for an agent and how long they talk."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

from dialer.simulator.distributions import Distribution, Fixed, Lognormal, Uniform, truncate

Outcome = Literal["human", "machine", "busy", "no_answer", "failed"]

Draws = tuple[float, float, float, float, float, float]
"""Uniform numbers that make one call: outcome, time to it, detection, talk, wrap-up, patience."""

DRAWS_PER_CALL = 6

ANSWER_TIME = Lognormal(9.0, 0.45, least=1.0)
MACHINE_ANSWER_TIME = Lognormal(17.0, 0.25)
BUSY_TIME = Uniform(1.0, 4.0)
FAILED_TIME = Uniform(0.3, 2.0)
RING_TIMEOUT = Fixed(25.0)
TALK = Lognormal(90.0, 0.8)
WRAP_UP = Lognormal(12.0, 0.5)
MACHINE_TALK = Lognormal(6.0, 0.4)
DETECTION = Uniform(1.5, 4.5)


@dataclass(frozen=True, slots=True)
class Fate:
    """What will become of one call if it is placed: `outcome` after `rings_seconds`; the rest for who is connected.

    `rings_seconds` counts to the moment when the dialer learns of it: with machine detection, to the verdict.
    `patience_seconds` is how long the person waits for an agent before hanging up.
    """

    outcome: Outcome
    rings_seconds: float
    talk_seconds: float
    wrap_up_seconds: float
    patience_seconds: float = math.inf


@dataclass(frozen=True)
class People:
    """A list of leads. Chances are of the calls placed; what is left over rings out unanswered.

    Without machine detection a machine is connected to an agent, who hangs up after `machine_talk`: for the dialer it
    is a live answer like any other. With it, whoever answers counts as ringing for `detection` longer.
    Answers come until `latest_answer`, by default the ring time-out (its median, should it vary): the answer times are
    cut there. Without `patience` nobody hangs up while waiting.
    """

    live_chance: float
    machine_chance: float = 0.0
    busy_chance: float = 0.0
    failed_chance: float = 0.0
    answer_time: Distribution = ANSWER_TIME
    machine_answer_time: Distribution = MACHINE_ANSWER_TIME
    busy_time: Distribution = BUSY_TIME
    failed_time: Distribution = FAILED_TIME
    ring_timeout: Distribution = RING_TIMEOUT
    talk: Distribution = TALK
    wrap_up: Distribution = WRAP_UP
    machine_talk: Distribution = MACHINE_TALK
    detects_machines: bool = False
    detection: Distribution = DETECTION
    patience: Distribution | None = None
    latest_answer: float | None = None

    def __post_init__(self) -> None:
        chances = (self.live_chance, self.machine_chance, self.busy_chance, self.failed_chance)
        if min(chances) < 0.0 or math.fsum(chances) > 1.0 + 1e-9:
            raise ValueError("chances are between 0 and 1 and sum to at most 1")

    def with_failing(self, share: float) -> Self:
        """The same people behind a carrier of whose calls `share` more fail."""
        left = 1.0 - share
        return replace(
            self,
            live_chance=self.live_chance * left,
            machine_chance=self.machine_chance * left,
            busy_chance=self.busy_chance * left,
            failed_chance=self.failed_chance * left + share,
        )

    def fate(self, draws: Draws) -> Fate:
        """The call that these uniform numbers make."""
        who, when, detection, talk, wrap_up, patience = draws
        if who < self.live_chance:
            after = self._answer_time_kept.quantile(when) + self._detected_after(detection)
            waits = math.inf if self.patience is None else self.patience.quantile(patience)
            return Fate("human", after, self.talk.quantile(talk), self.wrap_up.quantile(wrap_up), waits)
        who -= self.live_chance
        if who < self.machine_chance:
            after = self._machine_answer_time_kept.quantile(when) + self._detected_after(detection)
            if self.detects_machines:
                return Fate("machine", after, 0.0, 0.0)
            return Fate("human", after, self.machine_talk.quantile(talk), self.wrap_up.quantile(wrap_up))
        who -= self.machine_chance
        if who < self.busy_chance:
            return Fate("busy", self.busy_time.quantile(when), 0.0, 0.0)
        who -= self.busy_chance
        if who < self.failed_chance:
            return Fate("failed", self.failed_time.quantile(when), 0.0, 0.0)
        return Fate("no_answer", self.ring_timeout.quantile(when), 0.0, 0.0)

    @cached_property
    def _answer_time_kept(self) -> Distribution:
        return truncate(self.answer_time, self._latest_answer)

    @cached_property
    def _machine_answer_time_kept(self) -> Distribution:
        return truncate(self.machine_answer_time, self._latest_answer)

    @property
    def _latest_answer(self) -> float:
        return self.ring_timeout.quantile(0.5) if self.latest_answer is None else self.latest_answer

    def _detected_after(self, draw: float) -> float:
        return self.detection.quantile(draw) if self.detects_machines else 0.0
