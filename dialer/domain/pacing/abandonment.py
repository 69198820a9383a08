"""How many people who answer may find nobody: the rules of jurisdictions as data, and where a campaign stands.

Why a campaign is told to dial progressively when it is, and why not sooner: docs/decisions/0011.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

CONFIDENCE = 0.95
EXCUSABLE = 3
"""Up to so many abandonments may be bad luck: at 3 % they are all that the first hundred answers allow."""


class WindowKind(StrEnum):
    """Over what time a rate is measured: the last so many hours, period after period from the campaign's first start,
    or the month of the calendar in the campaign's zone."""

    ROLLING = "rolling"
    SUCCESSIVE = "successive"
    CALENDAR_MONTH = "calendar_month"


@dataclass(frozen=True, slots=True)
class AbandonmentStandard:
    """One jurisdiction's rule. Rates are shares of the people who answered and waited for an agent.

    `clock` is from when the rule counts `max_wait_seconds`; our ledger counts 2.0 s from the answer whatever the rule,
    so no wait that the rule forbids is missed. `certainty`: H, M, L as in the sheet that the rows come from.
    """

    key: str
    jurisdiction: str
    max_rate: float
    window: WindowKind
    window_length: timedelta | None
    max_wait_seconds: float
    clock: Literal["answer", "greeting_end"]
    source: str
    certainty: Literal["H", "M", "L"]


DEFAULT_STANDARD = "strict"
_ROWS = (
    AbandonmentStandard(
        DEFAULT_STANDARD, "any", 0.03, WindowKind.ROLLING, timedelta(hours=24), 2.0, "answer",
        "house rule: whoever keeps 3 % in any 24 hours keeps it over longer periods too", "H",
    ),
    AbandonmentStandard(
        "us", "United States", 0.03, WindowKind.SUCCESSIVE, timedelta(days=30), 2.0, "greeting_end",
        "47 CFR 64.1200(a)(7); 16 CFR 310.4(b)(4)(i)", "H",
    ),
    AbandonmentStandard(
        "uk", "United Kingdom", 0.03, WindowKind.ROLLING, timedelta(hours=24), 2.0, "answer",
        "house rule after Ofcom's policy until 2017-03-01; since then any abandoned call may be misuse", "M",
    ),
    AbandonmentStandard(
        "ca", "Canada", 0.05, WindowKind.CALENDAR_MONTH, None, 2.0, "answer",
        "CRTC Unsolicited Telecommunications Rules", "M",
    ),
    AbandonmentStandard(
        "it", "Italy", 0.03, WindowKind.ROLLING, timedelta(hours=24), 3.0, "answer",
        "Garante, decision 83 of 2014-02-20; it names no period, the shortest is taken", "M",
    ),
)  # fmt: skip
STANDARDS: Mapping[str, AbandonmentStandard] = {row.key: row for row in _ROWS}


def standard_of(key: str) -> AbandonmentStandard:
    """The standard of this name; the default one for a name that is not known any more."""
    return STANDARDS.get(key, STANDARDS[DEFAULT_STANDARD])


@dataclass(frozen=True, slots=True)
class AccountingWindow:
    """The time over which a rate is measured now; a rolling one has no end."""

    start: datetime
    end: datetime | None


