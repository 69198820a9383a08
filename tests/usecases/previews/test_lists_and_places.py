"""Leads on screens come as in the hopper: where it is day, when they are due, and from each list in its turn."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from dialer.domain.ids import AgentId
from tests.builders.floor import Floor
from tests.builders.lists import make_list, make_locality
from tests.fakes import FrozenClock
from tests.usecases.previews.desk import look, look_at_one, skip

NIGHT_IN_THE_EAST = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)


def shown(floor: Floor, agent_id: AgentId) -> object:
    preview = look(floor, agent_id).preview
    return None if preview is None else preview.lead_id


def test_nobody_looks_at_a_lead_who_sleeps(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    east, west = (make_locality(floor.services, zone) for zone in ("America/New_York", "America/Los_Angeles"))
    floor.leads(2, locality_id=east)
    (awake,) = floor.leads(1, locality_id=west)
    clock.at = NIGHT_IN_THE_EAST
    assert shown(floor, ben) == awake


def test_when_all_sleep_the_agent_is_told_until_when(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    floor.leads(1, locality_id=make_locality(floor.services, "America/New_York"))
    clock.at = NIGHT_IN_THE_EAST
    offer = look(floor, ben)
    assert offer.preview is None
    assert offer.reason == (
        "Spring outreach: outside calling hours where the leads are until 2026-03-05T13:00:00+00:00."
    )


def test_a_promised_lead_is_offered_within_its_minute(floor: Floor, ben: AgentId, clock: FrozenClock) -> None:
    floor.leads(1)
    promised_at = clock.now() + timedelta(minutes=10)
    (promised,) = floor.leads(1, callback_at=promised_at, next_call_at=promised_at)
    clock.at = promised_at
    assert shown(floor, ben) == promised


def test_lists_take_turns_by_their_weights(floor: Floor, ben: AgentId) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, weight=3)
    floor.leads(8)
    floor.leads(8, list_id=second)
    seen = []
    for _ in range(8):
        preview_id = look_at_one(floor, ben)
        (row,) = floor.rows("select list_id from leads join previews p on p.lead_id = leads.id where p.id = :id",
                            id=preview_id)  # fmt: skip
        seen.append(row.list_id)
        skip(floor, ben, preview_id)
    assert Counter(seen) == {second: 6, floor.campaign_id: 2}


def test_what_an_agent_skipped_does_not_hide_what_comes_after_it(floor: Floor, ben: AgentId) -> None:
    second = make_list(floor.services, floor.tenant_id, campaign_id=floor.campaign_id)
    (skipped,) = floor.leads(1)
    (next_one,) = floor.leads(1, list_id=second)
    skip(floor, ben, look_at_one(floor, ben))
    assert shown(floor, ben) == next_one
    assert floor.lead(skipped).status == "pending"
