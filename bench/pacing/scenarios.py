"""The floors on which pacers are compared: 3 to 300 agents, eight hours each, cold at the start, most with an upheaval.

Live-answer chances are of the calls placed. Where machines are not detected they reach agents and count as live
answers, for the dialer cannot tell them apart.
"""

import math
from dataclasses import replace

from dialer.simulator import Change, People, Scenario
from dialer.simulator.distributions import Distribution, Exponential, Fixed, Lognormal, Mixture, Uniform, Weibull

HOUR = 3600.0
MINUTE = 60.0
QUICK_SECONDS = 1200.0

# Two thirds refuse within 8 to 20 s; who stays, talks for minutes.
REFUSALS = Mixture((0.65, 0.35), (Uniform(8.0, 20.0), Lognormal.with_mean(200.0, 0.6, least=30.0)))
# Three in four refuse; one in ten buys, and that takes seven minutes.
REFUSALS_AND_SALES = Mixture(
    (0.75, 0.15, 0.10),
    (Uniform(8.0, 20.0), Lognormal.with_mean(120.0, 0.5, least=20.0), Lognormal.with_mean(420.0, 0.4, least=120.0)),
)
# The middle call takes a minute, the longest of a day an hour; "longer than any seen" is not "about to end".
HEAVY_TAILED = Lognormal.with_mean(140.0, 1.3)
# A minute mostly in the first seconds: the longer a call has lasted, the longer it will.
RECEDING = Weibull(scale=45.0, shape=0.6, least=5.0)
USUAL_ANSWERS = Lognormal(9.0, 0.45, least=1.0)
USUAL_DETECTION = Uniform(2.0, 5.0)
SLOW_ANSWERS = Lognormal(14.0, 0.4, least=2.0)
QUICK_ANSWERS = Lognormal(6.0, 0.4, least=1.0)


def people(
    live: float,
    *,
    machines: float = 0.0,
    detected: bool = True,
    talk: Distribution | float = 120.0,
    wrap_up: Distribution | float = 12.0,
    busy: float = 0.05,
    failed: float = 0.03,
    answers: Distribution = USUAL_ANSWERS,
    detection: Distribution = USUAL_DETECTION,
) -> People:
    """A list of leads. A number for talk or wrap-up is the mean of a lognormal."""
    return People(
        live_chance=live,
        machine_chance=machines,
        busy_chance=busy,
        failed_chance=failed,
        talk=talk if not isinstance(talk, float) else Lognormal.with_mean(talk, 0.8),
        wrap_up=wrap_up if not isinstance(wrap_up, float) else Lognormal.with_mean(wrap_up, 0.5),
        answer_time=answers,
        detects_machines=detected and machines > 0.0,
        detection=detection,
    )


OUTAGE = People(live_chance=0.0, failed_chance=1.0)
"""The carrier refuses every call within two seconds."""

SILENT_OUTAGE = People(live_chance=0.0)
"""Calls are accepted and ring out: the worse kind, for nothing says that it is not the people."""


def outage(begin: float, seconds: float, *, then: People, silent: bool = False) -> tuple[Change, ...]:
    """From `begin` on nobody can be reached for `seconds`."""
    return Change(begin, people=SILENT_OUTAGE if silent else OUTAGE), Change(begin + seconds, people=then)


def drift(usual: People, live: tuple[float, ...], *, seconds: float = 8 * HOUR, steps: int = 32) -> tuple[Change, ...]:
    """The live-answer chance along straight lines through `live`, evenly over the day, in steps too small to notice."""
    changes = []
    for step in range(1, steps):
        position = step / steps * (len(live) - 1)
        left = min(int(position), len(live) - 2)
        chance = live[left] + (live[left + 1] - live[left]) * (position - left)
        changes.append(Change(step / steps * seconds, people=replace(usual, live_chance=chance)))
    return tuple(changes)


def trickle(first: int, last: int, *, until: float, steps: int) -> tuple[Change, ...]:
    """Agents come one group after the other."""
    return tuple(
        Change(step / steps * until, agents=first + round((last - first) * step / steps))
        for step in range(1, steps + 1)
    )


def lunch(agents: int, begin: float, *, staying: int, seconds: float = 0.75 * HOUR) -> tuple[Change, ...]:
    """Part of the agents leave and come back."""
    return Change(begin, agents=staying), Change(begin + seconds, agents=agents)


