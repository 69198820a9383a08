"""The decision that guards every placement. All reasons are collected, so a blocked lead tells everything at once."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.compliance.calling_window import CallingWindow

RULES_VERSION = "campaign-1"


@dataclass(frozen=True)
class Reason:
    """Why a call may not be placed, and when that will have cleared (None: not by time alone)."""

    code: str
    message: str
    clears_at: datetime | None = None


@dataclass(frozen=True)
class CallCandidate:
    """A planned call with everything the decision looks at, read inside the placing transaction.

    `is_for_one_agent`: an agent has looked at the lead, said dial and waits for the answer.
    """

    to_number: str
    campaign_status: str
    lead_status: str
    window: CallingWindow
    schedule_end: datetime | None
    attempts_made: int
    max_attempts: int
    do_not_call: bool
    suppression_reason: str | None
    suppressed_until: datetime | None
    place_before: datetime
    dial_mode: str = "progressive"
    is_for_one_agent: bool = False


@dataclass(frozen=True)
class CallingVerdict:
    """Allowed when there are no reasons against it. `as_record` is what is stored with the attempt."""

    decided_at: datetime
    candidate: CallCandidate
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """True when nothing speaks against the call."""
        return not self.reasons

    def as_record(self) -> dict[str, object]:
        """The verdict with its inputs, as JSON for the attempt's row: an auditor reads rows, not code."""
        window, until = self.candidate.window, self.candidate.suppressed_until
        return {
            "rules": RULES_VERSION,
            "allowed": self.allowed,
            "decided_at": self.decided_at.isoformat(),
            "reasons": [
                {"code": r.code, "message": r.message, "clears_at": r.clears_at.isoformat() if r.clears_at else None}
                for r in self.reasons
            ],
            "inputs": {
                "to_number": self.candidate.to_number,
                "campaign_status": self.candidate.campaign_status,
                "lead_status": self.candidate.lead_status,
                "timezone": window.timezone,
                "calling_hours": [window.start.isoformat(), window.end.isoformat()],
                "schedule_end": self.candidate.schedule_end.isoformat() if self.candidate.schedule_end else None,
                "attempts_made": self.candidate.attempts_made,
                "max_attempts": self.candidate.max_attempts,
                "do_not_call": self.candidate.do_not_call,
                "suppression_reason": self.candidate.suppression_reason,
                "suppressed_until": until.isoformat() if until else None,
                "place_before": self.candidate.place_before.isoformat(),
                "dial_mode": self.candidate.dial_mode,
                "is_for_one_agent": self.candidate.is_for_one_agent,
            },
        }


def may_place(candidate: CallCandidate, at: datetime) -> CallingVerdict:
    """Decide whether this planned call may go to the carrier now. Order does not matter; every reason is named."""
    found = (
        _campaign_active(candidate),
        _schedule(candidate, at),
        _calling_hours(candidate, at),
        _suppression(candidate),
        _do_not_call(candidate),
        _attempts(candidate),
        _hopper(candidate),
        _preview(candidate),
        _expiry(candidate, at),
    )
    return CallingVerdict(at, candidate, tuple(reason for reason in found if reason is not None))


def _campaign_active(candidate: CallCandidate) -> Reason | None:
    if candidate.campaign_status == "active":
        return None
    return Reason("campaign_not_active", f"The campaign is {candidate.campaign_status}.")


def _schedule(candidate: CallCandidate, at: datetime) -> Reason | None:
    if candidate.schedule_end is None or at < candidate.schedule_end:
        return None
    return Reason("schedule_ended", f"The campaign's schedule ended at {candidate.schedule_end.isoformat()}.")


def _calling_hours(candidate: CallCandidate, at: datetime) -> Reason | None:
    if candidate.window.is_open(at):
        return None
    return Reason("outside_calling_hours", "Outside the campaign's calling hours.", candidate.window.next_opening(at))


def _suppression(candidate: CallCandidate) -> Reason | None:
    if candidate.suppression_reason is None:
        return None
    message = f"The number is suppressed: {candidate.suppression_reason}."
    return Reason("suppressed", message, candidate.suppressed_until)


def _do_not_call(candidate: CallCandidate) -> Reason | None:
    return Reason("do_not_call", "The lead is marked do-not-call.") if candidate.do_not_call else None


def _attempts(candidate: CallCandidate) -> Reason | None:
    if candidate.attempts_made < candidate.max_attempts:
        return None
    return Reason("attempts_exhausted", f"{candidate.attempts_made} of {candidate.max_attempts} attempts are used up.")


def _hopper(candidate: CallCandidate) -> Reason | None:
    if candidate.lead_status == "queued":
        return None
    return Reason("lead_not_queued", f"The lead has left the hopper: it is {candidate.lead_status}.")


def _preview(candidate: CallCandidate) -> Reason | None:
    if candidate.dial_mode != "preview" or candidate.is_for_one_agent:
        return None
    return Reason("not_previewed", "The campaign previews its leads, and no agent has said dial.")


def _expiry(candidate: CallCandidate, at: datetime) -> Reason | None:
    if at < candidate.place_before:
        return None
    return Reason("placement_expired", "The placement expired before its turn came.")
