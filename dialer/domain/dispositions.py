"""What the end of a call means: its disposition, the lead's next state, the line in the abandonment ledger."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dialer.domain.call_words import AgentDisposition
from dialer.domain.calls import CallState
from dialer.domain.campaigns import RetryPolicy
from dialer.domain.day_parts import add_part, next_untried, part_of_day
from dialer.domain.retry_rules import (
    DEFAULT_NEXT_PHONE_DELAY_MINUTES,
    NO_RULES,
    NOTHING_SAID,
    Action,
    RetryRule,
    RetryRules,
)

MAX_WAIT = timedelta(seconds=2)
"""A person who answered must be with an agent within 2.0 s: 47 CFR 64.1200(a)(7), 16 CFR 310.4(b)(4)."""

ABANDONED_RETRY_DELAY = timedelta(hours=24)
"""Nobody who was met by a recorded apology is rung again the same day, whatever the campaign's delay."""

_UNANSWERED = {
    CallState.BUSY: "busy",
    CallState.NO_ANSWER: "no_answer",
    CallState.FAILED: "failed",
    CallState.CANCELLED: "canceled",
}


@dataclass(frozen=True)
class CallFacts:
    """What is known of a call at its end. `bridged_at` is when lead and agent first were in one conference."""

    state: CallState
    answered_by: str | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True)
class LeadPhone:
    """One of a person's phones. An unusable one is dead, or somebody else's."""

    number: str
    is_usable: bool = True


@dataclass(frozen=True)
class Person:
    """Who was called, as far as calling again depends on it.

    `own` is the lead's own number, `called` the one that this call was to; `phones` are all of them in their order,
    none for a person with one. `same_outcome`: how many calls to this person, this one included, ended in the outcome
    that is decided on.
    """

    lead_id: UUID
    own: str
    called: str
    zone: ZoneInfo
    placed_at: datetime | None = None
    phones: tuple[LeadPhone, ...] = ()
    day_parts_tried: int = 0
    same_outcome: int = 1


@dataclass(frozen=True)
class LeadChange:
    """The lead's next state; with `pending`, the moment from which it may be called again, and at which phone.

    `next_phone` None is the lead's own; `dead_phone` is not called any more. `day_parts_tried` None leaves them as they
    are. `ends_promise`: a callback that was promised before is over with this.
    """

    status: str
    reason: str
    next_call_at: datetime | None = None
    next_phone: str | None = None
    dead_phone: str | None = None
    day_parts_tried: int | None = None
    ends_promise: bool = False


@dataclass(frozen=True)
class LedgerLine:
    """How one live answer ended: `reached`, `late` (after the limit), `abandoned` or `hung_up` (within the limit)."""

    outcome: str
    waited_milliseconds: int
    message_played: bool


def is_machine(answered_by: str | None) -> bool:
    """Tell whether machine detection said that no person is there. Unknown counts as a person."""
    return answered_by is not None and (answered_by == "fax" or answered_by.startswith("machine"))


def disposition_of(facts: CallFacts) -> str:
    """The outcome in the contract's words: answered, voicemail, no_answer, busy, failed; and abandoned, canceled."""
    if facts.answered_at is None:
        return _UNANSWERED.get(facts.state, "no_answer")
    if facts.answered_by == "fax":
        return "failed"
    if is_machine(facts.answered_by):
        return "voicemail"
    if facts.state == CallState.ABANDONED:
        return "abandoned"
    return "answered"


def ledger_line(facts: CallFacts) -> LedgerLine | None:
    """The abandonment ledger's line for a call, or None when no person answered.

    The clock starts when the carrier reports the answer, which is earlier than the end of the greeting from which the
    rule counts: measured waits are never shorter than the rule's.
    """
    if facts.answered_at is None or is_machine(facts.answered_by):
        return None
    waited = (facts.bridged_at or facts.ended_at) - facts.answered_at
    if facts.state == CallState.ABANDONED:
        outcome = "abandoned"
    elif facts.bridged_at is not None:
        outcome = "reached" if waited <= MAX_WAIT else "late"
    else:
        outcome = "hung_up" if waited <= MAX_WAIT else "abandoned"
    return LedgerLine(outcome, max(0, round(waited.total_seconds() * 1000)), facts.state == CallState.ABANDONED)


