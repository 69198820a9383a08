"""A floor and its first call, for every test of calls; a module that needs another one defines its own."""

import pytest
from flask import Flask

from dialer.domain.ids import CallId
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.twilio_requests import Twilio


@pytest.fixture
def floor(services: Services) -> Floor:
    """An active campaign of a tenant, without agents and leads."""
    return open_floor(services)


@pytest.fixture
def planned(floor: Floor) -> CallId:
    """A call that a tick has planned for an agent at a console."""
    floor.console_agent()
    floor.leads(1)
    (call_id,) = floor.plan()
    return call_id


@pytest.fixture
def call_id(floor: Floor) -> CallId:
    """A call that was placed for an agent at a console."""
    floor.console_agent()
    floor.leads(1)
    return floor.dial()


@pytest.fixture
def twilio(app: Flask, services: Services) -> Twilio:
    """The platform's carrier account, calling our webhooks."""
    return Twilio(app, services.platform_account)