def ordered(*changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """All of them in the order of their times."""
    return tuple(sorted((change for group in changes for change in group), key=lambda change: change.at))


def quick(scenario: Scenario) -> Scenario:
    """The same upheavals within twenty minutes and at most twenty agents: it shows that things run, nothing else."""
    shrink = QUICK_SECONDS / scenario.shift_seconds
    fewer = min(1.0, 20 / scenario.agents)
    changes = tuple(
        replace(c, at=c.at * shrink, agents=None if c.agents is None else max(1, math.floor(c.agents * fewer)))
        for c in scenario.changes
    )
    agents = max(1, math.floor(scenario.agents * fewer))
    return replace(scenario, agents=agents, shift_seconds=QUICK_SECONDS, changes=changes)


def _tiny() -> list[Scenario]:
    typical = people(0.25, machines=0.25, talk=120.0, wrap_up=Fixed(10.0))
    scarce = people(0.10, talk=REFUSALS, wrap_up=15.0)
    steady = people(0.35, talk=300.0, wrap_up=Fixed(30.0))
    refusals = people(0.30, talk=REFUSALS_AND_SALES, wrap_up=Exponential(10.0, least=3.0))
    everything = people(0.22, machines=0.20, talk=REFUSALS, wrap_up=12.0)
    better = people(0.40, machines=0.10, talk=90.0, wrap_up=12.0)
    return [
        Scenario("3-typical", 3, typical, description="three agents, 25 % answer, machines detected"),
        Scenario("3-scarce", 3, scarce, description="three agents, 10 % answer, mostly refusals"),
        Scenario("5-long-talks", 5, steady, description="five agents, 35 % answer, five-minute talks, fixed wrap-up"),
        Scenario("5-refusals", 5, refusals, description="five agents, 30 % answer, three in four refuse at once"),
        Scenario(
            "5-everything", 5, everything,
            description="five agents; rate doubles, outage, lunch, a new list, an hour of machines",
            changes=ordered(
                (Change(1.0 * HOUR, people=better),),
                outage(2.0 * HOUR, 10 * MINUTE, then=better),
                lunch(5, 3.5 * HOUR, staying=2),
                (Change(5.0 * HOUR, people=everything),
                 Change(6.0 * HOUR, people=replace(everything, live_chance=0.10, machine_chance=0.55)),
                 Change(7.0 * HOUR, people=everything)),
            ),
        ),
    ]  # fmt: skip


def _small() -> list[Scenario]:
    typical = people(0.20, machines=0.30, talk=120.0)
    undetected = people(0.15, machines=0.30, detected=False, talk=100.0)
    usual = people(0.25, machines=0.20, talk=REFUSALS)
    short = people(0.30, talk=45.0, wrap_up=8.0)
    long = people(0.12, machines=0.30, talk=240.0, wrap_up=25.0)
    return [
        Scenario("10-typical", 10, typical, description="ten agents, 20 % answer, machines detected"),
        Scenario("10-undetected", 10, undetected, description="ten agents; two of three who answer are machines"),
        Scenario(
            "10-lunch", 10, usual, description="ten agents of whom half go to lunch, and half again later",
            changes=ordered(lunch(10, 3 * HOUR, staying=5), lunch(10, 4 * HOUR, staying=5)),
        ),
        Scenario(
            "10-outages", 10, typical, description="ten agents; 40 min without carrier, then five outages of 4 min",
            changes=ordered(
                outage(2 * HOUR, 40 * MINUTE, then=typical),
                *(outage((4 + k / 2) * HOUR, 4 * MINUTE, then=typical, silent=k % 2 == 1) for k in range(5)),
            ),
        ),
        Scenario(
            "10-new-lists", 10, short, description="ten agents; lists of 45 s and of 4 min talks in turn, other rates",
            changes=(Change(2 * HOUR, people=long), Change(4.5 * HOUR, people=short), Change(6 * HOUR, people=long)),
        ),
    ]  # fmt: skip


def _medium() -> list[Scenario]:
    typical = people(0.22, machines=0.25, talk=120.0)
    scarce = people(0.08, machines=0.45, talk=150.0, detection=Uniform(2.5, 5.0), answers=SLOW_ANSWERS)
    plentiful = people(0.50, talk=45.0, wrap_up=Fixed(5.0), answers=QUICK_ANSWERS)
    low = people(0.12, machines=0.30, talk=REFUSALS)
    high = replace(low, live_chance=0.45, machine_chance=0.10)
    undetected = people(0.25, machines=0.10, detected=False, talk=120.0)
    burst = replace(undetected, live_chance=0.10, machine_chance=0.65)
    heavy = people(0.25, machines=0.20, talk=HEAVY_TAILED, wrap_up=Exponential(15.0, least=2.0))
    return [
        Scenario("20-typical", 20, typical, description="twenty agents, 22 % answer, machines detected"),
        Scenario("20-scarce", 20, scarce, description="twenty agents, 8 % answer, slowly; detection takes up to 5 s"),
        Scenario("20-plentiful", 20, plentiful, description="twenty agents, every second call answered, 45 s talks"),
        Scenario(
            "20-jumps", 20, low, description="twenty agents; the rate jumps from 12 % to 45 % and back, four times",
            changes=tuple(Change(k * HOUR, people=high if k % 2 else low) for k in (1, 3, 4, 6)),
        ),
        Scenario(
            "20-machine-bursts", 20, undetected, description="twenty agents; bursts of machines that nobody detects",
            changes=tuple(
                change
                for k in (1.0, 2.5, 4.0, 6.0)
                for change in (Change(k * HOUR, people=burst), Change((k + 0.3) * HOUR, people=undetected))
            ),
        ),
        Scenario("20-heavy-tail", 20, heavy, description="twenty agents; a few talks last an hour"),
    ]  # fmt: skip


def _large() -> list[Scenario]:
    usual = people(0.30, machines=0.20, talk=120.0)
    receding = people(0.18, machines=0.35, talk=RECEDING, wrap_up=10.0)
    typical = people(0.20, machines=0.30, talk=180.0, wrap_up=20.0)
    return [
        Scenario(
            "50-drift", 50, replace(usual, live_chance=0.12),
            description="fifty agents; the rate climbs from 12 % to 35 % by noon and sinks again",
            changes=drift(usual, (0.12, 0.35, 0.12)),
        ),
        Scenario(
            "50-morning", 6, typical, description="six agents at nine, fifty by half past ten, half at lunch",
            changes=ordered(trickle(6, 50, until=1.5 * HOUR, steps=22), lunch(50, 4 * HOUR, staying=25)),
        ),
        Scenario("50-receding", 50, receding, description="fifty agents; the longer a talk lasts, the longer it will"),
        Scenario(
            "100-refusals", 100, people(0.35, machines=0.15, talk=REFUSALS, wrap_up=10.0),
            description="a hundred agents, 35 % answer, two thirds refuse at once",
        ),
        Scenario(
            "100-storm", 100, typical, description="a hundred agents; outages, a doubled rate, half at lunch",
            changes=ordered(
                outage(1.5 * HOUR, 20 * MINUTE, then=typical),
                (Change(3 * HOUR, people=replace(typical, live_chance=0.40, machine_chance=0.15)),),
                lunch(100, 4 * HOUR, staying=50),
                (Change(5.5 * HOUR, people=typical),),
                outage(6.5 * HOUR, 15 * MINUTE, then=typical, silent=True),
            ),
        ),
    ]  # fmt: skip


def _huge() -> list[Scenario]:
    typical = people(0.20, machines=0.30, talk=180.0, wrap_up=20.0)
    undetected = people(0.30, machines=0.15, detected=False, talk=90.0, wrap_up=Fixed(10.0))
    return [
        Scenario("300-typical", 300, typical, description="three hundred agents, 20 % answer, three-minute talks"),
        Scenario(
            "300-storm", 300, undetected, description="three hundred agents; machines undetected, jumps, outage, lunch",
            changes=ordered(
                (Change(1 * HOUR, people=replace(undetected, live_chance=0.12, machine_chance=0.40)),
                 Change(2 * HOUR, people=undetected)),
                outage(3 * HOUR, 10 * MINUTE, then=undetected),
                lunch(300, 4 * HOUR, staying=150),
                (Change(6 * HOUR, people=replace(undetected, live_chance=0.50)),),
            ),
        ),
    ]  # fmt: skip


SCENARIOS = {s.name: s for s in (*_tiny(), *_small(), *_medium(), *_large(), *_huge())}
BRIEF = ("3-typical", "10-outages", "20-jumps", "50-drift")
"""Those of the short bench."""

GROUPS = ("3–5 agents", "10 agents", "20 agents", "50–100 agents", "300 agents")


def group_of(name: str) -> str:
    """The size of floor, as it is shown: the number of agents begins the name."""
    size = int(name.partition("-")[0])
    return GROUPS[sum(size > limit for limit in (5, 10, 20, 100))]
