"""Fakes of `dialer.ports`: scripted, and keeping what they were asked."""

from tests.fakes.carrier import FakeCarrier
from tests.fakes.clock import FrozenClock
from tests.fakes.feed import RecordingFeed
from tests.fakes.gate import OpenGate
from tests.fakes.mail import RecordingMailer
from tests.fakes.queue import RecordingQueue
from tests.fakes.simulations import InstantSimulations
from tests.fakes.web import FakeWeb

__all__ = [
    "FakeCarrier",
    "FakeWeb",
    "FrozenClock",
    "InstantSimulations",
    "OpenGate",
    "RecordingFeed",
    "RecordingMailer",
    "RecordingQueue",
]
