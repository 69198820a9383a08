"""Leads whose first gate is one of their own and not the one that they share with all leads alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from dialer.domain.compliance import evaluate_limits
from dialer.domain.dialability import GATES, Gate, in_order
from dialer.domain.ids import LeadId
from dialer.store import held_leads as store
from dialer.store.callees import PriorCalls
from dialer.store.dialability import CampaignFacts
from dialer.store.held_leads import OpenLead
from dialer.store.session import Transaction
from dialer.usecases.lead_groups import GroupJudge, gates_of
from dialer.usecases.limits_of_places import limits_of

_BEFORE_CAPS = frozenset(GATES[: GATES.index("cap")])


@dataclass(frozen=True)
class HeldLead:
    """A lead with the gate of its own that stops it first."""

    lead: OpenLead
    own: Gate

    @property
    def may_be_called_at(self) -> datetime | None:
        """When its own gate will be open and its next attempt due; None: nobody knows."""
        return None if self.own.clears_at is None else max(self.own.clears_at, self.lead.next_call_at)


def list_held_leads(tx: Transaction, facts: CampaignFacts, judge: GroupJudge) -> Iterator[HeldLead]:
    """Every lead of a campaign that something of its own stops first, once."""
    leads: dict[LeadId, OpenLead] = {}
    gates: dict[LeadId, list[Gate]] = {}
    for lead, gate in _own_gates(tx, facts, judge):
        leads[lead.lead_id] = lead
        gates.setdefault(lead.lead_id, []).append(gate)
    for lead_id, lead in leads.items():
        shared, own = judge.gate_of(lead.group), gates[lead_id]
        # Who waits for a promised call waits for nothing else.
        is_promised = any(gate.gate == "callback" for gate in own)
        others = [] if shared is None or (is_promised and shared.gate == "retry") else [shared]
        first = in_order([*others, *own])[0]
        if shared is None or first.gate != shared.gate:
            yield HeldLead(lead, first)


def _own_gates(tx: Transaction, facts: CampaignFacts, judge: GroupJudge) -> Iterator[tuple[OpenLead, Gate]]:
    for lead, until in store.list_suppressed_for_now(tx.session, facts.id, now=judge.now):
        yield lead, Gate("dnc", "suppressed", "On a do-not-call list for a time.", until)
    for lead in store.list_called_now(tx.session, facts.id):
        yield lead, Gate("in_flight", "in_flight", "Another call to this person has not ended.")
    for lead in store.list_promised(tx.session, facts.id):
        yield lead, Gate("callback", "callback_promised", "A call was promised.", lead.next_call_at)
    for limit in limits_of(judge.places(), facts.terms.call_type, judge.book):
        called = store.list_called_before(
            tx.session,
            facts.id,
            locality_ids=limit.locality_ids,
            since=judge.now - limit.look_back,
            min_calls=limit.min_calls,
            with_events=limit.with_events,
        )
        yield from ((lead, gate) for lead, prior in called if (gate := _cap(judge, lead, prior)) is not None)


def _cap(judge: GroupJudge, lead: OpenLead, prior: PriorCalls) -> Gate | None:
    """The cap or the wait that holds a lead, unless something else stops it before that."""
    shared = judge.gate_of(lead.group)
    if shared is not None and shared.gate in _BEFORE_CAPS:
        return None
    subject = replace(
        judge.subject(lead.group.locality_id, lead.group.consent),
        prior_attempts=prior.attempts,
        prior_conversations=prior.conversations,
        prior_refusals=prior.refusals,
        prior_abandoned=prior.abandoned,
    )
    limits = in_order(gates_of(evaluate_limits(subject, judge.now, judge.book)))
    return limits[0] if limits else None
