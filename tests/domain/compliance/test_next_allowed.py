"""The next allowed moment against asking every rule anew, quarter by quarter of an hour; closures; speed."""

import time
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.compliance import (
    CallingWindow,
    CallSubject,
    Evaluation,
    evaluate_rules,
    is_open,
    next_allowed,
    next_opening,
    open_spans,
)
from dialer.integrations.rule_files import load_rule_book
from tests.builders.callees import BOOK, NUMBERS, at_wall, make_subject, place_of, reasons

STEP = timedelta(minutes=5)
numbers = st.sampled_from([*NUMBERS.values(), "+18505550123", "+14165550123", "+33123456789", "+34612345678",
                           "+61412345678", "+442079460018", "+79161234567"])  # fmt: skip
quarters = st.integers(0, 95).map(lambda quarter: wall_time(quarter // 4, quarter % 4 * 15))
windows = st.none() | st.builds(
    CallingWindow, st.just(None), quarters, quarters, st.frozensets(st.integers(0, 6), min_size=3)
)
moments = st.datetimes(datetime(2026, 2, 1), datetime(2027, 12, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)
)


@st.composite
def subjects(draw: st.DrawFn, at: datetime) -> CallSubject:
    """Calls of all kinds to people all over the world, with a history in steps of five minutes."""
    ago = st.lists(st.integers(0, 12 * 24 * 7).map(lambda steps: at - steps * STEP), max_size=4).map(tuple)
    return make_subject(
        draw(numbers),
        evidence=draw(st.sampled_from([{}, {"state": "RI"}, {"state": "TX"}, {"postal_code": "37201"}])),
        call_type=draw(st.sampled_from(["telemarketing", "prerecorded", "debt", "survey"])),
        window=draw(windows),
        prior_attempts=draw(ago),
        prior_conversations=draw(ago)[:1],
        prior_abandoned=draw(ago)[:1],
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data(), at=moments)
def test_nothing_before_the_next_allowed_moment_is_allowed_and_it_is(data: st.DataObject, at: datetime) -> None:
    subject = data.draw(subjects(at))
    following = next_allowed(subject, at, BOOK)
    limit = at + timedelta(days=4)
    moment = at
    while moment < min(following or limit, limit):
        assert any(not evaluation.passed for evaluation in evaluate_rules(subject, moment, BOOK)), moment
        moment += 3 * STEP
    if following is not None:
        assert following >= at
        assert all(evaluation.passed for evaluation in evaluate_rules(subject, following, BOOK))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), at=moments)
def test_each_reason_names_the_first_moment_at_which_it_alone_is_gone(data: st.DataObject, at: datetime) -> None:
    subject = data.draw(subjects(at))
    for blocked in evaluate_rules(subject, at, BOOK):
        if blocked.passed or blocked.clears_at is None:
            continue
        assert blocked.clears_at > at
        assert answer_of(blocked, subject, blocked.clears_at) == [True]
        assert answer_of(blocked, subject, blocked.clears_at - timedelta(seconds=1)) == [False]


def answer_of(asked: Evaluation, subject: CallSubject, at: datetime) -> list[bool]:
    """Whether the same rule lets the call through, in the same zone, at another moment."""
    same = [
        one for one in evaluate_rules(subject, at, BOOK) if (one.rule, one.time_zone) == (asked.rule, asked.time_zone)
    ]
    return [one.passed for one in same]


@settings(max_examples=60, deadline=None)
@given(number=numbers, window=windows, at=moments)
def test_openings_and_spans_agree_with_the_rules_of_hours(
    number: str, window: CallingWindow | None, at: datetime
) -> None:
    place = place_of(number)
    given_call = ("telemarketing", True, "strict", window)
    spans = open_spans(place, *given_call, at, at + timedelta(days=2), BOOK)
    for step in range(0, 2 * 288, 3):
        moment = at + step * STEP
        inside = any(start <= moment < end for start, end in spans)
        assert is_open(place, *given_call, moment, BOOK) is inside
    opening = next_opening(place, *given_call, at, BOOK)
    assert opening is None or (opening >= at and is_open(place, *given_call, opening, BOOK))
    if spans:
        assert opening == spans[0][0]


