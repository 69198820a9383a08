"""Saying why: what stops a lead, or each lead of a campaign, from being dialled at this moment, and until when."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialer.domain.compliance import (
    CallCandidate,
    CallSubject,
    Evaluation,
    Locality,
    RuleBook,
    evaluate_rules,
    may_place,
    next_allowed,
)
from dialer.domain.dialability import GATE_OF_CODE, Gate, in_order
from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId, LeadId, ListId
from dialer.domain.phone_numbers import describe_number
from dialer.domain.principals import Principal
from dialer.store import dialability as store
from dialer.store import localities
from dialer.store.dialability import CampaignFacts, LeadFacts, LeadGroup
from dialer.store.session import Transaction
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.limits_of_places import PlaceLimits, limits_of
from dialer.usecases.services import Services
from dialer.usecases.verdicts import locality_of, subject_of, suppression_hits, window_of

ANYONE = "+0"
"""Stands for the number of a group of leads: no rule about single numbers speaks about it."""


@dataclass(frozen=True)
class LeadDialability:
    """Whether a lead may be dialled now. `gates`: all that stops it, the first first.

    `next_dialable_at`: when time alone will have opened all of them; None: it never will.
    """

    lead_id: LeadId
    at: datetime
    gates: tuple[Gate, ...]
    next_dialable_at: datetime | None
    locality: Locality
    rules_version: str

    @property
    def is_dialable(self) -> bool:
        """True when nothing stops the lead."""
        return not self.gates


@dataclass
class GateCount:
    """How many leads a gate stops first, and when it opens for the earliest of them."""

    gate: str
    count: int = 0
    earliest_clears_at: datetime | None = None

    def add(self, count: int, clears_at: datetime | None) -> None:
        """Count more leads."""
        self.count += count
        if clears_at is not None and (self.earliest_clears_at is None or clears_at < self.earliest_clears_at):
            self.earliest_clears_at = clears_at


@dataclass
class ListDialability:
    """The leads of one list by their first gate. `callable` of them may be dialled now."""

    list_id: ListId
    name: str
    is_active: bool
    total: int = 0
    callable: int = 0
    gates: dict[str, GateCount] = field(default_factory=dict)

    def add(self, gate: Gate | None, count: int) -> None:
        """Count leads whose first gate this is; None: nothing stops them."""
        self.total += count
        if gate is None:
            self.callable += count
        else:
            self.gates.setdefault(gate.gate, GateCount(gate.gate)).add(count, gate.clears_at)


@dataclass(frozen=True)
class CampaignDialability:
    """Every lead of a campaign by its first gate. `campaign_gate` stops all of them, and is not counted again below."""

    campaign_id: CampaignId
    at: datetime
    campaign_gate: Gate | None
    lists: tuple[ListDialability, ...]
    rules_version: str

    @property
    def total(self) -> int:
        """How many leads there are."""
        return sum(entry.total for entry in self.lists)

    @property
    def callable(self) -> int:
        """How many may be dialled, if the campaign is."""
        return sum(entry.callable for entry in self.lists)

    @property
    def gates(self) -> Mapping[str, GateCount]:
        """The counts of all lists together."""
        summed: dict[str, GateCount] = {}
        for entry in self.lists:
            for name, counted in entry.gates.items():
                summed.setdefault(name, GateCount(name)).add(counted.count, counted.earliest_clears_at)
        return summed


def explain_lead(services: Services, *, actor: Principal, lead_id: LeadId) -> LeadDialability:
    """What stops this lead from being dialled now. Raises NotFound."""
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        facts = store.load_lead_facts(tx.session, lead_id, now=now)
        if facts is None:
            raise NotFound("There is no lead with this id.")
        book = rule_book(services, tx.session, tenant_id=facts.tenant_id)
    number = describe_number(facts.number)
    place = locality_of(number, facts.callee, facts.terms, book)
    subject = subject_of(number, place, facts.callee, facts.callee.prior, facts.terms)
    gates = in_order([*_gates_of_lead(facts, now), *_gates_of_verdict(facts, subject, now, book)])
    if gates and gates[0].gate == "hours":
        # Each rule says when it alone opens; what counts is when all of them do.
        gates = (replace(gates[0], clears_at=next_allowed(subject, now, book)), *gates[1:])
    return LeadDialability(lead_id, now, gates, _when(gates, subject, now, book), place, book.version)


def summarize_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> CampaignDialability:
    """All leads of a campaign by what stops them first, list by list. Raises NotFound."""
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        facts = store.load_campaign_facts(tx.session, campaign_id)
        if facts is None:
            raise NotFound("There is no campaign with this id.")
        book = rule_book(services, tx.session, tenant_id=facts.tenant_id)
        groups = store.count_lead_groups(tx.session, campaign_id)
        judge = GroupJudge(tx, facts, book, now, {group.locality_id for group in groups})
        lists = count_by_gate(tx, facts, groups, judge)
    return CampaignDialability(campaign_id, now, campaign_gate(facts, now), lists, book.version)


def count_by_gate(
    tx: Transaction, facts: CampaignFacts, groups: Iterable[LeadGroup], judge: "GroupJudge"
) -> tuple[ListDialability, ...]:
    """The leads of each list by their first gate, the campaign's own left aside."""
    now = judge.now
    lists = {entry.id: ListDialability(entry.id, entry.name, entry.is_active) for entry in facts.lists}
    for group in groups:
        lists[group.list_id].add(judge.gate_of(group), group.count)
    _move(lists, _held_by_caps(tx, facts, judge, now))
    # An entry that expires leaves the lead's status alone.
    for list_id, count in store.count_temporarily_suppressed(tx.session, facts.id, now=now).items():
        if lists[list_id].is_active:
            _move(lists, [(list_id, Gate("dnc", "suppressed", "On a do-not-call list for a time."), count)])
    return tuple(lists.values())


