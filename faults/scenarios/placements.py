"""Death at each step of placing a call, and at each step of answering one."""

import random
import time
from functools import partial

from faults.crash_points import CrashPoint
from faults.floor import Floor
from faults.scenario import Aftermath, NotInjected, Scenario

_REACHED_WITHIN_SECONDS = 30.0
_SLOW_SECONDS = 3.0


def crash(floor: Floor, dice: random.Random, *, point: CrashPoint) -> Aftermath:
    """Kill whoever reaches the point next: one process of the worker's pool, or now and then the whole worker."""
    floor.wires.arm(point, kills_group=dice.random() < 0.3)
    return _await_death(floor, point)


def crash_while_asking(floor: Floor, dice: random.Random) -> Aftermath:
    """Kill a process that has sent its request to a carrier that takes its time."""
    slow = {"on": "rest", "effect": "slow", "method": "POST", "path": r"/Calls\.json$", "seconds": _SLOW_SECONDS}
    floor.twin.post("/_twin/faults", slow)
    try:
        floor.wires.arm(
            CrashPoint.DURING_REQUEST,
            after_seconds=dice.uniform(0.2, _SLOW_SECONDS - 0.5),
            kills_group=dice.random() < 0.3,
        )
        aftermath = _await_death(floor, CrashPoint.DURING_REQUEST)
        time.sleep(_SLOW_SECONDS)
    finally:
        floor.twin.send("DELETE", "/_twin/faults")
    return Aftermath(time.time(), aftermath.violations)


def _await_death(floor: Floor, point: CrashPoint) -> Aftermath:
    before = floor.wires.struck(point)
    deadline = time.monotonic() + _REACHED_WITHIN_SECONDS
    while floor.wires.struck(point) == before:
        if time.monotonic() > deadline:
            floor.wires.disarm()
            raise NotInjected(f"no process came to {point} within {_REACHED_WITHIN_SECONDS:g} s")
        time.sleep(0.02)
    return Aftermath(time.time())


_NAMES = {
    CrashPoint.BEFORE_ENQUEUE: "worker dies between the commit of planned calls and their lining up",
    CrashPoint.BEFORE_DISPATCH: "scheduler dies between the admission of a call and its task",
    CrashPoint.BEFORE_PLACING_COMMIT: "worker dies before the placing commit",
    CrashPoint.BEFORE_REQUEST: "worker dies between the placing commit and the carrier request",
    CrashPoint.AFTER_ACCEPTANCE: "worker dies after the carrier has accepted",
    CrashPoint.BEFORE_RESULT_COMMIT: "worker dies before the commit of the carrier's answer",
    CrashPoint.BEFORE_ANSWER_COMMIT: "web dies before the commit of an answer",
    CrashPoint.BEFORE_SCREEN_POP: "web dies between the commit of an answer and the screen pop",
    CrashPoint.BEFORE_WEB_ENQUEUE: "web dies between a commit and its enqueue",
}
SCENARIOS = (
    *(Scenario(f"{point}", partial(crash, point=point)) for point in _NAMES),
    Scenario(f"{CrashPoint.DURING_REQUEST}", crash_while_asking),
)
MEANINGS = {str(point): meaning for point, meaning in _NAMES.items()} | {
    str(CrashPoint.DURING_REQUEST): "worker dies while the carrier request is under way"
}
