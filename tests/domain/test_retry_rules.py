"""Rules of calling again as a campaign's owner writes them."""

from typing import Any

import pytest

from dialer.domain.call_words import AgentDisposition
from dialer.domain.errors import Invalid
from dialer.domain.retry_rules import NO_RULES, NOTHING_SAID, OUTCOMES, RetryRule, parse_retry_rules

WHOLE: dict[str, Any] = {
    "action": "retry",
    "delay_minutes": 5,
    "max_attempts": 2,
    "spread": "day_parts",
    "next_phone": False,
    "next_phone_delay_minutes": 0,
}


def fields_refused(rules: dict[str, Any]) -> set[str]:
    with pytest.raises(Invalid) as refused:
        parse_retry_rules(rules)
    return {mistake.field for mistake in refused.value.fields}


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {"do_not_call"}))
def test_every_outcome_takes_a_whole_rule_and_gives_it_back(outcome: str) -> None:
    rules = parse_retry_rules({outcome: WHOLE})
    assert rules.rule_for(outcome) == RetryRule(
        "retry", 5, 2, "day_parts", next_phone=False, next_phone_delay_minutes=0
    )
    assert rules.as_mapping() == {outcome: WHOLE}
    assert parse_retry_rules(rules.as_mapping()) == rules


def test_every_word_of_an_agent_is_an_outcome() -> None:
    assert {str(word) for word in AgentDisposition} < set(OUTCOMES)


def test_what_is_not_said_stays_unsaid() -> None:
    rules = parse_retry_rules({"busy": {"delay_minutes": 5, "spread": None}, "sale": {}, "no_answer": None})
    assert rules.as_mapping() == {"busy": {"delay_minutes": 5}}
    assert rules.rule_for("no_answer") == NOTHING_SAID
    assert parse_retry_rules({}) == NO_RULES


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"action": "again"}, "action"), ({"action": ["retry"]}, "action"), ({"action": 1}, "action"),
        ({"delay_minutes": 0}, "delay_minutes"), ({"delay_minutes": 43_201}, "delay_minutes"),
        ({"delay_minutes": True}, "delay_minutes"), ({"delay_minutes": "5"}, "delay_minutes"),
        ({"delay_minutes": 1.5}, "delay_minutes"), ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 21}, "max_attempts"), ({"spread": "weeks"}, "spread"), ({"next_phone": 1}, "next_phone"),
        ({"next_phone_delay_minutes": -1}, "next_phone_delay_minutes"), ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_outcome(rule: dict[str, Any], field: str) -> None:
    assert fields_refused({"busy": {**rule, "next_phone": rule.get("next_phone", True)}}) == {
        f"retry_rules.busy.{field}"
    }


def test_all_mistakes_are_named_at_once() -> None:
    wrong = {"engaged": {}, "busy": {"delay_minutes": 0, "action": "x"}, "sale": [], "other": {"delay_minutes": 5}}
    assert fields_refused(wrong) == {
        "retry_rules.engaged", "retry_rules.busy.delay_minutes", "retry_rules.busy.action", "retry_rules.sale",
    }  # fmt: skip


def test_who_asked_not_to_be_called_cannot_be_retried() -> None:
    assert fields_refused({"do_not_call": {"action": "retry"}}) == {"retry_rules.do_not_call.action"}
    assert parse_retry_rules({"do_not_call": {"action": "fail"}}).rule_for("do_not_call").action == "fail"
