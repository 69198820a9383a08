"""What stops all leads alike of whom only the list, the status, the place and the consent are known."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from dialer.domain.compliance import CallSubject, Evaluation, Locality, RuleBook, judge_placing, next_placing
from dialer.domain.dialability import GATE_OF_CODE, Gate, in_order
from dialer.store import localities
from dialer.store.dialability import CampaignFacts, LeadGroup
from dialer.store.session import Transaction
from dialer.usecases.verdicts import window_of

ANYONE = "+0"
"""Stands for the number of a group of leads: no rule about single numbers speaks about it."""


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

    def subject(self, locality_id: int, consent: bool | None) -> CallSubject:  # noqa: FBT001
        """Somebody of whom only the place and the consent are known."""
        terms, place = self._facts.terms, self.place(locality_id)
        # The number is of one of the place's countries, and nobody knows of which: of one that is called, if any is.
        called = [country for country in place.countries if country in terms.allowed_countries]
        return CallSubject(
            to_number=ANYONE,
            region=next(iter([*called, *place.countries]), "001"),
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
            gates = in_order(gates_of(judge_placing(subject, self.now, self.book)))
            self._judged[key] = next(iter(with_opening(gates, subject, self.now, self.book)), None)
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


def with_opening(gates: tuple[Gate, ...], subject: CallSubject, now: datetime, book: RuleBook) -> tuple[Gate, ...]:
    """Gates in order; if only hours stop the call, the first says when all of them are open: each rule speaks for
    itself."""
    if not gates or gates[0].gate != "hours":
        return gates
    return (replace(gates[0], clears_at=next_placing(subject, now, book)), *gates[1:])
