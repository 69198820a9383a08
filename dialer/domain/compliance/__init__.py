"""Who may be called, and when. Pure functions that answer with a verdict and its reasons, never with a bare bool."""

from dialer.domain.compliance.calling_window import CallingWindow
from dialer.domain.compliance.verdict import CallCandidate, CallingVerdict, Reason, may_place

__all__ = ["CallCandidate", "CallingVerdict", "CallingWindow", "Reason", "may_place"]