def accounting_window(
    standard: AbandonmentStandard, *, now: datetime, started_at: datetime | None, timezone: str
) -> AccountingWindow:
    """The window of a standard at one moment, for a campaign that first started at `started_at`."""
    if standard.window_length is None:
        local = now.astimezone(ZoneInfo(timezone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        # Any day of the next month will do to find its first.
        following = (local + timedelta(days=32)).replace(day=1)
        return AccountingWindow(local.astimezone(now.tzinfo), following.astimezone(now.tzinfo))
    if standard.window == WindowKind.ROLLING or started_at is None:
        return AccountingWindow(now - standard.window_length, None)
    periods = max(0, (now - started_at) // standard.window_length)
    start = started_at + periods * standard.window_length
    return AccountingWindow(start, start + standard.window_length)


@dataclass(frozen=True, slots=True)
class AbandonmentStanding:
    """Where a campaign stands in its window. `max_rate` is the campaign's own limit, never above the standard's.

    `live_answers` are those who were abandoned or reached an agent too late, and those who reached one in time;
    whoever hung up before the limit counts in neither.
    """

    standard: AbandonmentStandard
    window: AccountingWindow
    live_answers: int
    abandoned: int
    max_rate: float

    @property
    def window_start(self) -> datetime:
        """From when answers count."""
        return self.window.start

    @property
    def window_end(self) -> datetime | None:
        """When the account starts anew; None for a rolling window."""
        return self.window.end

    @property
    def rate(self) -> float | None:
        """The share of answers that were abandoned; None while nobody has answered."""
        return self.abandoned / self.live_answers if self.live_answers else None

    @property
    def upper_bound(self) -> float:
        """The rate that the floor's true one is below with 95 % confidence; 1 while nobody has answered."""
        return upper_bound(self.abandoned, self.live_answers)

    @property
    def budget_left(self) -> int:
        """How many more abandonments now would leave the rate at or below the limit. Each is an answer, too."""
        limit = self._limit
        if limit >= 1:
            return self.live_answers
        return max(0, math.floor((limit * self.live_answers - self.abandoned) / (1 - limit)))

    @property
    def is_exhausted(self) -> bool:
        """True when the limit is overrun, and not just by the bad luck of the first answers."""
        if self.abandoned <= self._limit * self.live_answers:
            return False
        return self.abandoned > EXCUSABLE or (
            chance_of_at_least(self.abandoned, self.live_answers, self.max_rate) <= 1 - CONFIDENCE
        )

    def as_record(self) -> dict[str, object]:
        """The standing as JSON values."""
        return {
            "standard": self.standard.key,
            "window_start": self.window_start.isoformat(),
            "window_end": self.window_end.isoformat() if self.window_end else None,
            "live_answers": self.live_answers,
            "abandoned": self.abandoned,
            "rate": self.rate,
            "upper_bound": self.upper_bound,
            "max_rate": self.max_rate,
            "budget_left": self.budget_left,
            "is_exhausted": self.is_exhausted,
        }

    @property
    def _limit(self) -> Fraction:
        # Written as it is meant: 0.03 is three hundredths, and three of a hundred are not above it.
        return Fraction(str(self.max_rate))


def chance_of_at_least(count: int, trials: int, chance: float) -> float:
    """The chance of `count` or more successes in `trials`: the upper tail of the binomial distribution."""
    below = sum(math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(min(count, trials + 1)))
    return max(0.0, 1.0 - below)


def upper_bound(count: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided upper confidence bound of a rate after `count` successes in `trials`.

    Exact: the rate at which so few would be seen with a chance of 1 - confidence. Clopper and Pearson, Biometrika
    26 (1934), 404-413.
    """
    if count >= trials:
        return 1.0
    low, high = count / trials, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        # The chance of `count` or fewer is the beta distribution's at 1 - rate, DLMF 8.17.5.
        if _incomplete_beta(1 - middle, trials - count, count + 1) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by the continued fraction DLMF 8.17.22."""
    if not 0 < x < 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _incomplete_beta(1 - x, b, a)
    scale = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # Evaluated from the front by the modified Lentz method: Thompson and Barnett, J. Comput. Phys. 64 (1986), 490-509.
    tiny = 1e-300
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(1, 10_000):
        m = step // 2
        if step == 1:
            coefficient = 1.0
        elif step % 2:
            coefficient = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            coefficient = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1))
        d = 1 / (1 + coefficient * d or tiny)
        c = 1 + coefficient / c or tiny
        fraction *= c * d
        if step > 1 and abs(1 - c * d) < 1e-14:
            break
    # The first step made the fraction 1 + 1/(1 + ...): what is wanted is its second part.
    return scale * (fraction - 1) / a