def test_an_allowed_call_is_allowed_now_to_the_microsecond() -> None:
    now = at_wall("America/New_York", "2027-03-03T12:00").replace(microsecond=123)
    assert next_allowed(make_subject("NY"), now, BOOK) == now


def test_a_moment_in_another_offset_is_the_same_moment() -> None:
    now = datetime.fromisoformat("2027-03-03T20:30:00-05:00")
    assert reasons(make_subject("FL"), now) == {("US-FL-HOURS", "outside_hours")}
    assert next_allowed(make_subject("FL"), now, BOOK) == at_wall("America/New_York", "2027-03-04T08:00")


def test_a_window_that_never_meets_the_law_is_never_allowed() -> None:
    window = CallingWindow(None, wall_time(21), wall_time(23))
    now = at_wall("America/New_York", "2027-03-03T12:00")
    assert next_allowed(make_subject("FL", window=window), now, BOOK) is None
    place = place_of("FL")
    assert next_opening(place, "telemarketing", True, "strict", window, now, BOOK) is None
    assert open_spans(place, "telemarketing", True, "strict", window, now, now + timedelta(days=3), BOOK) == ()


def test_a_place_without_a_known_time_is_never_open() -> None:
    nowhere, now = place_of("+18002345678"), at_wall("America/New_York", "2027-03-03T12:00")
    assert not is_open(nowhere, "telemarketing", True, "strict", None, now, BOOK)
    assert next_opening(nowhere, "telemarketing", True, "strict", None, now, BOOK) is None
    assert open_spans(nowhere, "telemarketing", True, "strict", None, now, now + timedelta(days=3), BOOK) == ()


def test_a_declared_emergency_closes_its_state_until_it_ends() -> None:
    storm = {"from": "2027-03-01", "to": "2027-03-05", "reason": "Storm"}
    closure = {"jurisdiction": "US-NY", "kind": "closure", "value": storm}
    book, noon = BOOK.with_tenant_rules([closure]), at_wall("America/New_York", "2027-03-03T12:00")
    assert reasons(make_subject("NY"), noon, book) == {("tenant:1", "closure")}
    assert reasons(make_subject("FL"), noon, book) == set()
    assert next_allowed(make_subject("NY"), noon, book) == at_wall("America/New_York", "2027-03-06T08:00")
    endless = BOOK.with_tenant_rules([{**closure, "value": {"from": "2027-03-01"}}])
    assert next_allowed(make_subject("NY"), noon, endless) is None


@pytest.mark.parametrize(("state", "milliseconds"), [("NY", 1.0), ("RI", 1.0)])
def test_asking_all_rules_is_quick(state: str, milliseconds: float) -> None:
    subject, now = make_subject(state), at_wall("America/New_York", "2027-03-03T12:00")
    best = min(timed(lambda: evaluate_rules(subject, now, BOOK)) for _ in range(200))
    assert best < milliseconds / 1000


def test_three_days_of_a_few_hundred_places_are_quick() -> None:
    book = load_rule_book(("US-WY-HOURS",))  # one that no other test has warmed
    places = {
        place_of(number, state=state.removeprefix("US-"), book=book)
        for number in NUMBERS.values()
        for state in book.geography.states
        if state.startswith("US-")
    }
    now = at_wall("America/New_York", "2027-03-03T12:00")
    assert len(places) > 500
    took = timed(
        lambda: [
            open_spans(place, "telemarketing", True, "strict", None, now, now + timedelta(days=3), book)
            for place in places
        ]
    )
    assert took < 5, "about 0.4 s where nothing else runs"


def timed(action: object) -> float:
    started = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - started
