"""When a person to whom a call is promised may be called, by the very rules that guard placing; and by what clock."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dialer.domain.callbacks import PromisedTime, speak_time
from dialer.domain.compliance import CallSubject, RuleBook, evaluate_rules, next_allowed
from dialer.domain.day_parts import zone_named
from dialer.domain.errors import FieldError, Invalid
from dialer.domain.phone_numbers import describe_number, library_time_zones
from dialer.store.callbacks import PromisableLead
from dialer.store.session import Transaction
from dialer.usecases import agent_events
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.services import Services
from dialer.usecases.verdicts import locality_of, subject_of


@dataclass(frozen=True)
class CalleeHours:
    """A person with all rules about when he may be called."""

    lead: PromisableLead
    subject: CallSubject
    book: RuleBook

    @property
    def zone(self) -> ZoneInfo:
        """The clock by which a time is spoken to him: the lead's own zone, or the likeliest where he may be.

        The campaign's, if nothing is known of him.
        """
        possible = self.subject.locality.time_zones
        if self.lead.callee.time_zone is not None and self.lead.callee.time_zone in possible:
            return zone_named(self.lead.callee.time_zone)
        # All that remain possible bind, so an area code on a border has two zones; most of its people live in one.
        likely = [zone for zone in library_time_zones(self.lead.phone) if zone in possible]
        return zone_named((*likely, *possible, self.lead.terms.timezone)[0])

    def require_permitted(self, time: PromisedTime, *, field: str) -> None:
        """Raise Invalid, with the next possible time, for a moment at which this person may not be called.

        Judged by what is known now: calls that are made until then may use up a cap.
        """
        zone, end = zone_named(time.time_zone), self.lead.terms.schedule_end
        if end is not None and time.due_at >= end:
            raise Invalid.field(field, f"must be before the campaign's schedule ends, at {speak_time(end, zone)}")
        possible_at = next_allowed(self.subject, time.due_at, self.book)
        if possible_at == time.due_at:
            return
        found = evaluate_rules(self.subject, time.due_at, self.book)
        why = " ".join(dict.fromkeys(evaluation.message for evaluation in found if not evaluation.passed))
        then = "Time alone does not change that." if possible_at is None else f"Next: {speak_time(possible_at, zone)}."
        message = f"the person may not be called then. {why} {then}"
        details = {"next_possible_at": agent_events.iso_instant(possible_at)}
        raise Invalid(f"{field}: {message}", fields=(FieldError(field, message),), details=details)

    def may_call(self, now: datetime) -> bool:
        """Tell whether the campaign dials, and the person may be called, at this moment."""
        terms = self.lead.terms
        if terms.status != "active" or (terms.schedule_end is not None and now >= terms.schedule_end):
            return False
        return all(evaluation.passed for evaluation in evaluate_rules(self.subject, now, self.book))


def hours_of(services: Services, tx: Transaction, lead: PromisableLead) -> CalleeHours:
    """What decides when this person may be called, by the newest rules."""
    book = rule_book(services, tx.session, tenant_id=lead.tenant_id, revision=lead.rules_revision)
    number = describe_number(lead.phone)
    place = locality_of(number, lead.callee, lead.terms, book)
    return CalleeHours(lead, subject_of(number, place, lead.callee, lead.callee.prior, lead.terms), book)