class GroupJudge:
    """Judges groups of leads; each place, with or without consent, is looked at once."""

    def __init__(self, tx: Transaction, facts: CampaignFacts, book: RuleBook, now: datetime, ids: Iterable[int]):
        self._facts, self.book, self.now = facts, book, now
        self._active = {entry.id for entry in facts.lists if entry.is_active}
        self._places = localities.load_localities(tx.session, sorted(ids))
        self._judged: dict[tuple[int, bool | None], Gate | None] = {}

    def place(self, locality_id: int) -> Locality:
        """The locality of a number."""
        stored = self._places[locality_id]
        return Locality(stored.jurisdictions, stored.time_zones)

    def places(self) -> Mapping[int, Locality]:
        """Every locality in which leads are, but for the undetermined one."""
        return {number: self.place(number) for number in self._places if number != localities.UNDETERMINED}

    def subject(self, locality_id: int, consent: bool | None, number: str = ANYONE) -> CallSubject:  # noqa: FBT001
        """Somebody of whom only the place and the consent are known."""
        terms, place = self._facts.terms, self.place(locality_id)
        return CallSubject(
            to_number=number,
            region=next(iter(place.countries), "001"),
            line_type="fixed",
            locality=place,
            call_type=terms.call_type,
            consent=terms.consent_on_record if consent is None else consent,
            profile=terms.calling_profile,
            window=window_of(terms),
            allowed_regions=terms.allowed_countries or None,
        )

    def gate_of_place(self, locality_id: int, consent: bool | None) -> Gate | None:  # noqa: FBT001
        """What stops everybody there. Of leads whose place nobody has determined, placing will find out."""
        if locality_id == localities.UNDETERMINED:
            return None
        key = (locality_id, consent)
        if key not in self._judged:
            subject = self.subject(locality_id, consent)
            gates = in_order(gates_of(evaluate_rules(subject, self.now, self.book)))
            gate = gates[0] if gates else None
            if gate is not None and gate.gate == "hours":
                gate = Gate(gate.gate, gate.code, gate.message, next_allowed(subject, self.now, self.book), gate.rule)
            self._judged[key] = gate
        return self._judged[key]

    def gate_of(self, group: LeadGroup) -> Gate | None:
        """The first gate of a group."""
        if group.list_id not in self._active:
            return Gate("list", "list_inactive", "The list is switched off.")
        if group.status in ("completed", "failed"):
            return Gate("finished", group.status_reason or group.status, f"The lead is {group.status}.")
        if group.status == "dnc":
            return Gate("dnc", group.status_reason or "do_not_call", "On a do-not-call list.")
        gate = self.gate_of_place(group.locality_id, group.consent)
        if group.status in ("queued", "calling"):
            waiting: Gate | None = Gate("in_flight", group.status, "In the hopper or in a call.")
        elif group.is_waiting:
            waiting = Gate("retry", "retry_due", "Waits for its next attempt.", self._facts.next_due_at)
        else:
            waiting = None
        return next(iter(in_order(found for found in (gate, waiting) if found is not None)), None)


def gates_of(evaluations: Iterable[Evaluation]) -> list[Gate]:
    """The gates behind what speaks against a call."""
    return [
        Gate(GATE_OF_CODE[found.code], found.code, found.message, found.clears_at, found.rule)
        for found in evaluations
        if not found.passed and found.code in GATE_OF_CODE
    ]


