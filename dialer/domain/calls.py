"""The life of a call as one table, and the judge that decides what a reported state means for it.

State only moves forward; facts (times, who answered, cause) only fill, and are kept apart from the state, because
carriers report late, twice, out of order or never.
"""

from enum import StrEnum


class CallState(StrEnum):
    """Where a call is. `unresolved`: the carrier may or may not have accepted it."""

    PLANNED = "planned"
    PLACING = "placing"
    UNRESOLVED = "unresolved"
    PLACED = "placed"
    RINGING = "ringing"
    ANSWERED = "answered"
    WAITING = "waiting"
    BRIDGED = "bridged"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


class Verdict(StrEnum):
    """What a reported state means: move, nothing new, too late to move, or impossible."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    ILLEGAL = "illegal"


_S = CallState
_UNANSWERED_ENDS = frozenset({_S.BUSY, _S.NO_ANSWER, _S.FAILED, _S.CANCELLED})
# An answer that finds no idle agent goes to `waiting` in the same step.
_ANSWERS = frozenset({_S.ANSWERED, _S.WAITING})
_FROM_CARRIER = frozenset({_S.RINGING, _S.COMPLETED}) | _ANSWERS | _UNANSWERED_ENDS

# From each state, the states it may move to. `ringing` is optional in every path: some routes never report it.
# `waiting` and `bridged` are ours; the carrier's word for both is in-progress, that is `answered`.
NEXT: dict[CallState, frozenset[CallState]] = {
    _S.PLANNED: frozenset({_S.PLACING, _S.CANCELLED}),
    _S.PLACING: frozenset({_S.PLACED, _S.UNRESOLVED}) | _FROM_CARRIER,
    _S.UNRESOLVED: frozenset({_S.PLACED}) | _FROM_CARRIER,
    _S.PLACED: _FROM_CARRIER,
    _S.RINGING: frozenset({_S.COMPLETED}) | _ANSWERS | _UNANSWERED_ENDS,
    _S.ANSWERED: frozenset({_S.WAITING, _S.BRIDGED, _S.ABANDONED, _S.COMPLETED, _S.FAILED}),
    _S.WAITING: frozenset({_S.BRIDGED, _S.ABANDONED, _S.COMPLETED, _S.FAILED}),
    _S.BRIDGED: frozenset({_S.COMPLETED, _S.FAILED}),
    _S.ABANDONED: frozenset(),
    _S.COMPLETED: frozenset(),
    _S.BUSY: frozenset(),
    _S.NO_ANSWER: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
}

FINAL = frozenset(state for state, following in NEXT.items() if not following)
IN_FLIGHT = frozenset(CallState) - FINAL
# Lines that may still produce an answer.
DIALLING = frozenset({_S.PLANNED, _S.PLACING, _S.UNRESOLVED, _S.PLACED, _S.RINGING})
LIVE = frozenset({_S.ANSWERED, _S.WAITING, _S.BRIDGED})


def _reachable(start: CallState) -> frozenset[CallState]:
    seen: set[CallState] = set()
    frontier = set(NEXT[start])
    while frontier:
        state = frontier.pop()
        if state not in seen:
            seen.add(state)
            frontier |= NEXT[state]
    return frozenset(seen)


_LATER = {state: _reachable(state) for state in CallState}


def judge(current: CallState, reported: CallState) -> Verdict:
    """Decide what a report of `reported` means for a call that is in `current`.

    `stale` covers both an earlier state that arrives late and a second, different end of a call that has ended.
    """
    if reported == current:
        return Verdict.DUPLICATE
    if reported in NEXT[current]:
        return Verdict.APPLIED
    if current in _LATER[reported] or (current in FINAL and reported in FINAL):
        return Verdict.STALE
    return Verdict.ILLEGAL


def states_before(target: CallState) -> frozenset[CallState]:
    """The states from which `target` may be entered: the guard of every conditional update."""
    return frozenset(state for state, following in NEXT.items() if target in following)
