"""Owns how everybody behaves whose next call nobody scripted: settings, defaults and the seeded draw."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields, replace
from typing import Any

from twin.errors import DoorError


@dataclass(frozen=True)
class Spread:
    """A normal distribution cut off at both ends; all in seconds."""

    mean: float
    sd: float
    min: float
    max: float

    def draw(self, dice: random.Random) -> float:
        return round(min(self.max, max(self.min, dice.gauss(self.mean, self.sd))), 3)


@dataclass(frozen=True)
class TalkSpread:
    """Two kinds of conversations: those that end at once and those that go somewhere; exponential, in seconds."""

    short_share: float = 0.35
    short_mean: float = 12.0
    long_mean: float = 150.0

    def draw(self, dice: random.Random) -> float:
        mean = self.short_mean if dice.random() < self.short_share else self.long_mean
        return round(max(1.0, min(dice.expovariate(1.0 / max(mean, 0.001)), 3600.0)), 3)


@dataclass(frozen=True)
class PopulationSettings:
    """Shares of all calls (answer, busy, failed; the rest rings out) and of all answers (machine, fax)."""

    answer_rate: float = 0.55
    machine_rate: float = 0.35
    fax_rate: float = 0.0
    busy_rate: float = 0.06
    failed_rate: float = 0.03
    skip_ringing_rate: float = 0.05
    ring_seconds: Spread = Spread(mean=9.0, sd=5.0, min=1.0, max=40.0)
    talk_seconds: TalkSpread = TalkSpread()
    # Twilio names 94 % for the US; verdicts come 2 to 5 s after the answer.
    detection_accuracy: float = 0.94
    detection_unknown_rate: float = 0.0
    detection_seconds: Spread = Spread(mean=3.0, sd=0.8, min=1.5, max=5.0)
    patience_seconds: Spread = Spread(mean=15.0, sd=6.0, min=5.0, max=45.0)
    greeting_seconds: Spread = Spread(mean=12.0, sd=5.0, min=4.0, max=30.0)
    voicemail_seconds: Spread = Spread(mean=60.0, sd=30.0, min=20.0, max=180.0)
    beep_rate: float = 0.85
    strict_from: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Behaviour:
    """What one person (or machine) does with one call; all durations in carrier seconds."""

    outcome: str = "answer"  # answer, busy, no-answer, failed
    answered_by: str = "human"  # human, machine, fax, unknown
    ring_seconds: float | None = 3.0  # None: rings until the caller gives up
    skip_ringing: bool = False
    talk_seconds: float | None = None  # None: stays until somebody else ends the call
    patience_seconds: float | None = None  # None: endless
    verdict: str | None = None  # what detection says, when it differs from answered_by
    detection_seconds: float | None = None
    greeting_seconds: float = 0.0
    greeting_end: str = "beep"  # beep, silence, other
    digits: tuple[str, ...] = ()
    speech: tuple[str, ...] = ()
    sip_code: int | None = None
    refuse_with: int | None = field(default=None)


class Population:
    """Draws behaviours. The same seed, number and n-th call to it give the same person, whatever else goes on."""

    def __init__(self, seed: int = 0) -> None:
        self.settings = PopulationSettings(seed=seed)
        self._calls_to: dict[str, int] = {}

    def configure(self, changes: dict[str, Any]) -> None:
        """Change what is named and keep the rest. Raises DoorError for unknown names and impossible values."""
        self.settings = _changed(self.settings, changes)
        if "seed" in changes:
            self._calls_to.clear()

    def draw(self, number: str) -> Behaviour:
        nth = self._calls_to.get(number, 0) + 1
        self._calls_to[number] = nth
        return draw_behaviour(self.settings, number, nth)


def draw_behaviour(settings: PopulationSettings, number: str, nth: int) -> Behaviour:
    """Decide what the n-th call to a number meets. Every die is thrown in a fixed order, used or not."""
    dice = random.Random(f"{settings.seed}|{number}|{nth}")  # nosec B311 # noqa: S311 - reproducible on purpose
    fate, kind, skip, judged, unsure, beep = (dice.random() for _ in range(6))
    ring = settings.ring_seconds.draw(dice)
    talk = settings.talk_seconds.draw(dice)
    detection = settings.detection_seconds.draw(dice)
    patience = settings.patience_seconds.draw(dice)
    greeting = settings.greeting_seconds.draw(dice)
    voicemail = settings.voicemail_seconds.draw(dice)
    outcome = _outcome(settings, fate)
    answered_by = "human"
    if kind < settings.machine_rate:
        answered_by = "machine"
    elif kind < settings.machine_rate + settings.fax_rate:
        answered_by = "fax"
    verdict = answered_by
    if unsure < settings.detection_unknown_rate:
        verdict = "unknown"
    elif judged >= settings.detection_accuracy and answered_by != "fax":
        verdict = "human" if answered_by == "machine" else "machine"
    is_machine = answered_by != "human"
    return Behaviour(
        outcome=outcome,
        answered_by=answered_by,
        ring_seconds=None if outcome == "no-answer" else ring,
        skip_ringing=skip < settings.skip_ringing_rate or outcome == "failed",
        talk_seconds=greeting + voicemail if is_machine else talk,
        patience_seconds=None if is_machine else patience,
        verdict=verdict,
        detection_seconds=None if verdict == "unknown" else detection,
        greeting_seconds=greeting if is_machine else 1.5,
        greeting_end="beep" if beep < settings.beep_rate else "silence",
    )


def _outcome(settings: PopulationSettings, fate: float) -> str:
    if fate < settings.answer_rate:
        return "answer"
    if fate < settings.answer_rate + settings.busy_rate:
        return "busy"
    if fate < settings.answer_rate + settings.busy_rate + settings.failed_rate:
        return "failed"
    return "no-answer"


_SPREADS = {"ring_seconds", "detection_seconds", "patience_seconds", "greeting_seconds", "voicemail_seconds"}


def _changed(settings: PopulationSettings, changes: dict[str, Any]) -> PopulationSettings:
    known = {f.name for f in fields(PopulationSettings)}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise DoorError(f"unknown setting: {name}")
        if name in _SPREADS:
            values[name] = _spread(name, getattr(settings, name), value)
        elif name == "talk_seconds":
            values[name] = _talk(settings.talk_seconds, value)
        elif name == "strict_from":
            values[name] = bool(value)
        elif name == "seed":
            values[name] = int(_number(name, value))
        else:
            values[name] = _share(name, value)
    changed = replace(settings, **values)
    if changed.answer_rate + changed.busy_rate + changed.failed_rate > 1.0 + 1e-9:
        raise DoorError("answer_rate, busy_rate and failed_rate together exceed 1")
    if changed.machine_rate + changed.fax_rate > 1.0 + 1e-9:
        raise DoorError("machine_rate and fax_rate together exceed 1")
    return changed


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DoorError(f"{name} must be a number")
    return float(value)


def _share(name: str, value: Any) -> float:
    share = _number(name, value)
    if not 0.0 <= share <= 1.0:
        raise DoorError(f"{name} must lie between 0 and 1")
    return share


def _spread(name: str, current: Spread, value: Any) -> Spread:
    """Accept a plain number (always exactly that) or {mean, sd, min, max}."""
    if isinstance(value, dict):
        if unknown := set(value) - {"mean", "sd", "min", "max"}:
            raise DoorError(f"{name}: unknown {', '.join(sorted(unknown))}")
        parts = {key: _number(f"{name}.{key}", part) for key, part in value.items()}
        spread = replace(current, **parts)
        # Moving the mean alone must not be undone by limits meant for another mean.
        if "mean" in parts:
            spread = replace(
                spread,
                min=spread.min if "min" in parts else min(spread.min, spread.mean),
                max=spread.max if "max" in parts else max(spread.max, spread.mean),
            )
    else:
        exact = _number(name, value)
        spread = Spread(mean=exact, sd=0.0, min=exact, max=exact)
    if spread.min < 0 or spread.sd < 0 or spread.max < spread.min:
        raise DoorError(f"{name}: seconds must not be negative and min not above max")
    return spread


def _talk(current: TalkSpread, value: Any) -> TalkSpread:
    if not isinstance(value, dict):
        mean = _number("talk_seconds", value)
        return TalkSpread(short_share=0.0, short_mean=mean, long_mean=mean)
    if unknown := set(value) - {"short_share", "short_mean", "long_mean"}:
        raise DoorError(f"talk_seconds: unknown {', '.join(sorted(unknown))}")
    parts = {key: _number(f"talk_seconds.{key}", part) for key, part in value.items()}
    if not 0.0 <= parts.get("short_share", 0.0) <= 1.0 or any(part < 0 for part in parts.values()):
        raise DoorError("talk_seconds: the share must lie between 0 and 1 and no mean be negative")
    return replace(current, **parts)
