"""An agent's browser that vanishes without a word, and comes back."""

import random
import time
from functools import partial

from faults.floor import Floor
from faults.scenario import Aftermath, NotInjected, Scenario


def vanish(floor: Floor, dice: random.Random, *, at: str) -> Aftermath:
    """Pull the plug of the first agent who is busy so; half of the time the audio lives on for a while."""
    order = floor.staff.vanish(at, seconds=dice.choice([1.0, 5.0, 25.0]), with_audio=dice.random() < 0.5)
    if order is None or order.vanished_at is None:
        raise NotInjected(f"nobody came to be {at}")
    return Aftermath(time.time())


SCENARIOS = (
    Scenario("browser_vanishes_ringing", partial(vanish, at="ringing"), settle_seconds=120),
    Scenario("browser_vanishes_talking", partial(vanish, at="talking"), settle_seconds=120),
    Scenario("browser_vanishes_wrapping_up", partial(vanish, at="writing up"), settle_seconds=120),
)
