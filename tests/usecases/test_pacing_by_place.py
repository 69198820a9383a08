"""The pacing tick and its leads: called where it is day, from each list its share, and in words why not."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import text

from dialer.domain.ids import CallId
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.lists import make_list, make_locality
from tests.fakes import FrozenClock
from tests.statements import counted

NIGHT_IN_THE_EAST = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
"""22:00 in New York, 19:00 in Los Angeles."""


def free(floor: Floor, planned: list[CallId]) -> None:
    """Their calls come to nothing, and their leads are done."""
    for call_id in planned:
        floor.change("update calls set state = 'cancelled' where id = :id", id=call_id)
        floor.change("update leads set status = 'completed' where id = :id", id=floor.call(call_id).lead_id)


def note(floor: Floor) -> str:
    return str(floor.campaign().pacing_note)


def bound_by(floor: Floor) -> str:
    rows = floor.rows("select bound_by from pacing_decisions where campaign_id = :id order by at desc, id desc limit 1",
                      id=floor.campaign_id)  # fmt: skip
    return str(rows[0].bound_by)


# -- places


def test_whoever_lives_where_it_is_night_is_left_alone(floor: Floor, clock: FrozenClock) -> None:
    east, west = (make_locality(floor.services, zone) for zone in ("America/New_York", "America/Los_Angeles"))
    floor.leads(3, locality_id=east)
    (awake,) = floor.leads(1, locality_id=west)
    for _ in range(5):
        floor.console_agent()
    clock.at = NIGHT_IN_THE_EAST
    assert [floor.call(call_id).lead_id for call_id in floor.plan()] == [awake]
    assert note(floor).startswith("placing 1")


def test_when_it_is_night_for_all_the_note_says_until_when(floor: Floor, clock: FrozenClock) -> None:
    east, chicago = (make_locality(floor.services, zone) for zone in ("America/New_York", "America/Chicago"))
    floor.leads(1, locality_id=chicago)
    (done,) = floor.leads(1, locality_id=east)
    floor.console_agent()
    clock.at = NIGHT_IN_THE_EAST
    assert floor.plan() == []
    assert note(floor) == "outside calling hours where the leads are until 2026-03-05T13:00:00+00:00"
    assert bound_by(floor) == "calling_hours"
    floor.change("update leads set status = 'completed' where id = :id", id=done)
    floor.plan()
    assert "2026-03-05T14:00:00" in note(floor), "nobody is left in New York"


def test_an_open_place_without_leads_does_not_hide_that_the_others_sleep(floor: Floor, clock: FrozenClock) -> None:
    west, east = (make_locality(floor.services, zone) for zone in ("America/Los_Angeles", "America/New_York"))
    (done,) = floor.leads(1, locality_id=west)
    floor.leads(1, locality_id=east)
    floor.change("update leads set status = 'completed' where id = :id", id=done)
    floor.console_agent()
    clock.at = NIGHT_IN_THE_EAST
    assert floor.plan() == []
    assert (note(floor)[:47], bound_by(floor)) == ("outside calling hours where the leads are until", "calling_hours")


def test_a_place_without_a_known_time_is_named_as_such(floor: Floor) -> None:
    floor.leads(1, locality_id=make_locality(floor.services))
    floor.console_agent()
    assert floor.plan() == []
    assert "local time where the leads are is not known" in note(floor)


def test_hours_on_the_callees_clock_are_asked_for_each_place(services: Services, clock: FrozenClock) -> None:
    floor = open_floor(
        services, calling_hours_zone="callee", calling_hours_start=time(13), calling_hours_end=time(17), timezone="UTC"
    )
    east, west = (make_locality(floor.services, zone) for zone in ("America/New_York", "America/Los_Angeles"))
    floor.leads(2, locality_id=west)
    (lead_id,) = floor.leads(1, locality_id=east)
    for _ in range(3):
        floor.console_agent()
    assert [floor.call(call_id).lead_id for call_id in floor.plan()] == [lead_id], "13:00 in New York, 10:00 in LA"
    free(floor, [call.id for call in floor.rows("select id from calls")])
    floor.plan()
    assert note(floor) == "outside calling hours where the leads are until 2026-03-04T21:00:00+00:00"


def test_ready_leads_that_somebody_holds_are_no_question_of_hours(floor: Floor) -> None:
    floor.leads(2)
    floor.console_agent()
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select from leads for update"))
        assert floor.plan() == []
    assert note(floor).startswith("no lead could be claimed")


# -- time


def test_the_note_says_when_the_first_of_the_waiting_is_due(floor: Floor, clock: FrozenClock) -> None:
    floor.console_agent()
    floor.leads(1, next_call_at=clock.now() + timedelta(hours=2))
    floor.leads(1, next_call_at=clock.now() + timedelta(hours=1))
    floor.plan()
    assert note(floor).endswith("retries are waiting for their time, the first until 2026-03-04T19:00:00+00:00")
    clock.advance(minutes=59, seconds=59)
    assert floor.plan() == []
    clock.advance(seconds=1)
    assert len(floor.plan()) == 1


def test_a_tick_takes_no_more_statements_than_before(floor: Floor, clock: FrozenClock) -> None:
    floor.leads(1)
    floor.leads(3, next_call_at=clock.now() + timedelta(minutes=1))
    floor.console_agent()
    free(floor, floor.plan())  # a process reads the rules and the places once
    clock.advance(minutes=1)
    with counted(floor.services.database) as statements:
        assert len(floor.plan()) == 1
    assert len(statements) == 4, statements


# -- lists


def test_lists_get_their_shares_over_many_ticks_and_the_rest_goes_to_whoever_has_leads(floor: Floor) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, weight=3)
    floor.leads(12)
    floor.leads(12, list_id=second)
    floor.console_agent()
    taken = []
    for _ in range(20):
        planned = floor.plan()
        taken += [floor.lead(floor.call(call_id).lead_id).list_id for call_id in planned]
        free(floor, planned)
    assert Counter(taken[:16]) == {second: 12, floor.campaign_id: 4}
    assert taken[16:] == [floor.campaign_id] * 4, "the other list has run dry"


def test_one_tick_shares_out_and_fills_up(floor: Floor) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, weight=9)
    floor.leads(9)
    floor.leads(2, list_id=second)
    for _ in range(8):
        floor.console_agent()
    taken = Counter(floor.lead(floor.call(call_id).lead_id).list_id for call_id in floor.plan())
    assert taken == {second: 2, floor.campaign_id: 6}


def test_a_list_that_sleeps_leaves_its_turns_to_the_others_and_does_not_catch_up(
    floor: Floor, clock: FrozenClock
) -> None:
    east, west = (make_locality(floor.services, zone) for zone in ("America/New_York", "America/Los_Angeles"))
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    floor.leads(14, locality_id=west)
    floor.leads(14, locality_id=east, list_id=second)
    floor.console_agent()
    clock.at = NIGHT_IN_THE_EAST
    for _ in range(6):
        free(floor, floor.plan())
    assert len(floor.rows("select from leads where status = 'completed' and list_id = :id", id=second)) == 0
    clock.at = datetime(2026, 3, 5, 20, 0, tzinfo=UTC)
    taken = []
    for _ in range(10):
        planned = floor.plan()
        taken += [floor.lead(floor.call(call_id).lead_id).list_id for call_id in planned]
        free(floor, planned)
    assert abs(taken.count(second) - 5) <= 1


def test_a_promise_on_a_light_list_does_not_wait_for_that_lists_turn(floor: Floor, clock: FrozenClock) -> None:
    heavy = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, weight=100)
    floor.leads(5, list_id=heavy)
    floor.leads(5)
    (promised,) = floor.leads(1, callback_at=clock.now(), next_call_at=clock.now() - timedelta(minutes=1))
    floor.console_agent()
    (call_id,) = floor.plan()
    assert floor.call(call_id).lead_id == promised


def test_a_list_that_is_switched_off_is_not_dialled(floor: Floor) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, is_active=False)
    floor.leads(2, list_id=second)
    floor.console_agent()
    assert floor.plan() == []
    assert "lists that are switched off" in note(floor)
    floor.change("update lists set is_active = true")
    assert len(floor.plan()) == 1
