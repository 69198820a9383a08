"""Nobody on a do-not-call list is called, even if the entry came after the call was planned."""

import json
from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.ids import CallId
from dialer.usecases import suppressions
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.builders.registries import make_registry


@pytest.fixture
def floor(services: Services, ada: Any) -> Floor:
    return open_floor(services, ada.tenant_id)


def suppress(floor: Floor, who: Any, number: str, **options: Any) -> None:
    suppressions.add_suppression(floor.services, actor=who.principal, phone=number, **{"campaign_id": None, **options})


def suppress_behind_its_back(floor: Floor, number: str, **columns: Any) -> None:
    """An entry alone, as if its transaction had not seen the lead."""
    values = {"campaign_id": None, "expires_at": None, **columns}
    floor.change(
        "insert into suppressions (id, tenant_id, campaign_id, phone_normalized, reason, source, created_at, "
        "expires_at) "
        "values (gen_random_uuid(), :tenant_id, :campaign_id, :number, 'requested', 'api', :now, :expires_at)",
        tenant_id=floor.tenant_id, number=number, now=floor.services.clock.now(), **values,
    )  # fmt: skip


@pytest.mark.parametrize("whole_tenant", [True, False])
def test_a_number_suppressed_between_planning_and_placing_is_not_called(
    floor: Floor, ada: Any, planned: CallId, whole_tenant: bool
) -> None:
    number = floor.call(planned).to_number
    suppress(floor, ada, number, campaign_id=None if whole_tenant else floor.campaign_id)
    floor.place(planned)
    call, lead = floor.call(planned), floor.lead(floor.call(planned).lead_id)
    assert floor.carrier.placed == []
    assert (call.state, lead.status, lead.call_attempts) == ("cancelled", "dnc", 0)


def test_the_placing_transaction_finds_the_entry_itself_and_stores_why(floor: Floor, planned: CallId) -> None:
    suppress_behind_its_back(floor, floor.call(planned).to_number)
    floor.place(planned)
    lead = floor.lead(floor.call(planned).lead_id)
    assert floor.carrier.placed == []
    assert (lead.status, lead.do_not_call, lead.status_reason) == ("dnc", True, "suppressed")
    (attempt,) = floor.attempts(lead.id)
    assert attempt.verdict["reasons"][0]["message"] == "The number is on a do-not-call list (tenant: requested)."
    (held,) = attempt.verdict["inputs"]["suppressions"]
    assert (held["number"], held["kind"], held["reason"]) == (floor.call(planned).to_number, "tenant", "requested")


def test_a_number_on_a_national_list_is_not_called_and_the_verdict_names_the_list_and_its_date(
    floor: Floor, planned: CallId
) -> None:
    make_registry(floor.services, floor.tenant_id, [floor.call(planned).to_number], name="NDNC")
    floor.change("update campaigns set consent_on_record = false")
    floor.place(planned)
    assert floor.carrier.placed == []
    (attempt,) = floor.attempts(floor.call(planned).lead_id)
    assert f"NDNC of {floor.services.clock.now().date()}" in json.dumps(attempt.verdict)


def test_an_expiring_entry_holds_until_it_expires(floor: Floor, planned: CallId) -> None:
    now = floor.services.clock.now()
    suppress_behind_its_back(floor, floor.call(planned).to_number, expires_at=now + timedelta(seconds=1))
    floor.services.clock.advance(seconds=1)  # type: ignore[attr-defined]
    floor.place(planned)
    assert len(floor.carrier.placed) == 1


def test_an_entry_of_another_campaign_or_another_tenant_does_not_hold(
    services: Services, floor: Floor, cleo: Any, planned: CallId
) -> None:
    number = floor.call(planned).to_number
    other = open_floor(services, floor.tenant_id)
    suppress_behind_its_back(floor, number, campaign_id=other.campaign_id)
    suppress_behind_its_back(open_floor(services, cleo.tenant_id), number)
    floor.place(planned)
    assert len(floor.carrier.placed) == 1


def test_a_lead_marked_do_not_call_is_not_called(floor: Floor, planned: CallId) -> None:
    floor.change("update leads set do_not_call = true")
    floor.place(planned)
    assert floor.carrier.placed == []
    assert floor.lead(floor.call(planned).lead_id).status == "dnc"


def test_a_suppressed_lead_is_not_planned_again(floor: Floor, ada: Any, planned: CallId) -> None:
    suppress(floor, ada, floor.call(planned).to_number)
    floor.place(planned)
    floor.services.clock.advance(days=30)  # type: ignore[attr-defined]
    assert floor.plan() == []


def test_removing_the_entry_does_not_bring_the_lead_back_by_itself(floor: Floor, ada: Any, planned: CallId) -> None:
    suppress(floor, ada, floor.call(planned).to_number)
    floor.place(planned)
    page = suppressions.list_suppressions(
        floor.services, actor=ada.principal, search=None, campaign_id=None, limit=10, offset=0
    )
    suppressions.remove_suppression(floor.services, actor=ada.principal, suppression_id=page.entries[0].id)
    assert floor.plan() == []
