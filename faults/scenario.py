"""What a fault is to the suite: a name, how to inject it once, and how long its aftermath may last."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from faults.floor import Floor
from faults.history import Violation


class NotInjected(Exception):
    """The fault could not be brought about; the message says why. Never counted as survived."""


@dataclass(frozen=True)
class Aftermath:
    """When the fault was over, in seconds of the epoch, and what was seen to be wrong while it lasted."""

    ended_at: float
    violations: tuple[Violation, ...] = ()


Inject = Callable[[Floor, random.Random], Aftermath]


@dataclass(frozen=True)
class Scenario:
    """One fault. `settle_seconds`: how long the sweeps may take to put everything right afterwards."""

    name: str
    inject: Inject
    settle_seconds: float = 75.0
