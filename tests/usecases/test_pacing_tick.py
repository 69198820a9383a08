"""The pacing tick: what is planned for which floor, and why nothing is."""

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest

from dialer.domain.calls import CallState
from dialer.domain.ids import CallId
from dialer.usecases import pacing
from dialer.usecases.services import Services
from tests.builders.agents import make_agent_group
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock


def lined_up(floor: Floor) -> list[CallId]:
    """The tenant's calls that wait for their start."""
    return [call_id for tenant_id, call_id in floor.gate.lined_up if tenant_id == floor.tenant_id]


def test_a_tick_plans_one_call_for_each_idle_agent_and_lines_each_up_to_be_placed(floor: Floor) -> None:
    floor.console_agent()
    floor.phone_agent()
    floor.leads(3)
    planned = floor.plan()
    assert len(planned) == 2
    assert lined_up(floor) == planned
    assert floor.queue.sent == []
    assert {floor.call(call_id).state for call_id in planned} == {"planned"}


def test_the_next_tick_counts_what_is_on_its_way(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(3)
    assert len(floor.plan()) == 1
    assert floor.plan() == []
    assert "every idle agent has calls on the way" in floor.campaign().pacing_note


def test_the_ratio_of_a_campaign_overdials(services: Services) -> None:
    floor = open_floor(services, dial_mode="ratio", pacing_ratio=Decimal("2.5"))
    floor.console_agent()
    floor.console_agent()
    floor.leads(9)
    assert len(floor.plan()) == 5


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "break"},
        {"status": "offline"},
        {"is_active": False},
        {"disconnected_at": "now"},
        {"console_leg_sid": None},
    ],
)
def test_an_agent_whom_no_call_could_reach_gets_none_planned(floor: Floor, columns: dict[str, object]) -> None:
    now = floor.services.clock.now()
    floor.console_agent(**{name: now if value == "now" else value for name, value in columns.items()})
    floor.leads(1)
    assert floor.plan() == []
    assert "no agent is ready" in floor.campaign().pacing_note


def test_an_agent_who_talks_or_wraps_up_gets_no_call_planned(floor: Floor, clock: FrozenClock) -> None:
    agent_id = floor.console_agent()
    floor.leads(2)
    call_id = floor.dial()
    floor.answer(call_id)
    assert floor.plan() == []
    floor.join(call_id)
    assert floor.plan() == []
    floor.report(call_id, CallState.COMPLETED)
    assert floor.agent(agent_id).state == "wrapping_up"
    assert floor.plan() == []
    clock.advance(seconds=15)
    assert len(floor.plan()) == 1


def test_a_person_who_waits_is_counted_against_the_idle_agents(floor: Floor) -> None:
    agent_id = floor.console_agent()
    floor.leads(3)
    call_id = floor.dial()
    floor.change("update agents set status = 'break' where id = :id", id=agent_id)
    floor.answer(call_id)
    assert floor.call(call_id).state == "waiting"
    floor.change("update agents set status = 'available' where id = :id", id=agent_id)
    assert floor.plan() == []


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_machine_that_listens_to_a_message_is_not_a_person_who_waits(services: Services, mode: str) -> None:
    floor = open_floor(services, amd_enabled=True, amd_mode=mode, voicemail_message_url="https://example.com/vm.mp3")
    agent_id = floor.console_agent()
    floor.leads(2)
    call_id = floor.dial()
    if mode == "sync":
        floor.answer(call_id, "machine_end_beep")
    else:
        floor.change("update agents set status = 'break' where id = :id", id=agent_id)
        floor.answer(call_id)
        floor.detect(call_id, "machine_end_beep")
        floor.change("update agents set status = 'available' where id = :id", id=agent_id)
    assert len(floor.plan()) == 1


def test_no_more_is_planned_than_the_account_may_start_or_has_lines_for(floor: Floor) -> None:
    for _ in range(12):
        floor.console_agent()
    floor.leads(30)
    planned = floor.plan()
    assert len(planned) == 10, "five calls a second, two seconds ahead"
    assert floor.plan() == [], "what is planned and not yet placed is among them"
    assert "as many calls are planned as the carrier account may start" in floor.campaign().pacing_note
    for call_id in planned:
        floor.place(call_id)
    account = replace(floor.services.platform_account, max_lines=11)
    object.__setattr__(floor.services, "platform_account", account)
    floor.services.account_cache.clear()
    assert len(floor.plan()) == 1
    assert floor.plan() == []
    assert "all lines of the carrier account are in use" in floor.campaign().pacing_note


