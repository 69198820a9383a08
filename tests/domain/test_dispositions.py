"""What the end of a call means for lead and ledger, for every outcome and every flag of the retry policy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.calls import CallState
from dialer.domain.campaigns import RetryPolicy
from dialer.domain.dispositions import (
    ABANDONED_RETRY_DELAY,
    CallFacts,
    decide_lead_change,
    disposition_of,
    is_machine,
    ledger_line,
)
from tests.fakes.clock import NOON

S = CallState
POLICY = RetryPolicy(max_attempts=3, delay_minutes=60)
UNANSWERED = CallFacts(S.NO_ANSWER, answered_by=None, answered_at=None, bridged_at=None, ended_at=NOON)
ANSWERED = CallFacts(S.COMPLETED, "human", NOON - timedelta(minutes=2), None, NOON)
TALKED = replace(ANSWERED, bridged_at=NOON - timedelta(seconds=119))
MACHINE = replace(TALKED, answered_by="machine_end_beep")
ABANDONED = replace(ANSWERED, state=S.ABANDONED, answered_at=NOON - timedelta(seconds=2))
HUNG_UP = replace(ANSWERED, answered_at=NOON - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("word", "machine"),
    [(None, False), ("human", False), ("unknown", False), ("machine_start", True), ("machine_end_other", True),
     ("machine", True), ("fax", True)],
)  # fmt: skip
def test_only_a_machines_word_is_a_machine(word: str | None, machine: bool) -> None:
    assert is_machine(word) is machine


@pytest.mark.parametrize(
    ("facts", "disposition"),
    [
        (TALKED, "answered"), (HUNG_UP, "answered"), (MACHINE, "voicemail"), (ABANDONED, "abandoned"),
        (replace(MACHINE, answered_by="fax"), "failed"), (UNANSWERED, "no_answer"),
        (replace(UNANSWERED, state=S.BUSY), "busy"), (replace(UNANSWERED, state=S.FAILED), "failed"),
        (replace(UNANSWERED, state=S.CANCELLED), "canceled"), (replace(UNANSWERED, state=S.COMPLETED), "no_answer"),
        (replace(ABANDONED, answered_by="machine_start"), "voicemail"),
    ],
)  # fmt: skip
def test_every_end_has_its_disposition(facts: CallFacts, disposition: str) -> None:
    assert disposition_of(facts) == disposition


@pytest.mark.parametrize(
    ("facts", "flag"),
    [
        (UNANSWERED, "retry_on_no_answer"),
        (HUNG_UP, "retry_on_no_answer"),
        (replace(UNANSWERED, state=S.BUSY), "retry_on_busy"),
        (MACHINE, "retry_on_voicemail"),
    ],
)
def test_a_lead_is_retried_after_the_delay_exactly_when_its_flag_says_so(facts: CallFacts, flag: str) -> None:
    everything = dict.fromkeys(("retry_on_no_answer", "retry_on_busy", "retry_on_voicemail"), True)
    wanted = decide_lead_change(facts, replace(POLICY, **{flag: True}), attempts_made=1)
    assert (wanted.status, wanted.next_call_at) == ("pending", NOON + timedelta(minutes=60))
    unwanted = decide_lead_change(facts, replace(POLICY, **{**everything, flag: False}), attempts_made=1)
    assert unwanted.status in {"failed", "completed"}
    assert unwanted.next_call_at is None


@pytest.mark.parametrize("facts", [UNANSWERED, HUNG_UP, replace(UNANSWERED, state=S.BUSY), MACHINE, ABANDONED,
                                   replace(UNANSWERED, state=S.CANCELLED)])  # fmt: skip
def test_no_lead_is_retried_beyond_its_attempts(facts: CallFacts) -> None:
    policy = replace(POLICY, retry_on_voicemail=True)
    assert decide_lead_change(facts, policy, attempts_made=2).status == "pending"
    assert decide_lead_change(facts, policy, attempts_made=3).status == "failed"
    assert decide_lead_change(facts, policy, attempts_made=4).status == "failed"


def test_a_conversation_completes_the_lead_whatever_the_policy() -> None:
    assert decide_lead_change(TALKED, POLICY, attempts_made=1).status == "completed"


@pytest.mark.parametrize("facts", [replace(UNANSWERED, state=S.FAILED), replace(MACHINE, answered_by="fax")])
def test_a_number_that_cannot_be_reached_is_never_retried(facts: CallFacts) -> None:
    assert decide_lead_change(facts, replace(POLICY, retry_on_voicemail=True), attempts_made=1).status == "failed"


def test_whoever_heard_the_apology_is_left_in_peace_for_a_day() -> None:
    assert decide_lead_change(ABANDONED, POLICY, attempts_made=1).next_call_at == NOON + ABANDONED_RETRY_DELAY
    patient = replace(POLICY, delay_minutes=3 * 24 * 60)
    assert decide_lead_change(ABANDONED, patient, attempts_made=1).next_call_at == NOON + timedelta(days=3)


@pytest.mark.parametrize(
    ("milliseconds", "outcome"), [(0, "reached"), (1999, "reached"), (2000, "reached"), (2001, "late"), (9000, "late")]
)
def test_two_seconds_to_the_millisecond_divide_reached_from_late(milliseconds: int, outcome: str) -> None:
    answered = NOON - timedelta(minutes=1)
    line = ledger_line(
        replace(TALKED, answered_at=answered, bridged_at=answered + timedelta(milliseconds=milliseconds))
    )
    assert line is not None
    assert (line.outcome, line.waited_milliseconds, line.message_played) == (outcome, milliseconds, False)


@pytest.mark.parametrize(("milliseconds", "outcome"), [(1500, "hung_up"), (2000, "hung_up"), (2001, "abandoned")])
def test_whoever_hangs_up_after_two_seconds_was_abandoned_though_nobody_apologised(
    milliseconds: int, outcome: str
) -> None:
    line = ledger_line(replace(ANSWERED, answered_at=NOON - timedelta(milliseconds=milliseconds)))
    assert line is not None
    assert (line.outcome, line.message_played) == (outcome, False)


def test_an_abandoned_person_has_heard_the_message() -> None:
    line = ledger_line(ABANDONED)
    assert line is not None
    assert (line.outcome, line.waited_milliseconds, line.message_played) == ("abandoned", 2000, True)


@pytest.mark.parametrize("facts", [MACHINE, UNANSWERED, replace(ABANDONED, answered_by="fax")])
def test_only_people_who_answered_are_in_the_ledger(facts: CallFacts) -> None:
    assert ledger_line(facts) is None


def test_clocks_that_disagree_never_make_a_negative_wait() -> None:
    line = ledger_line(replace(TALKED, bridged_at=TALKED.answered_at - timedelta(seconds=1)))  # type: ignore[operator]
    assert line is not None
    assert line.waited_milliseconds == 0
