"""Saying why: what stops a lead, or each lead of a campaign, from being dialled at this moment, and until when."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dialer.domain.compliance import CallCandidate, CallSubject, Locality, RuleBook, may_place, next_placing
from dialer.domain.dialability import Gate, in_order
from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId, LeadId, ListId
from dialer.domain.phone_numbers import describe_number
from dialer.domain.principals import Principal
from dialer.store import dialability as store
from dialer.store.dialability import CampaignFacts, LeadFacts, LeadGroup
from dialer.store.session import Transaction
from dialer.usecases.calling_rules import rule_book
from dialer.usecases.held_leads import HeldLead, list_held_leads
from dialer.usecases.lead_groups import GroupJudge, gates_of, with_opening
from dialer.usecases.services import Services
from dialer.usecases.verdicts import locality_of, subject_of, suppression_hits


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
    gates = with_opening(gates, subject, now, book)
    return LeadDialability(lead_id, now, gates, _when(gates, subject, now, book), place, book.version)


def summarize_campaign(services: Services, *, actor: Principal, campaign_id: CampaignId) -> CampaignDialability:
    """All leads of a campaign by what stops them first, list by list. Raises NotFound."""
    now = services.clock.now()
    with one_moment(services, actor) as tx:
        facts = store.load_campaign_facts(tx.session, campaign_id)
        if facts is None:
            raise NotFound("There is no campaign with this id.")
        book = rule_book(services, tx.session, tenant_id=facts.tenant_id)
        groups = store.count_lead_groups(tx.session, campaign_id, now=overdue(facts, now))
        judge = GroupJudge(tx, facts, book, now, {group.locality_id for group in groups})
        lists = count_by_gate(facts, groups, judge, list_held_leads(tx, facts, judge))
    return CampaignDialability(campaign_id, now, campaign_gate(facts, now), lists, book.version)


@contextmanager
def one_moment(services: Services, actor: Principal) -> Iterator[Transaction]:
    """A transaction whose statements all read the same moment, so that what they count adds up while leads change."""
    with services.transaction() as tx:
        store.begin_snapshot(tx.session)
        tx.enter_tenant(actor.tenant_id)
        yield tx


def count_by_gate(
    facts: CampaignFacts, groups: Iterable[LeadGroup], judge: GroupJudge, held: Iterable[HeldLead]
) -> tuple[ListDialability, ...]:
    """The leads of each list by their first gate, the campaign's own left aside."""
    lists = {entry.id: ListDialability(entry.id, entry.name, entry.is_active) for entry in facts.lists}
    alike = Counter({replace(group, count=1): group.count for group in groups})
    for entry in held:
        alike[entry.lead.group] -= 1
        lists[entry.lead.group.list_id].add(entry.own, 1)
    for group, count in (+alike).items():
        lists[group.list_id].add(judge.gate_of(group), count)
    return tuple(lists.values())


def overdue(facts: CampaignFacts, now: datetime) -> datetime | None:
    """Now, if leads wait whose time has come: those of a campaign that does not dial are promoted by nobody."""
    return now if facts.next_due_at is not None and facts.next_due_at <= now else None


def campaign_gate(facts: CampaignFacts, now: datetime) -> Gate | None:
    """What stops the whole campaign."""
    terms = facts.terms
    if terms.schedule_end is not None and now >= terms.schedule_end:
        return Gate("campaign", "schedule_ended", "The campaign's schedule has ended.")
    if terms.status == "active":
        return None
    starts = facts.schedule_start if terms.status == "scheduled" else None
    return Gate("campaign", f"campaign_{terms.status}", f"The campaign is {terms.status}.", starts)


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
        is_phone_usable=facts.is_phone_usable,
    )
    return gates_of(may_place(candidate, now, book).evaluations)


def _when(gates: tuple[Gate, ...], subject: CallSubject, now: datetime, book: RuleBook) -> datetime | None:
    if any(gate.clears_at is None for gate in gates):
        return None
    latest = max([now, *(gate.clears_at for gate in gates if gate.clears_at is not None)])
    return next_placing(subject, latest, book)
