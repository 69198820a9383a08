"""Fakes of `dialer.ports`: scripted, and keeping what they were asked."""

from tests.fakes.carrier import FakeCarrier
from tests.fakes.clock import FrozenClock
from tests.fakes.feed import RecordingFeed
from tests.fakes.gate import OpenGate
from tests.fakes.queue import RecordingQueue
from tests.fakes.simulations import InstantSimulations

__all__ = ["FakeCarrier", "FrozenClock", "InstantSimulations", "OpenGate", "RecordingFeed", "RecordingQueue"]
