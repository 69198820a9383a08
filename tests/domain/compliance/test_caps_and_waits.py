"""How often a person may be called, and how long he is left alone after what happened."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.compliance import next_allowed
from dialer.domain.compliance.attempts import judge_cap
from dialer.domain.compliance.rule_values import Cap
from tests.builders.callees import BOOK, at_wall, blocking, hours_before, make_subject, reasons

DAY = timedelta(days=1)
NOON_IN_MIAMI = datetime(2027, 3, 3, 17, tzinfo=UTC)
ZONE_OF_CAPPED = {"FL": 17, "MD": 17, "OK": 18, "OR": 20}


@pytest.mark.parametrize("state", sorted(ZONE_OF_CAPPED))
def test_three_attempts_in_24_hours_are_all(state: str) -> None:
    noon = NOON_IN_MIAMI.replace(hour=ZONE_OF_CAPPED[state])
    capped = make_subject(state, prior_attempts=hours_before(noon, 1, 2, 23.99))
    assert reasons(capped, noon) == {(f"US-{state}-CAP", "attempt_cap")}
    assert reasons(make_subject(state, prior_attempts=hours_before(noon, 1, 2)), noon) == set()


@pytest.mark.parametrize("state", ["WA", "NY", "TX", "CA"])
def test_states_without_a_cap_have_none(state: str) -> None:
    noon = NOON_IN_MIAMI.replace(hour=21)
    assert reasons(make_subject(state, prior_attempts=hours_before(noon, *range(1, 20))), noon) == set()


def test_an_attempt_of_exactly_24_hours_ago_no_longer_counts() -> None:
    capped = make_subject("FL", prior_attempts=hours_before(NOON_IN_MIAMI, 24, 2, 1))
    assert reasons(capped, NOON_IN_MIAMI) == set()
    assert reasons(capped, NOON_IN_MIAMI - timedelta(microseconds=1)) != set()


def test_evening_attempts_count_the_next_morning() -> None:
    evening = tuple(at_wall("America/New_York", f"2027-03-03T19:{minute}") for minute in (10, 30, 50))
    morning = at_wall("America/New_York", "2027-03-04T09:00")
    capped = make_subject("FL", prior_attempts=evening)
    assert reasons(capped, morning) == {("US-FL-CAP", "attempt_cap")}
    assert next_allowed(capped, morning, BOOK) == evening[0] + DAY


def test_24_hours_are_elapsed_hours_also_over_a_change_of_clock() -> None:
    # Clocks go back on the night to the 1st of November 2026: 24 hours after 19:30 are 18:30 on the wall.
    attempts = (at_wall("America/New_York", "2026-10-31T19:30"),) * 3
    capped = make_subject("FL", prior_attempts=attempts)
    morning = at_wall("America/New_York", "2026-11-01T10:00")
    assert next_allowed(capped, morning, BOOK) == at_wall("America/New_York", "2026-11-01T18:30")


def test_attempts_that_lie_ahead_do_not_count() -> None:
    ahead = tuple(NOON_IN_MIAMI + timedelta(minutes=minutes) for minutes in (1, 2, 3))
    assert next_allowed(make_subject("FL", prior_attempts=ahead), NOON_IN_MIAMI, BOOK) == NOON_IN_MIAMI


def test_a_cap_says_which_attempts_it_counted() -> None:
    attempts = hours_before(NOON_IN_MIAMI, 1, 2, 3, 30)
    (blocked,) = blocking(make_subject("FL", prior_attempts=attempts), NOON_IN_MIAMI)
    assert blocked.inputs["counted"] == [attempt.isoformat() for attempt in attempts[:3]]
    assert blocked.clears_at == attempts[2] + DAY


def test_caps_of_telemarketing_do_not_bind_debts() -> None:
    capped = make_subject("FL", call_type="debt", prior_attempts=hours_before(NOON_IN_MIAMI, 1, 2, 3))
    assert reasons(capped, NOON_IN_MIAMI) == set()


def test_a_debt_allows_seven_calls_in_seven_local_days() -> None:
    calls = tuple(at_wall("America/New_York", f"2027-03-0{day}T23:30") for day in range(1, 8))
    debtor = make_subject("NY", call_type="debt", prior_attempts=calls)
    assert reasons(debtor, at_wall("America/New_York", "2027-03-07T23:59")) >= {("REGF-7", "attempt_cap")}
    # The first of March leaves the seven days at the local midnight of the 8th.
    assert reasons(debtor, at_wall("America/New_York", "2027-03-08T08:00")) == set()
    assert reasons(make_subject("NY", call_type="debt", prior_attempts=calls[1:]), calls[-1]) == {
        ("US-HOURS", "outside_hours"),
        ("REGF-HOURS", "outside_hours"),
    }


def test_a_conversation_about_a_debt_is_day_one_of_seven() -> None:
    talked = at_wall("America/New_York", "2027-03-01T18:00")
    debtor = make_subject("NY", call_type="debt", prior_conversations=(talked,))
    assert reasons(debtor, at_wall("America/New_York", "2027-03-07T20:00")) == {("REGF-TALK", "conversation_wait")}
    assert next_allowed(debtor, talked, BOOK) == at_wall("America/New_York", "2027-03-08T08:00")
    assert reasons(make_subject("NY", prior_conversations=(talked,)), talked + timedelta(minutes=5)) == set()


def test_local_days_are_those_of_every_zone_in_which_the_callee_may_be() -> None:
    # Half past midnight in the east is still the day before in the west.
    talked = at_wall("America/New_York", "2027-03-02T00:30")
    debtor = make_subject("+12125550123", evidence={"state": "CA"}, call_type="debt", prior_conversations=(talked,))
    assert next_allowed(debtor, talked, BOOK) == at_wall("America/Los_Angeles", "2027-03-09T08:00")


def test_france_allows_four_attempts_in_thirty_local_days() -> None:
    attempts = tuple(at_wall("Europe/Paris", f"2027-03-{day:02}T19:30") for day in (1, 2, 3, 4))
    subject = make_subject("+33123456789", prior_attempts=attempts)
    assert reasons(subject, at_wall("Europe/Paris", "2027-03-30T15:00")) == {("FR-CAP", "attempt_cap")}
    assert next_allowed(subject, attempts[-1], BOOK) == at_wall("Europe/Paris", "2027-03-31T10:00")


def test_france_leaves_who_refused_alone_for_sixty_whole_days() -> None:
    refused = at_wall("Europe/Paris", "2027-01-11T19:30")
    subject = make_subject("+33123456789", prior_refusals=(refused,))
    assert reasons(subject, at_wall("Europe/Paris", "2027-03-12T15:00")) == {("FR-REFUSAL", "refusal_wait")}
    # The sixtieth day after is Friday the 12th of March; Monday follows.
    assert next_allowed(subject, refused, BOOK) == at_wall("Europe/Paris", "2027-03-15T10:00")


def test_spain_allows_three_attempts_in_a_calendar_month() -> None:
    attempts = tuple(at_wall("Europe/Madrid", f"2027-04-{day}T12:00") for day in (13, 14, 15))
    subject = make_subject("+34912345678", prior_attempts=attempts)
    assert reasons(subject, at_wall("Europe/Madrid", "2027-04-30T12:00")) == {("ES-CAP", "attempt_cap")}
    assert next_allowed(subject, attempts[-1], BOOK) == at_wall("Europe/Madrid", "2027-05-03T09:00")


def test_an_abandoned_call_is_followed_by_72_hours_in_britain() -> None:
    abandoned = at_wall("Europe/London", "2027-03-01T14:00")
    subject = make_subject("+442079460018", prior_abandoned=(abandoned,))
    assert reasons(subject, abandoned + timedelta(hours=71, minutes=59)) == {("GB-ABANDONED-WAIT", "abandoned_wait")}
    assert next_allowed(subject, abandoned, BOOK) == abandoned + timedelta(hours=72)


def test_an_abandoned_call_is_followed_by_five_whole_days_in_italy() -> None:
    abandoned = at_wall("Europe/Rome", "2027-03-01T14:00")
    subject = make_subject("+390612345678", prior_abandoned=(abandoned,))
    assert reasons(subject, at_wall("Europe/Rome", "2027-03-06T12:00")) == {("IT-ABANDONED-WAIT", "abandoned_wait")}
    assert next_allowed(subject, abandoned, BOOK) == at_wall("Europe/Rome", "2027-03-08T09:00")


@pytest.mark.parametrize(
    ("days", "asked", "rules", "following"),
    [
        ((2,), "2027-03-02T20:00", {"RU-DEBT-DAY"}, "2027-03-03T08:00"),
        ((2, 3), "2027-03-05T12:00", {"RU-DEBT-WEEK"}, "2027-03-08T09:00"),
        ((2, 3), "2027-03-09T12:00", set(), "2027-03-09T12:00"),
    ],
)
def test_russian_debts_have_caps_by_day_week_and_month(
    days: tuple[int, ...], asked: str, rules: set[str], following: str
) -> None:
    # Monday the 8th of March 2027 is a holiday, on which the hours begin at nine.
    calls = tuple(at_wall("Europe/Moscow", f"2027-03-{day:02}T10:00") for day in days)
    debtor = make_subject("+74951234567", call_type="debt", prior_attempts=calls)
    at = at_wall("Europe/Moscow", asked)
    assert {rule for rule, _ in reasons(debtor, at)} == rules
    assert next_allowed(debtor, at, BOOK) == at_wall("Europe/Moscow", following)


def test_the_eighth_call_of_a_month_is_the_last_about_a_russian_debt() -> None:
    calls = tuple(at_wall("Europe/Moscow", f"2027-03-{day:02}T10:00") for day in (1, 2, 10, 11, 16, 17, 23, 24))
    debtor = make_subject("+74951234567", call_type="debt", prior_attempts=calls)
    at = at_wall("Europe/Moscow", "2027-03-30T12:00")
    assert {rule for rule, _ in reasons(debtor, at)} == {"RU-DEBT-MONTH"}
    assert next_allowed(debtor, at, BOOK) == at_wall("Europe/Moscow", "2027-04-01T08:00")


CAPS = [Cap(3, hours=24), Cap(1, hours=5), Cap(2, days=7), Cap(4, days=30), Cap(2, period="day"),
        Cap(2, period="week"), Cap(3, period="month")]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    cap=st.sampled_from(CAPS),
    zone=st.sampled_from(["America/New_York", "Europe/Paris", "Asia/Kathmandu", "America/Havana"]),
    minutes_ago=st.lists(st.integers(0, 40 * 24 * 60), max_size=9),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_cap_clears_at_the_first_moment_at_which_it_no_longer_blocks(
    cap: Cap, zone: str, minutes_ago: list[int], at: datetime
) -> None:
    attempts = [at - timedelta(minutes=minutes) for minutes in minutes_ago]
    limit = judge_cap(cap, attempts, at, zone)
    if not limit.blocks:
        return
    assert limit.clears_at is not None
    assert limit.clears_at > at
    assert not judge_cap(cap, attempts, limit.clears_at, zone).blocks
    steps = [at + (limit.clears_at - at) * part / 40 for part in range(40)]
    before = [*steps, limit.clears_at - timedelta(microseconds=1)]
    assert all(judge_cap(cap, attempts, moment, zone).blocks for moment in before)


def test_a_cap_for_ever_never_clears() -> None:
    limit = judge_cap(Cap(1, period="ever"), [NOON_IN_MIAMI - 1000 * DAY], NOON_IN_MIAMI, None)
    assert (limit.blocks, limit.clears_at) == (True, None)
