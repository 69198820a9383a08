"""The engine with one part taken out at a time: what each part buys. `python -m bench.pacing --ablations`."""

from collections.abc import Callable

import numpy as np

from dialer.domain.pacing import PredictivePacer
from dialer.domain.pacing.account import AbandonmentAccount
from dialer.domain.pacing.durations import cumulate
from dialer.domain.pacing.forecast import MOMENTS, Curves, Outlook
from dialer.domain.pacing.memory import FloorMemory
from dialer.domain.pacing.tempo import Tempo


class _NoTempo(Tempo):
    """Everything is as it always was."""

    def observe(self, seen: float, expected: float) -> None:
        """Nothing drifts."""


class _MemorylessFloor(FloorMemory):
    """A talk of one second and one of ten minutes are as likely to end now, and so are all calls that ring."""

    def _make_curves(self, at: float) -> Curves:
        curves = super()._make_curves(at)
        mean_talk = float(np.exp(-cumulate(curves.talk)).sum())
        seconds = np.arange(len(curves.live))
        ringing = float(np.exp(-(curves.live + curves.other)).sum())
        chance = float((np.exp(-(curves.live + curves.other))[:-1] * np.diff(curves.live)).sum())
        rate = np.asarray(seconds / ringing, dtype=np.float64)
        live, other = chance * rate, (1.0 - chance) * rate
        return Curves(live, other, np.full_like(curves.talk, 1.0 / mean_talk), curves.wrap_up)


class _IdleOnlyFloor(FloorMemory):
    """Who talks now will talk on: nothing is placed ahead."""

    def outlook(self, max_wait_seconds: float) -> Outlook:
        """An outlook in which nobody becomes free."""
        outlook = super().outlook(max_wait_seconds)
        outlook.talking = outlook.wrapping_up = lambda ages: np.ones((len(ages), MOMENTS))  # type: ignore[method-assign]
        return outlook


class _FixedPrice(AbandonmentAccount):
    """Accepts any call whose own risk is at the limit, whatever was spent."""

    @property
    def price(self) -> float:
        """The limit itself."""
        return self.target


def without_drift() -> PredictivePacer:
    """One long memory alone."""
    pacer = PredictivePacer()
    pacer.memory.live_tempo = _NoTempo()
    pacer.memory.talk_tempo = _NoTempo()
    return pacer


def without_ages() -> PredictivePacer:
    """How long a call has rung, or a talk has lasted, says nothing."""
    pacer = PredictivePacer()
    pacer.memory = _MemorylessFloor()
    return pacer


def without_looking_ahead() -> PredictivePacer:
    """Only agents who are idle now count."""
    pacer = PredictivePacer()
    pacer.memory = _IdleOnlyFloor()
    return pacer


def without_account() -> PredictivePacer:
    """A fixed price."""
    pacer = PredictivePacer()
    pacer.account = _FixedPrice(pacer.target_abandonment)
    return pacer


ABLATIONS: dict[str, Callable[[], PredictivePacer]] = {
    "without drift": without_drift,
    "without ages": without_ages,
    "without looking ahead": without_looking_ahead,
    "without the account": without_account,
}
