"""A call floor in virtual time: people, agents and a carrier that never leave the process. It drives any pacer through
the pacing interface, for benchmarks, tests and forecasts. Same scenario, pacer and seed, same shift."""

from dialer.simulator.floor import Floor, simulate_shift
from dialer.simulator.measures import Shift
from dialer.simulator.people import Fate, People
from dialer.simulator.scenario import Breaks, Change, Scenario, carrier_outage

__all__ = ["Breaks", "Change", "Fate", "Floor", "People", "Scenario", "Shift", "carrier_outage", "simulate_shift"]
