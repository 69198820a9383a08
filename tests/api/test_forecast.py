"""`POST /api/campaigns/:id/forecast` as its users meet it."""

import json
from typing import Any

import pytest

from dialer.domain.errors import Unavailable
from dialer.domain.pacing import PredictivePacer
from dialer.integrations.floor_simulations import SubprocessFloorSimulations
from dialer.usecases import forecast
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import InstantSimulations
from tests.fixtures_cast import Caller

UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def floor(services: Services, ada: Caller) -> Floor:
    """Ada's campaign with three agents and some leads."""
    floor = open_floor(services, ada.tenant_id)
    for _ in range(3):
        floor.console_agent()
    floor.leads(6)
    return floor


def path(floor: Floor) -> str:
    return f"/api/campaigns/{floor.campaign_id}/forecast"


def test_a_supervisor_gets_the_wish_beside_today(floor: Floor, sam: Caller) -> None:
    body = {"agents": 6, "hours": 2.5, "max_abandonment_rate": 0.02, "dial_mode": "predictive"}
    answer = sam.post(path(floor), json=body)
    assert answer["success"] is True
    assert answer["forecast"].keys() == {"today", "what_if", "based_on_calls", "open_leads", "assumptions"}
    what_if, today = answer["forecast"]["what_if"], answer["forecast"]["today"]
    assert {name: what_if[name] for name in body} == body
    assert (today["agents"], today["dial_mode"]) == (3, "progressive")
    for name in ("occupancy", "abandonment_rate", "connects_per_hour", "calls_per_hour", "hours_to_finish"):
        assert what_if[name].keys() == {"expected", "p10", "p50", "p90"}
    assert what_if["replications"] == 8
    assert answer["forecast"]["open_leads"] == 6


def test_everything_may_be_left_out(floor: Floor, sam: Caller) -> None:
    forecast = sam.post(path(floor))["forecast"]
    assert forecast["today"] == forecast["what_if"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"agents": 0}, "agents"),
        ({"agents": "5"}, "agents"),
        ({"agents": 2.5}, "agents"),
        ({"hours": 100}, "hours"),
        ({"max_abandonment_rate": 0.5}, "max_abandonment_rate"),
        ({"max_abandonment_rate": -1}, "max_abandonment_rate"),
        ({"dial_mode": "warp"}, "dial_mode"),
        ({"agnets": 5}, "agnets"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(floor: Floor, sam: Caller, wrong: dict[str, Any], field: str) -> None:
    failure = sam.post(path(floor), json=wrong, expect=400)
    assert [each["field"] for each in failure["fields"]] == [field]


def test_agents_may_not_ask_and_nobody_else_either(floor: Floor, ben: Caller, nobody: Caller) -> None:
    ben.post(path(floor), json={}, expect=403)
    nobody.post(path(floor), json={}, expect=401)


def test_cleo_and_the_unknown_find_nothing(floor: Floor, cleo: Caller, sam: Caller) -> None:
    cleo.post(path(floor), json={"agents": 3}, expect=404)
    sam.post(f"/api/campaigns/{UNKNOWN}/forecast", json={"agents": 3}, expect=404)


def test_while_another_is_computed_one_is_told_to_come_again(
    floor: Floor, sam: Caller, simulations: InstantSimulations
) -> None:
    simulations.trouble = Unavailable("Another forecast is being computed; ask again in a few seconds.")
    assert "ask again" in sam.post(path(floor), json={}, expect=503)["error"]


def test_the_whole_way_through_real_simulations(
    floor: Floor, sam: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast, "SECONDS", 0.5)
    vars(services)["simulations"] = SubprocessFloorSimulations()
    floor.change(
        "insert into pacing_states (campaign_id, tenant_id, state, observed_until, saved_at) "
        "values (:id, :tenant, cast(:state as jsonb), 1800000000, :now)",
        id=floor.campaign_id, tenant=floor.tenant_id, state=json.dumps(PredictivePacer().to_state()),
        now=services.clock.now(),
    )  # fmt: skip
    found = sam.post(path(floor), json={"dial_mode": "ratio", "hours": 0.25})["forecast"]
    for plan in (found["today"], found["what_if"]):
        assert 0.1 < plan["occupancy"]["p10"] <= plan["occupancy"]["p90"] < 1
        assert plan["replications"] >= 5
        assert plan["hours_to_finish"]["expected"] > 0
