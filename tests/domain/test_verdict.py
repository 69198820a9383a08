"""The verdict that guards every placement: every reason is named, and none more makes it allowed."""

import json
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.compliance import CallCandidate, CallingWindow, may_place
from tests.fakes.clock import NOON

ALLOWED = CallCandidate(
    to_number="+14155550123",
    campaign_status="active",
    lead_status="queued",
    window=CallingWindow("UTC", time(9), time(20)),
    schedule_end=NOON + timedelta(hours=1),
    attempts_made=0,
    max_attempts=3,
    do_not_call=False,
    suppression_reason=None,
    suppressed_until=None,
    place_before=NOON + timedelta(seconds=10),
)
# One thing that speaks against the call, and the code of the reason that names it.
OBSTACLES: dict[str, dict[str, object]] = {
    "campaign_not_active": {"campaign_status": "paused"},
    "schedule_ended": {"schedule_end": NOON},
    "outside_calling_hours": {"window": CallingWindow("UTC", time(16), time(20))},
    "suppressed": {"suppression_reason": "requested"},
    "do_not_call": {"do_not_call": True},
    "attempts_exhausted": {"attempts_made": 3},
    "lead_not_queued": {"lead_status": "dnc"},
    "placement_expired": {"place_before": NOON},
    "not_previewed": {"dial_mode": "preview"},
}


def codes_with(*obstacles: str) -> set[str]:
    changes = {name: value for obstacle in obstacles for name, value in OBSTACLES[obstacle].items()}
    return {reason.code for reason in may_place(replace(ALLOWED, **changes), NOON).reasons}  # type: ignore[arg-type]


def test_a_call_with_nothing_against_it_is_allowed() -> None:
    verdict = may_place(ALLOWED, NOON)
    assert verdict.allowed
    assert verdict.reasons == ()


def test_a_previewed_call_waits_for_an_agents_word() -> None:
    assert may_place(replace(ALLOWED, dial_mode="preview", is_for_one_agent=True), NOON).allowed


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_each_obstacle_alone_forbids_the_call_and_is_named(obstacle: str) -> None:
    assert codes_with(obstacle) == {obstacle}


@given(st.sets(st.sampled_from(sorted(OBSTACLES))))
def test_all_reasons_are_collected_whatever_they_are(obstacles: set[str]) -> None:
    assert codes_with(*obstacles) == obstacles


@given(st.sets(st.sampled_from(sorted(OBSTACLES))), st.sampled_from(sorted(OBSTACLES)))
def test_another_obstacle_never_takes_a_reason_away(obstacles: set[str], another: str) -> None:
    assert codes_with(*obstacles) <= codes_with(*obstacles, another)


@pytest.mark.parametrize("status", ["draft", "scheduled", "paused", "completed", "cancelled"])
def test_only_an_active_campaign_calls(status: str) -> None:
    assert not may_place(replace(ALLOWED, campaign_status=status), NOON).allowed


@pytest.mark.parametrize("status", ["pending", "calling", "completed", "failed", "dnc"])
def test_only_a_lead_in_the_hopper_is_called(status: str) -> None:
    assert not may_place(replace(ALLOWED, lead_status=status), NOON).allowed


def test_calling_hours_say_when_they_will_have_cleared() -> None:
    reasons = may_place(replace(ALLOWED, window=CallingWindow("UTC", time(16), time(20))), NOON).reasons
    assert [reason.clears_at for reason in reasons] == [NOON.replace(hour=16)]


def test_the_record_of_a_verdict_is_json_with_all_its_inputs() -> None:
    verdict = may_place(replace(ALLOWED, do_not_call=True), NOON)
    record = json.loads(json.dumps(verdict.as_record()))
    assert (record["allowed"], record["decided_at"]) == (False, NOON.isoformat())
    assert [reason["code"] for reason in record["reasons"]] == ["do_not_call"]
    assert record["inputs"]["calling_hours"] == ["09:00:00", "20:00:00"]
    unrecorded = set(CallCandidate.__dataclass_fields__) - set(record["inputs"]) - {"window"}
    assert unrecorded == set(), "an auditor could not repeat the decision"
