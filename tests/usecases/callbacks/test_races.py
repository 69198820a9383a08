"""Everything about a promise at once: it is offered once, kept once, handed over or dialled, never both."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.domain.calls import CallState
from dialer.domain.errors import Conflict, DialerError
from dialer.domain.ids import AgentId, CallId, LeadId, PreviewId
from dialer.store.callbacks import Callback
from dialer.store.session import Database
from dialer.usecases import callback_turns, callbacks, previews
from tests.builders.floor import Floor
from tests.builders.promises import acting, promise, promise_of
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock
from tests.usecases.previews.desk import look, press_dial

DUE = NOON + timedelta(minutes=30)
ROUNDS = range(4)


@pytest.fixture
def lead_id(floor: Floor) -> LeadId:
    """The only one of his campaign."""
    return floor.leads(1)[0]


@pytest.fixture
def bens(floor: Floor, ben: AgentId, lead_id: LeadId, clock: FrozenClock) -> Callback:
    """Ben's promise, which is due now."""
    callback = promise(floor, lead_id, DUE, ben)
    clock.at = DUE
    return callback


def sweep(floor: Floor) -> int:
    return callback_turns.sweep_callbacks(floor.services)


def offered(floor: Floor) -> list[PreviewId]:
    return [row.id for row in floor.rows("select id from previews where state = 'offered'")]


def calls_of(floor: Floor) -> list[CallId]:
    return [row.id for row in floor.rows("select id from calls where state <> 'cancelled'")]


@pytest.mark.parametrize("round_", ROUNDS)
def test_sweeps_at_once_offer_it_once(floor: Floor, ben: AgentId, bens: Callback, round_: int) -> None:
    assert sum(at_once(*[lambda: sweep(floor)] * 4)) == 1
    assert len(offered(floor)) == 1
    assert [sent.event for sent in floor.feed.to_agents].count("preview:lead") == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_sweeps_at_once_hand_it_over_and_miss_it_once(
    floor: Floor, bens: Callback, clock: FrozenClock, round_: int
) -> None:
    for minutes in (15, 45):
        clock.advance(minutes=minutes)
        assert sum(at_once(*[lambda: sweep(floor)] * 4)) == 1
    events = [sent.event for sent in floor.feed.to_tenants if sent.event.startswith("callback:")]
    assert events == ["callback:promised", "callback:handed_over", "callback:missed"]


@pytest.mark.parametrize("round_", ROUNDS)
def test_dialling_and_handing_over_at_once_come_to_one_of_both(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, clock: FrozenClock, round_: int
) -> None:
    sweep(floor)
    (preview_id,) = offered(floor)
    # For the agent the offer lasts a second still, for the sweeps it is over: clocks of two machines.
    clock.at = DUE + timedelta(minutes=15, seconds=-1)
    later = replace(floor.services, clock=FrozenClock(DUE + timedelta(minutes=15)))

    def dial() -> bool:
        try:
            press_dial(floor, ben, preview_id)
        except Conflict:
            return False
        return True

    def hand_over() -> bool:
        previews.sweep_previews(later)
        return callback_turns.sweep_callbacks(later) > 0

    dialled, handed_over = at_once(dial, hand_over)
    assert not (dialled and handed_over)
    # A sweep that found the lead's lock taken leaves it to the next.
    callback_turns.sweep_callbacks(later)
    state = promise_of(floor, bens).state
    if dialled:
        assert (state, len(calls_of(floor)), floor.lead(lead_id).status) == ("offered", 1, "queued")
        floor.place(calls_of(floor)[0])
        assert promise_of(floor, bens).state == "kept"
    else:
        assert (state, calls_of(floor), floor.lead(lead_id).status) == ("handed_over", [], "pending")


@pytest.mark.parametrize("round_", ROUNDS)
def test_offering_and_asking_for_the_next_lead_at_once_leave_one_on_the_screen(
    floor: Floor, ben: AgentId, bens: Callback, round_: int
) -> None:
    floor.change("update campaigns set dial_mode = 'preview'")
    floor.leads(1)

    def ask() -> int:
        return 0 if look(floor, ben).preview is None else 1

    at_once(lambda: sweep(floor), ask)
    assert len(offered(floor)) == 1
    assert floor.rows("select count(*) as n from leads where status = 'queued'")[0].n == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_promises_at_once_leave_one_that_stands(floor: Floor, lead_id: LeadId, round_: int) -> None:
    at_once(*[lambda n=n: promise(floor, lead_id, DUE + timedelta(minutes=n)) for n in range(4)])
    assert len(floor.rows("select from callbacks where state = 'promised'")) == 1
    assert len(floor.rows("select from callbacks where state = 'cancelled' and reason = 'replaced'")) == 3
    [row] = floor.rows(
        "select l.callback_at, b.due_at from leads l join callbacks b on b.lead_id = l.id and b.state = 'promised'"
    )
    assert row.callback_at == row.due_at


@pytest.mark.parametrize("round_", ROUNDS)
def test_dialling_and_taking_back_at_once_come_to_one_of_both(
    floor: Floor, ben: AgentId, bens: Callback, lead_id: LeadId, round_: int
) -> None:
    sweep(floor)
    (preview_id,) = offered(floor)

    def attempt(work: object) -> bool:
        try:
            work()  # type: ignore[operator]
        except DialerError:
            return False
        return True

    dialled, taken_back = at_once(
        lambda: attempt(lambda: press_dial(floor, ben, preview_id)),
        lambda: attempt(
            lambda: callbacks.cancel_callback(floor.services, actor=acting(floor, ben), callback_id=bens.id)
        ),
    )
    assert dialled is not taken_back
    assert len(calls_of(floor)) == int(dialled)
    assert promise_of(floor, bens).state == ("offered" if dialled else "cancelled")


def test_a_sweep_does_not_wait_for_a_lead_that_somebody_works_on(floor: Floor, bens: Callback) -> None:
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select id from leads for update"))
        assert sweep(floor) == 0
    assert sweep(floor) == 1


def test_an_end_that_waits_for_a_promise_holds_to_it(
    floor: Floor, ben: AgentId, lead_id: LeadId, clock: FrozenClock, owner_database: Database
) -> None:
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    clock.advance(seconds=30)
    callback = promise(floor, lead_id, DUE)
    # The promise once more, this time uncommitted while the call ends.
    floor.change("delete from callbacks")
    floor.change("update leads set callback_at = null, updated_at = :at", at=NOON)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select id from leads for update"))
        tx.session.execute(
            text("update leads set callback_at = :due, next_call_at = :due, updated_at = :now"),
            {"due": DUE, "now": clock.now()},
        )
        with in_background(lambda: floor.report(call_id, CallState.COMPLETED, duration=30)) as ended:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
        ended.result()
    lead = floor.lead(lead_id)
    assert (lead.status, lead.status_reason, lead.callback_at) == ("pending", "callback", callback.due_at)
