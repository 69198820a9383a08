"""The history checker: replays the carrier's log against the database's rows. Pure; knows no server.

What the product believes is in the rows. What happened is in the log of the twin, which shares no code with it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

SETTLING = timedelta(seconds=20)
"""How long after a call's end its row may still say something else: the last webhooks and sweeps are under way."""
_LATENESS = timedelta(seconds=2)


@dataclass
class CarrierCall:
    """One call as the carrier saw it. `call_id` is the one in the request's URL; `end` the carrier's last word."""

    sid: str
    to_number: str
    accepted_at: datetime
    call_id: UUID | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end: str | None = None
    verdict: str | None = None

    @property
    def reached_a_person(self) -> bool:
        """Somebody answered whom detection did not take for a machine."""
        is_machine = self.verdict is not None and (self.verdict.startswith("machine") or self.verdict == "fax")
        return self.answered_at is not None and not is_machine


@dataclass(frozen=True)
class CallRow:
    """One call as the product believes it was."""

    id: UUID
    to_number: str
    state: str
    call_sid: str | None
    lead_id: UUID
    attempt_id: UUID
    created_at: datetime
    placing_at: datetime | None = None
    placed_at: datetime | None = None
    answered_at: datetime | None = None
    bridged_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by: str | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class History:
    """Both sides. Rows were read after the log."""

    calls: tuple[CarrierCall, ...]
    rows: tuple[CallRow, ...]


@dataclass(frozen=True)
class Rules:
    """What must hold besides the agreement of both sides, in the words of this run."""

    may_be_called: Callable[[str, datetime], bool]
    never_called: frozenset[str] = frozenset()
    min_retry_delay: timedelta = timedelta(0)
    wrong_clocks: Sequence[tuple[datetime, datetime]] = ()
    """When some clock of the product was wrong: delays that were begun or ended then prove nothing."""


@dataclass(frozen=True, order=True)
class Violation:
    """Something that must never happen, and to which call."""

    check: str
    what: str


@dataclass
class _Sides:
    by_sid: dict[str, CarrierCall] = field(default_factory=dict)
    by_call_id: dict[UUID, list[CarrierCall]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, list[CarrierCall]] = field(default_factory=lambda: defaultdict(list))
    rows_by_id: dict[UUID, CallRow] = field(default_factory=dict)
    rows_by_sid: dict[str, CallRow] = field(default_factory=dict)


def check_history(history: History, rules: Rules, *, now: datetime) -> list[Violation]:
    """Every violation, in order. Calls that are still under way, or ended a moment ago, are not yet judged by state."""
    sides = _sides_of(history)
    found = [
        *_doubled(sides),
        *_two_at_once(sides, now),
        *_too_soon(sides, rules),
        *_outside_the_rules(history.calls, rules),
        *_orphans(history.calls, sides, now),
        *_inventions(history.rows, sides, now),
        *_lost_answers(history.calls, sides, now),
        *_disagreements(history.calls, sides, now),
    ]
    return sorted(set(found))


def find_unsettled(history: History, *, before: datetime, now: datetime) -> list[Violation]:
    """Rows of calls planned before a moment that do not say yet what the carrier says. Each is still to be mended."""
    sides = _sides_of(history)
    found = []
    for row in history.rows:
        if row.created_at < before:
            call = _call_of(row, sides)
            why = _why_unsettled(row, call, now)
            if why is not None:
                found.append(Violation("not_at_rest", f"row {row.id} is {row.state}: {why}"))
    return found


def _why_unsettled(row: CallRow, call: CarrierCall | None, now: datetime) -> str | None:
    if row.state in ("planned", "placing"):
        return "nobody has gone on with it"
    if call is None:
        # What the carrier never heard of is given up after five minutes; the stuck look for it.
        return None
    if row.call_sid is None or row.state == "unresolved":
        return "the carrier has accepted it"
    if call.ended_at is not None and row.state not in _FINAL and now - call.ended_at > _LATENESS:
        return "the carrier has ended it"
    if call.ended_at is None and row.state in _FINAL and row.ended_at and now - row.ended_at > SETTLING:
        return "at the carrier it goes on"
    return None


def _doubled(sides: _Sides) -> Iterator[Violation]:
    for call_id, calls in sides.by_call_id.items():
        if len(calls) > 1:
            sids = ", ".join(call.sid for call in calls)
            yield Violation("called_twice_for_one_attempt", f"call {call_id} was accepted as {sids}")


def _two_at_once(sides: _Sides, now: datetime) -> Iterator[Violation]:
    for calls in sides.by_number.values():
        for before, after in pairwise(calls):
            if after.accepted_at < (before.ended_at or now):
                yield Violation("two_calls_at_once", f"{after.sid} began while {before.sid} was in progress")


def _too_soon(sides: _Sides, rules: Rules) -> Iterator[Violation]:
    """A call that rang is an attempt: the next has to wait, whatever became of the first one's bookkeeping."""
    for calls in sides.by_number.values():
        for before, after in pairwise(calls):
            if before.ended_at is None or before.end == "canceled" or after.accepted_at < before.ended_at:
                continue
            if any(begun <= after.accepted_at and before.ended_at <= over for begun, over in rules.wrong_clocks):
                continue
            if after.accepted_at - before.ended_at < rules.min_retry_delay - _LATENESS:
                pause = (after.accepted_at - before.ended_at).total_seconds()
                yield Violation("called_again_too_soon", f"{after.sid} began {pause:.1f} s after {before.sid}")


