"""The placing transaction on real PostgreSQL: who locks decides, and decides on what is true then."""

from sqlalchemy import text

from dialer.domain.ids import CallId
from dialer.store import pacing_floor, placements
from dialer.store.session import Database
from dialer.usecases import dialing
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.store.pacing import load_floor
from tests.store.races import at_once, in_background, until_somebody_waits_for_a_lock


def test_two_runs_of_one_placement_at_once_place_one_call(floor: Floor, planned: CallId) -> None:
    at_once(*[lambda: floor.place(planned)] * 4)
    assert len(floor.carrier.placed) == 1
    assert floor.lead(floor.call(planned).lead_id).call_attempts == 1


def test_withdrawing_and_placing_at_once_do_one_of_the_two(floor: Floor, planned: CallId) -> None:
    def withdraw() -> None:
        dialing.withdraw_call(floor.services, tenant_id=floor.tenant_id, call_id=planned, only_if_forbidden=False)

    at_once(withdraw, lambda: floor.place(planned))
    call, lead = floor.call(planned), floor.lead(floor.call(planned).lead_id)
    outcome = (call.state, lead.status, len(floor.carrier.placed))
    assert outcome in {("placed", "calling", 1), ("cancelled", "pending", 0)}


def test_whoever_waited_for_the_lock_sees_that_the_call_is_no_longer_planned(
    floor: Floor, planned: CallId, owner_database: Database
) -> None:
    now = floor.services.clock.now()

    def lock() -> object:
        with floor.services.transaction(floor.tenant_id) as tx:
            return placements.lock_planned_call(tx.session, call_id=planned, now=now)

    with floor.services.transaction(floor.tenant_id) as tx:
        assert placements.lock_planned_call(tx.session, call_id=planned, now=now) is not None
        with in_background(lock) as second:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.execute(text("update calls set state = 'placing' where id = :id"), {"id": planned})
            tx.session.commit()
            assert second.result(timeout=10) is None


def test_a_lead_suppressed_while_its_placement_waited_for_it_is_not_called(
    floor: Floor, planned: CallId, owner_database: Database
) -> None:
    lead_id = floor.call(planned).lead_id
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("update leads set status = 'dnc', do_not_call = true where id = :id"), {"id": lead_id})
        with in_background(lambda: floor.place(planned)) as placing:
            until_somebody_waits_for_a_lock(owner_database)
            tx.session.commit()
            placing.result(timeout=10)
    assert floor.carrier.placed == []
    assert (floor.call(planned).state, floor.lead(lead_id).status) == ("cancelled", "dnc")


def test_two_ticks_of_one_tenant_exclude_each_other(services: Services, floor: Floor) -> None:
    with services.transaction() as tx:
        assert pacing_floor.begin_tick(tx.session, tenant_id=floor.tenant_id)
        with services.transaction() as second:
            assert not pacing_floor.begin_tick(second.session, tenant_id=floor.tenant_id)
        with services.transaction() as elsewhere:
            assert pacing_floor.begin_tick(elsewhere.session, tenant_id=open_floor(services).tenant_id)
    with services.transaction() as tx:
        assert pacing_floor.begin_tick(tx.session, tenant_id=floor.tenant_id)


def test_two_ticks_at_once_plan_no_more_calls_than_agents_are_idle(floor: Floor) -> None:
    for _ in range(3):
        floor.console_agent()
    floor.leads(20)
    planned = [call_id for calls in at_once(*[floor.plan] * 4) for call_id in calls]
    assert len(planned) == 3


def test_pausing_for_trouble_is_done_by_one_of_many(floor: Floor) -> None:
    def pause() -> bool:
        with floor.services.transaction(floor.tenant_id) as tx:
            return placements.pause_campaign_for_trouble(
                tx.session, campaign_id=floor.campaign_id, note="trouble", now=floor.services.clock.now()
            )

    assert sorted(at_once(*[pause] * 3)) == [False, False, True]


def test_another_tenant_finds_no_call_to_place_and_no_campaign_to_pace(
    services: Services, floor: Floor, planned: CallId
) -> None:
    cleo = open_floor(services)
    now = services.clock.now()
    with services.transaction(cleo.tenant_id) as tx:
        assert placements.lock_planned_call(tx.session, call_id=planned, now=now) is None
        assert placements.list_planned_calls(tx.session, campaign_id=floor.campaign_id) == []
        assert load_floor(tx.session, floor) is None
        own = load_floor(tx.session, cleo)
    assert own is not None
    assert own.lines_in_flight == 0
    assert own.snapshot.agents == ()
