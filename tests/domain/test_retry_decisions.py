"""When and at which phone somebody is called again: rules by outcome over the retry policy."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.call_words import AgentDisposition
from dialer.domain.calls import CallState
from dialer.domain.campaigns import RetryPolicy
from dialer.domain.dispositions import (
    ABANDONED_RETRY_DELAY,
    CallFacts,
    LeadChange,
    LeadPhone,
    Person,
    decide_lead_change,
    decide_refused_lead,
    outcomes_counted,
)
from dialer.domain.retry_rules import NO_RULES, OUTCOMES, parse_retry_rules
from tests.fakes.clock import NOON

S = CallState
POLICY = RetryPolicy(max_attempts=5, delay_minutes=60)
NO_ANSWER = CallFacts(S.NO_ANSWER, answered_by=None, answered_at=None, bridged_at=None, ended_at=NOON)
BUSY, FAILED = replace(NO_ANSWER, state=S.BUSY), replace(NO_ANSWER, state=S.FAILED)
HUNG_UP = CallFacts(S.COMPLETED, "human", NOON - timedelta(seconds=1), None, NOON)
TALKED = replace(HUNG_UP, answered_at=NOON - timedelta(minutes=2), bridged_at=NOON - timedelta(seconds=119))
MACHINE = replace(TALKED, answered_by="machine_start", bridged_at=None)
ABANDONED = replace(HUNG_UP, state=S.ABANDONED)
ENDS = {
    "busy": BUSY, "no_answer": NO_ANSWER, "voicemail": MACHINE, "abandoned": ABANDONED, "failed": FAILED,
    "hung_up": HUNG_UP, "canceled": replace(NO_ANSWER, state=S.CANCELLED),
}  # fmt: skip
A, B, C = "+14155550101", "+14155550102", "+14155550103"
SARA = Person(UUID(int=0), own=A, called=A, zone=ZoneInfo("America/New_York"), placed_at=NOON)


def decide(
    facts: CallFacts, rules: dict[str, Any] | None = None, *, word: str | None = None, **more: Any
) -> LeadChange:
    known = {"attempts_made": 1, "person": SARA, "policy": POLICY, **more}
    return decide_lead_change(
        facts, known.pop("policy"), rules=parse_retry_rules(rules or {}), agent_disposition=word, **known
    )


def facts_and_word(outcome: str) -> tuple[CallFacts, str | None]:
    return (ENDS[outcome], None) if outcome in ENDS else (TALKED, outcome)


def at_phone(called: str, *, unusable: str = "", numbers: str = "ABC") -> Person:
    known = {"A": A, "B": B, "C": C}
    phones = tuple(LeadPhone(known[name], name not in unusable) for name in numbers)
    return replace(SARA, called=known[called], phones=phones)


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {"do_not_call", "wrong_number"}))
def test_a_rule_decides_on_its_outcome_alone(outcome: str) -> None:
    facts, word = facts_and_word(outcome)
    minutes = 2 * 24 * 60
    retried = decide(facts, {outcome: {"action": "retry", "delay_minutes": minutes}}, word=word)
    assert (retried.status, retried.next_call_at) == ("pending", NOON + timedelta(minutes=minutes))
    assert decide(facts, {outcome: {"action": "complete"}}, word=word).status == "completed"
    assert decide(facts, {outcome: {"action": "fail"}}, word=word).status == "failed"
    others = {other: {"action": "fail"} for other in OUTCOMES if other not in (outcome, "voicemail")}
    assert decide(facts, others, word=word) == decide(facts, word=word)


def test_where_a_rule_is_silent_the_policy_speaks() -> None:
    assert decide(BUSY, {"busy": {"delay_minutes": 5}}).next_call_at == NOON + timedelta(minutes=5)
    assert decide(BUSY, {"busy": {"action": "retry"}}).next_call_at == NOON + timedelta(minutes=60)
    never = replace(POLICY, retry_on_busy=False)
    assert decide(BUSY, {"busy": {"delay_minutes": 5}}, policy=never).status == "failed"
    assert decide(BUSY, {"busy": {"action": "retry"}}, policy=never).status == "pending"


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {"do_not_call"}))
def test_nobody_is_called_beyond_the_policys_attempts_whatever_a_rule_says(outcome: str) -> None:
    facts, word = facts_and_word(outcome)
    rules = {outcome: {"action": "retry", "max_attempts": 20}}
    assert decide(facts, rules, word=word, attempts_made=4, person=at_phone("A")).status == "pending"
    used_up = decide(facts, rules, word=word, attempts_made=5, person=at_phone("A"))
    assert (used_up.status, used_up.ends_promise) == ("failed", True)


def test_a_rule_limits_the_calls_that_ended_so() -> None:
    rules = {"busy": {"max_attempts": 2}}
    assert decide(BUSY, rules, person=replace(SARA, same_outcome=1)).status == "pending"
    ended = decide(BUSY, rules, person=replace(SARA, same_outcome=2))
    assert (ended.status, ended.reason) == ("failed", "busy, attempts used up")
    assert decide(NO_ANSWER, rules, person=replace(SARA, same_outcome=9)).status == "pending"


def test_what_counts_is_what_the_rule_was_written_for() -> None:
    limited = {"max_attempts": 2}
    assert outcomes_counted(BUSY, parse_retry_rules({"busy": limited})) == ("busy",)
    assert outcomes_counted(NO_ANSWER, parse_retry_rules({"busy": limited})) == ()
    heard = parse_retry_rules({"voicemail": limited})
    assert outcomes_counted(MACHINE, heard) == outcomes_counted(TALKED, heard, "answering_machine")
    assert outcomes_counted(MACHINE, heard) == ("voicemail", "answering_machine")
    apart = parse_retry_rules({"voicemail": limited, "answering_machine": {"action": "retry"}})
    assert outcomes_counted(MACHINE, apart) == ("voicemail",)


def test_a_machine_that_the_agent_heard_is_as_one_that_was_detected() -> None:
    patient = replace(POLICY, retry_on_voicemail=True)
    assert decide(TALKED, word="answering_machine").status == "completed"
    assert decide(TALKED, word="answering_machine", policy=patient).status == "pending"
    rules = {"voicemail": {"action": "retry", "delay_minutes": 7}}
    assert decide(TALKED, rules, word="answering_machine").next_call_at == NOON + timedelta(minutes=7)


@pytest.mark.parametrize("word", ["interested", "not_interested", "sale", "callback", "do_not_call", "other", None])
def test_without_a_rule_a_conversation_completes_the_lead_whatever_was_said_in_it(word: str | None) -> None:
    change = decide(TALKED, word=word)
    assert (change.status, change.reason, change.ends_promise) == ("completed", "answered", True)


def test_a_supervisors_word_on_a_call_that_nobody_answered_leaves_that_as_it_is() -> None:
    assert decide(NO_ANSWER, word="other") == decide(NO_ANSWER)


def test_a_word_that_a_rule_is_about_is_the_leads_reason() -> None:
    rules = {"not_interested": {"action": "retry", "delay_minutes": 43_200}}
    change = decide(TALKED, rules, word="not_interested")
    assert (change.reason, change.next_call_at) == ("not_interested", NOON + timedelta(days=30))


@given(st.integers(1, 43_200), st.booleans(), st.integers(0, 1440))
def test_whoever_heard_the_apology_is_left_in_peace_for_a_day_at_every_phone(
    minutes: int, next_phone: bool, short: int
) -> None:
    rule = {"action": "retry", "delay_minutes": minutes, "next_phone": next_phone, "next_phone_delay_minutes": short}
    change = decide(ABANDONED, {"abandoned": rule}, person=at_phone("A"))
    assert change.next_call_at is not None
    assert change.next_call_at >= NOON + ABANDONED_RETRY_DELAY


def test_a_rule_spreads_its_retries_over_the_callees_day() -> None:
    rules = {"no_answer": {"spread": "day_parts"}}
    # 13:00 in New York was the afternoon; an hour later it still is.
    assert NOON.hour == 18
    evening = decide(NO_ANSWER, rules)
    assert evening.next_call_at == NOON + timedelta(hours=4)
    assert evening.day_parts_tried == 0b010
    morning = decide(NO_ANSWER, rules, person=replace(SARA, day_parts_tried=0b100))
    assert morning.next_call_at == NOON + timedelta(hours=19)
    assert decide(NO_ANSWER).day_parts_tried == 0b010
    assert decide(NO_ANSWER, person=replace(SARA, placed_at=None)).day_parts_tried is None


SHORT, FULL = timedelta(minutes=2), timedelta(minutes=60)


@pytest.mark.parametrize("facts", [NO_ANSWER, BUSY])
@pytest.mark.parametrize(
    ("person", "next_phone", "delay"),
    [
        (at_phone("A"), B, SHORT), (at_phone("B"), C, SHORT), (at_phone("C"), None, FULL),
        (at_phone("A", unusable="B"), C, SHORT), (at_phone("C", unusable="A"), B, FULL),
        (at_phone("A", unusable="BC"), None, FULL), (at_phone("C", unusable="AB"), C, FULL),
    ],
)  # fmt: skip
def test_the_next_phone_is_tried_soon_and_the_first_again_after_the_full_delay(
    facts: CallFacts, person: Person, next_phone: str | None, delay: timedelta
) -> None:
    change = decide(facts, person=person)
    assert (change.status, change.next_phone, change.next_call_at) == ("pending", next_phone, NOON + delay)
    assert change.dead_phone is None


@pytest.mark.parametrize(("facts", "word"), [(FAILED, None), (TALKED, "wrong_number")])
@pytest.mark.parametrize(
    ("person", "status", "next_phone", "delay"),
    [
        (at_phone("A"), "pending", B, SHORT), (at_phone("C"), "pending", None, FULL),
        (at_phone("C", unusable="A"), "pending", B, FULL), (at_phone("B", unusable="AC"), "failed", None, None),
        (SARA, "failed", None, None),
    ],
)  # fmt: skip
def test_a_dead_phone_is_not_called_again_and_the_lead_fails_with_the_last_one(
    facts: CallFacts, word: str | None, person: Person, status: str, next_phone: str | None, delay: timedelta | None
) -> None:
    change = decide(facts, person=person, word=word)
    assert (change.status, change.next_phone, change.dead_phone) == (status, next_phone, person.called)
    assert change.next_call_at == (None if delay is None else NOON + delay)
    assert change.ends_promise is (status == "failed")


def test_a_wrong_number_is_not_called_again_though_a_rule_says_so() -> None:
    rules = {"wrong_number": {"action": "retry"}}
    assert decide(TALKED, rules, word="wrong_number").status == "failed"
    assert decide(TALKED, rules, word="wrong_number", person=at_phone("A")).next_phone == B
    assert decide(TALKED, {"wrong_number": {"action": "complete"}}, word="wrong_number").status == "completed"


def test_a_failed_call_that_a_rule_retries_has_killed_no_phone() -> None:
    rules = {"failed": {"action": "retry", "delay_minutes": 10}}
    assert decide(FAILED, rules, person=at_phone("C")).dead_phone is None
    assert decide(FAILED, rules).next_call_at == NOON + timedelta(minutes=10)


def test_all_phones_are_tried_once_where_nobody_is_to_be_called_twice() -> None:
    once = replace(POLICY, retry_on_no_answer=False)
    assert decide(NO_ANSWER, policy=once, person=at_phone("A")).next_phone == B
    assert decide(NO_ANSWER, policy=once, person=at_phone("C")).status == "failed"


def test_a_rule_may_leave_the_other_phones_alone_or_try_them_after_a_machine() -> None:
    stays = {"no_answer": {"next_phone": False}}
    assert decide(NO_ANSWER, stays, person=at_phone("B")).next_phone == B
    assert decide(NO_ANSWER, stays, person=at_phone("B")).next_call_at == NOON + FULL
    goes_on = {"voicemail": {"next_phone": True, "next_phone_delay_minutes": 30}}
    assert decide(MACHINE, person=at_phone("A")).status == "completed"
    assert decide(MACHINE, goes_on, person=at_phone("A")).next_call_at == NOON + timedelta(minutes=30)
    assert decide(MACHINE, goes_on, person=at_phone("C")).status == "completed"


def test_a_number_that_is_none_of_the_leads_phones_any_more_leads_back_to_the_first() -> None:
    stranger = replace(at_phone("A"), called="+14155550199")
    assert decide(NO_ANSWER, person=stranger).next_phone is None
    assert decide(NO_ANSWER, person=stranger).next_call_at == NOON + FULL


def test_what_the_carrier_refuses_leads_to_the_next_phone_and_keeps_the_cause() -> None:
    refused = decide_refused_lead("carrier 21211", POLICY, at=NOON, attempts_made=1, person=at_phone("A"))
    assert (refused.status, refused.next_phone, refused.dead_phone) == ("pending", B, A)
    assert (refused.reason, refused.day_parts_tried) == ("carrier 21211", None)
    assert decide_refused_lead("carrier 21211", POLICY, at=NOON, attempts_made=1, person=SARA).status == "failed"


rules_given = st.dictionaries(
    st.sampled_from(OUTCOMES),
    st.fixed_dictionaries(
        {},
        optional={
            "action": st.sampled_from(["retry", "complete", "fail"]), "delay_minutes": st.integers(1, 43_200),
            "max_attempts": st.integers(1, 20), "spread": st.sampled_from(["none", "day_parts"]),
            "next_phone": st.booleans(), "next_phone_delay_minutes": st.integers(0, 1440),
        },
    ),
)  # fmt: skip


@given(
    rules_given,
    st.sampled_from([*ENDS.values(), TALKED]),
    st.sampled_from([None, *AgentDisposition]),
    st.sampled_from("ABC"),
    st.sampled_from(["", "A", "B", "C", "AB", "BC", "AC", "ABC"]),
    st.integers(1, 6),
)
def test_no_rules_call_a_dead_phone_too_often_or_in_the_past(
    rules: dict[str, Any], facts: CallFacts, word: str | None, called: str, unusable: str, attempts: int
) -> None:
    if rules.get("do_not_call", {}).get("action") == "retry":
        rules = NO_RULES.as_mapping()  # type: ignore[assignment]
    person = at_phone(called, unusable=unusable)
    change = decide(facts, rules, word=word, person=person, attempts_made=attempts)
    assert change.status in {"pending", "completed", "failed"}
    if change.status != "pending":
        assert change.next_call_at is None
        return
    assert attempts < POLICY.max_attempts
    assert change.next_call_at is not None
    assert change.next_call_at >= NOON
    number = change.next_phone or person.own
    assert number != change.dead_phone
    stays_unusable = {phone.number for phone in person.phones if not phone.is_usable} - {person.called}
    assert number not in stays_unusable
