"""A call to one person, as the rules look at it."""

from dataclasses import dataclass, replace
from datetime import datetime

from dialer.domain.compliance.calling_window import CallingWindow
from dialer.domain.compliance.localities import STRICT, Locality

CONSENT_FORMS = frozenset({"written", "electronic", "oral", "none"})


@dataclass(frozen=True)
class CallSubject:
    """What decides whether a call may be made. Histories are of the person: all numbers, all campaigns.

    `consent` is True for consent on record in whatever form is asked for, False for none, or the form that is on
    record: one of CONSENT_FORMS. `country` is what the lead's own data name, as two letters. `allowed_regions` limits
    the countries that are called; None leaves that to the rules.
    """

    to_number: str
    region: str
    line_type: str
    locality: Locality
    call_type: str = "telemarketing"
    consent: bool | str = True
    profile: str = STRICT
    prior_attempts: tuple[datetime, ...] = ()
    prior_conversations: tuple[datetime, ...] = ()
    prior_refusals: tuple[datetime, ...] = ()
    prior_abandoned: tuple[datetime, ...] = ()
    window: CallingWindow | None = None
    allowed_regions: frozenset[str] | None = None
    country: str | None = None

    def known_at(self, at: datetime) -> "CallSubject":
        """The subject without what has not happened yet at this moment."""
        histories = (self.prior_attempts, self.prior_conversations, self.prior_refusals, self.prior_abandoned)
        if all(event <= at for history in histories for event in history):
            return self
        attempts, conversations, refusals, abandoned = (
            tuple(event for event in history if event <= at) for history in histories
        )
        return replace(
            self,
            prior_attempts=attempts,
            prior_conversations=conversations,
            prior_refusals=refusals,
            prior_abandoned=abandoned,
        )

    def events(self, after: str) -> tuple[datetime, ...]:
        """When there was a `conversation`, a `refusal` or an `abandoned` call."""
        if after == "conversation":
            return self.prior_conversations
        return self.prior_refusals if after == "refusal" else self.prior_abandoned

    @property
    def consent_form(self) -> str:
        """The form of consent on record; True counts as written."""
        if isinstance(self.consent, bool):
            return "written" if self.consent else "none"
        return self.consent if self.consent in CONSENT_FORMS else "none"
