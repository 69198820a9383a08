"""The decision that guards every placement. All reasons are collected, so a blocked lead tells everything at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.compliance.evaluation import OK, CallSubject, Evaluation, evaluate_rules, next_allowed
from dialer.domain.compliance.rule_book import RuleBook

RING_DELAY = timedelta(seconds=10)
"""A phone rings some seconds after its call is placed, and it is the ringing that has to lie within the hours: NMSA
57-12-22 and RCW 19.158.040 speak of calls received. So a call must be allowed so much later, too."""
SUPPRESSED, ON_REGISTRY = "suppressed", "on_registry"
_MAX_OPENINGS = 100
"""So many that close before a phone rings, and there is no other."""
PERSONAL = frozenset({"tenant", "campaign", "erased"})
"""Lists that hold a person's own word: they stop calls to any of his numbers. A registry stops the number it names."""


@dataclass(frozen=True)
class SuppressionHit:
    """A list that holds one of the callee's numbers. `kind`: tenant, campaign, registry or erased."""

    number: str
    kind: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True)
class CallCandidate:
    """A planned call with everything the decision looks at, read inside the placing transaction.

    `subject` is what the law looks at. `is_person_in_flight`: another call to this person, on whichever of his numbers,
    has not ended. `is_for_one_agent`: an agent has looked at the lead, said dial and waits for the answer.
    `is_phone_usable`: no earlier call has found this phone of his dead, or somebody else's.
    """

    subject: CallSubject
    campaign_status: str
    lead_status: str
    schedule_end: datetime | None
    attempts_made: int
    max_attempts: int
    do_not_call: bool
    suppressions: tuple[SuppressionHit, ...]
    place_before: datetime
    is_person_in_flight: bool = False
    dial_mode: str = "progressive"
    is_for_one_agent: bool = False
    is_phone_usable: bool = True

    @property
    def to_number(self) -> str:
        """The number that would be called, in E.164."""
        return self.subject.to_number


@dataclass(frozen=True)
class CallingVerdict:
    """Allowed when there are no reasons against it. `as_record` is what is stored with the attempt.

    `next_allowed_at`: when time alone will have brought the law and the calling hours to let it through; None: never.
    """

    decided_at: datetime
    rules_version: str
    candidate: CallCandidate
    evaluations: tuple[Evaluation, ...]
    next_allowed_at: datetime | None

    @property
    def reasons(self) -> tuple[Evaluation, ...]:
        """What speaks against the call."""
        return tuple(evaluation for evaluation in self.evaluations if not evaluation.passed)

    @property
    def allowed(self) -> bool:
        """True when nothing speaks against the call."""
        return all(evaluation.passed for evaluation in self.evaluations)

    def as_record(self) -> dict[str, object]:
        """The verdict with its inputs, as JSON for the attempt's row: an auditor reads rows, not code."""
        candidate, subject = self.candidate, self.candidate.subject
        return {
            "rules": self.rules_version,
            "allowed": self.allowed,
            "decided_at": self.decided_at.isoformat(),
            "next_allowed_at": _iso(self.next_allowed_at),
            "reasons": [
                {"code": r.code, "rule": r.rule, "message": r.message, "clears_at": _iso(r.clears_at)}
                for r in self.reasons
            ],
            "evaluations": [evaluation.as_record() for evaluation in self.evaluations],
            "inputs": {
                "to_number": subject.to_number,
                "region": subject.region,
                "line_type": subject.line_type,
                "jurisdictions": list(subject.locality.jurisdictions),
                "time_zones": list(subject.locality.time_zones),
                "call_type": subject.call_type,
                "profile": subject.profile,
                "consent": subject.consent,
                "country": subject.country,
                "allowed_regions": None if subject.allowed_regions is None else sorted(subject.allowed_regions),
                "window": _window(subject),
                "prior_attempts": [_iso(at) for at in subject.prior_attempts],
                "prior_conversations": [_iso(at) for at in subject.prior_conversations],
                "prior_refusals": [_iso(at) for at in subject.prior_refusals],
                "prior_abandoned": [_iso(at) for at in subject.prior_abandoned],
                "campaign_status": candidate.campaign_status,
                "lead_status": candidate.lead_status,
                "schedule_end": _iso(candidate.schedule_end),
                "attempts_made": candidate.attempts_made,
                "max_attempts": candidate.max_attempts,
                "do_not_call": candidate.do_not_call,
                "suppressions": [
                    {"number": hit.number, "kind": hit.kind, "reason": hit.reason, "until": _iso(hit.until)}
                    for hit in candidate.suppressions
                ],
                "is_person_in_flight": candidate.is_person_in_flight,
                "place_before": _iso(candidate.place_before),
                "dial_mode": candidate.dial_mode,
                "is_for_one_agent": candidate.is_for_one_agent,
                "is_phone_usable": candidate.is_phone_usable,
            },
        }


