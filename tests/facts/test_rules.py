"""Caps, consent, kinds of call, windows and clock changes: `may-call` against the oracle, and against itself."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from tests.facts.answers import ask, disagreements, next_moment, told
from tests.facts.cases import Case, number_in, places, utc_text
from tests.facts.cases_rules import rules

NOON = "2026-12-15T18:00:00Z"
MINUTE = timedelta(minutes=1)

UNUSABLE: list[Any] = [
    {"id": "no number", "utc": NOON},
    {"id": "no moment", "number": number_in("212")},
    {"id": "no offset is no moment", "number": number_in("212"), "utc": "at noon"},
    {"id": "an impossible day", "number": number_in("212"), "utc": "2026-02-30T18:00:00Z"},
    {"id": "number null", "number": None, "utc": NOON},
    {"id": "number not text", "number": 12125550123, "utc": 20261215},
    {"id": "moment null", "number": number_in("212"), "utc": None},
    {"id": "window without an end", "number": number_in("212"), "utc": NOON, "campaign_window": {"start": "09:00"}},
    {
        "id": "window of 25 hours",
        "number": number_in("212"),
        "utc": NOON,
        "campaign_window": {"start": "09:00", "end": "25:00", "days": ["tue"]},
    },
    {
        "id": "window on no known day",
        "number": number_in("212"),
        "utc": NOON,
        "campaign_window": {"start": "09:00", "end": "20:00", "days": ["someday"]},
    },
    {"id": "attempts not moments", "number": number_in("305"), "utc": NOON, "prior_attempts_utc": ["yesterday"]},
    {"id": "attempts not a list", "number": number_in("305"), "utc": NOON, "prior_attempts_utc": 3},
    {"id": "an unknown kind", "number": number_in("305"), "utc": NOON, "call_type": "chat"},
    {"id": "an unknown profile", "number": number_in("305"), "utc": NOON, "profile": "whatever"},
    {"id": "an unknown state", "number": number_in("305"), "utc": NOON, "state": "ZZ", "country": "US"},
    {"id": "an unknown country", "number": number_in("305"), "utc": NOON, "country": "XQ"},
    {"id": "consent not yes or no", "number": number_in("860"), "utc": NOON, "consent": "perhaps"},
    {},
    [],
    None,
    "text",
    17,
]


@pytest.mark.timeout(300)
def test_rules_are_those_of_the_facts() -> None:
    cases = rules()
    assert len(cases) > 2000

    problems = disagreements(cases, ask("may-call", cases))

    assert not problems, told(problems)


@pytest.mark.timeout(300)
def test_the_next_allowed_moment_is_allowed_and_the_minute_before_is_not() -> None:
    cases = random.Random(7).sample([*places(), *rules()], 600)
    nexts = [
        (case, moment) for case, moment in zip(cases, map(next_moment, ask("may-call", cases)), strict=True) if moment
    ]

    at_last = [{**case, "utc": utc_text(moment)} for case, moment in nexts]
    too_early = [{**case, "utc": utc_text(moment - MINUTE)} for case, moment in nexts if is_later(case, moment)]
    answers = ask("may-call", [*at_last, *too_early])

    assert len(too_early) > 200
    assert [a for a in answers[: len(at_last)] if not a["allowed"]] == []
    assert [a for a in answers[len(at_last) :] if a["allowed"]] == []


def is_later(case: Case, moment: Any) -> bool:
    """The moment is not the one asked about, nor in the minute after."""
    return utc_text(moment - MINUTE) > case["utc"]


def test_lines_that_cannot_be_judged_are_refused_with_a_reason_and_stop_nothing() -> None:
    good = {"id": "good", "number": number_in("212"), "utc": NOON}
    lines = [good, "not json {", *(json.dumps(line) for line in UNUSABLE), '{"id": "cut off", "number": "+1', good]

    answers = ask("may-call", lines)

    assert [answer["allowed"] for answer in (answers[0], answers[-1])] == [True, True]
    wrongly = [answer for answer in answers[1:-1] if answer["allowed"] is not False or not answer["reasons"]]
    assert wrongly == []
    assert all(answer["next_allowed_utc"] is None for answer in answers[1:-1])


def test_the_same_moment_in_another_offset_is_the_same_moment() -> None:
    moments = ("2026-12-15T12:59:00Z", "2026-12-15T13:00:00Z", "2026-12-15T22:00:00+09:00", "2026-12-15T07:59:59-05:00")
    cases = [{"id": at, "number": number_in("212"), "utc": at} for at in moments]

    assert [answer["allowed"] for answer in ask("may-call", cases)] == [False, True, True, False]
