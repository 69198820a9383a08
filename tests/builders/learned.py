"""What a pacer may have learned, for tests: a floor of given chances that rests on as many calls as one likes."""

from itertools import pairwise

from dialer.domain.pacing.learned import LearnedDurations, LearnedFloor
from dialer.simulator.distributions import Distribution, Lognormal, Mixture, Uniform

BY_SECOND = tuple(float(second) for second in range(91))
BY_TENTH = tuple(10.0 * tenth for tenth in range(181))


def durations(distribution: Distribution, edges: tuple[float, ...], seen: float) -> LearnedDurations:
    """A distribution as it would be learned."""
    shares = tuple(distribution.share_below(end) - distribution.share_below(start) for start, end in pairwise(edges))
    return LearnedDurations(edges, shares, seen)


def make_learned(
    calls: float = 5000.0, *, live: float = 0.25, machine: float = 0.3, failed: float = 0.05, talk_mean: float = 60.0
) -> LearnedFloor:
    """One call in ten of those unanswered is busy; the others ring for 25 seconds."""
    return LearnedFloor(
        calls=calls,
        live_chance=live,
        machine_chance=machine,
        failed_chance=failed,
        answer_time=durations(Lognormal(9.0, 0.4), BY_SECOND, calls * live),
        machine_answer_time=durations(Lognormal(17.0, 0.2), BY_SECOND, calls * machine),
        unanswered_time=durations(Mixture((0.1, 0.9), (Uniform(1, 3), Uniform(24, 26))), BY_SECOND, calls * 0.4),
        talk=durations(Lognormal.with_mean(talk_mean, 0.7), BY_TENTH, calls * live),
        wrap_up=durations(Lognormal(12.0, 0.5), BY_SECOND, calls * live),
    )
