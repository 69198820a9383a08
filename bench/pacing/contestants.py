"""Who takes part: the engine, the informed planner, the rivals, and whoever is named on the command line."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from typing import Any, Literal

from bench.pacing.rivals.busy_share import BusySharePacer
from bench.pacing.rivals.forecast import ForecastPacer
from bench.pacing.rivals.impact import ImpactPacer
from bench.pacing.rivals.issabel import IssabelPacer
from bench.pacing.rivals.time_in_call import TimeInCallPacer
from bench.pacing.rivals.vicidial import VicidialPacer
from dialer.domain.pacing import Pacer, PredictivePacer, ProgressivePacer, RatioPacer
from dialer.simulator import Scenario

Role = Literal["engine", "planner", "rival", "ablation", "guest"]
Maker = Callable[..., Pacer]
"""Makes the pacer of one shift. It is called with `scenario` if it takes that, and with the setting of a search."""

SHIFT_OPENS = 900
SHIFT_CLOSES = 1700


@dataclass(frozen=True)
class Search:
    """A parameter chosen in hindsight, per scenario: the highest occupancy with abandonment at or below the limit.

    `values` ascend from careful to bold. Where bolder is always busier and abandons more, a bisection finds the boldest
    that holds the limit; where it is not, as with a rule that corrects itself, all are tried.
    """

    parameter: str
    values: tuple[float, ...]
    is_monotone: bool = True


@dataclass(frozen=True)
class Contestant:
    """A pacer under test. `make` must be importable by name in another process: no lambdas.

    `label` is its short name in the picture; without one it is only in the tables.
    """

    name: str
    title: str
    make: Maker
    role: Role = "rival"
    search: Search | None = None
    label: str = ""

    def pacer(self, scenario: Scenario, setting: float | None = None) -> Pacer:
        """A fresh pacer for one shift."""
        arguments: dict[str, Any] = {}
        if self.search is not None:
            arguments[self.search.parameter] = setting
        if "scenario" in signature(self.make).parameters:
            arguments["scenario"] = scenario
        return self.make(**arguments)


def geometric(low: float, high: float, count: int) -> tuple[float, ...]:
    """From `low` to `high` by equal factors, three digits each."""
    return tuple(float(f"{low * (high / low) ** (k / (count - 1)):.3g}") for k in range(count))


@dataclass(frozen=True)
class Named:
    """A class or function by its name, made anew wherever it is called: `module:Class` or `module:Class(key=value)`."""

    path: str

    def __call__(self, **arguments: Any) -> Pacer:
        """The pacer. What the path says wins over what the bench offers."""
        target, given = parse_path(self.path)
        made: Pacer = target(**{**self._accepted(target, arguments), **given})
        return made

    @property
    def __signature__(self) -> Any:
        return signature(parse_path(self.path)[0])

    def _accepted(self, target: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in arguments.items() if key in signature(target).parameters}


@dataclass(frozen=True)
class Entry:
    """One factory of a table in a module, by its key."""

    module: str
    table: str
    key: str

    def __call__(self, scenario: Scenario) -> Pacer:
        """The pacer of this key."""
        factory = getattr(import_module(self.module), self.table)[self.key]
        pacer: Pacer = factory(scenario=scenario) if "scenario" in signature(factory).parameters else factory()
        return pacer


def parse_path(path: str) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The callable that `module:Class(key=value)` names, and its literal arguments. Raises ValueError, ImportError."""
    module, colon, rest = path.partition(":")
    if not colon:
        raise ValueError(f"{path!r} is neither a known pacer nor module:Class")
    call = ast.parse(rest, mode="eval").body
    given = {}
    if isinstance(call, ast.Call):
        given = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        if call.args or not all(word.arg for word in call.keywords):
            raise ValueError(f"{path!r}: arguments must be given by name")
        call = call.func
    target: Any = import_module(module)
    for attribute in ast.unparse(call).split("."):
        target = getattr(target, attribute)
    return target, given


