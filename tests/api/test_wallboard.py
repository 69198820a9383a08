"""`GET /api/wallboard`: the floor as of now, with the figures that the other routes have."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId
from dialer.domain.wallboard import Chosen, board_of_json, compose_board
from dialer.store.abandonment import load_abandonment_standing
from dialer.store.wallboard import list_board_campaigns, tally_ledgers
from dialer.usecases.services import Services
from dialer.usecases.wallboard import BoardReader, load_wallboard
from tests.builders.agents import make_agent, make_agent_group
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.fixtures_cast import Caller

SUPERVISE = """
    insert into supervisions (id, tenant_id, call_id, user_id, mode, requested_at)
    select uuidv7(), c.tenant_id, c.id, u.id, 'listen', now() from calls c, users u limit 1
"""
UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's predictive campaign with two agents and some leads."""
    floor = open_floor(services, ada.tenant_id, dial_mode="predictive")
    floor.console_agent(name="Ben")
    floor.console_agent(name="Bea")
    floor.leads(6)
    return floor


def board(caller: Caller, **query: Any) -> Any:
    return caller.get("/api/wallboard", query=query)["wallboard"]


def open_conversation(floor: Floor) -> tuple[CallId, AgentId]:
    """The first of the planned calls is placed and answered, and an agent talks."""
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.answer(call_id)
    floor.join(call_id)
    return call_id, AgentId(floor.call(call_id).agent_id)


def abandon(floor: Floor, clock: FrozenClock) -> None:
    """Somebody answers while nobody is there."""
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.change("update agents set status = 'offline'")
    floor.answer(call_id)
    clock.advance(seconds=3)
    floor.poll(call_id)


def test_an_agent_stands_there_with_his_state_and_since_when(floor: Floor, sam: Caller, clock: FrozenClock) -> None:
    began = clock.now()
    clock.advance(seconds=40)
    (bea, ben) = sorted(board(sam)["agents"], key=lambda agent: agent["name"])
    assert (ben["state"], ben["since"]) == ("available", began.isoformat().replace("+00:00", "Z"))
    assert (bea["has_audio"], bea["has_socket"], bea["is_reachable"], bea["call_id"]) == (True, True, True, None)


def test_a_break_is_told_with_its_reason(floor: Floor, sam: Caller) -> None:
    floor.change(
        "update agents set status = 'break', break_reason_id = "
        "(select id from break_reasons where key = 'lunch') where name = 'Ben'"
    )
    assert {agent["name"]: agent["break_reason"] for agent in board(sam)["agents"]} == {"Ben": "Lunch", "Bea": None}


def test_a_conversation_names_its_agent_and_no_more_of_the_lead_than_a_wall_may_show(floor: Floor, sam: Caller) -> None:
    floor.change("update leads set last_name = 'Ahmed'")
    call_id, agent_id = open_conversation(floor)
    seen = {call["id"]: call for call in board(sam)["calls"]}[str(call_id)]
    assert (seen["state"], seen["agent_id"], seen["held_since"]) == ("bridged", str(agent_id), None)
    number = floor.call(call_id).to_number
    assert seen["number_ending"] == number[-4:]
    assert number not in str(board(sam))
    assert seen["lead_name"] == "Sara A."


def test_a_call_on_hold_and_the_supervisor_on_it_are_shown(floor: Floor, sam: Caller, clock: FrozenClock) -> None:
    call_id, _ = open_conversation(floor)
    floor.change("update calls set held_since = :now where id = :id", now=clock.now(), id=call_id)
    floor.change(
        "insert into supervisions (id, tenant_id, call_id, user_id, mode, requested_at) "
        "select uuidv7(), c.tenant_id, c.id, :user_id, 'whisper', :now from calls c where c.id = :id",
        now=clock.now(), id=call_id, user_id=sam.user_id,
    )  # fmt: skip
    seen = {call["id"]: call for call in board(sam)["calls"]}[str(call_id)]
    assert seen["held_since"] is not None
    assert (seen["supervision"]["user_id"], seen["supervision"]["mode"]) == (str(sam.user_id), "whisper")


def test_somebody_who_waits_is_told_with_since_when(floor: Floor, sam: Caller, clock: FrozenClock) -> None:
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.change("update agents set status = 'offline'")
    clock.advance(seconds=7)
    floor.answer(call_id)
    lines = board(sam)["totals"]["lines"]
    assert (lines["waiting"], lines["waiting_since"]) == (1, clock.now().isoformat().replace("+00:00", "Z"))


