"""What the end of a call means: its disposition, the lead's next state, the line in the abandonment ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.calls import CallState
from dialer.domain.campaigns import RetryPolicy
from dialer.domain.compliance import CallingVerdict

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
class LeadChange:
    """The lead's next state; with `pending`, the moment from which it may be called again."""

    status: str
    reason: str
    next_call_at: datetime | None = None


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


def decide_lead_change(facts: CallFacts, policy: RetryPolicy, *, attempts_made: int) -> LeadChange:
    """Decide what a finished call means for its lead, by the campaign's retry policy.

    A conversation completes the lead. A person who hung up before an agent came is tried again like somebody who did
    not answer. A number that cannot be reached is not retried.
    """
    disposition = disposition_of(facts)
    if disposition == "answered" and facts.bridged_at is not None:
        return LeadChange("completed", "answered")
    reason = "hung_up_before_agent" if disposition == "answered" else disposition
    if not _may_retry(disposition, policy):
        return LeadChange("completed" if disposition == "voicemail" else "failed", reason)
    if attempts_made >= policy.max_attempts:
        return LeadChange("failed", f"{reason}, attempts used up")
    delay = timedelta(minutes=policy.delay_minutes)
    if disposition == "abandoned":
        delay = max(delay, ABANDONED_RETRY_DELAY)
    return LeadChange("pending", reason, facts.ended_at + delay)


def decide_withdrawn_lead(verdict: CallingVerdict) -> LeadChange:
    """Decide what becomes of a lead whose planned call was withdrawn: back on its list, if nothing lasting forbids."""
    reasons = {reason.code: reason for reason in verdict.reasons}
    why = ", ".join(reasons) or "not placed in time"
    suppressed = reasons.get("suppressed")
    if "do_not_call" in reasons or (suppressed is not None and suppressed.clears_at is None):
        return LeadChange("dnc", why)
    if "attempts_exhausted" in reasons:
        return LeadChange("failed", why)
    return LeadChange("pending", why, suppressed.clears_at if suppressed is not None else None)


def _may_retry(disposition: str, policy: RetryPolicy) -> bool:
    return {
        "no_answer": policy.retry_on_no_answer,
        "answered": policy.retry_on_no_answer,
        "busy": policy.retry_on_busy,
        "voicemail": policy.retry_on_voicemail,
        "abandoned": True,
        "canceled": True,
    }.get(disposition, False)
