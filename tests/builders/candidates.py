"""Calls to be judged, allowed by default: somebody in California, at ten in the morning."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from dialer.domain.compliance import CallCandidate, CallingWindow, CallSubject, Locality
from dialer.integrations.rule_files import load_rule_book
from tests.fakes.clock import NOON

BOOK = load_rule_book()
CALIFORNIAN = CallSubject(
    to_number="+14155550123",
    region="US",
    line_type="fixed_or_mobile",
    locality=Locality.of(["US", "US-CA"], ["America/Los_Angeles"]),
    window=CallingWindow("UTC", time(9), time(20)),
)
ALLOWED = CallCandidate(
    subject=CALIFORNIAN,
    campaign_status="active",
    lead_status="queued",
    schedule_end=NOON + timedelta(hours=1),
    attempts_made=0,
    max_attempts=3,
    do_not_call=False,
    suppressions=(),
    place_before=NOON + timedelta(seconds=10),
)
_OF_SUBJECT = frozenset(CallSubject.__dataclass_fields__)


def candidate(**changes: Any) -> CallCandidate:
    """The allowed call with something else about it, or about its callee."""
    subject = replace(CALIFORNIAN, **{name: value for name, value in changes.items() if name in _OF_SUBJECT})
    rest = {name: value for name, value in changes.items() if name not in _OF_SUBJECT}
    return replace(ALLOWED, subject=subject, **rest)
