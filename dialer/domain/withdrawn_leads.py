"""What becomes of a lead whose planned call was not placed: back on its list until it may be called, or off it."""

from datetime import datetime, timedelta

from dialer.domain.compliance import CallingVerdict
from dialer.domain.dialability import GATE_OF_CODE
from dialer.domain.dispositions import LeadChange

SOON = timedelta(seconds=60)
"""For another call to the same person to end."""
_PASSING = frozenset({"campaign_not_active", "schedule_ended", "lead_not_queued", "not_previewed", "placement_expired"})
"""Reasons that say nothing about the lead: it stays due."""
_OWN_WORD = frozenset({"do_not_call", "suppressed"})
_HOURS = frozenset(code for code, gate in GATE_OF_CODE.items() if gate == "hours")
LATER = timedelta(hours=1)
"""Before looking again whether the campaign's hours and the callee's have come to overlap: they are the owner's."""
MAX_CODES = 5


def decide_withdrawn_lead(verdict: CallingVerdict) -> LeadChange:
    """Decide what becomes of the lead by the reasons of the verdict.

    What time clears, it waits for. What time never clears takes it off its list, with the reason in `status_reason`:
    whoever mends the reason puts it back.
    """
    reasons = {reason.code: reason for reason in verdict.reasons}
    why = ", ".join(list(reasons)[:MAX_CODES]) or "not placed in time"
    suppressed = reasons.get("suppressed")
    if "do_not_call" in reasons or (suppressed is not None and suppressed.clears_at is None):
        return LeadChange("dnc", why)
    if "on_registry" in reasons:
        return LeadChange("dnc", "on_registry")
    if "phone_not_usable" in reasons:
        return LeadChange("failed", "phone_not_usable")
    if "attempts_exhausted" in reasons:
        return LeadChange("failed", why)
    waits: list[datetime] = []
    if suppressed is not None and suppressed.clears_at is not None:
        waits.append(suppressed.clears_at)
    if "in_flight" in reasons:
        waits.append(verdict.decided_at + SOON)
    ruled_out = reasons.keys() - _PASSING - {"suppressed", "in_flight"}
    if ruled_out and verdict.next_allowed_at is not None:
        waits.append(verdict.next_allowed_at)
    elif ruled_out <= _HOURS:
        waits += [verdict.decided_at + LATER] if ruled_out else []
    else:
        return LeadChange("failed", why)
    return LeadChange("pending", why, max(waits) if waits else None)


def asked_not_to_be_called(verdict: CallingVerdict) -> bool:
    """Whether it is the person's own word that stops the call for good: that outlives every list."""
    return any(reason.code in _OWN_WORD and reason.clears_at is None for reason in verdict.reasons)
