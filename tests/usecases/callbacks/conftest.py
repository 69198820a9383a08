"""A campaign that dials progressively, and an agent at a console who keeps his own promises."""

import pytest

from dialer.domain.ids import AgentId
from tests.builders.floor import Floor


@pytest.fixture
def ben(floor: Floor) -> AgentId:
    """An agent at a console."""
    return floor.console_agent(name="Ben")
