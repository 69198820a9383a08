"""Promised times on the callee's clock, and whose turn a promise is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialer.domain.callbacks import (
    OpenPromise,
    PromisedTime,
    Turn,
    decide_turn,
    held_until,
    parse_promised_time,
    why_missed,
)
from dialer.domain.errors import Invalid
from dialer.domain.ids import AgentId
from dialer.store.schema.base import new_id

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
BEN = AgentId(new_id())


def parsed(text: str, zone: ZoneInfo = NEW_YORK, now: datetime = NOW) -> PromisedTime:
    return parse_promised_time(text, zone, now=now)


def refusal(text: str, zone: ZoneInfo = NEW_YORK, now: datetime = NOW) -> str:
    with pytest.raises(Invalid) as refused:
        parsed(text, zone, now)
    assert [mistake.field for mistake in refused.value.fields] == ["at"]
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "due_at"),
    [
        ("2026-03-07T10:30", "2026-03-07T15:30"), ("2026-03-07 10:30", "2026-03-07T15:30"),
        ("2026-03-09T10:30", "2026-03-09T14:30"), ("2026-03-07T10:30:59", "2026-03-07T15:30"),
        ("2026-03-07T10:30Z", "2026-03-07T10:30"), ("2026-03-07T10:30-08:00", "2026-03-07T18:30"),
    ],
)  # fmt: skip
def test_a_time_is_meant_on_the_callees_clock_unless_it_has_an_offset(text: str, due_at: str) -> None:
    time = parsed(text)
    assert time.due_at == datetime.fromisoformat(due_at).replace(tzinfo=UTC)
    assert time.time_zone == "America/New_York"


def test_the_promise_keeps_how_the_callees_clock_will_stand() -> None:
    assert parsed("2026-03-07T18:30Z").local_time == "2026-03-07T13:30"


def test_a_skipped_hour_is_refused_and_says_so() -> None:
    message = refusal("2026-03-08T02:30")
    assert "02:30 does not exist on 2026-03-08 in America/New_York" in message
    assert "say 03:30" in message


def test_a_doubled_hour_is_the_first_of_both() -> None:
    before = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)
    assert parsed("2026-11-01T01:30", now=before).due_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_day_that_a_zone_skipped_is_refused() -> None:
    before = datetime(2011, 12, 29, 12, 0, tzinfo=UTC)
    assert "does not exist" in refusal("2011-12-30T10:00", ZoneInfo("Pacific/Apia"), before)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-03-07", "10:30", "2026-13-07T10:30", "0001-01-01T10:00+14:00",
                                  "9999-12-31T23:59", "2026-03-07T25:00", "20260307"])  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    assert "ISO 8601" in refusal(text)


def test_the_past_the_present_minute_and_the_far_future_are_refused() -> None:
    assert "in the future; it is 2026-03-06 10:00" in refusal("2026-03-06T09:59")
    assert "in the future" in refusal("2026-03-06T10:00:59")
    assert "within a year" in refusal("2027-06-01T10:00")


def test_an_agents_lead_is_held_back_for_as_long_as_the_promise_is_his() -> None:
    assert held_until(NOW, agent_id=None, fallback_minutes=15) == NOW
    assert held_until(NOW, agent_id=BEN, fallback_minutes=15) == NOW + timedelta(minutes=15)


BENS = OpenPromise(NOW, BEN, 15, "pending", "active", may_call=True, agent_is_free=True, agent_skipped=False)
TEAMS = replace(BENS, agent_id=None, agent_is_free=False)


@pytest.mark.parametrize(
    ("promise", "minutes", "turn"),
    [
        (BENS, -0.01, Turn.WAIT), (BENS, 0, Turn.OFFER), (BENS, 14.9, Turn.OFFER), (BENS, 15, Turn.HAND_OVER),
        (BENS, 59.9, Turn.HAND_OVER), (BENS, 60, Turn.MISS),
        (replace(BENS, agent_is_free=False), 5, Turn.WAIT), (replace(BENS, may_call=False), 5, Turn.WAIT),
        (replace(BENS, agent_skipped=True), 5, Turn.HAND_OVER),
        (replace(BENS, agent_is_free=False), 15, Turn.HAND_OVER),
        (replace(BENS, lead_status="queued"), 20, Turn.WAIT), (replace(BENS, lead_status="calling"), 90, Turn.WAIT),
        (replace(BENS, campaign_status="paused", may_call=False), 20, Turn.HAND_OVER),
        (replace(BENS, campaign_status="completed"), 0, Turn.MISS),
        (replace(BENS, campaign_status="cancelled"), -1, Turn.WAIT),
        (TEAMS, 0, Turn.WAIT), (TEAMS, 59.9, Turn.WAIT), (TEAMS, 60, Turn.MISS),
    ],
)  # fmt: skip
def test_whose_turn_it_is(promise: OpenPromise, minutes: float, turn: Turn) -> None:
    assert decide_turn(promise, NOW + timedelta(minutes=minutes)) is turn


def test_why_nobody_called_is_told() -> None:
    assert why_missed(replace(TEAMS, campaign_status="paused")) == "the campaign is paused"
    assert why_missed(TEAMS) == "nobody was free within an hour"
    assert why_missed(replace(TEAMS, may_call=False)) == "the person might not be called"
