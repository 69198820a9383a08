"""Calls on real PostgreSQL: conditional moves, facts that only fill, answers that race, tenants that see nothing."""

from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.callee_steps import JoinAgent, WaitForAgent
from dialer.domain.calls import FINAL, CallState, Verdict, judge
from dialer.domain.ids import CallId
from dialer.store import calls as store
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from dialer.usecases import call_answering
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock

S = CallState


def placed_calls(floor: Floor, count: int) -> list[CallId]:
    for _ in range(count):
        floor.console_agent()
    floor.leads(count)
    calls = floor.plan()
    for call_id in calls:
        floor.place(call_id)
    return calls


def update(floor: Floor, call_id: CallId, **how: Any) -> bool:
    with floor.services.transaction(floor.tenant_id) as tx:
        return store.update_call(tx.session, call_id=call_id, now=floor.services.clock.now(), **how)


@pytest.mark.parametrize("target", list(S))
def test_a_move_is_made_exactly_when_the_table_allows_it(floor: Floor, target: CallState) -> None:
    (call_id,) = placed_calls(floor, 1)
    for start in S:
        floor.change("update calls set state = :state where id = :id", state=start, id=call_id)
        moved = update(floor, call_id, to=target, facts={"hangup_cause": "x"})
        assert moved is (judge(start, target) == Verdict.APPLIED)
        assert floor.call(call_id).state == (target if moved else start)


def test_a_fact_is_filled_once_and_a_change_as_often_as_it_comes(floor: Floor) -> None:
    (call_id,) = placed_calls(floor, 1)
    for cause in ("first", "second"):
        update(floor, call_id, facts={"hangup_cause": cause}, changes={"conference_name": cause})
    assert (floor.call(call_id).hangup_cause, floor.call(call_id).conference_name) == ("first", "second")


def test_a_refused_move_fills_nothing(floor: Floor) -> None:
    (call_id,) = placed_calls(floor, 1)
    assert not update(floor, call_id, to=S.BRIDGED, facts={"bridged_at": floor.services.clock.now()})
    assert floor.call(call_id).bridged_at is None


@pytest.mark.parametrize("columns", [{"facts": {"state": "completed"}}, {"changes": {"tenant_id": None}}])
def test_only_known_columns_can_be_written(floor: Floor, columns: dict[str, Any]) -> None:
    (call_id,) = placed_calls(floor, 1)
    with pytest.raises(ValueError, match="not columns"):
        update(floor, call_id, **columns)


def test_answers_at_once_share_the_agents_out_and_the_rest_waits(floor: Floor) -> None:
    calls = placed_calls(floor, 4)
    floor.change("update agents set status = 'break' where id in (select id from agents limit 2)")
    steps = at_once(*[lambda call_id=call_id: floor.answer(call_id) for call_id in calls])  # type: ignore[misc]
    agents = [step.agent_id for step in steps if isinstance(step, JoinAgent)]
    assert len(set(agents)) == len(agents) <= 2
    assert len(agents) + sum(isinstance(step, WaitForAgent) for step in steps) == 4
    held = [call_id for agent in floor.rows("select * from agents") for call_id in agent.held_call_ids]
    assert len(held) == len(agents)
    # An agent's row that was locked at that instant is passed over; the poll or the offer finds him.
    call_answering.offer_waiting_calls(floor.services, tenant_id=floor.tenant_id)
    assert all(len(a.held_call_ids) == 1 for a in floor.rows("select * from agents where status = 'available'"))


def test_the_same_answer_twice_at_once_takes_one_agent(floor: Floor) -> None:
    (call_id, _) = placed_calls(floor, 2)
    first, second = at_once(*[lambda: floor.answer(call_id)] * 2)
    assert first == second
    assert isinstance(first, JoinAgent)
    assert len(floor.rows("select * from agents where cardinality(held_call_ids) > 0")) == 1


def test_an_answer_and_the_polls_and_offers_of_one_call_give_it_one_agent(floor: Floor) -> None:
    call_id, _ = placed_calls(floor, 2)
    floor.change("update agents set status = 'break'")
    floor.answer(call_id)
    floor.change("update agents set status = 'available'")
    at_once(
        lambda: floor.poll(call_id),
        lambda: floor.answer(call_id),
        lambda: call_answering.offer_waiting_calls(floor.services, tenant_id=floor.tenant_id),
    )
    assert len(floor.rows("select * from agents where cardinality(held_call_ids) > 0")) == 1


@pytest.mark.parametrize("end", [S.COMPLETED, S.CANCELLED])
def test_an_answer_racing_the_end_leaves_no_agent_holding_an_ended_call(floor: Floor, end: CallState) -> None:
    (call_id,) = placed_calls(floor, 1)
    at_once(
        lambda: floor.answer(call_id), lambda: floor.report(call_id, end), lambda: floor.report(call_id, S.ANSWERED)
    )
    call = floor.call(call_id)
    if call.state in FINAL:
        assert floor.rows("select * from agents where cardinality(held_call_ids) > 0") == []
    assert call.state in {end, "answered"}
    assert call.state == "completed" or end == S.CANCELLED


def test_whoever_waited_for_a_calls_lock_sees_what_the_other_wrote_and_its_own_event(
    floor: Floor, owner_database: Database
) -> None:
    (call_id,) = placed_calls(floor, 1)
    now = floor.services.clock.now()

    def record() -> tuple[store.LockedCall, int | None]:
        with floor.services.transaction(floor.tenant_id) as tx:
            return store.record_event(
                tx.session, call_id=call_id, event_key="second", kind="status", payload={}, now=now
            )

    with floor.services.transaction(floor.tenant_id) as tx:
        store.lock_call(tx.session, call_id)
        with in_background(record) as second:
            until_somebody_waits_for_a_lock(owner_database)
            store.update_call(tx.session, call_id=call_id, now=now, to=S.ANSWERED, facts={"answered_at": now})
            tx.session.commit()
            call, event_id = second.result(timeout=10)
    assert (call.state, call.answered_at) == (S.ANSWERED, now)
    assert event_id is not None


def test_a_tenant_is_entered_through_a_call_and_only_then_are_its_rows_there(services: Services, floor: Floor) -> None:
    (call_id,) = placed_calls(floor, 1)
    with services.transaction() as tx:
        assert store.lock_call(tx.session, call_id) is None
        assert store.enter_tenant_of_call(tx.session, new_id()) is None
        assert store.enter_tenant_of_call(tx.session, call_id) == floor.tenant_id
        assert store.lock_call(tx.session, call_id) is not None
    with services.transaction() as tx:
        assert tx.session.execute(text("select count(*) from calls")).scalar() == 0, (
            "the confinement ends with its transaction"
        )


def test_another_tenant_sees_and_touches_none_of_it(services: Services, floor: Floor) -> None:
    call_id, _ = open_conversation(floor)
    floor.report(call_id, S.COMPLETED)
    before = floor.call(call_id)
    cleo = open_floor(services)
    for table in ("calls", "call_events", "attempts", "leads", "live_answers", "agents", "agent_state_changes"):
        assert floor.rows(f"select * from {table}") != []
        assert cleo.rows(f"select * from {table} where tenant_id = :id", id=floor.tenant_id) == []
    assert not update(cleo, call_id, facts={"recording_url": "https://evil"})
    with services.transaction(cleo.tenant_id) as tx:
        tx.session.execute(text("delete from calls"))
    assert floor.call(call_id) == before