ENGINE = Contestant("predictive", "this engine", PredictivePacer, "engine", label="this engine")

_AVAILABLE = partial(VicidialPacer, "hard_limit", available_only=True)
# fmt: off
RIVALS = (
    Contestant("progressive", "progressive", ProgressivePacer, label="progressive"),
    Contestant("ratio", "fixed ratio, hindsight", RatioPacer, label="fixed ratio*",
               search=Search("ratio", geometric(1.0, 16.0, 49))),
    Contestant("vicidial-hard-limit", "VICIdial HARD_LIMIT", partial(VicidialPacer, "hard_limit"), label="VICIdial"),
    Contestant("vicidial-average", "VICIdial AVERAGE", partial(VicidialPacer, "average")),
    Contestant("vicidial-tapered", "VICIdial TAPERED", partial(VicidialPacer, "tapered", opens_at=SHIFT_OPENS),
               label="VICIdial tapered"),
    Contestant("vicidial-hard-limit-available", "VICIdial HARD_LIMIT, available only", _AVAILABLE,
               label="VICIdial avail."),
    Contestant("vicidial-average-available", "VICIdial AVERAGE, available only",
               partial(VicidialPacer, "average", available_only=True)),
    Contestant("vicidial-tapered-available", "VICIdial TAPERED, available only",
               partial(VicidialPacer, "tapered", available_only=True, opens_at=SHIFT_OPENS,
                       latest_server_time=SHIFT_CLOSES)),
    Contestant("vicidial-best-cap", "VICIdial, available only, cap in hindsight", _AVAILABLE, label="VICIdial cap*",
               search=Search("maximum_level", (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0), is_monotone=False)),
    Contestant("impact", "Impact, ratio by simulation", ImpactPacer, label="Impact"),
    Contestant("issabel", "Issabel, overcommitted", IssabelPacer, label="Issabel"),
    Contestant("issabel-plain", "Issabel", partial(IssabelPacer, overcommits=False)),
    Contestant("forecast", "mean-value forecast, hindsight", ForecastPacer, label="forecast*",
               search=Search("scale", geometric(0.05, 1.6, 51))),
    Contestant("busy-share", "lines for the busy, hindsight", BusySharePacer, label="for the busy*",
               search=Search("share", (0.0, *geometric(0.02, 4.0, 50)))),
    Contestant("time-in-call", "forecast by time in call (EIS), hindsight", TimeInCallPacer, label="time in call*",
               search=Search("scale", geometric(0.05, 1.6, 51))),
)
# fmt: on

PLANNER_MODULE = "bench.pacing.planner"
ABLATIONS_MODULE = "bench.pacing.ablations"


def planner() -> Contestant | None:
    """Who knows the true distributions; the measure of what is possible. None while there is none."""
    if find_spec(PLANNER_MODULE) is None:
        return None
    return Contestant("planner", "planner who knows it all", Named(f"{PLANNER_MODULE}:InformedPlanner"), "planner",
                      label="planner")  # fmt: skip


def ablations() -> tuple[Contestant, ...]:
    """The engine with one part taken out or replaced, each."""
    if find_spec(ABLATIONS_MODULE) is None:
        return ()
    table = import_module(ABLATIONS_MODULE).ABLATIONS
    return tuple(Contestant(f"ablation:{key}", f"engine {key}", Entry(ABLATIONS_MODULE, "ABLATIONS", key), "ablation")
                 for key in table)  # fmt: skip


def standard() -> tuple[Contestant, ...]:
    """The planner if there is one, the engine, the rivals."""
    informed = planner()
    return (*(() if informed is None else (informed,)), ENGINE, *RIVALS)


def find_contestant(name: str) -> Contestant:
    """A known one by name, or a guest by `module:Class`. Raises ValueError, ImportError or AttributeError."""
    for contestant in (*standard(), *ablations()):
        if contestant.name == name:
            return contestant
    parse_path(name)
    return Contestant(name, name, Named(name), "guest", label=name.rpartition(":")[2].partition("(")[0])
