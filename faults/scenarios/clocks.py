"""Clocks that are wrong: the machine's for all, or one machine's against the others.

The `Clock` port is what jumps; the scheduler's timer and PostgreSQL keep the true time, as when one machine of several
has lost its time server.
"""

import random
import time
from functools import partial

from faults.crash_points import CrashPoint
from faults.floor import SKEWED_ROLES, Floor
from faults.scenario import Aftermath, Scenario
from faults.scenarios.placements import crash


def jump(floor: Floor, dice: random.Random, *, seconds: float) -> Aftermath:
    """Jump, stay wrong for a while, and jump back; the clock of all, or of one role alone."""
    roles = dice.choice([SKEWED_ROLES, ("worker",), ("web",)])
    with floor.wrong_clock(roles, seconds):
        time.sleep(dice.uniform(4.0, 8.0))
    return Aftermath(time.time())


def crash_under_a_wrong_clock(floor: Floor, dice: random.Random) -> Aftermath:
    """Lose a carrier's answer, and have the worker's clock jump before it is looked for.

    Five minutes of absence at the carrier free a lead: by this clock they have passed.
    """
    crash(floor, dice, point=CrashPoint.AFTER_ACCEPTANCE)
    with floor.wrong_clock(["worker"], _TEN_MINUTES):
        time.sleep(dice.uniform(6.0, 12.0))
    return Aftermath(time.time())


_TEN_MINUTES, _HOURS = 600.0, 3 * 3600.0
SCENARIOS = (
    Scenario("clock_ten_minutes_ahead", partial(jump, seconds=_TEN_MINUTES), settle_seconds=120),
    Scenario("clock_ten_minutes_behind", partial(jump, seconds=-_TEN_MINUTES), settle_seconds=120),
    Scenario("clock_hours_ahead", partial(jump, seconds=_HOURS), settle_seconds=120),
    Scenario("clock_hours_behind", partial(jump, seconds=-_HOURS), settle_seconds=120),
    Scenario("answer_lost_under_a_wrong_clock", crash_under_a_wrong_clock, settle_seconds=120),
)