def test_the_figures_are_those_of_pacing(floor: Floor, sam: Caller, clock: FrozenClock) -> None:
    open_conversation(floor)
    clock.advance(seconds=70)
    abandon(floor, clock)
    clock.advance(seconds=50)
    (campaign,) = board(sam)["campaigns"]
    pacing = sam.get(f"/api/campaigns/{floor.campaign_id}/pacing")["pacing"]
    now, minutes = pacing["now"], pacing["minutes"]
    same = {"standard", "live_answers", "abandoned", "rate", "max_rate", "budget_left", "is_exhausted", "window_end"}
    assert {name: campaign["abandonment"][name] for name in same} == {name: now["abandonment"][name] for name in same}
    assert campaign["abandonment"]["abandoned"] == 1
    assert campaign["note"] == now["note"]
    kept = campaign["last_decision"]
    assert {name: now["last_decision"][name] for name in ("at", "bound_by", "planned")}.items() <= kept.items()
    hour = campaign["last_hour"]
    for name in ("placed", "live_answers", "abandoned"):
        assert hour[name] == sum(minute[name] for minute in minutes), name
    assert (hour["placed"], hour["answered"], hour["answer_rate"]) == (2, 2, 1)


def test_who_has_answered_counts_while_he_talks_and_not_twice_afterwards(
    floor: Floor, sam: Caller, clock: FrozenClock
) -> None:
    call_id, _ = open_conversation(floor)
    reader = BoardReader(floor.services, floor.tenant_id)

    def counted() -> tuple[object, ...]:
        board = compose_board(reader.read())
        hour: Any = board.totals["last_hour"]
        minutes: list[Any] = list(board.minutes.values())
        return hour["answered"], hour["live_answers"], hour["answer_rate"], sum(m["answered"] for m in minutes)

    assert counted() == (1, 0, 1.0, 0)
    clock.advance(seconds=70)
    assert counted() == (1, 0, 1.0, 1)
    floor.report(call_id, CallState.COMPLETED)
    assert counted()[0] == 1
    clock.advance(seconds=60)
    assert counted() == (1, 1, 1.0, 1)


def test_a_machine_that_answered_is_nobody(floor: Floor, sam: Caller) -> None:
    call_id = floor.plan()[0]
    floor.place(call_id)
    floor.answer(call_id)
    floor.change("update calls set answered_by = 'machine_start' where id = :id", id=call_id)
    assert board(sam)["totals"]["last_hour"]["answered"] == 0


def test_the_whole_minutes_are_those_of_pacing(floor: Floor, sam: Caller, clock: FrozenClock) -> None:
    clock.advance(seconds=30)
    call_id, _ = open_conversation(floor)
    clock.advance(seconds=90)
    floor.report(call_id, CallState.COMPLETED)
    clock.advance(seconds=30)
    ours = board(sam)["minutes"]
    theirs = sam.get(f"/api/campaigns/{floor.campaign_id}/pacing")["pacing"]["minutes"][:-1]
    shared = ("at", "placed", "live_answers", "abandoned")
    assert [[m[name] for name in shared] for m in ours] == [[m[name] for name in shared] for m in theirs]
    assert [m["occupancy"] for m in ours] == [pytest.approx(m["occupancy"]) for m in theirs]
    assert sum(minute["placed"] for minute in ours) == 1


def test_the_counts_are_those_of_the_report_and_of_the_list_of_agents(floor: Floor, sam: Caller) -> None:
    open_conversation(floor)
    floor.leads(1, status="completed")
    shown = board(sam)
    report = sam.get(f"/api/campaigns/{floor.campaign_id}/report")["report"]
    (campaign,) = shown["campaigns"]
    leads = campaign["leads"]
    assert leads["total"] == sum(report["leads_by_status"].values())
    assert leads["done"] == report["leads_by_status"]["completed"]
    assert leads["ready"] + leads["waiting"] == report["leads_by_status"]["pending"]
    assert leads["attempts"] == report["calls"]["total_calls"]
    in_flight = {state: count for state, count in shown["totals"]["calls_by_state"].items() if count}
    assert in_flight == {state: count for state, count in report["calls_by_state"].items() if state != "completed"}
    listed = sam.get("/api/agents")["agents"]
    assert {a["id"]: a["state"] for a in shown["agents"]} == {a["id"]: a["state"] for a in listed}
    by_state = shown["totals"]["agents_by_state"]
    assert sum(by_state.values()) == len(listed)
    assert by_state["talking"] == 1


