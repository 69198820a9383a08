"""What the triggers tell the pacer of each story a call can have, and that a reader misses nothing of it."""

import pytest
from sqlalchemy import text

from dialer.domain.calls import CallState
from dialer.domain.dispositions import MAX_WAIT
from dialer.domain.ids import AgentId, CallId
from dialer.domain.pacing import Answered, Connected, Dialed, TalkEnded, WrapUpEnded
from dialer.store import pacing_floor
from dialer.store.pacing_floor import TickRecord
from dialer.store.session import Database
from dialer.usecases import agent_presence
from dialer.usecases.services import Services
from tests.builders.agents import make_agent_group
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.store.pacing import kinds, load_floor, news, recorded


def seconds(clock: FrozenClock) -> float:
    return clock.now().timestamp()


def set_agent(floor: Floor, agent_id: AgentId, assignment: str) -> None:
    floor.change(f"update agents set {assignment}, updated_at = :now where id = :id", id=agent_id,
                 now=floor.services.clock.now())  # fmt: skip


def test_a_conversation_is_told_step_by_step_with_its_times(floor: Floor, clock: FrozenClock) -> None:
    agent_id, begin = str(floor.console_agent()), seconds(clock)
    floor.leads(1)
    call_id = floor.dial()
    clock.advance(seconds=8)
    floor.answer(call_id)
    clock.advance(seconds=1)
    floor.join(call_id)
    clock.advance(seconds=60)
    floor.report(call_id, CallState.COMPLETED)
    clock.advance(seconds=16)
    agent_presence.sweep_wrap_ups(floor.services)
    call = str(call_id)
    with floor.services.transaction(floor.tenant_id) as tx:
        assert news(tx.session, floor) == [
            Dialed(call, begin),
            Answered(call, begin + 8, "human"),
            Connected(call, agent_id, begin + 9),
            TalkEnded(call, agent_id, begin + 69),
            WrapUpEnded(agent_id, begin + 84),
        ]


def test_a_planned_call_that_was_withdrawn_was_never_dialled(floor: Floor, planned: CallId) -> None:
    floor.change("update campaigns set status = 'paused'")
    floor.place(planned)
    assert floor.call(planned).state == "cancelled"
    assert kinds(floor) == []


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (CallState.BUSY, "busy"),
        (CallState.NO_ANSWER, "no_answer"),
        (CallState.FAILED, "failed"),
        (CallState.CANCELLED, "canceled"),
        (CallState.COMPLETED, "no_answer"),
    ],
)
def test_an_unanswered_call_is_told_with_its_outcome(
    floor: Floor, call_id: CallId, state: CallState, outcome: str
) -> None:
    floor.report(call_id, state)
    assert recorded(floor)[-2:] == [("dialed", None), ("unanswered", outcome)]


def test_a_call_that_the_carrier_refused_was_dialled_and_failed(floor: Floor, planned: CallId) -> None:
    floor.carrier.will_be_unavailable()
    floor.place(planned)
    assert recorded(floor)[-2:] == [("dialed", None), ("unanswered", "canceled")]


def test_a_repeated_report_tells_nothing_new(floor: Floor, call_id: CallId) -> None:
    for _ in range(2):
        floor.answer(call_id)
        floor.join(call_id)
    for _ in range(2):
        floor.report(call_id, CallState.COMPLETED)
    assert kinds(floor) == ["dialed", "answered", "connected", "talk_ended"]


def test_with_detection_before_the_answer_a_machine_ends_there(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True, amd_mode="sync")
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id, "machine_start")
    floor.report(call_id, CallState.COMPLETED)
    assert recorded(floor)[-2:] == [("dialed", None), ("answered", "machine")]


def test_a_machine_found_in_the_conversation_is_a_short_talk_without_wrap_up(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True)
    floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    floor.answer(call_id)
    floor.join(call_id)
    floor.detect(call_id, "machine_start")
    floor.run_tasks()
    floor.report(call_id, CallState.COMPLETED)
    assert recorded(floor)[-5:] == [
        ("dialed", None), ("answered", "human"), ("connected", None), ("talk_ended", None), ("wrap_up_ended", None),
    ]  # fmt: skip