def _outside_the_rules(calls: Sequence[CarrierCall], rules: Rules) -> Iterator[Violation]:
    for call in calls:
        if call.to_number in rules.never_called:
            yield Violation("suppressed_number_called", f"{call.sid} at {call.accepted_at}")
        if not rules.may_be_called(call.to_number, call.accepted_at):
            yield Violation("called_outside_hours", f"{call.sid} at {call.accepted_at}")


def _orphans(calls: Sequence[CarrierCall], sides: _Sides, now: datetime) -> Iterator[Violation]:
    for call in calls:
        row = _row_of(call, sides)
        if row is None:
            yield Violation("call_without_attempt", f"{call.sid} belongs to no row")
        elif row.call_sid is not None and row.call_sid != call.sid:
            yield Violation("call_without_attempt", f"{call.sid}: row {row.id} knows only {row.call_sid}")
        elif row.call_sid is None and call.ended_at is not None and now - call.ended_at > SETTLING:
            yield Violation("call_not_found_out", f"{call.sid}: row {row.id} is {row.state} and never heard of it")


def _inventions(rows: Sequence[CallRow], sides: _Sides, now: datetime) -> Iterator[Violation]:
    seen: dict[UUID, UUID] = {}
    for row in rows:
        if row.attempt_id in seen:
            yield Violation("attempt_with_two_calls", f"rows {seen[row.attempt_id]} and {row.id}")
        seen[row.attempt_id] = row.id
        if row.call_sid is not None and row.call_sid not in sides.by_sid:
            yield Violation("call_that_never_was", f"row {row.id} claims {row.call_sid}")
        was_accepted = row.call_sid is not None or row.id in sides.by_call_id
        if row.placed_at is not None and not was_accepted and now - row.placed_at > SETTLING:
            yield Violation("call_that_never_was", f"row {row.id} says that it was placed")


def _lost_answers(calls: Sequence[CarrierCall], sides: _Sides, now: datetime) -> Iterator[Violation]:
    for call in calls:
        row = _row_of(call, sides)
        if row is None or not call.reached_a_person or call.ended_at is None or now - call.ended_at < SETTLING:
            continue
        if row.answered_at is None:
            yield Violation("answer_lost", f"{call.sid}: row {row.id} is {row.state} and does not know that it was")
        elif row.outcome is None and not (row.answered_by or "").startswith(("machine", "fax")):
            yield Violation("answer_not_in_ledger", f"{call.sid}: row {row.id}, {row.state}")


def _disagreements(calls: Sequence[CarrierCall], sides: _Sides, now: datetime) -> Iterator[Violation]:
    for call in calls:
        row = _row_of(call, sides)
        if row is None:
            continue
        if call.end is not None and call.ended_at is not None:
            if now - call.ended_at > SETTLING and row.state not in _AGREEING[call.end]:
                yield Violation("end_disagrees", f"{call.sid} ended as {call.end}, row {row.id} is {row.state}")
        elif row.ended_at is not None and row.state in _FINAL and now - row.ended_at > SETTLING:
            yield Violation("still_talking", f"{call.sid} goes on, row {row.id} is {row.state} since {row.ended_at}")


def _sides_of(history: History) -> _Sides:
    sides = _Sides()
    for call in sorted(history.calls, key=lambda call: call.accepted_at):
        sides.by_sid[call.sid] = call
        sides.by_number[call.to_number].append(call)
        if call.call_id is not None:
            sides.by_call_id[call.call_id].append(call)
    for row in history.rows:
        sides.rows_by_id[row.id] = row
        if row.call_sid is not None:
            sides.rows_by_sid[row.call_sid] = row
    return sides


def _call_of(row: CallRow, sides: _Sides) -> CarrierCall | None:
    if row.call_sid is not None and row.call_sid in sides.by_sid:
        return sides.by_sid[row.call_sid]
    calls = sides.by_call_id.get(row.id)
    return calls[0] if calls else None


def _row_of(call: CarrierCall, sides: _Sides) -> CallRow | None:
    row = sides.rows_by_sid.get(call.sid)
    return row if row is not None or call.call_id is None else sides.rows_by_id.get(call.call_id)


LASTING = frozenset({
    "called_twice_for_one_attempt", "two_calls_at_once", "called_again_too_soon", "called_outside_hours",
    "suppressed_number_called", "attempt_with_two_calls", "forgery_believed",
})  # fmt: skip
"""What no sweep can mend: it has happened to a person."""

# An answered callee who reached nobody was abandoned, and the carrier calls that call completed all the same.
_AGREEING = {
    "completed": frozenset({"completed", "abandoned"}),
    "busy": frozenset({"busy"}),
    "no-answer": frozenset({"no_answer"}),
    "failed": frozenset({"failed"}),
    "canceled": frozenset({"cancelled"}),
}
_FINAL = frozenset({"completed", "busy", "no_answer", "failed", "cancelled", "abandoned"})
