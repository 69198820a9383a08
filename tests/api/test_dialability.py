"""`GET /api/leads/:id/dialability`, the campaign's summary, and the dry run: why leads are not dialled, and when."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.usecases.leads import create_lead
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON
from tests.fixtures_cast import Caller

BOSTON, MIAMI, TOLL_FREE = "+16172530000", "+13052530000", "+18002530000"


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's active campaign without leads, calling around the clock as far as the rules allow."""
    return open_floor(services, ada.tenant_id)


def add(services: Services, ada: Caller, floor: Floor, phone: str, **details: Any) -> str:
    """A lead made the way admins make them, so that his locality is known."""
    lead = create_lead(
        services,
        actor=ada.principal,
        campaign_id=floor.campaign_id,
        phone=phone,
        details=details,  # type: ignore[arg-type]
    )
    return str(lead.id)


def explained(caller: Caller, lead_id: str) -> Any:
    return caller.get(f"/api/leads/{lead_id}/dialability")["dialability"]


def test_a_lead_that_nothing_stops_is_dialable(services: Services, floor: Floor, ada: Caller, ben: Caller) -> None:
    found = explained(ben, add(services, ada, floor, BOSTON))
    assert (found["dialable"], found["gate"], found["gates"]) == (True, None, [])
    assert found["next_dialable_at"] == "2026-03-04T18:00:00Z"
    assert (found["jurisdictions"], found["time_zones"]) == (["US", "US-MA"], ["America/New_York"])


def test_at_night_the_gate_opens_in_the_morning_of_every_zone(
    services: Services, floor: Floor, ada: Caller, clock: FrozenClock
) -> None:
    here = add(services, ada, floor, BOSTON)
    both = add(services, ada, floor, "+16172530001", state="CA")
    clock.at = NOON + timedelta(hours=8)  # 21:00 in Boston, 18:00 in California
    for lead_id, opens in ((here, "2026-03-05T13:00:00Z"), (both, "2026-03-05T16:00:00Z")):
        found = explained(ada, lead_id)
        assert (found["gate"]["gate"], found["gate"]["clears_at"]) == ("hours", opens)
        assert found["next_dialable_at"] == opens


@pytest.mark.parametrize(
    ("change", "gate", "clears"),
    [
        ("update campaigns set status = 'paused'", "campaign", None),
        ("update lists set is_active = false", "list", None),
        ("update leads set status = 'completed'", "finished", None),
        ("update leads set status = 'dnc', do_not_call = true", "dnc", None),
        ("update leads set status = 'calling'", "in_flight", None),
        ("update leads set call_attempts = 3", "cap", None),
        ("update leads set next_call_at = :later", "retry", "2026-03-04T18:30:00Z"),
        ("update leads set next_call_at = :later, callback_at = :later", "callback", "2026-03-04T18:30:00Z"),
        ("update leads set consent = false, state = 'CT'", "not_permitted", None),
    ],
)
def test_each_gate_is_named_and_says_when_it_opens(
    services: Services, floor: Floor, ada: Caller, change: str, gate: str, clears: str | None
) -> None:
    lead_id = add(services, ada, floor, BOSTON)
    parameters = {"later": NOON + timedelta(minutes=30)} if ":later" in change else {}
    floor.change(change, **parameters)
    first = explained(ada, lead_id)["gate"]
    assert (first["gate"], first["clears_at"]) == (gate, clears)
    assert first["message"]


def test_a_number_on_the_list_is_stopped_by_it_before_all_that_passes(
    services: Services, floor: Floor, ada: Caller, clock: FrozenClock
) -> None:
    lead_id = add(services, ada, floor, BOSTON)
    ada.post("/api/dnc", json={"phone": BOSTON}, expect=201)
    clock.at = NOON + timedelta(hours=12)
    found = explained(ada, lead_id)
    assert found["gate"]["gate"] == "dnc"
    assert "hours" in {gate["gate"] for gate in found["gates"]}
    assert found["next_dialable_at"] is None


def test_the_attempts_of_all_campaigns_count_against_the_cap(
    services: Services, floor: Floor, ada: Caller, clock: FrozenClock
) -> None:
    other = open_floor(services, ada.tenant_id)
    lead_id = add(services, ada, floor, MIAMI)
    add(services, ada, other, MIAMI)
    other.change("update leads set list_id = list_id")
    for hours in (3, 2, 1):
        called_at = NOON - timedelta(hours=hours)
        other.change(
            """
            with attempt as (
                insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at)
                select uuidv7(), tenant_id, campaign_id, id, :number, :at from leads where campaign_id = :id returning *
            )
            insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction,
                               from_number, to_number, place_before, created_at, placing_at, metadata)
            select uuidv7(), tenant_id, campaign_id, lead_id, id, 'no_answer', :at, 'outbound', '+14155551234', :to,
                   :at, :at, :at, '{}' from attempt
            """,
            id=other.campaign_id, number=hours, at=called_at, to=MIAMI,
        )  # fmt: skip
    found = explained(ada, lead_id)
    assert (found["gate"]["gate"], found["gate"]["code"]) == ("cap", "attempt_cap")
    assert found["gate"]["rule"].startswith("US-FL")
    assert found["gate"]["clears_at"] == "2026-03-05T15:00:00Z"
    summary = ada.get(f"/api/campaigns/{floor.campaign_id}/dialability")["dialability"]
    assert (summary["callable"], [(gate["gate"], gate["count"]) for gate in summary["gates"]]) == (0, [("cap", 1)])


