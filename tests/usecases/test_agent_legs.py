"""Agents' own legs: consoles proven by their conference, phones rung once for a call."""

from datetime import timedelta

import pytest

from dialer.domain.calls import CallState
from dialer.domain.errors import CarrierError, Forbidden, NotFound
from dialer.domain.ids import AgentId, CallId
from dialer.store.schema.base import new_id
from dialer.usecases import agent_legs, call_events
from dialer.usecases.call_events import ConferenceReport
from dialer.usecases.services import Services
from tests.builders.floor import Floor, genuine, open_floor
from tests.fakes import FrozenClock

S = CallState
LEG = "CA" + "a" * 32


def connect(floor: Floor, agent_id: AgentId, call_sid: str = LEG) -> None:
    agent_legs.connect_agent_leg(floor.services, agent_id=agent_id, call_sid=call_sid, authenticate=genuine)


def conference(floor: Floor, agent_id: AgentId, event: str, call_sid: str = LEG, label: str | None = None) -> None:
    report = ConferenceReport(event, "CF1", f"agent_{agent_id}", "1", call_sid, label or f"agent_{agent_id}", {})
    call_events.record_agent_conference_event(floor.services, agent_id=agent_id, report=report, authenticate=genuine)


def waiting_for_phone(floor: Floor) -> tuple[CallId, AgentId]:
    """A callee on hold whose agent's phone is to be rung."""
    agent_id = floor.phone_agent()
    floor.leads(1, first_name="Sara", last_name="Ahmed")
    call_id = floor.dial()
    floor.answer(call_id)
    return call_id, agent_id


def leg_status(floor: Floor, call_id: CallId, agent_id: AgentId, state: CallState, call_sid: str = LEG) -> None:
    agent_legs.record_agent_phone_status(
        floor.services, call_id=call_id, agent_id=agent_id, call_sid=call_sid, state=state, authenticate=genuine
    )


def test_a_console_counts_once_its_conference_reports_the_leg(floor: Floor) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    floor.leads(1)
    connect(floor, agent_id)
    connect(floor, agent_id)
    assert floor.plan() == []
    conference(floor, agent_id, "participant-join")
    assert floor.agent(agent_id).console_leg_sid == LEG
    assert "dialer.dialing.agent_became_available" in floor.queue.names
    assert (floor.feed.to_agents[-1].event, floor.feed.to_agents[-1].payload["connected"]) == ("agent:audio", True)
    assert len(floor.plan()) == 1


def test_a_leg_that_left_is_gone_in_whatever_order_that_was_reported(floor: Floor) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    connect(floor, agent_id)
    conference(floor, agent_id, "participant-leave")
    conference(floor, agent_id, "participant-join")
    assert floor.agent(agent_id).console_leg_sid is None


def test_a_leg_that_a_newer_one_has_replaced_may_leave_without_harm(floor: Floor) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    newer = "CA" + "b" * 32
    for call_sid in (LEG, newer):
        connect(floor, agent_id, call_sid)
        conference(floor, agent_id, "participant-join", call_sid)
    conference(floor, agent_id, "participant-leave", LEG)
    assert floor.agent(agent_id).console_leg_sid == newer


def test_other_events_and_other_participants_say_nothing_about_the_agent(floor: Floor) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    connect(floor, agent_id)
    conference(floor, agent_id, "conference-start")
    conference(floor, agent_id, "participant-join", label="call_somebody")
    assert floor.agent(agent_id).console_leg_sid is None


def test_a_console_of_nobody_is_turned_away_and_a_forged_one_refused(floor: Floor) -> None:
    with pytest.raises(NotFound):
        connect(floor, AgentId(new_id()))
    with pytest.raises(Forbidden):
        agent_legs.connect_agent_leg(
            floor.services, agent_id=floor.console_agent(), call_sid=LEG, authenticate=lambda _: False
        )
    assert floor.rows("select * from agent_legs") == []


def test_the_phone_of_the_agent_is_rung_and_joining_makes_the_conversation(floor: Floor, clock: FrozenClock) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    floor.run_tasks()
    assert floor.carrier.rung_agents == [(call_id, "+14155553333")]
    whisper = agent_legs.answer_agent_phone(floor.services, call_id=call_id, authenticate=genuine)
    assert (whisper.agent_id, whisper.conference_name, whisper.is_too_late) == (agent_id, f"call_{call_id}", False)
    clock.advance(seconds=1.5)
    floor.join(call_id, f"call_{call_id}", sequence="1")
    assert floor.call(call_id).state == "waiting", "the callee joining his own conference is no conversation"
    floor.join(call_id)
    assert (floor.call(call_id).state, floor.agent(agent_id).state) == ("bridged", "talking")
    floor.report(call_id, S.COMPLETED)
    assert floor.ledger(call_id) == ("reached", 1500, False)


