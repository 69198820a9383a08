"""A floor at work, told second by second."""

from dialer.domain.calls import CallState
from dialer.domain.ids import CallId
from dialer.usecases import agent_presence
from tests.builders.floor import Floor
from tests.fakes import FrozenClock


def work(floor: Floor, clock: FrozenClock, turns: int = 20) -> None:
    """Each second a tick; calls are placed, every other one is answered, talked through and closed."""
    ringing: list[CallId] = []
    for turn in range(turns):
        for call_id in floor.plan():
            floor.place(call_id)
            ringing.append(call_id)
        if ringing:
            finish(floor, ringing.pop(0), is_answered=turn % 2 == 0)
        clock.advance(seconds=1)
        agent_presence.sweep_wrap_ups(floor.services)


def finish(floor: Floor, call_id: CallId, *, is_answered: bool) -> None:
    """A call comes to its end, with or without a conversation."""
    if not is_answered:
        floor.report(call_id, CallState.NO_ANSWER)
        return
    floor.answer(call_id)
    if floor.call(call_id).agent_id is not None:
        floor.join(call_id)
    floor.report(call_id, CallState.COMPLETED)
