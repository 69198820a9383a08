"""What a floor's events have taught: ring times and answers, talks and wrap-ups, and how all of them drift."""

import math
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np

from dialer.domain.pacing.durations import EDGES, LONGEST, WIDTHS, DurationModel, Floats, cumulate
from dialer.domain.pacing.events import (
    Abandoned,
    AgentJoined,
    AgentLeft,
    Answered,
    Connected,
    Dialed,
    PacingEvent,
    TalkEnded,
    Unanswered,
    WrapUpEnded,
)
from dialer.domain.pacing.forecast import Curves, Outlook
from dialer.domain.pacing.learned import LearnedDurations, LearnedFloor
from dialer.domain.pacing.ringing import PRIOR_LIVE_CHANCE, Ending, RingModel
from dialer.domain.pacing.silence import Silence
from dialer.domain.pacing.tempo import Tempo
from dialer.domain.pacing.under_way import UnderWay

RING_MEMORY = 3000.0
"""Calls."""
TALK_MEMORY = 800.0
"""Talks and wrap-ups."""
REFRESH_SHARE = 0.03
FEWEST_EVENTS_BETWEEN_REFRESHES, MOST_EVENTS_BETWEEN_REFRESHES = 5, 120
CAUTION, CAUTION_FADES = 1.4, 0.7
"""How much likelier than measured an answer is taken to be, and the power of the answers seen by which that fades: it
guards the first minutes, and would cost a small floor its occupancy if it stayed."""
CALLS_BEFORE_DRIFT = TALKS_BEFORE_DRIFT = 20.0
"""Answered ones, and as many that rang out. Before, the curves are guesses; a difference from them is no drift."""

AnswerEnd = Literal["connected", "abandoned"]


