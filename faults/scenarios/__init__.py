"""Every fault by name."""

from faults.scenario import Scenario
from faults.scenarios.carrier import SCENARIOS as CARRIER
from faults.scenarios.clocks import SCENARIOS as CLOCKS
from faults.scenarios.imports import SCENARIOS as IMPORTS
from faults.scenarios.people import SCENARIOS as PEOPLE
from faults.scenarios.placements import SCENARIOS as PLACEMENTS
from faults.scenarios.processes import SCENARIOS as PROCESSES
from faults.scenarios.servers import SCENARIOS as SERVERS

# Placements first: what the carrier never heard of takes five minutes to become certain, and is judged at the end.
SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for scenario in (*PLACEMENTS, *CARRIER, *PROCESSES, *SERVERS, *PEOPLE, *IMPORTS, *CLOCKS)
}
