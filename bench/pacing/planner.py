"""The informed planner: the engine's rule with the true distributions in place of learned ones.

It knows at every moment whom it calls and how they behave, not what luck will bring. What a pacer is short of it is the
price of having to learn. It spends by the same account, so it holds the same limit, and not in hindsight.
"""

from functools import lru_cache

import numpy as np

from dialer.domain.pacing import PacingDecision, PredictivePacer, Snapshot
from dialer.domain.pacing.durations import EDGES, LONGEST, WIDTHS, Floats
from dialer.domain.pacing.forecast import Curves, Outlook
from dialer.domain.pacing.memory import FloorMemory
from dialer.domain.pacing.ringing import LONGEST_RING
from dialer.simulator import People, Scenario
from dialer.simulator.distributions import Distribution, truncate

FINE = 10
"""Points per second at which answer time and detection are added up."""
SURE = 1e-6
MOST_HAZARD = 14.0


class InformedPlanner(PredictivePacer):
    """The planner of one scenario."""

    def __init__(self, scenario: Scenario, target_abandonment: float = 0.03):
        super().__init__(target_abandonment, scenario.max_wait_seconds)
        self.memory = self._known = _KnownFloor(scenario)

    def decide(self, snapshot: Snapshot) -> PacingDecision:
        """Decide on what is true now."""
        self._known.now = snapshot.now
        return super().decide(snapshot)


class _KnownFloor(FloorMemory):
    """Counts live answers for the account, and learns nothing."""

    def __init__(self, scenario: Scenario):
        super().__init__()
        self.now = 0.0
        self._lists = [(0.0, scenario.people)]
        self._lists += [(change.at, change.people) for change in scenario.changes if change.people is not None]

    def outlook(self, max_wait_seconds: float) -> Outlook:
        """The truth of the list that is called now."""
        people = [people for begins, people in self._lists if begins <= self.now][-1]
        return _true_outlook(people, max_wait_seconds)

    def _refresh(self, at: float) -> None:
        self._unlearned = 0


@lru_cache(maxsize=64)
def _true_outlook(people: People, max_wait_seconds: float) -> Outlook:
    return Outlook(true_curves(people), live_tempo=1.0, talk_tempo=1.0, max_wait_seconds=max_wait_seconds)


def true_curves(people: People) -> Curves:
    """What there is to learn of these people. Failed calls are left out, as the engine leaves them out."""
    ringing = np.arange(LONGEST_RING * FINE + 1) / FINE
    timeout = people.ring_timeout.quantile(0.5) if people.latest_answer is None else people.latest_answer
    answered = people.live_chance * _answered(people, people.answer_time, timeout, ringing)
    machine = people.machine_chance * _answered(people, people.machine_answer_time, timeout, ringing)
    rest = 1.0 - people.live_chance - people.machine_chance - people.busy_chance - people.failed_chance
    ended = people.busy_chance * _shares(people.busy_time, ringing) + rest * _shares(people.ring_timeout, ringing)
    live, other = (answered, ended + machine) if people.detects_machines else (answered + machine, ended)
    whole = max(1.0 - people.failed_chance, SURE)
    live, other = live[::FINE] / whole, other[::FINE] / whole
    left = np.maximum(1.0 - live - other, 1e-9)
    hazard = np.log(left[:-1] / left[1:])
    ends = np.diff(live) + np.diff(other)
    share = np.divide(np.diff(live), ends, out=np.zeros_like(ends), where=ends > 1e-12)
    return Curves(_sums(hazard * share), _sums(hazard * (1.0 - share)), _talk_hazard(people), _hazard(people.wrap_up))


def _answered(people: People, ring: Distribution, timeout: float, seconds: Floats) -> Floats:
    shares = _shares(truncate(ring, timeout), seconds)
    if not people.detects_machines:
        return shares
    detected = np.diff(_shares(people.detection, seconds), prepend=0.0)
    result: Floats = np.convolve(shares, detected)[: len(seconds)]
    return result


def _talk_hazard(people: People) -> Floats:
    talked = _shares(people.talk, EDGES)
    if not people.detects_machines and people.machine_chance > 0.0:
        machines = people.machine_chance / (people.machine_chance + people.live_chance)
        talked = (1.0 - machines) * talked + machines * _shares(people.machine_talk, EDGES)
    return _hazard_of(talked)


def _hazard(duration: Distribution) -> Floats:
    return _hazard_of(_shares(duration, EDGES))


def _hazard_of(ended: Floats) -> Floats:
    """Ends per second by bin. Where nobody is left the last known hazard goes on."""
    left = 1.0 - ended
    hazard = np.zeros(len(WIDTHS))
    last = 1.0 / LONGEST
    for index, width in enumerate(WIDTHS):
        if left[index] > SURE:
            fell = np.log(left[index] / max(left[index + 1], SURE * 1e-3))
            last = float(min(fell, MOST_HAZARD)) / float(width)
        hazard[index] = last
    return hazard


def _shares(duration: Distribution, seconds: Floats) -> Floats:
    return np.array([duration.share_below(second) for second in seconds.tolist()])


def _sums(hazard: Floats) -> Floats:
    result: Floats = np.concatenate(([0.0], np.cumsum(hazard)))
    return result
