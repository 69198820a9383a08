"""`/api/rules` and the proofs: what rules hold, how a tenant narrows them, and what each call's verdict says."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.calls import CallState
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.fakes.clock import NOON
from tests.fixtures_cast import Caller

MORNINGS = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["09:00", "09:30"]]}}


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's campaign with an agent at a console and a lead in California, where it is ten in the morning."""
    floor = open_floor(services, ada.tenant_id)
    floor.console_agent()
    floor.leads(1)
    return floor


def proof_of(caller: Caller, call_id: object) -> Any:
    return caller.get(f"/api/calls/{call_id}/compliance")["compliance"]


def test_the_shipped_rules_are_listed_with_their_sources(sam: Caller) -> None:
    shown = sam.get("/api/rules?jurisdiction=us-fl")
    assert shown["version"]
    assert {"hours", "cap"} <= {rule["kind"] for rule in shown["rules"]}
    assert all(rule["source"] and rule["certainty"] in "HML" for rule in shown["rules"])


def test_a_rule_of_ones_own_narrows_at_once(floor: Floor, ada: Caller) -> None:
    call_id = floor.plan()[0]
    own = ada.post("/api/rules", json=MORNINGS, expect=201)["rule"]
    floor.place(call_id)
    assert floor.carrier.placed == []
    proof = proof_of(ada, call_id)
    blocking = [asked for asked in proof["evaluations"] if not asked["passed"]]
    assert [(asked["rule"], asked["code"]) for asked in blocking] == [(own["id"], "outside_hours")]
    assert proof["allowed"] is False


def test_a_retired_rule_no_longer_holds_and_its_book_can_still_be_read(floor: Floor, ada: Caller) -> None:
    own = ada.post("/api/rules", json=MORNINGS, expect=201)["rule"]
    call_id = floor.plan()
    floor.change("update leads set locality_id = 0")
    ada.delete(f"/api/rules/{own['own_id']}", expect=204)
    (call_id, *_) = call_id or floor.plan()
    floor.place(call_id)
    proof = proof_of(ada, call_id)
    assert (proof["allowed"], len(floor.carrier.placed)) == (True, 1)
    book = ada.get(f"/api/rules/books/{proof['rules_version']}")["rule_book"]
    assert own["id"] not in {rule["id"] for rule in book["rules"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (MORNINGS | {"kind": "number", "value": {"dialable": ["mobile"]}}, "kind"),
        (MORNINGS | {"jurisdiction": "California"}, "jurisdiction"),
        (MORNINGS | {"value": {"every_day": [["09:00"]]}}, "value.every_day"),
        (MORNINGS | {"kind": "cap", "value": {"max": 3}}, "value"),
        ({"kind": "hours", "value": {}}, "jurisdiction"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_field(ada: Caller, body: Any, field: str) -> None:
    failure = ada.post("/api/rules", json=body, expect=400)
    assert [wrong["field"] for wrong in failure["fields"]] == [field]


def test_the_proof_of_a_placed_call_names_every_rule_that_was_asked(floor: Floor, sam: Caller) -> None:
    call_id = floor.dial()
    proof = proof_of(sam, call_id)
    asked = {line["rule"]: line for line in proof["evaluations"]}
    assert {"US-HOURS", "SUPPRESSION", "CAMPAIGN", "CAMPAIGN-ATTEMPTS", "CAMPAIGN-WINDOW"} <= asked.keys()
    assert all(line["passed"] for line in asked.values())
    assert (proof["allowed"], proof["attempt_number"]) == (True, 1)
    assert (proof["inputs"]["jurisdictions"], proof["inputs"]["time_zones"]) == (
        ["US", "US-CA"], ["America/Los_Angeles"],
    )  # fmt: skip
    assert proof["rules_version"] == sam.get("/api/rules")["version"]


def test_the_export_has_a_line_for_each_rule_of_each_call(floor: Floor, sam: Caller) -> None:
    call_id = floor.dial()
    answer = sam.send("GET", f"/api/campaigns/{floor.campaign_id}/compliance.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(lines) == len(proof_of(sam, call_id)["evaluations"])
    assert {line["call_id"] for line in lines} == {str(call_id)}
    assert {line["to_number"][:2] for line in lines} == {"'+"}
    assert {line["passed"] for line in lines} == {"True"}


def test_a_person_who_was_called_thrice_in_florida_waits_out_the_day(
    services: Services, ada: Caller, clock: FrozenClock
) -> None:
    floor = open_floor(services, ada.tenant_id, retry_policy={"max_attempts": 9, "delay_minutes": 1})
    floor.console_agent()
    (lead_id,) = floor.leads(1, phone="+13052530000", phone_normalized="+13052530000")
    for _ in range(3):
        floor.report(floor.dial(), CallState.NO_ANSWER)
        clock.advance(minutes=2)
    (call_id,) = floor.plan()
    floor.place(call_id)
    assert len(floor.carrier.placed) == 3
    blocking = [asked["code"] for asked in proof_of(ada, call_id)["evaluations"] if not asked["passed"]]
    assert blocking == ["attempt_cap"]
    lead = floor.lead(lead_id)
    assert (lead.status, lead.next_call_at) == ("pending", NOON + timedelta(hours=24))


def test_rules_and_proofs_are_a_tenants_own(floor: Floor, ada: Caller, cleo: Caller, ben: Caller) -> None:
    call_id = floor.plan()[0]
    own = ada.post("/api/rules", json=MORNINGS, expect=201)["rule"]
    assert own["id"] not in {rule["id"] for rule in cleo.get("/api/rules")["rules"]}
    cleo.delete(f"/api/rules/{own['own_id']}", expect=404)
    cleo.get(f"/api/calls/{call_id}/compliance", expect=404)
    cleo.get(f"/api/campaigns/{floor.campaign_id}/compliance.csv", expect=404)
    ben.get("/api/rules", expect=403)
    ben.post("/api/rules", json=MORNINGS, expect=403)