def outcome_of(facts: CallFacts, agent_disposition: str | None = None) -> str:
    """The word under which retry rules look for this end: the agent's if he has said one, else the system's.

    `answered` is a conversation of which nobody has said more; there is no rule for it.
    """
    if agent_disposition is not None:
        return agent_disposition
    disposition = disposition_of(facts)
    return "hung_up" if disposition == "answered" and facts.bridged_at is None else disposition


def outcomes_counted(facts: CallFacts, rules: RetryRules, agent_disposition: str | None = None) -> tuple[str, ...]:
    """The outcomes whose earlier calls count towards the limit of the rule that decides; none if it has no limit."""
    outcome = outcome_of(facts, agent_disposition)
    rule, word = _rule(outcome, rules)
    if rule.max_attempts is None:
        return ()
    return (word, *(other for other, like in _LIKE.items() if like == word and _rule(other, rules)[1] == word))


def decide_lead_change(
    facts: CallFacts,
    policy: RetryPolicy,
    *,
    attempts_made: int,
    rules: RetryRules = NO_RULES,
    person: Person | None = None,
    agent_disposition: str | None = None,
) -> LeadChange:
    """Decide what a finished call means for its lead: by the rule of its outcome, and by the policy where that is mute.

    Without a rule a conversation completes the lead; a person who hung up before an agent came is tried again like
    somebody who did not answer; a number that cannot be reached, or is somebody else's, is not called again. Somebody
    with several phones is tried at the next one soon, and at the first again after the full delay. Nobody is called
    beyond the policy's attempts, and nobody who heard the apology within a day.
    """
    meaning = _meaning(outcome_of(facts, agent_disposition), outcome_of(facts), policy, rules)
    change = LeadChange(
        "completed" if meaning.action == "complete" else "failed",
        meaning.reason,
        dead_phone=person.called if person is not None and meaning.phone_is_dead else None,
        day_parts_tried=_day_parts(person),
        ends_promise=meaning.nature == "answered" or meaning.phone_is_dead,
    )
    plan = _plan(meaning, policy, person)
    if plan is None:
        return change
    if attempts_made >= policy.max_attempts:
        return replace(change, status="failed", reason=f"{meaning.reason}, attempts used up", ends_promise=True)
    if (
        meaning.rule.max_attempts is not None
        and person is not None
        and person.same_outcome >= meaning.rule.max_attempts
    ):
        talked = meaning.nature == "answered"
        return replace(change, status="failed", reason=f"{meaning.reason}, attempts used up", ends_promise=talked)
    return replace(
        change,
        status="pending",
        next_call_at=_due(facts.ended_at, plan, meaning, person),
        next_phone=plan.phone,
        ends_promise=meaning.nature == "answered",
    )


def decide_refused_lead(
    cause: str, policy: RetryPolicy, *, at: datetime, attempts_made: int, person: Person
) -> LeadChange:
    """Decide what becomes of a lead whose number the carrier will never call: his next phone, if he has one."""
    facts = CallFacts(CallState.FAILED, answered_by=None, answered_at=None, bridged_at=None, ended_at=at)
    change = decide_lead_change(facts, policy, attempts_made=attempts_made, person=replace(person, placed_at=None))
    return replace(change, reason=cause)


@dataclass(frozen=True)
class _Meaning:
    """An outcome with its rule, and with what the rule leaves unsaid filled in by the outcome's nature."""

    nature: str
    reason: str
    rule: RetryRule
    action: Action
    tries_next_phone: bool
    phone_is_dead: bool


@dataclass(frozen=True)
class _Plan:
    """At which phone the person is called next, None for his own, and after what delay."""

    phone: str | None
    delay: timedelta
    is_next_phone: bool = False


# What an agent heard for himself is what the system would have called by a word of its own.
_LIKE = {str(AgentDisposition.ANSWERING_MACHINE): "voicemail"}
_WRONG_NUMBER = str(AgentDisposition.WRONG_NUMBER)
# Where no rule speaks: what leaves a lead completed rather than failed, and what is a reason to try another phone.
_COMPLETES = frozenset({"answered", "voicemail"})
_TRIES_NEXT_PHONE = frozenset({"no_answer", "busy", "failed", _WRONG_NUMBER})