def campaign_gate(facts: CampaignFacts, now: datetime) -> Gate | None:
    """What stops the whole campaign."""
    terms = facts.terms
    if terms.schedule_end is not None and now >= terms.schedule_end:
        return Gate("campaign", "schedule_ended", "The campaign's schedule has ended.")
    if terms.status == "active":
        return None
    starts = facts.schedule_start if terms.status == "scheduled" else None
    return Gate("campaign", f"campaign_{terms.status}", f"The campaign is {terms.status}.", starts)


def _held_by_caps(
    tx: Transaction, facts: CampaignFacts, judge: GroupJudge, now: datetime
) -> list[tuple[ListId, Gate, int]]:
    """Ready leads that nothing stops but what happened to them before."""
    limits = limits_of(judge.places(), facts.terms.call_type, judge.book)
    held: Counter[tuple[ListId, Gate]] = Counter()
    for limit in limits:
        for lead in _called(tx, facts, limit, now):
            if judge.gate_of_place(lead.locality_id, lead.consent) is not None:
                continue
            subject = judge.subject(lead.locality_id, lead.consent)
            subject = _with_history(subject, lead)
            gates = in_order(gates_of(evaluate_rules(subject, now, judge.book)))
            if gates:
                held[(lead.list_id, gates[0])] += 1
    return [(list_id, gate, count) for (list_id, gate), count in held.items()]


def _called(tx: Transaction, facts: CampaignFacts, limit: PlaceLimits, now: datetime) -> list[store.CalledLead]:
    return store.list_called_leads(
        tx.session, facts.id, locality_ids=limit.locality_ids, since=now - limit.look_back, min_calls=limit.min_calls
    )


def _with_history(subject: CallSubject, lead: store.CalledLead) -> CallSubject:
    return replace(
        subject,
        prior_attempts=lead.prior.attempts,
        prior_conversations=lead.prior.conversations,
        prior_refusals=lead.prior.refusals,
        prior_abandoned=lead.prior.abandoned,
    )


def _move(lists: Mapping[ListId, ListDialability], held: Iterable[tuple[ListId, Gate, int]]) -> None:
    """Leads that were counted as callable turn out not to be."""
    for list_id, gate, count in held:
        entry = lists[list_id]
        moved = min(count, entry.callable)
        entry.callable -= moved
        entry.gates.setdefault(gate.gate, GateCount(gate.gate)).add(moved, gate.clears_at)


def _gates_of_lead(facts: LeadFacts, now: datetime) -> list[Gate]:
    gates = []
    if facts.terms.status != "active":
        starts = facts.schedule_start if facts.terms.status == "scheduled" else None
        message = f"The campaign is {facts.terms.status}."
        gates.append(Gate("campaign", f"campaign_{facts.terms.status}", message, starts))
    if not facts.is_list_active:
        gates.append(Gate("list", "list_inactive", f"The list {facts.list_name!r} is switched off."))
    if facts.status in ("completed", "failed"):
        message = f"The lead is {facts.status}" + (f": {facts.status_reason}." if facts.status_reason else ".")
        gates.append(Gate("finished", facts.status, message))
    if facts.status == "dnc":
        gates.append(Gate("dnc", "do_not_call", f"The lead is taken off its list: {facts.status_reason or 'dnc'}."))
    if not facts.is_usable:
        gates.append(Gate("no_phone", "no_phone", "None of the person's phones is worth calling any more."))
    if facts.status in ("queued", "calling") or facts.in_flight is not None:
        gates.append(Gate("in_flight", facts.in_flight or facts.status, "In the hopper, on a screen or in a call."))
    if facts.status == "pending" and facts.next_call_at > now:
        if facts.callback_at is not None:
            gates.append(Gate("callback", "callback_promised", "A call was promised.", facts.next_call_at))
        else:
            gates.append(Gate("retry", "retry_due", "Waits for its next attempt.", facts.next_call_at))
    return gates


def _gates_of_verdict(facts: LeadFacts, subject: CallSubject, now: datetime, book: RuleBook) -> list[Gate]:
    """What placing would say if the lead's call were planned now."""
    candidate = CallCandidate(
        subject=subject,
        campaign_status="active",
        lead_status="queued",
        schedule_end=facts.terms.schedule_end,
        attempts_made=facts.call_attempts,
        max_attempts=facts.terms.max_attempts,
        do_not_call=facts.do_not_call and facts.status != "dnc",
        suppressions=suppression_hits(facts.suppressed),
        place_before=now + timedelta(days=1),
    )
    return gates_of(may_place(candidate, now, book).evaluations)


def _when(gates: tuple[Gate, ...], subject: CallSubject, now: datetime, book: RuleBook) -> datetime | None:
    if any(gate.clears_at is None for gate in gates):
        return None
    latest = max([now, *(gate.clears_at for gate in gates if gate.clears_at is not None)])
    return next_allowed(subject, latest, book)
