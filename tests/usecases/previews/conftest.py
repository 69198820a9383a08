"""A campaign whose leads are previewed, and an agent at a console."""

import pytest

from dialer.domain.campaigns import DialMode
from dialer.domain.ids import AgentId
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor


@pytest.fixture
def floor(services: Services) -> Floor:
    """A campaign whose leads are previewed."""
    return open_floor(services, dial_mode=DialMode.PREVIEW)


@pytest.fixture
def ben(floor: Floor) -> AgentId:
    """An agent at a console."""
    return floor.console_agent(name="Ben")
