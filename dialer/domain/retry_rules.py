"""What a campaign says, outcome by outcome, about calling again. Where it is silent, its retry policy speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, TypeGuard, get_args

from dialer.domain.call_words import AgentDisposition
from dialer.domain.errors import FieldError, Invalid

Action = Literal["retry", "complete", "fail"]
Spread = Literal["none", "day_parts"]

SYSTEM_OUTCOMES = ("busy", "no_answer", "voicemail", "abandoned", "failed", "hung_up", "canceled")
OUTCOMES = (*SYSTEM_OUTCOMES, *(str(word) for word in AgentDisposition))
"""How a call may end, as far as calling again is concerned: in the system's words, or in the agent's, which prevail."""

MAX_DELAY_MINUTES = 43_200
MAX_NEXT_PHONE_DELAY_MINUTES = 1_440
DEFAULT_NEXT_PHONE_DELAY_MINUTES = 2


@dataclass(frozen=True)
class RetryRule:
    """What follows from one outcome. None: not said, the retry policy or the outcome's nature decides.

    `max_attempts` counts the calls to this person that ended so. `next_phone`: his next phone is tried first, after
    `next_phone_delay_minutes`; the delay of the rule is for coming back to the first one.
    """

    action: Action | None = None
    delay_minutes: int | None = None
    max_attempts: int | None = None
    spread: Spread | None = None
    next_phone: bool | None = None
    next_phone_delay_minutes: int | None = None

    def as_mapping(self) -> dict[str, object]:
        """What the rule says, as JSON; what it does not say is left out."""
        said = {name.name: getattr(self, name.name) for name in fields(self)}
        return {name: value for name, value in said.items() if value is not None}


NOTHING_SAID = RetryRule()


@dataclass(frozen=True)
class RetryRules:
    """A campaign's rules by outcome."""

    by_outcome: Mapping[str, RetryRule] = field(default_factory=dict)

    def rule_for(self, outcome: str) -> RetryRule:
        """The rule of one outcome; one that says nothing if there is none."""
        return self.by_outcome.get(outcome, NOTHING_SAID)

    def as_mapping(self) -> dict[str, dict[str, object]]:
        """The rules as they are stored and shown: `parse_retry_rules` of it gives the same rules."""
        return {outcome: rule.as_mapping() for outcome, rule in self.by_outcome.items()}


NO_RULES = RetryRules()


def parse_retry_rules(given: Mapping[str, object]) -> RetryRules:
    """The rules that a mapping of outcomes spells, in the order of `OUTCOMES`; rules that say nothing are dropped.

    Raises Invalid naming every mistake as `retry_rules.<outcome>.<field>`.
    """
    if not given:
        return NO_RULES
    mistakes = [_mistake(str(outcome), _no_such_outcome()) for outcome in given if outcome not in OUTCOMES]
    rules: dict[str, RetryRule] = {}
    for outcome in OUTCOMES:
        if given.get(outcome) is None:
            continue
        wrong = _mistakes_of(outcome, given[outcome])
        mistakes += wrong
        if not wrong and (rule := RetryRule(**given[outcome])) != NOTHING_SAID:  # type: ignore[arg-type]
            rules[outcome] = rule
    if mistakes:
        raise Invalid("; ".join(f"{mistake.field}: {mistake.message}" for mistake in mistakes), fields=tuple(mistakes))
    return RetryRules(rules)


_RANGES = {
    "delay_minutes": (1, MAX_DELAY_MINUTES),
    "max_attempts": (1, 20),
    "next_phone_delay_minutes": (0, MAX_NEXT_PHONE_DELAY_MINUTES),
}
_WORDS: dict[str, tuple[str, ...]] = {"action": get_args(Action), "spread": get_args(Spread)}
_FIELDS = frozenset(name.name for name in fields(RetryRule))


def _mistakes_of(outcome: str, rule: object) -> list[FieldError]:
    if not _is_mapping(rule):
        return [_mistake(outcome, 'must be an object, such as {"action": "retry", "delay_minutes": 30}')]
    said = {name: value for name, value in rule.items() if value is not None}
    found = [(str(name), _wrong(str(name), value)) for name, value in said.items()]
    mistakes = [_mistake(f"{outcome}.{name}", message) for name, message in found if message is not None]
    if outcome == AgentDisposition.DO_NOT_CALL and said.get("action") == "retry":
        mistakes.append(_mistake(f"{outcome}.action", "must not be retry: who asked not to be called is not called"))
    return mistakes


def _wrong(name: str, value: object) -> str | None:
    if name not in _FIELDS:
        return f"is not a known field; known are {', '.join(sorted(_FIELDS))}"
    if name in _WORDS:
        return None if value in _WORDS[name] else f"must be one of {', '.join(_WORDS[name])}"
    if name in _RANGES:
        low, high = _RANGES[name]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fits else f"must be a whole number between {low} and {high}"
    return None if isinstance(value, bool) else "must be true or false"


def _mistake(where: str, message: str) -> FieldError:
    return FieldError(f"retry_rules.{where}", message)


def _no_such_outcome() -> str:
    return f"is not an outcome; known are {', '.join(OUTCOMES)}"


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)