def may_place(candidate: CallCandidate, at: datetime, book: RuleBook) -> CallingVerdict:
    """Decide whether this planned call may go to the carrier now. Order does not matter; every rule is asked."""
    evaluations = (*_own_gates(candidate, at), *judge_placing(candidate.subject, at, book))
    return CallingVerdict(at, book.version, candidate, evaluations, next_placing(candidate.subject, at, book))


def judge_placing(subject: CallSubject, at: datetime, book: RuleBook) -> tuple[Evaluation, ...]:
    """What the rules say about a call that is placed at this moment, and about its ringing where that is forbidden."""
    placing = evaluate_rules(subject, at, book)
    if not all(evaluation.passed for evaluation in placing):
        return placing
    ringing = evaluate_rules(subject, at + RING_DELAY, book)
    return (*placing, *(evaluation for evaluation in ringing if not evaluation.passed))


def next_placing(subject: CallSubject, at: datetime, book: RuleBook) -> datetime | None:
    """The first moment, at or after `at`, at which the rules let a call be placed; None when time alone brings none."""
    for _ in range(_MAX_OPENINGS):
        opening = next_allowed(subject, at, book)
        if opening is None or all(evaluation.passed for evaluation in judge_placing(subject, opening, book)):
            return opening
        at = opening + RING_DELAY
    return None


def _own_gates(candidate: CallCandidate, at: datetime) -> Iterator[Evaluation]:
    """What the campaign and the lead say themselves, beside the rules."""
    status, end = candidate.campaign_status, candidate.schedule_end
    yield _gate("CAMPAIGN", "campaign_not_active", status == "active", f"The campaign is {status}.", status=status)
    message = f"The campaign's schedule ended at {_iso(end)}."
    yield _gate("SCHEDULE", "schedule_ended", end is None or at < end, message, schedule_end=_iso(end))
    yield _gate("DO-NOT-CALL", "do_not_call", not candidate.do_not_call, "The lead is marked do-not-call.")
    yield _suppression(candidate)
    message = "An earlier call has found this phone dead, or somebody else's."
    yield _gate("PHONE", "phone_not_usable", candidate.is_phone_usable, message)
    made, most = candidate.attempts_made, candidate.max_attempts
    message = f"{made} of {most} attempts are used up."
    yield _gate("CAMPAIGN-ATTEMPTS", "attempts_exhausted", made < most, message, made=made, most=most)
    message = f"The lead has left the hopper: it is {candidate.lead_status}."
    is_queued = candidate.lead_status == "queued"
    yield _gate("HOPPER", "lead_not_queued", is_queued, message, status=candidate.lead_status)
    message = "Another call to this person has not ended."
    yield _gate("IN-FLIGHT", "in_flight", not candidate.is_person_in_flight, message)
    is_previewed = candidate.dial_mode != "preview" or candidate.is_for_one_agent
    yield _gate(
        "PREVIEW", "not_previewed", is_previewed, "The campaign previews its leads, and no agent has said dial."
    )
    message = "The placement expired before its turn came."
    yield _gate("PLACE-BEFORE", "placement_expired", at < candidate.place_before, message)


def _suppression(candidate: CallCandidate) -> Evaluation:
    """A person's own word stops calls to all of his numbers, whoever else lists one of them."""
    own = [hit for hit in candidate.suppressions if hit.kind in PERSONAL]
    named = [hit for hit in candidate.suppressions if hit.number == candidate.to_number]
    hits = own or named
    if not hits:
        return Evaluation("SUPPRESSION", OK, passed=True, message="")
    known = [hit.until for hit in hits if hit.until is not None]
    names = ", ".join(sorted({f"{hit.kind}: {hit.reason}" for hit in hits}))
    return Evaluation(
        "SUPPRESSION", SUPPRESSED if own else ON_REGISTRY, passed=False,
        message=f"The number is on a do-not-call list ({names}).",
        clears_at=max(known) if len(known) == len(hits) else None,
        inputs={"kinds": sorted({hit.kind for hit in hits})},
    )  # fmt: skip


def _gate(rule: str, code: str, passed: bool, message: str, **inputs: object) -> Evaluation:  # noqa: FBT001
    return Evaluation(rule, OK if passed else code, passed, "" if passed else message, inputs=inputs)


def _window(subject: CallSubject) -> Mapping[str, object] | None:
    window = subject.window
    if window is None:
        return None
    return {
        "timezone": window.timezone,
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        "days": sorted(window.days),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
