"""Promising a call, by whom and for when, and changing one's mind. It is 10:00 in Los Angeles, where callees are."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from dialer.domain.callbacks import CallbackState
from dialer.domain.campaigns import DialMode
from dialer.domain.errors import Conflict, Forbidden, Invalid, NotFound
from dialer.domain.ids import AgentId, LeadId
from dialer.domain.principals import Role
from dialer.domain.spans import ALWAYS
from dialer.store.callbacks import Callback, CallbackFilter
from dialer.usecases import callbacks
from dialer.usecases.callbacks import CallbackWish
from tests.builders.agents import make_tenant
from tests.builders.floor import Floor, open_floor
from tests.builders.promises import acting, promise, promise_of
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON

TOMORROW = NOON + timedelta(days=1)


def wish(floor: Floor, lead_id: LeadId, at: str, agent_id: AgentId | None = None, **more: Any) -> Callback:
    """An agent says what he wants to promise."""
    return callbacks.promise_callback(
        floor.services, actor=acting(floor, agent_id), lead_id=lead_id, wish=CallbackWish(at, **more)
    )


def states(floor: Floor, lead_id: LeadId) -> list[tuple[str, str | None]]:
    rows = floor.rows("select state, reason from callbacks where lead_id = :id order by created_at, id", id=lead_id)
    return [(row.state, row.reason) for row in rows]


def test_the_teams_promise_is_called_when_it_is_due_and_before_everybody_else(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (promised,) = floor.leads(1, status="completed")
    callback = promise(floor, promised, NOON + timedelta(minutes=30))
    assert (callback.local_time, callback.time_zone) == ("2026-03-04T10:30", "America/Los_Angeles")
    assert floor.plan() == [], "not before its time"
    floor.leads(5, priority=0)
    clock.advance(minutes=30)
    (call_id,) = floor.plan()
    assert floor.call(call_id).lead_id == promised


def test_an_agents_promise_is_not_the_hoppers_until_he_had_his_time(
    floor: Floor, ben: AgentId, clock: FrozenClock
) -> None:
    (lead_id,) = floor.leads(1)
    promise(floor, lead_id, NOON + timedelta(minutes=10), ben, fallback_minutes=20)
    clock.advance(minutes=29)
    assert floor.plan() == []
    lead = floor.lead(lead_id)
    assert (lead.callback_at, lead.next_call_at) == (NOON + timedelta(minutes=10), NOON + timedelta(minutes=30))


def test_a_time_is_the_callees_or_that_of_a_zone_that_is_named(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    assert wish(floor, lead_id, "2026-03-05T10:30").due_at == datetime(2026, 3, 5, 18, 30, tzinfo=UTC)
    named = wish(floor, lead_id, "2026-03-05T13:30", time_zone="America/New_York")
    assert (named.due_at, named.time_zone) == (datetime(2026, 3, 5, 18, 30, tzinfo=UTC), "America/New_York")
    with pytest.raises(Invalid, match="time_zone"):
        wish(floor, lead_id, "2026-03-05T13:30", time_zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("lead", "zone"),
    [
        ({"phone": "+12125550123"}, "America/New_York"),
        # Most of the area code is in the east, a part is not; the lead's own word decides.
        ({"phone": "+18505550123"}, "America/New_York"),
        ({"phone": "+18505550123", "time_zone": "America/Chicago"}, "America/Chicago"),
        ({"phone": "+442079460018"}, "Europe/London"),
    ],
)
def test_the_likeliest_of_the_callees_zones_is_meant(floor: Floor, lead: dict[str, Any], zone: str) -> None:
    (lead_id,) = floor.leads(1, **lead)
    assert wish(floor, lead_id, "2026-03-05T12:30").time_zone == zone


def test_an_hour_at_which_nobody_may_be_called_is_refused_with_the_next_one(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    with pytest.raises(Invalid) as refused:
        wish(floor, lead_id, "2026-03-05T21:00")
    assert "calls are allowed 08:00–21:00" in refused.value.message
    assert "2026-03-06 08:00 America/Los_Angeles" in refused.value.message
    assert refused.value.details == {"next_possible_at": "2026-03-06T16:00:00Z"}
    assert refused.value.fields[0].field == "at"


def test_the_campaigns_hours_and_schedule_bind_a_promise_too(services: Any) -> None:
    end = NOON + timedelta(days=2)
    floor = open_floor(
        services, timezone="UTC", calling_hours_start=time(17), calling_hours_end=time(20), schedule_end=end
    )
    (lead_id,) = floor.leads(1)
    assert wish(floor, lead_id, "2026-03-05T19:59Z").state is CallbackState.PROMISED
    with pytest.raises(Invalid, match="2026-03-06 09:00 America/Los_Angeles"):
        wish(floor, lead_id, "2026-03-05T20:00Z")
    with pytest.raises(Invalid, match="before the campaign's schedule ends"):
        wish(floor, lead_id, "2026-03-06T18:30Z")


@pytest.mark.parametrize(
    ("lead", "campaign", "why"),
    [
        ({"do_not_call": True}, {}, "asked not to be called"), ({"status": "dnc"}, {}, "asked not to be called"),
        ({"call_attempts": 3}, {}, "used up"), ({}, {"status": "completed"}, "is completed"),
        ({}, {"status": "cancelled"}, "is cancelled"),
    ],
)  # fmt: skip
def test_nothing_is_promised_that_nobody_would_keep(
    floor: Floor, lead: dict[str, Any], campaign: dict[str, Any], why: str
) -> None:
    (lead_id,) = floor.leads(1, **lead)
    for name, value in campaign.items():
        floor.change(f"update campaigns set {name} = :value", value=value)
    with pytest.raises(Conflict, match=why):
        wish(floor, lead_id, "2026-03-05T10:30")
    assert states(floor, lead_id) == []


def test_a_new_promise_takes_the_place_of_the_old_one(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    promise(floor, lead_id, TOMORROW)
    promise(floor, lead_id, TOMORROW + timedelta(hours=1))
    assert states(floor, lead_id) == [("cancelled", "replaced"), ("promised", None)]
    assert floor.lead(lead_id).callback_at == TOMORROW + timedelta(hours=1)


def test_agents_promise_for_themselves_and_the_team_and_leave_a_colleagues_promise_alone(
    floor: Floor, ben: AgentId
) -> None:
    (lead_id,) = floor.leads(1)
    other = floor.console_agent(name="Bob")
    assert wish(floor, lead_id, "2026-03-05T10:00", ben, agent="me").agent_id == ben
    assert wish(floor, lead_id, "2026-03-05T10:10", ben, agent=ben).agent_name == "Ben"
    with pytest.raises(Forbidden, match="Ben has promised"):
        wish(floor, lead_id, "2026-03-05T10:30", other)
    with pytest.raises(Forbidden, match="for themselves"):
        wish(floor, lead_id, "2026-03-05T10:30", ben, agent=other)
    with pytest.raises(Invalid, match="do not work as an agent"):
        wish(floor, *floor.leads(1), "2026-03-05T10:30", agent="me")
    assert wish(floor, lead_id, "2026-03-05T10:20", ben).agent_id is None
    assert wish(floor, lead_id, "2026-03-05T10:30", other).agent_id is None, "the team's is anybody's"


def test_nobody_can_be_made_to_promise_who_is_not_there(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    floor.change("update agents set is_active = false where id = :id", id=ben)
    for agent_id in (ben, AgentId(lead_id)):
        with pytest.raises(Invalid, match="agent_id"):
            promise(floor, lead_id, TOMORROW, agent_id)


@pytest.mark.parametrize("minutes", [0, 46])
def test_an_agent_has_between_one_minute_and_three_quarters_of_an_hour(
    floor: Floor, ben: AgentId, minutes: int
) -> None:
    with pytest.raises(Invalid, match="fallback_minutes"):
        promise(floor, *floor.leads(1), TOMORROW, ben, fallback_minutes=minutes)


def test_another_tenants_leads_and_promises_are_not_found(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    callback = promise(floor, lead_id, TOMORROW)
    hers = open_floor(floor.services, make_tenant(floor.services.database, name="Cleo's"))
    cleo = acting(hers, role=Role.OWNER)
    with pytest.raises(NotFound):
        promise(hers, lead_id, TOMORROW)
    for attempt in (
        lambda: callbacks.load_callback(floor.services, actor=cleo, callback_id=callback.id),
        lambda: callbacks.cancel_callback(floor.services, actor=cleo, callback_id=callback.id),
        lambda: callbacks.change_callback(
            floor.services, actor=cleo, callback_id=callback.id, changes={"note": "hers"}
        ),
    ):
        with pytest.raises(NotFound):
            attempt()
    page = callbacks.list_callbacks(floor.services, actor=cleo, chosen=CallbackFilter(), limit=9, offset=0)
    assert page.total == 0
    report = callbacks.report_callbacks(floor.services, actor=cleo, campaign_id=None, span=ALWAYS)
    assert report.totals.promised == 0


def test_a_promise_can_be_changed_while_it_is_open(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    callback = promise(floor, lead_id, TOMORROW)
    supervisor = acting(floor, role=Role.SUPERVISOR)

    def change(**changes: Any) -> Callback:
        return callbacks.change_callback(
            floor.services,
            actor=supervisor,
            callback_id=callback.id,
            changes=changes,  # type: ignore[typeddict-item]
        )

    assert change(note="about the offer").note == "about the offer"
    assert change(at="2026-03-05T11:00").due_at == TOMORROW + timedelta(hours=1)
    assert change(agent=ben, fallback_minutes=5).agent_id == ben
    assert floor.lead(lead_id).next_call_at == TOMORROW + timedelta(hours=1, minutes=5)
    assert change(time_zone="America/New_York").local_time == "2026-03-05T14:00"
    with pytest.raises(Invalid, match="may not be called then"):
        change(at="2026-03-05T03:00")
    assert change(agent=None).agent_id is None
    assert floor.lead(lead_id).next_call_at == TOMORROW + timedelta(hours=1)


def test_a_promise_taken_back_leaves_the_lead_on_its_list(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    (lead_id,) = floor.leads(1)
    callback = promise(floor, lead_id, NOON + timedelta(hours=1))
    supervisor = acting(floor, role=Role.SUPERVISOR)
    for _ in range(2):
        cancelled = callbacks.cancel_callback(floor.services, actor=supervisor, callback_id=callback.id)
        assert (cancelled.state, cancelled.reason) == (CallbackState.CANCELLED, "taken back")
    assert floor.lead(lead_id).callback_at is None
    with pytest.raises(Conflict, match="is cancelled"):
        callbacks.change_callback(floor.services, actor=supervisor, callback_id=callback.id, changes={"note": "x"})
    clock.advance(hours=1)
    assert len(floor.plan()) == 1


def test_a_colleagues_promise_is_not_ones_own(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1)
    callback = promise(floor, lead_id, TOMORROW, ben)
    bob = acting(floor, floor.console_agent(name="Bob"))
    for attempt in (callbacks.load_callback, callbacks.cancel_callback):
        with pytest.raises(Forbidden):
            attempt(floor.services, actor=bob, callback_id=callback.id)
    cancelled = callbacks.cancel_callback(floor.services, actor=acting(floor, ben), callback_id=callback.id)
    assert cancelled.state is CallbackState.CANCELLED


def test_agents_list_their_own_and_supervisors_all(floor: Floor, ben: AgentId) -> None:
    first, second, third = floor.leads(3)
    promise(floor, first, TOMORROW, ben)
    promise(floor, second, TOMORROW + timedelta(hours=1))
    wish(floor, third, "2026-03-05T12:00", floor.console_agent(), agent="me")

    def listed(actor: Any, **chosen: Any) -> list[LeadId]:
        page = callbacks.list_callbacks(floor.services, actor=actor, chosen=CallbackFilter(**chosen), limit=9, offset=0)
        assert page.total == len(page.callbacks)
        return [callback.lead_id for callback in page.callbacks]

    sam = acting(floor, role=Role.SUPERVISOR)
    assert listed(sam) == [first, second, third]
    assert listed(sam, agent_id=ben) == listed(acting(floor, ben)) == [first]
    assert listed(sam, state=CallbackState.KEPT) == []
    with pytest.raises(Forbidden):
        listed(acting(floor, ben), agent_id=AgentId(first))
    with pytest.raises(Forbidden):
        listed(acting(floor))


@pytest.mark.parametrize("status", ["completed", "failed", "dnc"])
def test_what_was_promised_to_a_lead_that_is_done_with_is_off(floor: Floor, status: str) -> None:
    (lead_id,) = floor.leads(1)
    callback = promise(floor, lead_id, TOMORROW)
    floor.change(
        "update leads set status = :status, status_reason = 'by hand' where id = :id", status=status, id=lead_id
    )
    ended = promise_of(floor, callback)
    assert (ended.state, ended.reason) == (CallbackState.CANCELLED, "by hand")
    assert floor.lead(lead_id).callback_at is None


def test_a_lead_that_is_moved_or_deleted_takes_its_promise_along(floor: Floor) -> None:
    (lead_id,) = floor.leads(1)
    callback = promise(floor, lead_id, TOMORROW)
    other = open_floor(floor.services, floor.tenant_id, dial_mode=DialMode.PREVIEW)
    floor.change("update leads set campaign_id = :to, list_id = :to where id = :id", to=other.campaign_id, id=lead_id)
    assert promise_of(floor, callback).campaign_id == other.campaign_id
    floor.change("delete from leads where id = :id", id=lead_id)
    assert states(floor, lead_id) == []