def test_an_agent_who_comes_to_his_phone_after_two_seconds_is_late_in_the_ledger(
    floor: Floor, clock: FrozenClock
) -> None:
    call_id, _ = waiting_for_phone(floor)
    floor.run_tasks()
    clock.advance(seconds=6)
    floor.join(call_id)
    floor.report(call_id, S.COMPLETED)
    assert floor.ledger(call_id) == ("late", 6000, False)


def test_a_phone_is_not_rung_twice_for_one_call(floor: Floor) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    for _ in range(2):
        agent_legs.ring_agent_phone(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    leg_status(floor, call_id, agent_id, S.RINGING)
    agent_legs.ring_agent_phone(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    assert len(floor.carrier.rung_agents) == 1


def test_a_worker_that_dies_while_ringing_does_not_ring_again_and_the_callee_is_not_forgotten(
    floor: Floor, clock: FrozenClock
) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    ring = floor.carrier.call_agent_phone

    class Killed(BaseException):
        pass

    def die(*args: object, **kwargs: object) -> None:
        ring(*args, **kwargs)  # type: ignore[arg-type]
        raise Killed

    floor.carrier.call_agent_phone = die  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        agent_legs.ring_agent_phone(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    agent_legs.ring_agent_phone(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    assert len(floor.carrier.rung_agents) == 1
    clock.advance(seconds=30)
    floor.sweep()
    assert floor.call(call_id).state == "abandoned"
    assert floor.agent(agent_id).held_call_ids == []


@pytest.mark.parametrize("end", [S.NO_ANSWER, S.BUSY, S.FAILED, S.CANCELLED, S.COMPLETED])
def test_a_phone_that_nobody_picks_up_abandons_the_callee_and_is_not_rung_again(
    floor: Floor, clock: FrozenClock, end: CallState
) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    floor.run_tasks()
    clock.advance(seconds=15)
    for _ in range(2):
        leg_status(floor, call_id, agent_id, end)
    assert floor.call(call_id).state == "abandoned"
    assert floor.ledger(call_id) == ("abandoned", 15_000, True)
    agent = floor.agent(agent_id)
    assert (agent.held_call_ids, agent.phone_leg_failed_at) == ([], clock.now())
    assert floor.queue.names.count("dialer.calls.apologise") == 1
    floor.run_tasks()
    assert floor.carrier.done[-1][0] == "play_abandonment_message"
    floor.leads(1)
    assert floor.plan() == [], "he is not dialable until he says so"


@pytest.mark.parametrize("trouble", ["refused", "unavailable", "unknown"])
def test_a_phone_that_cannot_be_rung_abandons_the_callee(floor: Floor, trouble: str) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    {
        "refused": lambda: floor.carrier.will_refuse("21211"),
        "unavailable": floor.carrier.will_be_unavailable,
        "unknown": lambda: floor.carrier.will_lose_the_answer(but_accept=False),
    }[trouble]()
    agent_legs.ring_agent_phone(floor.services, tenant_id=floor.tenant_id, call_id=call_id)
    assert floor.call(call_id).state == "abandoned"
    assert floor.agent(agent_id).phone_leg_failed_at is not None


def test_an_agent_who_picks_up_after_the_lead_has_gone_is_told_so(floor: Floor) -> None:
    call_id, _ = waiting_for_phone(floor)
    floor.run_tasks()
    floor.report(call_id, S.COMPLETED)
    assert agent_legs.answer_agent_phone(floor.services, call_id=call_id, authenticate=genuine).is_too_late
    assert agent_legs.answer_agent_phone(floor.services, call_id=new_id(), authenticate=genuine).is_too_late


def test_the_phone_stops_ringing_when_the_lead_hangs_up(floor: Floor) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    floor.run_tasks()
    floor.report(call_id, S.COMPLETED)
    floor.run_tasks()
    assert [verb for verb, _, _ in floor.carrier.done] == ["hang_up"]
    assert floor.rows("select * from agent_legs where ended_at is null") == []
    assert floor.agent(agent_id).phone_leg_failed_at is None, "it was not his phone that failed"


def test_a_lead_who_hangs_up_while_the_carrier_is_asked_silences_the_phone_too(floor: Floor) -> None:
    call_id, _ = waiting_for_phone(floor)
    ring = floor.carrier.call_agent_phone

    def hang_up_meanwhile(*args: object, **kwargs: object) -> object:
        placed = ring(*args, **kwargs)  # type: ignore[arg-type]
        floor.report(call_id, S.COMPLETED)
        return placed

    floor.carrier.call_agent_phone = hang_up_meanwhile  # type: ignore[method-assign,assignment]
    floor.run_tasks()
    floor.run_tasks()
    assert [verb for verb, _, _ in floor.carrier.done] == ["hang_up"]


def test_an_agent_who_picks_up_for_a_machine_is_not_left_alone_in_a_conference(services: Services) -> None:
    floor = open_floor(services, amd_enabled=True)
    call_id, _ = waiting_for_phone(floor)
    floor.run_tasks()
    floor.detect(call_id, "machine_start")
    floor.run_tasks()
    assert agent_legs.answer_agent_phone(services, call_id=call_id, authenticate=genuine).is_too_late


def test_the_end_of_a_leg_after_the_conversation_abandons_nobody(floor: Floor) -> None:
    call_id, agent_id = waiting_for_phone(floor)
    floor.run_tasks()
    floor.join(call_id)
    leg_status(floor, call_id, agent_id, S.COMPLETED)
    assert floor.call(call_id).state == "bridged"
    assert floor.agent(agent_id).phone_leg_failed_at is None


def test_a_call_without_a_name_is_a_lead_to_the_whisper(floor: Floor) -> None:
    floor.phone_agent()
    floor.leads(1, first_name=None)
    call_id = floor.dial()
    floor.answer(call_id)
    names: list[object] = []
    ring = floor.carrier.call_agent_phone

    def listen(*args: object, **kwargs: object) -> object:
        names.append(kwargs["lead_name"])
        return ring(*args, **kwargs)  # type: ignore[arg-type]

    floor.carrier.call_agent_phone = listen  # type: ignore[method-assign,assignment]
    floor.run_tasks()
    assert names == ["a lead"]


def test_hanging_up_a_leg_forgets_it_and_hanging_up_again_is_harmless(floor: Floor) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    connect(floor, agent_id)
    conference(floor, agent_id, "participant-join")
    for _ in range(2):
        agent_legs.hang_up_agent_leg(floor.services, tenant_id=floor.tenant_id, call_sid=LEG)
    assert floor.agent(agent_id).console_leg_sid is None


@pytest.mark.parametrize(("known_as", "forgotten"), [(S.ANSWERED, False), (S.COMPLETED, True), (None, True)])
def test_a_leg_is_forgotten_when_the_carrier_says_so(floor: Floor, known_as: CallState | None, forgotten: bool) -> None:
    waiting_for_phone(floor)
    floor.run_tasks()
    (leg,) = floor.rows("select * from agent_legs")
    if known_as is None:
        del floor.carrier.calls[leg.call_sid]
    else:
        floor.carrier.knows(leg.call_sid, known_as)
    agent_legs.reconcile_agent_leg(floor.services, tenant_id=floor.tenant_id, call_sid=leg.call_sid)
    assert bool(floor.rows("select * from agent_legs where ended_at is not null")) is forgotten


def test_a_leg_is_kept_while_the_carrier_cannot_be_asked(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent(console_leg_sid=None)
    connect(floor, agent_id)
    conference(floor, agent_id, "participant-join")
    floor.carrier.will_be_unavailable()
    with pytest.raises(CarrierError):
        agent_legs.reconcile_agent_leg(floor.services, tenant_id=floor.tenant_id, call_sid=LEG)
    assert floor.agent(agent_id).console_leg_sid == LEG
    assert clock.now() - floor.agent(agent_id).updated_at < timedelta(minutes=1)


def test_the_newest_leg_is_the_agents_and_the_older_one_is_hung_up(floor: Floor) -> None:
    agent_id, newer = floor.console_agent(console_leg_sid=None), "CA" + "b" * 32
    connect(floor, agent_id)
    conference(floor, agent_id, "participant-join")
    connect(floor, agent_id, newer)
    floor.run_tasks()
    assert floor.carrier.done == [("hang_up", LEG, "")]
    conference(floor, agent_id, "participant-leave")
    conference(floor, agent_id, "participant-join", newer)
    assert floor.agent(agent_id).console_leg_sid == newer
    assert floor.feed.to_agents[-1].payload["callSid"] == newer


def test_a_leg_that_asks_again_is_not_over_whatever_was_reported(floor: Floor) -> None:
    """As after its label was in use: it left without having been in, and tries again."""
    agent_id = floor.console_agent(console_leg_sid=None)
    connect(floor, agent_id)
    conference(floor, agent_id, "participant-leave")
    connect(floor, agent_id)
    conference(floor, agent_id, "participant-join")
    assert floor.agent(agent_id).console_leg_sid == LEG
