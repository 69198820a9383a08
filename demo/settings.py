"""How the demo behaves. Everything that makes simulated time differ from real time is the one factor below."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.leads import Mix

SIMULATED_SECONDS_PER_SECOND = 8.0
"""People and the carrier (ringing, talking, greetings, machine detection, writing up, breaks) run this much faster.

The dialer does not know: its 2.0 s limit, pacing tick, retry delays, sweeps and calling hours are real seconds.
"""

AGENTS = 12
SEED = 2027
# The carrier's allowance, and the dialer's own gate below it.
CARRIER_CALLS_PER_SECOND = 10.0
DIALER_CALLS_PER_SECOND = 8.0
DIAL_MODES = ("preview", "progressive", "ratio", "predictive")
DIAL_MODE = "predictive"
# For the mode `ratio`. Chosen by trial: the agents are busy most of the time, and next to nobody who answers is kept
# waiting.
PACING_RATIO = 2.0
RETRY_DELAY_MINUTES = 1


@dataclass(frozen=True)
class Habits:
    """How an agent works; durations in simulated seconds."""

    writing_up: tuple[float, float] = (10.0, 40.0)
    on_break: tuple[float, float] = (60.0, 150.0)
    break_share: float = 0.04
    hangs_up_first_share: float = 0.15
    hangs_up_after: tuple[float, float] = (15.0, 60.0)
    concludes_share: float = 0.75
    taking_leave: tuple[float, float] = (3.0, 20.0)
    # Of a lead on the screen, where the dial mode is preview.
    reading: tuple[float, float] = (5.0, 20.0)


# The callees, in the twin's words; durations in simulated seconds. Patience is weighed against the dialer's 2.0 s,
# which are real seconds, so it is the one thing about people that does not run faster.
POPULATION: dict[str, object] = {
    "answer_rate": 0.5,
    "machine_rate": 0.3,
    "busy_rate": 0.07,
    "failed_rate": 0.02,
    "ring_seconds": {"mean": 9.0, "sd": 4.0, "min": 2.0, "max": 22.0},
    "talk_seconds": {"short_share": 0.3, "short_mean": 12.0, "long_mean": 110.0},
    "patience_seconds": {
        name: seconds * SIMULATED_SECONDS_PER_SECOND
        for name, seconds in {"mean": 12.0, "sd": 5.0, "min": 3.0, "max": 30.0}.items()
    },
}


@dataclass(frozen=True)
class Plan:
    """One run."""

    home: Path
    port: int = 8000
    dialling_seconds: float = 120.0
    draining_seconds: float = 25.0
    finish_up_after_seconds: float = 8.0
    seed: int = SEED
    agents: int = AGENTS
    dial_mode: str = DIAL_MODE
    mix: Mix = field(default_factory=Mix)
    picture: Path | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Plan":
        """Read PORT, DIALER_HOME, DIAL_MODE, DEMO_SECONDS and DEMO_SEED. Raises ValueError with one line for the person
        at the terminal."""
        home = Path(environ.get("DIALER_HOME") or ".dialer").absolute() / "demo"
        dial_mode = environ.get("DIAL_MODE") or DIAL_MODE
        if dial_mode not in DIAL_MODES:
            raise ValueError(f"DIAL_MODE: must be one of {', '.join(DIAL_MODES)}, not {dial_mode}")
        return cls(
            home=home,
            port=int(_number(environ, "PORT", default=8000, low=0, high=65535)),
            dialling_seconds=_number(environ, "DEMO_SECONDS", default=120, low=10, high=150),
            seed=int(_number(environ, "DEMO_SEED", default=SEED, low=0, high=2**31)),
            dial_mode=dial_mode,
        )


def stack_environ() -> dict[str, str]:
    """The environment for the product's processes, without a database or carrier of somebody's real installation."""
    ours = ("DATABASE_", "REDIS_", "TWILIO_", "SECRET_KEY", "JWT_", "FIELD_ENCRYPTION_", "PUBLIC_URL")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return environ | {"TWILIO_CALLS_PER_SECOND": f"{DIALER_CALLS_PER_SECOND:g}"}


def _number(environ: Mapping[str, str], name: str, *, default: float, low: float, high: float) -> float:
    text = environ.get(name) or f"{default:g}"
    try:
        number = float(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise ValueError(f"{name}: must be a number between {low:g} and {high:g}, not {text}")
    return number