def _meaning(outcome: str, by_system: str, policy: RetryPolicy, rules: RetryRules) -> _Meaning:
    nature = outcome if outcome == _WRONG_NUMBER else _LIKE.get(outcome, by_system)
    rule, _ = _rule(outcome, rules)
    by_nature: Action = "retry" if _may_retry(nature, policy) else "complete" if nature in _COMPLETES else "fail"
    action = rule.action or by_nature
    next_phone = rule.next_phone
    if next_phone is None:
        next_phone = nature in _TRIES_NEXT_PHONE and action != "complete"
    return _Meaning(
        nature,
        reason=outcome if rule.action is not None and outcome != "hung_up" else _REASONS.get(nature, nature),
        rule=rule,
        action=action,
        tries_next_phone=next_phone,
        phone_is_dead=nature == _WRONG_NUMBER or (nature == "failed" and action == "fail"),
    )


def _rule(outcome: str, rules: RetryRules) -> tuple[RetryRule, str]:
    """The rule that decides on an outcome, and the outcome that it was written for."""
    rule = rules.rule_for(outcome)
    if rule == NOTHING_SAID and outcome in _LIKE:
        return rules.rule_for(_LIKE[outcome]), _LIKE[outcome]
    return rule, outcome


_REASONS = {"hung_up": "hung_up_before_agent"}


def _plan(meaning: _Meaning, policy: RetryPolicy, person: Person | None) -> _Plan | None:
    """Where and when the person is called again; None when that is over."""
    full = timedelta(minutes=meaning.rule.delay_minutes or policy.delay_minutes)
    goes_on = meaning.action == "retry" or (meaning.phone_is_dead and meaning.action == "fail")
    if person is None or not person.phones:
        return _Plan(None, full) if goes_on and not meaning.phone_is_dead else None
    first, following = _usable_phones(person, without_called=meaning.phone_is_dead)
    if meaning.tries_next_phone and following is not None:
        minutes = meaning.rule.next_phone_delay_minutes
        short = timedelta(minutes=DEFAULT_NEXT_PHONE_DELAY_MINUTES if minutes is None else minutes)
        return _Plan(_unless_own(following, person), short, is_next_phone=True)
    again = first if meaning.tries_next_phone or meaning.phone_is_dead else person.called
    return _Plan(_unless_own(again, person), full) if goes_on and again is not None else None


def _usable_phones(person: Person, *, without_called: bool) -> tuple[str | None, str | None]:
    """The person's first phone, and the one after that which was called."""
    numbers = [phone.number for phone in person.phones]
    place = numbers.index(person.called) if person.called in numbers else len(numbers)
    usable = [
        (index, phone.number)
        for index, phone in enumerate(person.phones)
        if phone.is_usable and not (without_called and phone.number == person.called)
    ]
    first = next((number for _, number in usable), None)
    return first, next((number for index, number in usable if index > place), None)


def _unless_own(number: str, person: Person) -> str | None:
    return None if number == person.own else number


def _due(ended_at: datetime, plan: _Plan, meaning: _Meaning, person: Person | None) -> datetime:
    delay = max(plan.delay, ABANDONED_RETRY_DELAY) if meaning.nature == "abandoned" else plan.delay
    due = ended_at + delay
    if meaning.rule.spread != "day_parts" or plan.is_next_phone or person is None:
        return due
    tried = _day_parts(person) or 0
    return next_untried(tried, not_before=due, zone=person.zone, lead_id=person.lead_id)


def _day_parts(person: Person | None) -> int | None:
    """The parts of his day in which the person was called by now; None when this call was never placed."""
    if person is None or person.placed_at is None:
        return None
    return int(add_part(person.day_parts_tried, part_of_day(person.placed_at, person.zone)))


def _may_retry(nature: str, policy: RetryPolicy) -> bool:
    return {
        "no_answer": policy.retry_on_no_answer,
        "hung_up": policy.retry_on_no_answer,
        "busy": policy.retry_on_busy,
        "voicemail": policy.retry_on_voicemail,
        "abandoned": True,
        "canceled": True,
    }.get(nature, False)
