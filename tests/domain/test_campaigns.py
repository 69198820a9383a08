"""Settings of a campaign and the changes of its status."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.campaigns import (
    DEFAULT_ABANDONMENT_MESSAGE,
    NEXT,
    CampaignChanges,
    CampaignSettings,
    CampaignStatus,
    RetryPolicy,
    change_settings,
    check_settings,
    decide_change,
    decide_start,
)
from dialer.domain.errors import Conflict, Invalid

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
PLAIN = CampaignSettings("Spring", "+14155551234")
S = CampaignStatus


def test_a_campaign_needs_only_a_name_and_a_caller_id() -> None:
    settings = check_settings(PLAIN)
    assert settings.default_region == "US"
    assert settings.retry_policy == RetryPolicy(3, 60, True, True, False)
    assert settings.abandonment_message == DEFAULT_ABANDONMENT_MESSAGE


def test_settings_come_out_in_normal_form() -> None:
    settings = check_settings(CampaignSettings("  Spring ", "+1 (415) 555-1234", default_region="gb"))
    assert (settings.name, settings.caller_id, settings.default_region) == ("Spring", "+14155551234", "GB")


def test_the_region_follows_the_caller_id() -> None:
    assert check_settings(CampaignSettings("Spring", "+442079460018")).default_region == "GB"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"caller_id": "4155551234"}, "caller_id"),
        ({"caller_id": ""}, "caller_id"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"schedule_start": SOON, "schedule_end": NOW}, "schedule_end"),
        ({"schedule_start": NOW, "schedule_end": NOW}, "schedule_end"),
        ({"voicemail_message_url": "ftp://example.com/a.mp3"}, "voicemail_message_url"),
        ({"voicemail_message_url": "https://"}, "voicemail_message_url"),
        ({"voicemail_message_url": "https://[broken"}, "voicemail_message_url"),
        ({"voicemail_message_url": "https://example.com/a b"}, "voicemail_message_url"),
        ({"default_region": "XX"}, "default_region"),
        ({"pacing_ratio": Decimal("0.9")}, "pacing_ratio"),
        ({"pacing_ratio": Decimal("10.1")}, "pacing_ratio"),
        ({"ring_timeout_seconds": 14}, "ring_timeout_seconds"),
        ({"wrap_up_seconds": -1}, "wrap_up_seconds"),
        ({"abandonment_message": " "}, "abandonment_message"),
        ({"retry_policy": {"max_attempts": 0}}, "retry_policy.max_attempts"),
        ({"retry_policy": {"delay_minutes": 0}}, "retry_policy.delay_minutes"),
    ],
)
def test_a_wrong_setting_is_named(changes: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change_settings(PLAIN, changes)
    assert [wrong.field for wrong in refusal.value.fields] == [field]


def test_all_wrong_settings_are_named_together() -> None:
    with pytest.raises(Invalid) as refusal:
        check_settings(CampaignSettings("", "nobody", timezone="Nowhere", wrap_up_seconds=-1))
    assert {wrong.field for wrong in refusal.value.fields} == {"name", "caller_id", "timezone", "wrap_up_seconds"}


def test_changes_touch_only_what_they_name() -> None:
    before = check_settings(CampaignSettings("Spring", "+14155551234", retry_policy=RetryPolicy(max_attempts=5)))
    changes: CampaignChanges = {"record_calls": True, "retry_policy": {"delay_minutes": 5}}
    after = change_settings(before, changes)
    assert after.record_calls
    assert (after.retry_policy.max_attempts, after.retry_policy.delay_minutes) == (5, 5)
    assert (after.name, after.caller_id) == (before.name, before.caller_id)


@pytest.mark.parametrize("status", [S.DRAFT, S.PAUSED, S.SCHEDULED, S.COMPLETED, S.ACTIVE])
def test_starting_makes_active(status: CampaignStatus) -> None:
    assert decide_start(status, schedule_start=None, schedule_end=SOON, at=NOW) == S.ACTIVE


@pytest.mark.parametrize("status", [S.DRAFT, S.PAUSED, S.SCHEDULED])
def test_starting_before_the_schedule_makes_scheduled(status: CampaignStatus) -> None:
    assert decide_start(status, schedule_start=SOON, schedule_end=None, at=NOW) == S.SCHEDULED


def test_a_start_of_this_very_moment_has_come() -> None:
    assert decide_start(S.DRAFT, schedule_start=NOW, schedule_end=None, at=NOW) == S.ACTIVE


def test_a_cancelled_campaign_never_starts_again() -> None:
    with pytest.raises(Conflict):
        decide_start(S.CANCELLED, schedule_start=None, schedule_end=None, at=NOW)


@pytest.mark.parametrize("status", [S.DRAFT, S.PAUSED, S.SCHEDULED, S.COMPLETED])
def test_a_campaign_whose_schedule_has_ended_does_not_start(status: CampaignStatus) -> None:
    with pytest.raises(Conflict):
        decide_start(status, schedule_start=None, schedule_end=NOW, at=NOW)


@pytest.mark.parametrize(
    ("status", "target"),
    [(S.DRAFT, S.PAUSED), (S.DRAFT, S.COMPLETED), (S.COMPLETED, S.PAUSED), (S.COMPLETED, S.CANCELLED),
     (S.CANCELLED, S.ACTIVE), (S.CANCELLED, S.PAUSED), (S.ACTIVE, S.SCHEDULED), (S.ACTIVE, S.DRAFT)],
)  # fmt: skip
def test_illegal_changes_are_refused(status: CampaignStatus, target: CampaignStatus) -> None:
    with pytest.raises(Conflict, match=str(status)):
        decide_change(status, target)


@given(st.sampled_from(S), st.sampled_from(S))
def test_a_change_is_legal_exactly_when_the_table_says_so(status: CampaignStatus, target: CampaignStatus) -> None:
    if target == status or target in NEXT[status]:
        assert decide_change(status, target) == target
    else:
        with pytest.raises(Conflict):
            decide_change(status, target)


def test_every_status_but_cancelled_leads_somewhere() -> None:
    assert [status for status in S if not NEXT[status]] == [S.CANCELLED]