def test_a_machine_found_while_it_waited_is_no_person_lost(services: Services, clock: FrozenClock) -> None:
    floor = open_floor(services, amd_enabled=True)
    agent_id = floor.console_agent()
    floor.leads(1)
    call_id = floor.dial()
    set_agent(floor, agent_id, "status = 'break'")
    floor.answer(call_id)
    floor.detect(call_id, "machine_start")
    clock.advance(seconds=5)
    floor.report(call_id, CallState.COMPLETED)
    assert recorded(floor)[-2:] == [("answered", "human"), ("cleared", "machine")]


def test_whoever_is_met_by_the_message_was_abandoned(floor: Floor, clock: FrozenClock, call_id: CallId) -> None:
    floor.change("update agents set status = 'offline'")
    floor.answer(call_id)
    clock.advance(seconds=2)
    floor.poll(call_id)
    floor.report(call_id, CallState.COMPLETED)
    assert kinds(floor)[-3:] == ["agent_left", "answered", "abandoned"]


@pytest.mark.parametrize(("waited", "kind"), [(1.9, "cleared"), (2.1, "abandoned")])
def test_hanging_up_in_vain_is_an_abandonment_after_the_limit_only(
    floor: Floor, clock: FrozenClock, call_id: CallId, waited: float, kind: str
) -> None:
    floor.change("update agents set status = 'offline'")
    floor.answer(call_id)
    clock.advance(seconds=waited)
    floor.report(call_id, CallState.COMPLETED)
    assert kinds(floor)[-1] == kind
    ledger = floor.ledger(call_id)
    assert ledger is not None
    assert ledger[0] == {"cleared": "hung_up", "abandoned": "abandoned"}[kind], "the ledger says the same"


@pytest.mark.parametrize(("waited", "kind"), [(1.999, "cleared"), (2.001, "abandoned")])
def test_the_limit_is_the_ledgers_also_for_an_answer_that_only_a_status_reported(
    floor: Floor, clock: FrozenClock, call_id: CallId, waited: float, kind: str
) -> None:
    floor.report(call_id, CallState.ANSWERED)
    assert floor.call(call_id).answer_deadline_at is None
    clock.advance(seconds=waited)
    floor.report(call_id, CallState.COMPLETED)
    assert kinds(floor)[-1] == kind
    assert waited == pytest.approx(MAX_WAIT.total_seconds(), abs=0.01), "the trigger's limit is MAX_WAIT"


def test_hanging_up_while_the_agent_is_being_joined_is_a_talk_of_no_length(floor: Floor, call_id: CallId) -> None:
    floor.answer(call_id)
    floor.report(call_id, CallState.COMPLETED)
    assert kinds(floor) == ["dialed", "answered", "connected", "talk_ended", "wrap_up_ended"]


@pytest.mark.parametrize("moment", [-0.001, 0.0, 0.001])
def test_an_agent_who_comes_late_abandoned_and_then_served(
    floor: Floor, clock: FrozenClock, call_id: CallId, moment: float
) -> None:
    floor.answer(call_id)
    clock.advance(seconds=MAX_WAIT.total_seconds() + moment)
    floor.join(call_id)
    floor.report(call_id, CallState.COMPLETED)
    ledger = floor.ledger(call_id)
    assert ledger is not None
    assert (("abandoned", "late") in recorded(floor)) == (ledger[0] == "late") == (moment > 0)
    assert kinds(floor)[-2:] == ["connected", "talk_ended"]


def test_an_answer_that_only_the_end_reported_is_told(floor: Floor, call_id: CallId) -> None:
    floor.report(call_id, CallState.COMPLETED, duration=9)
    assert kinds(floor) == ["dialed", "answered", "abandoned"]


def test_a_break_after_this_call_is_leaving_now(floor: Floor, call_id: CallId) -> None:
    floor.answer(call_id)
    floor.join(call_id)
    set_agent(floor, AgentId(floor.call(call_id).agent_id), "status = 'break'")
    floor.report(call_id, CallState.COMPLETED)
    assert kinds(floor) == ["dialed", "answered", "connected", "agent_left", "talk_ended"]


