"""Processes killed, doubled and replaced."""

import random
import time
from collections.abc import Callable

from faults.floor import SCHEDULER, Floor
from faults.scenario import Aftermath, NotInjected, Scenario

_TOGETHER_SECONDS = 10.0


def kill_web(floor: Floor, dice: random.Random) -> Aftermath:
    """Kill gunicorn and its worker at one stroke, or the worker alone."""
    if dice.random() < 0.5 or not floor.processes.kill_child("web", 0):
        floor.processes.kill_group("web")
    return Aftermath(time.time())


def kill_worker_child(floor: Floor, dice: random.Random) -> Aftermath:
    """Kill one process of the worker's pool, whatever it is doing."""
    if not floor.processes.kill_child("worker", dice.randrange(8)):
        raise NotInjected("the worker has no pool")
    return Aftermath(time.time())


def kill_worker(floor: Floor, dice: random.Random) -> Aftermath:
    """Kill the worker's parent alone, or the whole worker."""
    kill: Callable[[str], None] = floor.processes.kill if dice.random() < 0.5 else floor.processes.kill_group
    kill("worker")
    return Aftermath(time.time())


def kill_leader(floor: Floor, _dice: random.Random) -> Aftermath:
    """Kill the scheduler that leads; the other has to take over."""
    leaders = [name for name in ("scheduler-1", "scheduler-2") if "leadership_taken" in floor.log_of(name)]
    if not leaders:
        raise NotInjected("no scheduler says that it leads")
    floor.processes.kill(leaders[-1])
    return Aftermath(time.time())


def add_second_leader(floor: Floor, dice: random.Random) -> Aftermath:
    """Let two schedulers lead at once: the second holds its lock in another database, where nobody disputes it."""
    elsewhere = floor.environ["DATABASE_URL"].rpartition("/")[0] + "/elsewhere"
    floor.postgres.create_database("elsewhere")
    floor.processes.add(floor.spec("scheduler-rival", SCHEDULER, DATABASE_URL=elsewhere))
    try:
        deadline = time.monotonic() + 15
        while "leadership_taken" not in floor.log_of("scheduler-rival"):
            if time.monotonic() > deadline:
                raise NotInjected("the rival scheduler does not lead")
            time.sleep(0.1)
        time.sleep(_TOGETHER_SECONDS * dice.uniform(0.5, 1.0))
    finally:
        floor.processes.remove("scheduler-rival")
    return Aftermath(time.time())


def deploy(floor: Floor, dice: random.Random) -> Aftermath:
    """SIGTERM and a new start, one process after another, in any order, in full flow."""
    names = ["web", "worker", "scheduler-1", "scheduler-2"]
    dice.shuffle(names)
    for name in names:
        with floor.processes.stopped(name):
            pass
    return Aftermath(time.time())


SCENARIOS = (
    Scenario("web_killed", kill_web),
    Scenario("worker_child_killed", kill_worker_child),
    Scenario("worker_killed", kill_worker),
    Scenario("scheduler_leader_killed", kill_leader),
    Scenario("two_scheduler_leaders", add_second_leader),
    Scenario("deploy", deploy),
)
