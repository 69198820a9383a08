"""Deciding about a planned call inside the placing transaction, from rows that are locked."""

from datetime import datetime

from dialer.domain.compliance import (
    CallCandidate,
    CallingVerdict,
    CallingWindow,
    CallSubject,
    Locality,
    RuleBook,
    SuppressionHit,
    locate,
    may_place,
)
from dialer.domain.phone_numbers import PhoneNumber, describe_number
from dialer.store import localities, placements
from dialer.store.callees import Callee, PriorCalls
from dialer.store.placements import CampaignTerms, PlannedCall
from dialer.store.session import Transaction
from dialer.usecases.calling_rules import keep_book, rule_book
from dialer.usecases.services import Services


def decide_placement(services: Services, tx: Transaction, planned: PlannedCall, now: datetime) -> CallingVerdict:
    """Judge a planned call whose rows are locked, by the newest rules.

    A lead whose locality nobody had determined gets it here.
    """
    book = rule_book(services, tx.session, tenant_id=planned.tenant_id, revision=planned.rules_revision)
    keep_book(services, tx, tenant_id=planned.tenant_id, book=book)
    number = describe_number(planned.to_number)
    place = locality_of(number, planned.callee, planned.terms, book)
    if planned.callee.locality_id == localities.UNDETERMINED:
        _determine(tx, planned, place)
    subject = subject_of(number, place, planned.callee, planned.callee.prior, planned.terms)
    return may_place(_candidate(planned, subject), now, book)


def locality_of(number: PhoneNumber, callee: Callee, terms: CampaignTerms, book: RuleBook) -> Locality:
    """Where the callee may be, by his number and what his lead says."""
    return locate(
        number,
        book=book,
        state=callee.state,
        country=callee.country,
        postal_code=callee.postal_code,
        time_zone=callee.time_zone,
        profile=terms.calling_profile,
    )


def subject_of(
    number: PhoneNumber, place: Locality, callee: Callee, prior: PriorCalls, terms: CampaignTerms
) -> CallSubject:
    """The call as the law looks at it."""
    return CallSubject(
        to_number=number.e164,
        region=number.region,
        line_type=number.line_type,
        locality=place,
        call_type=terms.call_type,
        consent=terms.consent_on_record if callee.consent is None else callee.consent,
        profile=terms.calling_profile,
        prior_attempts=prior.attempts,
        prior_conversations=prior.conversations,
        prior_refusals=prior.refusals,
        prior_abandoned=prior.abandoned,
        window=window_of(terms),
        allowed_regions=terms.allowed_countries or None,
    )


def window_of(terms: CampaignTerms) -> CallingWindow:
    """The campaign's own hours: on its clock, or on the callee's."""
    zone = terms.timezone if terms.calling_hours_zone == "campaign" else None
    return CallingWindow(zone, terms.calling_hours_start, terms.calling_hours_end, terms.calling_days)


def suppression_hits(found: tuple[placements.Suppressed, ...]) -> tuple[SuppressionHit, ...]:
    """What the lists say, as the decision reads it."""
    return tuple(SuppressionHit(hit.number, hit.kind, hit.reason, hit.until) for hit in found)


def _candidate(planned: PlannedCall, subject: CallSubject) -> CallCandidate:
    return CallCandidate(
        subject=subject,
        campaign_status=planned.terms.status,
        lead_status=planned.lead_status,
        schedule_end=planned.terms.schedule_end,
        attempts_made=planned.attempts_made,
        max_attempts=planned.terms.max_attempts,
        do_not_call=planned.do_not_call,
        suppressions=suppression_hits(planned.suppressed),
        place_before=planned.place_before,
        is_person_in_flight=planned.callee.prior.in_flight,
        dial_mode=planned.terms.dial_mode,
        is_for_one_agent=planned.agent_id is not None,
        is_phone_usable=planned.is_phone_usable,
    )


def _determine(tx: Transaction, planned: PlannedCall, place: Locality) -> None:
    ids = localities.ensure_localities(tx.session, [(place.signature, place.jurisdictions, place.time_zones)])
    localities.set_locality(tx.session, lead_id=planned.lead_id, locality_id=ids[place.signature])
