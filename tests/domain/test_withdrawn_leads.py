"""What becomes of a lead whose planned call may not be placed."""

from datetime import time, timedelta

from dialer.domain.compliance import CallingWindow, Locality, SuppressionHit, may_place
from dialer.domain.dispositions import LeadChange
from dialer.domain.withdrawn_leads import asked_not_to_be_called, decide_withdrawn_lead
from tests.builders.candidates import BOOK, candidate
from tests.fakes.clock import NOON


def withdrawn(**changes: object) -> LeadChange:
    return decide_withdrawn_lead(may_place(candidate(**changes), NOON, BOOK))


def test_a_call_withdrawn_for_a_pause_gives_its_lead_back_at_once() -> None:
    assert withdrawn(campaign_status="paused") == LeadChange("pending", "campaign_not_active")


def test_a_lead_suppressed_for_good_is_not_called_again() -> None:
    assert withdrawn(suppressions=(SuppressionHit("+14155550123", "tenant", "requested"),)).status == "dnc"


def test_a_number_on_a_registry_takes_its_lead_off_but_is_nobodys_own_word() -> None:
    hit = SuppressionHit("+14155550123", "registry", "US-NDNC")
    verdict = may_place(candidate(suppressions=(hit,)), NOON, BOOK)
    assert decide_withdrawn_lead(verdict) == LeadChange("dnc", "on_registry")
    assert not asked_not_to_be_called(verdict)
    own = may_place(candidate(suppressions=(SuppressionHit("+14155550123", "tenant", "requested"),)), NOON, BOOK)
    assert asked_not_to_be_called(own)


def test_a_lead_suppressed_for_a_while_waits_for_its_end() -> None:
    until = NOON + timedelta(days=30)
    change = withdrawn(suppressions=(SuppressionHit("+14155550123", "tenant", "complaint", until),))
    assert (change.status, change.next_call_at) == ("pending", until)


def test_a_lead_with_its_attempts_used_up_has_failed() -> None:
    assert withdrawn(attempts_made=3).status == "failed"


def test_a_lead_outside_its_hours_waits_until_all_of_them_open() -> None:
    honolulu = Locality.of(["US", "US-HI"], ["Pacific/Honolulu"])  # 08:00 there: open; the campaign's begin at 19:00
    change = withdrawn(locality=honolulu, window=CallingWindow("UTC", time(19), time(21)))
    assert (change.status, change.next_call_at) == ("pending", NOON.replace(hour=19))


def test_a_capped_lead_waits_for_its_oldest_attempt_to_age() -> None:
    attempts = tuple(NOON - timedelta(hours=hours) for hours in (1, 2, 3))
    florida = Locality.of(["US", "US-FL"], ["America/New_York"])
    change = withdrawn(locality=florida, prior_attempts=attempts)
    assert (change.status, change.next_call_at) == ("pending", NOON + timedelta(hours=21))


def test_hours_that_never_meet_are_looked_at_again_since_the_campaigns_may_change() -> None:
    change = withdrawn(window=CallingWindow("America/Los_Angeles", time(2), time(4)))
    assert (change.status, change.next_call_at) == ("pending", NOON + timedelta(hours=1))


def test_what_time_never_clears_takes_the_lead_off_with_its_reason() -> None:
    connecticut = Locality.of(["US", "US-CT"], ["America/New_York"])
    assert withdrawn(locality=connecticut, consent=False) == LeadChange("failed", "consent_required")
    assert withdrawn(line_type="pager") == LeadChange("failed", "not_dialable")


def test_while_another_call_to_the_person_lasts_the_lead_waits_a_minute() -> None:
    assert withdrawn(is_person_in_flight=True).next_call_at == NOON + timedelta(minutes=1)