@pytest.mark.parametrize(
    "assignment",
    [
        "status = 'offline', idle_since = null",
        "is_active = false",
        "console_leg_sid = null",
        "disconnected_at = updated_at",
    ],
)
def test_an_agent_leaves_and_joins_with_what_makes_him_reachable(floor: Floor, assignment: str) -> None:
    agent_id = floor.console_agent()
    before = floor.agent(agent_id)
    set_agent(floor, agent_id, assignment)
    set_agent(
        floor, agent_id, f"status = 'available', is_active = true, disconnected_at = null, "
        f"console_leg_sid = '{before.console_leg_sid}'",
    )  # fmt: skip
    assert kinds(floor) == ["agent_left"]
    assert recorded(floor)[-1] == ("agent_joined", None)


def test_an_agent_who_changes_his_group_leaves_one_and_joins_the_other(services: Services, floor: Floor) -> None:
    group_id = make_agent_group(services.database, tenant_id=floor.tenant_id)
    teams = open_floor(services, floor.tenant_id, agent_group_id=group_id)
    agent_id = floor.console_agent()
    set_agent(floor, agent_id, f"agent_group_id = '{group_id}'")
    with services.transaction(floor.tenant_id) as tx:
        assert [type(event).__name__ for event in news(tx.session, teams)] == ["AgentJoined"]
        assert [type(event).__name__ for event in news(tx.session, floor)] == ["AgentLeft", "AgentJoined"]


def test_a_campaign_learns_from_its_own_calls_and_no_other_tenant_sees_any(
    services: Services, floor: Floor, call_id: CallId
) -> None:
    floor.report(call_id, CallState.BUSY)
    other, cleo = open_floor(services, floor.tenant_id), open_floor(services)
    with services.transaction(floor.tenant_id) as tx:
        assert len(news(tx.session, floor)) == 2
        assert news(tx.session, other) == []
    with services.transaction(cleo.tenant_id) as tx:
        assert news(tx.session, cleo) == []
    assert cleo.rows("select * from pacing_events") == []


def test_what_commits_late_is_read_then_and_once(floor: Floor, owner_database: Database) -> None:
    """An earlier event may become visible after a later one; a long transaction elsewhere blinds nobody."""
    for _ in range(2):
        floor.console_agent()
    floor.leads(2)
    first, second = floor.plan()
    with owner_database.transaction() as elsewhere:
        elsewhere.session.execute(_ASSIGN_AN_XID)
        with floor.services.transaction(floor.tenant_id) as early:
            early.session.execute(_PLACE, {"id": first, "now": floor.services.clock.now()})
            floor.place(second)
            assert observe(floor) == [str(second)]
            assert observe(floor) == []
        assert observe(floor) == [str(first)]
        assert observe(floor) == []


def test_after_a_restore_into_another_cluster_time_tells_what_is_news(floor: Floor, clock: FrozenClock) -> None:
    """There the numbers of transactions begin anew: those of the old cluster are all in the future."""
    for _ in range(2):
        floor.console_agent()
    floor.leads(2)
    first, second = floor.plan()
    floor.place(first)
    assert observe(floor) == [str(first)]
    floor.change("update pacing_states set position = '99999999:99999999:'")
    floor.change("update pacing_events set recorded_xid = recorded_xid + 90000000")
    clock.advance(seconds=1)
    floor.place(second)
    assert observe(floor) == [str(second)]
    assert observe(floor) == []


def test_a_transaction_that_fails_tells_nothing(floor: Floor, planned: CallId) -> None:
    class Failure(Exception):
        pass

    def fail() -> None:
        with floor.services.transaction(floor.tenant_id) as tx:
            tx.session.execute(_PLACE, {"id": planned, "now": floor.services.clock.now()})
            assert observe(floor) == []
            raise Failure

    with pytest.raises(Failure):
        fail()
    assert observe(floor) == []
    floor.place(planned)
    assert observe(floor) == [str(planned)]


_ASSIGN_AN_XID = text("select pg_current_xact_id()")
_PLACE = text("update calls set state = 'placing', placing_at = :now, state_changed_at = :now where id = :id")


def observe(floor: Floor) -> list[str]:
    """The calls that a tick learns to have been dialled, in a tick that saves what it has learned."""
    now = floor.services.clock.now()
    with floor.services.transaction(floor.tenant_id) as tx:
        seen = load_floor(tx.session, floor)
        assert seen is not None
        record = TickRecord("", 0.0, saved_state="{}", position=seen.position)
        pacing_floor.record_tick(tx.session, campaign=seen.campaign, record=record, now=now)
    return [event.call_id for event in seen.events if isinstance(event, Dialed)]