def test_outside_calling_hours_nothing_is_planned_and_the_note_says_until_when(services: Services) -> None:
    floor = open_floor(services, calling_hours_start=time(19), calling_hours_end=time(20))
    floor.console_agent()
    floor.leads(1)
    assert floor.plan() == []
    assert "outside calling hours until 2026-03-04T19:00" in floor.campaign().pacing_note


def test_after_the_end_of_its_schedule_a_campaign_plans_nothing(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    floor.change("update campaigns set schedule_end = :at", at=floor.services.clock.now())
    assert floor.plan() == []
    assert floor.campaign().pacing_note == "the schedule has ended"


def test_leads_are_taken_by_priority_then_by_their_time_and_not_before_it(floor: Floor) -> None:
    now = floor.services.clock.now()
    (later,) = floor.leads(1, next_call_at=now + timedelta(minutes=1))
    (second,) = floor.leads(1, next_call_at=now - timedelta(minutes=1))
    (first,) = floor.leads(1, next_call_at=now - timedelta(minutes=2))
    (urgent,) = floor.leads(1, priority=0)
    for _ in range(5):
        floor.console_agent()
    planned = {floor.call(call_id).lead_id for call_id in floor.plan()}
    assert planned == {urgent, first, second}
    assert floor.lead(later).status == "pending"


def test_the_first_lead_of_several_is_the_most_urgent(floor: Floor) -> None:
    floor.leads(3, priority=2)
    (urgent,) = floor.leads(1, priority=0)
    floor.console_agent()
    (call_id,) = floor.plan()
    assert floor.call(call_id).lead_id == urgent


def test_a_campaign_that_is_not_active_plans_nothing(floor: Floor) -> None:
    floor.console_agent()
    floor.leads(1)
    floor.change("update campaigns set status = 'paused'")
    assert floor.plan() == []
    assert floor.queue.sent == []


def test_the_note_tells_waiting_retries_from_a_list_that_is_done(floor: Floor) -> None:
    floor.console_agent()
    floor.plan()
    assert floor.campaign().pacing_note == "no leads left to call"
    floor.leads(1, next_call_at=floor.services.clock.now() + timedelta(hours=1))
    floor.plan()
    assert "retries are waiting" in floor.campaign().pacing_note


def test_campaigns_with_groups_of_their_own_do_not_take_each_others_agents(services: Services, floor: Floor) -> None:
    group_id = make_agent_group(services.database, tenant_id=floor.tenant_id)
    other = open_floor(services, floor.tenant_id, agent_group_id=group_id)
    floor.console_agent()
    other.leads(1)
    assert other.plan() == []
    floor.console_agent(agent_group_id=group_id)
    assert len(other.plan()) == 1


def test_campaigns_that_share_agents_do_not_both_dial_for_the_same_one(services: Services, floor: Floor) -> None:
    other = open_floor(services, floor.tenant_id)
    floor.console_agent()
    floor.leads(1)
    other.leads(1)
    assert len(floor.plan()) == 1
    assert other.plan() == []


def test_a_tick_is_sent_for_every_active_campaign_of_every_tenant(services: Services, floor: Floor) -> None:
    cleo = open_floor(services)
    paused = open_floor(services, floor.tenant_id)
    paused.change("update campaigns set status = 'paused' where id = :id", id=paused.campaign_id)
    assert pacing.pace_active_campaigns(services) == 2
    assert {
        (sent.arguments["tenant_id"], sent.arguments["campaign_id"], sent.expires_seconds) for sent in floor.queue.sent
    } == {(str(f.tenant_id), str(f.campaign_id), 2) for f in (floor, cleo)}


def test_one_tenants_agents_and_leads_are_nothing_to_another(services: Services, floor: Floor) -> None:
    cleo = open_floor(services)
    cleo.console_agent()
    floor.leads(1)
    assert floor.plan() == []
    assert pacing.pace_campaign(services, tenant_id=cleo.tenant_id, campaign_id=floor.campaign_id) == []


def test_pacing_a_tenant_paces_each_of_its_active_campaigns(services: Services, floor: Floor) -> None:
    other = open_floor(services, floor.tenant_id)
    floor.console_agent()
    other.leads(1)
    pacing.pace_tenant(services, tenant_id=floor.tenant_id)
    assert len(lined_up(floor)) == 1