class FloorMemory:
    """Models, and what is under way now: needed to learn from what has not ended yet."""

    def __init__(self) -> None:
        self.ring = RingModel(memory=RING_MEMORY)
        self.talk = DurationModel(prior_mean=120.0, memory=TALK_MEMORY)
        self.wrap_up = DurationModel(prior_mean=15.0, memory=TALK_MEMORY)
        self.live_tempo = Tempo()
        self.talk_tempo = Tempo()
        self.silence = Silence()
        self._dialed = UnderWay()
        self._answered = UnderWay()
        self._talking = UnderWay()
        self._wrapping_up = UnderWay()
        self._unlearned = 0
        self._refreshed_at: float | None = None
        self._live_seen = 0.0
        self._live_expected = 0.0
        self._talks_seen = 0.0
        self._talks_expected = 0.0
        self._caution = 1.0
        self._limits = (
            (self._dialed, 600.0),
            (self._answered, 600.0),
            (self._talking, LONGEST),
            (self._wrapping_up, 3600.0),
        )
        self._outlook: tuple[float, Outlook] | None = None
        self._take(self._make_curves(0.0))
        self._caution = self._how_cautious()

    def observe(self, event: PacingEvent) -> AnswerEnd | None:
        """Learn from one event; tell how a live answer ended, if it did now."""
        ended = self._take_in(event)
        self._unlearned += 1
        if self._unlearned >= max(
            FEWEST_EVENTS_BETWEEN_REFRESHES, min(REFRESH_SHARE * self.ring.count, MOST_EVENTS_BETWEEN_REFRESHES)
        ):
            self._refresh(event.at)
        return ended

    def _take_in(self, event: PacingEvent) -> AnswerEnd | None:
        match event:
            case Dialed(call_id, at):
                self._dialed.begin(call_id, at)
            case Answered(call_id, at, by):
                if self._stop_ringing(call_id, at, "live" if by == "human" else "machine") and by == "human":
                    self._answered.begin(call_id, at)
            case Unanswered(call_id, at, outcome):
                self._stop_ringing(call_id, at, "censored" if outcome in ("failed", "canceled") else "unanswered")
                self._answered.end(call_id, at)
            case Connected(call_id, agent_id, at):
                self._talking.begin(agent_id, at)
                self._wrapping_up.end(agent_id, at)
                return "connected" if self._answered.end(call_id, at) is not None else None
            case Abandoned(call_id, at):
                return "abandoned" if self._answered.end(call_id, at) is not None else None
            case TalkEnded(_, agent_id, at):
                self._end_talk(agent_id, at)
            case WrapUpEnded(agent_id, at):
                self._end_wrap_up(agent_id, at)
            case AgentJoined(agent_id, at) | AgentLeft(agent_id, at):
                # Who leaves in the middle of a talk ends it unseen.
                self._talking.end(agent_id, at)
                self._wrapping_up.end(agent_id, at)
        return None

    def outlook(self, max_wait_seconds: float) -> Outlook:
        """The coming ring time by what is known now."""
        if self._outlook is None or self._outlook[0] != max_wait_seconds:
            made = Outlook(
                self._curves,
                live_tempo=self.live_tempo.ratio * self._caution,
                talk_tempo=self.talk_tempo.ratio,
                max_wait_seconds=max_wait_seconds,
            )
            self._outlook = (max_wait_seconds, made)
        return self._outlook[1]

    def learned(self) -> LearnedFloor:
        """What is known now, in plain figures, drift included."""
        live = self._curves.live * self.live_tempo.ratio
        other = self._curves.other
        left = np.exp(-(live + other))
        ends = left[:-1] - left[1:]
        hazards = np.diff(live) + np.diff(other)
        live_share = np.divide(np.diff(live), hazards, out=np.zeros_like(hazards), where=hazards > 0)
        answered, ended = ends * live_share, ends * (1.0 - live_share)
        machines, unanswered = self.ring.shares("machine"), self.ring.shares("unanswered")
        seen = machines + unanswered
        machine = ended * np.divide(machines, seen, out=np.zeros_like(seen), where=seen > 0)
        failed = float(self.ring.shares("censored").sum()) / (self.ring.count + 1.0)
        return LearnedFloor(
            calls=self.ring.count,
            live_chance=float(answered.sum()) * (1.0 - failed),
            machine_chance=float(machine.sum()) * (1.0 - failed),
            failed_chance=failed,
            answer_time=_by_second(answered, float(self.ring.shares("live").sum())),
            machine_answer_time=_by_second(machine, float(machines.sum())),
            unanswered_time=_by_second(ended - machine, float(unanswered.sum())),
            talk=_by_bin(self._curves.talk * self.talk_tempo.ratio, self.talk.count),
            wrap_up=_by_bin(self._curves.wrap_up, self.wrap_up.count),
        )

    def _stop_ringing(self, call_id: str, at: float, ending: Ending) -> bool:
        rang = self._dialed.end(call_id, at)
        if rang is None:
            return False
        if ending == "live":
            self.silence.break_off(at - rang)
        teaches = self.silence.teaches(at - rang)
        if ending == "unanswered" and (self.silence.is_outage or not teaches):
            return True
        self.ring.observe(ending, rang)
        if teaches:
            self._live_expected += self._expected_of_one(self._curves.live, rang, at)
        self._live_seen += ending == "live"
        return True

    def _ringing_ages(self, at: float) -> Floats:
        """Of the calls that ring and have something to teach."""
        ages, oldest = self._dialed.ages(at), self.silence.teaching_for(at)
        return ages if oldest is None else ages[ages <= oldest]

    def _end_talk(self, agent_id: str, at: float) -> None:
        lasted = self._talking.end(agent_id, at)
        if lasted is None:
            return
        self.talk.observe(lasted)
        self._talks_expected += self._expected_of_one(self._talk_curve, lasted, at)
        self._talks_seen += 1.0
        self._wrapping_up.begin(agent_id, at)

    def _end_wrap_up(self, agent_id: str, at: float) -> None:
        lasted = self._wrapping_up.end(agent_id, at)
        if lasted is not None:
            self.wrap_up.observe(lasted)

    def _expected(self, curve: Floats, ages: Floats, at: float) -> float:
        """Ends that the curve expects of things of these ages since the last refresh, or since they began."""
        since = np.inf if self._refreshed_at is None else max(0.0, at - self._refreshed_at)
        return float((_at(curve, ages) - _at(curve, np.maximum(ages - since, 0.0))).sum())

    def _expected_of_one(self, curve: Floats, age: float, at: float) -> float:
        since = math.inf if self._refreshed_at is None else max(0.0, at - self._refreshed_at)
        return _at_one(curve, age) - _at_one(curve, max(age - since, 0.0))

    def _refresh(self, at: float) -> None:
        """Turn what was counted into curves, and compare what happened since the last time with what they expected."""
        for under_way, longest in self._limits:
            under_way.forget(at, longest)
        self._live_expected += self._expected(self._curves.live, self._ringing_ages(at), at)
        self._learn_live_tempo()
        self._talks_expected += self._expected(self._talk_curve, self._talking.ages(at), at)
        if self.talk.count >= TALKS_BEFORE_DRIFT:
            self.talk_tempo.observe(self._talks_seen, self._talks_expected)
        self._talks_seen = self._talks_expected = 0.0
        self._refreshed_at = at
        self._unlearned = 0
        self._take(self._make_curves(at))
        self._caution = self._how_cautious()

    def _how_cautious(self) -> float:
        """The factor by which answers are taken to be likelier than measured; it shrinks as answers come in.

        Until some calls have rung out, the answers that may still come are a guess: the chance is not taken below it.
        """
        answers = float(self.ring.shares("live").sum())
        doubt = 1.0 + CAUTION / math.pow(2.0 + answers, CAUTION_FADES)
        if self.ring.rung_out() >= CALLS_BEFORE_DRIFT:
            return doubt
        return doubt * max(1.0, PRIOR_LIVE_CHANCE / max(self._curves.live_chance, 0.01))

    def _learn_live_tempo(self) -> None:
        if min(self.ring.shares("live").sum(), self.ring.rung_out()) < CALLS_BEFORE_DRIFT:
            self._live_seen = self._live_expected = 0.0
            return
        self.live_tempo.observe(self._live_seen, self.silence.go_on(self._live_seen, self._live_expected))
        self._live_seen = self._live_expected = 0.0

    def _make_curves(self, at: float) -> Curves:
        live, other = self.ring.hazards(self._ringing_ages(at))
        talk = self.talk.hazard(self._talking.ages(at))
        return Curves(live, other, talk, self.wrap_up.hazard(self._wrapping_up.ages(at)))

    def _take(self, curves: Curves) -> None:
        self._curves = curves
        self._talk_curve = cumulate(curves.talk)
        self._outlook = None

    def to_state(self) -> dict[str, Any]:
        """JSON values, to the last digit: who goes on from them decides the same."""
        state: dict[str, Any] = {name: getattr(self, name).to_state() for name in _LEARNED}
        state |= {name: getattr(self, f"_{name}").to_state() for name in _UNDER_WAY}
        state |= {name: getattr(self, f"_{name}") for name in _COUNTED}
        state["curves"] = {name: getattr(self._curves, name).tolist() for name in _CURVES}
        return state

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what `to_state` gave."""
        for name in _LEARNED:
            getattr(self, name).restore(state[name])
        for name in _UNDER_WAY:
            getattr(self, f"_{name}").restore(state[name])
        for name in _COUNTED:
            setattr(self, f"_{name}", state[name])
        self._take(Curves(**{name: np.array(state["curves"][name]) for name in _CURVES}))
        return self


_LEARNED = ("ring", "talk", "wrap_up", "live_tempo", "talk_tempo", "silence")
_UNDER_WAY = ("dialed", "answered", "talking", "wrapping_up")
_COUNTED = (
    "unlearned",
    "refreshed_at",
    "live_seen",
    "live_expected",
    "talks_seen",
    "talks_expected",
    "caution",
)
_CURVES = ("live", "other", "talk", "wrap_up")


def _by_second(ends: Floats, seen: float) -> LearnedDurations:
    return LearnedDurations(tuple(float(second) for second in range(len(ends) + 1)), tuple(ends.tolist()), seen)


def _by_bin(hazard: Floats, seen: float) -> LearnedDurations:
    left = np.exp(-np.concatenate(([0.0], np.cumsum(hazard * WIDTHS))))
    return LearnedDurations(tuple(EDGES.tolist()), tuple((left[:-1] - left[1:]).tolist()), seen)


def _at(curve: Floats, seconds: Floats) -> Floats:
    """The curve, given at whole seconds, at any."""
    low = np.clip(seconds, 0.0, len(curve) - 1.001)
    whole = low.astype(int)
    result: Floats = curve[whole] + (low - whole) * (curve[whole + 1] - curve[whole])
    return result


def _at_one(curve: Floats, seconds: float) -> float:
    """The same for a single moment, without an array's overhead."""
    low = min(max(seconds, 0.0), len(curve) - 1.001)
    whole = int(low)
    below, above = float(curve[whole]), float(curve[whole + 1])
    return below + (low - whole) * (above - below)