def test_the_summary_counts_every_lead_once_list_by_list(services: Services, floor: Floor, ada: Caller) -> None:
    for number in range(4):
        add(services, ada, floor, f"+1617253000{number}")
    add(services, ada, floor, "+18082530000")  # 08:00 in Honolulu: open
    add(services, ada, floor, "+19072530000")  # 08:00 or 09:00 in Alaska: open
    floor.change("update leads set status = 'dnc' where phone_normalized = '+16172530001'")
    floor.change("update leads set next_call_at = :later where phone_normalized = '+16172530002'",
                 later=NOON + timedelta(minutes=10))  # fmt: skip
    found = ada.get(f"/api/campaigns/{floor.campaign_id}/dialability")["dialability"]
    (only,) = found["lists"]
    assert (found["total"], found["callable"], only["total"], only["callable"]) == (6, 4, 6, 4)
    assert {gate["gate"]: gate["count"] for gate in found["gates"]} == {"dnc": 1, "retry": 1}
    assert found["campaign_gate"] is None


def test_at_night_the_summary_says_when_the_first_may_be_called(
    services: Services, floor: Floor, ada: Caller, clock: FrozenClock
) -> None:
    add(services, ada, floor, BOSTON)
    add(services, ada, floor, "+14152530000")
    clock.at = NOON + timedelta(hours=14)  # 03:00 in Boston
    found = ada.get(f"/api/campaigns/{floor.campaign_id}/dialability")["dialability"]
    assert found["callable"] == 0
    assert found["gates"] == [{"gate": "hours", "count": 2, "earliest_clears_at": "2026-03-05T13:00:00Z"}]


def test_a_dry_run_counts_the_hours_to_come(services: Services, ada: Caller, sam: Caller, clock: FrozenClock) -> None:
    campaign = make_campaign(services, ada.tenant_id, calling_hours_start="00:00", calling_hours_end="00:00")
    floor = Floor(services, ada.tenant_id, campaign.id)
    add(services, ada, floor, BOSTON)
    add(services, ada, floor, "+14152530000")
    clock.at = NOON + timedelta(hours=14)
    found = sam.post(f"/api/campaigns/{campaign.id}/dry-run", json={"days": 1})["dry_run"]
    assert found["campaign_gate"]["code"] == "campaign_draft"
    assert (found["total"], found["callable_now"]) == (2, 0)
    ahead = {hour["starts_at"]: hour["callable"] for hour in found["hours"]}
    assert len(ahead) == 24
    assert (ahead["2026-03-05T12:00:00Z"], ahead["2026-03-05T13:00:00Z"], ahead["2026-03-05T16:00:00Z"]) == (0, 1, 2)
    # Massachusetts closes at 20:00, California at 21:00.
    assert (ahead["2026-03-06T00:00:00Z"], ahead["2026-03-06T01:00:00Z"]) == (2, 1)
    assert any("[business name]" in warning for warning in found["warnings"])


def test_strangers_find_nothing(services: Services, floor: Floor, ada: Caller, cleo: Caller, ben: Caller) -> None:
    lead_id = add(services, ada, floor, BOSTON)
    cleo.get(f"/api/leads/{lead_id}/dialability", expect=404)
    cleo.get(f"/api/campaigns/{floor.campaign_id}/dialability", expect=404)
    cleo.post(f"/api/campaigns/{floor.campaign_id}/dry-run", json={}, expect=404)
    ben.get(f"/api/campaigns/{floor.campaign_id}/dialability", expect=403)


def test_leads_whose_time_has_come_are_ready_though_nobody_dials(
    services: Services, floor: Floor, ada: Caller, clock: FrozenClock
) -> None:
    add(services, ada, floor, BOSTON)
    floor.change("update leads set next_call_at = :later", later=NOON + timedelta(minutes=10))
    floor.change("update campaigns set status = 'paused'")
    clock.advance(minutes=11)
    found = ada.get(f"/api/campaigns/{floor.campaign_id}/dialability")["dialability"]
    assert (found["callable"], found["gates"]) == (1, [])
    ahead = ada.post(f"/api/campaigns/{floor.campaign_id}/dry-run", json={"days": 1})["dry_run"]
    assert ahead["hours"][0]["callable"] == 1