def test_a_ledger_with_summed_hours_is_counted_as_pacing_counts_it(floor: Floor, clock: FrozenClock) -> None:
    began = clock.now()
    abandon(floor, clock)
    clock.at = began + timedelta(hours=2)
    floor.change(
        "insert into live_answer_hours (campaign_id, hour, tenant_id, reached, abandoned) "
        "select campaign_id, date_trunc('hour', answered_at, 'UTC'), tenant_id, 40, 1 from live_answers"
    )
    floor.change("update agents set status = 'available'")
    abandon(floor, clock)
    with floor.services.transaction(floor.tenant_id) as tx:
        theirs = load_abandonment_standing(tx.session, campaign_id=floor.campaign_id, now=clock.now())
        campaigns = list_board_campaigns(tx.session, now=clock.now())
        tally = tally_ledgers(tx.session, campaigns=campaigns, now=clock.now())[floor.campaign_id]
    assert (tally.reached, tally.abandoned) == (theirs.live_answers - theirs.abandoned, theirs.abandoned)
    assert tally.reached == 40


def test_a_campaign_that_is_over_leaves_after_an_hour(floor: Floor, ada: Caller, clock: FrozenClock) -> None:
    ada.post(f"/api/campaigns/{floor.campaign_id}/complete")
    assert [campaign["status"] for campaign in board(ada)["campaigns"]] == ["completed"]
    clock.advance(minutes=61)
    assert board(ada)["campaigns"] == []


def test_a_group_sees_its_own_part(floor: Floor, sam: Caller, services: Services) -> None:
    group_id = make_agent_group(services.database, tenant_id=sam.tenant_id, name="Evening")
    make_agent(services.database, tenant_id=sam.tenant_id, agent_group_id=group_id, name="Bob")
    (bob,) = board(sam, agent_group_id=group_id)["agents"]
    assert (bob["name"], bob["agent_group"]) == ("Bob", "Evening")
    assert len(board(sam, campaign_id=floor.campaign_id)["agents"]) == 3


def test_what_is_answered_is_what_frames_are_made_of(floor: Floor, sam: Caller, services: Services) -> None:
    open_conversation(floor)
    told = load_wallboard(services, actor=sam.principal, chosen=Chosen())
    answered = board(sam)
    assert board_of_json(answered) == told.board
    assert list(answered) == ["at", *told.board.as_json()]


def test_the_board_is_one_moments(floor: Floor, services: Services) -> None:
    with services.transaction(floor.tenant_id) as tx:
        tx.see_one_moment()
        before = len(list_board_campaigns(tx.session, now=services.clock.now()))
        floor.change("update campaigns set status = 'draft'")
        assert len(list_board_campaigns(tx.session, now=services.clock.now())) == before == 1
        assert tx.session.connection().connection.cursor() is not None


@pytest.mark.parametrize(
    "change",
    [
        "update agents set status = 'break' where name = 'Ben'",
        "delete from agent_sockets",
        "update calls set held_since = now()",
        "update calls set state = 'completed', ended_at = now()",
        SUPERVISE,
        "update campaigns set status = 'paused', updated_at = updated_at + interval '1 second'",
    ],
)
def test_a_look_notices_what_changes(floor: Floor, services: Services, change: str) -> None:
    open_conversation(floor)
    reader = BoardReader(services, floor.tenant_id)
    before = reader.look().revision
    assert reader.look().revision == before
    floor.change(change)
    assert reader.look().revision != before


def test_an_agent_sees_no_wallboard(ben: Caller) -> None:
    assert ben.get("/api/wallboard", expect=403)["code"] == "forbidden"


def test_cleo_sees_her_own_floor_alone(floor: Floor, cleo: Caller) -> None:
    shown = board(cleo)
    assert (shown["agents"], shown["calls"], shown["campaigns"]) == ([], [], [])
    cleo.get("/api/wallboard", query={"campaign_id": floor.campaign_id}, expect=404)


@pytest.mark.parametrize("name", ["campaign_id", "agent_group_id"])
def test_an_unknown_part_is_not_found(sam: Caller, name: str) -> None:
    assert sam.get("/api/wallboard", query={name: UNKNOWN}, expect=404)["code"] == "not_found"
