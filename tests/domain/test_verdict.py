"""The verdict that guards every placement: every reason is named, and none more makes it allowed."""

import json
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.compliance import (
    CallCandidate,
    CallingVerdict,
    CallingWindow,
    CallSubject,
    Locality,
    SuppressionHit,
    may_place,
)
from tests.builders.candidates import ALLOWED, BOOK, CALIFORNIAN, candidate
from tests.fakes.clock import NOON

ASKED = SuppressionHit("+14155550123", "tenant", "requested")
# One thing that speaks against the call, and the code of the reason that names it.
OBSTACLES: dict[str, dict[str, object]] = {
    "campaign_not_active": {"campaign_status": "paused"},
    "schedule_ended": {"schedule_end": NOON},
    "campaign_window": {"window": CallingWindow("UTC", time(19), time(20))},
    "suppressed": {"suppressions": (ASKED,)},
    "do_not_call": {"do_not_call": True},
    "attempts_exhausted": {"attempts_made": 3},
    "lead_not_queued": {"lead_status": "dnc"},
    "placement_expired": {"place_before": NOON},
    "not_previewed": {"dial_mode": "preview"},
    "in_flight": {"is_person_in_flight": True},
    "phone_not_usable": {"is_phone_usable": False},
    "outside_hours": {"locality": Locality.of(["US"], ["America/Los_Angeles", "Asia/Tokyo"])},
    "not_dialable": {"line_type": "premium_rate"},
    "country_not_allowed": {"allowed_regions": frozenset({"DE"})},
}


def judge(call: CallCandidate) -> CallingVerdict:
    return may_place(call, NOON, BOOK)


def codes_with(*obstacles: str) -> set[str]:
    changes = {name: value for obstacle in obstacles for name, value in OBSTACLES[obstacle].items()}
    return {reason.code for reason in judge(candidate(**changes)).reasons}


def test_a_call_with_nothing_against_it_is_allowed() -> None:
    verdict = judge(ALLOWED)
    assert verdict.allowed
    assert (verdict.reasons, verdict.next_allowed_at) == ((), NOON)


def test_a_previewed_call_waits_for_an_agents_word() -> None:
    assert judge(candidate(dial_mode="preview", is_for_one_agent=True)).allowed


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_each_obstacle_alone_forbids_the_call_and_is_named(obstacle: str) -> None:
    assert codes_with(obstacle) == {obstacle}


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(OBSTACLES))))
def test_all_reasons_are_collected_whatever_they_are(obstacles: set[str]) -> None:
    assert codes_with(*obstacles) == obstacles


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(OBSTACLES))), st.sampled_from(sorted(OBSTACLES)))
def test_another_obstacle_never_takes_a_reason_away(obstacles: set[str], another: str) -> None:
    assert codes_with(*obstacles) <= codes_with(*obstacles, another)


@pytest.mark.parametrize("status", ["draft", "scheduled", "paused", "completed", "cancelled"])
def test_only_an_active_campaign_calls(status: str) -> None:
    assert not judge(candidate(campaign_status=status)).allowed


@pytest.mark.parametrize("status", ["pending", "calling", "completed", "failed", "dnc"])
def test_only_a_lead_in_the_hopper_is_called(status: str) -> None:
    assert not judge(candidate(lead_status=status)).allowed


def test_calling_hours_say_when_they_will_have_cleared() -> None:
    verdict = judge(candidate(window=CallingWindow("UTC", time(19), time(20))))
    assert [reason.clears_at for reason in verdict.reasons] == [NOON.replace(hour=19)]
    assert verdict.next_allowed_at == NOON.replace(hour=19)


def test_a_call_that_would_ring_after_the_end_of_the_hours_is_not_placed() -> None:
    """Placed at 20:59:55 a phone rings at nine, or a little later."""
    late = NOON.replace(day=5, hour=4, minute=59, second=55)
    call = candidate(window=None, schedule_end=None, place_before=late + timedelta(seconds=10))
    verdict = may_place(call, late, BOOK)
    assert {reason.code for reason in verdict.reasons} == {"outside_hours"}
    assert verdict.next_allowed_at == NOON.replace(day=5, hour=16)
    assert may_place(call, late - timedelta(seconds=10), BOOK).allowed


@pytest.mark.parametrize("kind", ["tenant", "campaign", "erased"])
def test_a_persons_own_word_stops_calls_to_all_of_his_numbers(kind: str) -> None:
    hit = SuppressionHit("+14155550999", kind, "requested")
    assert {reason.code for reason in judge(candidate(suppressions=(hit,))).reasons} == {"suppressed"}


def test_a_registry_stops_the_number_it_names_and_no_other() -> None:
    other, same = (SuppressionHit(number, "registry", "US-NDNC") for number in ("+14155550999", "+14155550123"))
    assert judge(candidate(suppressions=(other,))).allowed
    assert [reason.code for reason in judge(candidate(suppressions=(same,))).reasons] == ["on_registry"]


def test_of_two_entries_the_one_that_lasts_says_when_it_clears() -> None:
    week = NOON + timedelta(days=7)
    hits = (replace(ASKED, until=NOON + timedelta(days=1)), replace(ASKED, kind="campaign", until=week))
    (reason,) = judge(candidate(suppressions=hits)).reasons
    assert reason.clears_at == week
    (reason,) = judge(candidate(suppressions=(*hits, ASKED))).reasons
    assert reason.clears_at is None


def test_the_record_of_a_verdict_is_json_with_all_its_inputs() -> None:
    record = json.loads(json.dumps(judge(candidate(do_not_call=True)).as_record()))
    assert (record["allowed"], record["decided_at"], record["rules"]) == (False, NOON.isoformat(), BOOK.version)
    assert [reason["code"] for reason in record["reasons"]] == ["do_not_call"]
    assert record["inputs"]["window"] == {
        "timezone": "UTC", "start": "09:00:00", "end": "20:00:00", "days": [0, 1, 2, 3, 4, 5, 6],
    }  # fmt: skip
    known = set(CallCandidate.__dataclass_fields__) | set(CallSubject.__dataclass_fields__) - {"subject", "locality"}
    unrecorded = known - set(record["inputs"]) - {"subject", "locality"}
    assert unrecorded == set(), "an auditor could not repeat the decision"
    assert record["inputs"]["time_zones"] == list(CALIFORNIAN.locality.time_zones)


def test_the_record_names_the_rules_that_let_the_call_through_too() -> None:
    evaluations = judge(ALLOWED).as_record()["evaluations"]
    assert isinstance(evaluations, list)
    assert {"US-HOURS", "CAMPAIGN-WINDOW", "SUPPRESSION"} <= {line["rule"] for line in evaluations if line["passed"]}
