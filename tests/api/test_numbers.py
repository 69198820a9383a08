"""`/api/numbers`: what the carrier names, what people write down, and who shows which."""

from datetime import timedelta

from dialer.ports import CarrierNumber
from dialer.usecases.services import Services
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.builders.campaigns import make_campaign
from tests.fakes import FakeCarrier
from tests.fixtures_cast import Caller

MAIN = CarrierNumber("+14155551234", "Main line", "owned", has_voice=True)
TEXTS = CarrierNumber("+14155551299", "Texts only", "owned", has_voice=False)
BOSS = CarrierNumber("+493012345678", "", "verified", has_voice=True)


def listed(caller: Caller, **query: object) -> dict[str, dict[str, object]]:
    return {number["e164"]: number for number in caller.get("/api/numbers", query=query)["numbers"]}


def sync(caller: Caller) -> tuple[int, int, int]:
    told = caller.post("/api/numbers/sync")
    return told["added"], told["changed"], told["gone"]


def test_before_the_first_sync_the_list_is_empty_and_says_so(ada: Caller) -> None:
    shown = ada.get("/api/numbers")
    assert (shown["numbers"], shown["total"], shown["synced_at"]) == ([], 0, None)


def test_the_carriers_numbers_are_listed_with_its_names(ada: Caller, carrier: FakeCarrier) -> None:
    carrier.numbers = [MAIN, TEXTS, BOSS]
    assert sync(ada) == (3, 0, 0)
    numbers = listed(ada)
    assert [(one["label"], one["kind"], one["has_voice"]) for one in numbers.values()] == [
        ("Main line", "owned", True), ("Texts only", "owned", False), ("+493012345678", "verified", True),
    ]  # fmt: skip
    assert sync(ada) == (0, 0, 0)


def test_a_number_that_the_carrier_no_longer_names_stays_as_inactive_and_comes_back(
    ada: Caller, carrier: FakeCarrier
) -> None:
    carrier.numbers = [MAIN, BOSS]
    sync(ada)
    carrier.numbers = [BOSS]
    assert sync(ada) == (0, 0, 1)
    assert {e164: one["is_active"] for e164, one in listed(ada).items()} == {BOSS.e164: True, MAIN.e164: False}
    carrier.numbers = [MAIN, BOSS]
    assert sync(ada) == (0, 1, 0)


def test_a_name_of_ones_own_survives_the_sync_and_can_be_taken_back(ada: Caller, carrier: FakeCarrier) -> None:
    carrier.numbers = [MAIN]
    sync(ada)
    path = f"/api/numbers/{listed(ada)[MAIN.e164]['id']}"
    assert ada.put(path, json={"label": " Spring sale "})["number"]["label"] == "Spring sale"
    sync(ada)
    assert listed(ada)[MAIN.e164]["label"] == "Spring sale"
    assert ada.put(path, json={"label": None})["number"]["label"] == "Main line"


def test_a_number_written_down_by_hand_is_left_alone_by_the_sync(ada: Caller, carrier: FakeCarrier) -> None:
    ada.post("/api/numbers", json={"phone": "+14155550150", "label": "Trunk"}, expect=201)
    assert sync(ada) == (0, 0, 0)
    assert listed(ada)["+14155550150"]["kind"] == "manual"
    assert ada.post("/api/numbers", json={"phone": "+14155550150"}, expect=409)["code"] == "conflict"
    assert ada.post("/api/numbers", json={"phone": "4155550150"}, expect=400)["fields"][0]["field"] == "phone"


def test_only_what_the_carrier_does_not_name_can_be_removed(ada: Caller, carrier: FakeCarrier) -> None:
    carrier.numbers = [MAIN]
    sync(ada)
    path = f"/api/numbers/{listed(ada)[MAIN.e164]['id']}"
    ada.delete(path, expect=409)
    carrier.numbers = []
    sync(ada)
    ada.delete(path)
    assert listed(ada) == {}


def test_campaigns_are_shown_with_their_number_and_apart_if_the_list_lacks_it(
    ada: Caller, services: Services, carrier: FakeCarrier
) -> None:
    make_campaign(services, ada.tenant_id, name="Spring", caller_id=MAIN.e164)
    make_campaign(services, ada.tenant_id, name="Summer", caller_id="+14155550199")
    make_campaign(services, ada.tenant_id, name="Over", caller_id="+14155550198", status="completed")
    carrier.numbers = [MAIN]
    sync(ada)
    shown = ada.get("/api/numbers")
    assert [one["name"] for one in shown["numbers"][0]["campaigns"]] == ["Spring"]
    assert [(one["name"], one["caller_id"]) for one in shown["unlisted"]] == [("Summer", "+14155550199")]


def test_figures_are_of_the_last_seven_days_and_only_when_wanted(
    ada: Caller, services: Services, carrier: FakeCarrier
) -> None:
    carrier.numbers = [MAIN, BOSS]
    sync(ada)
    now, agent_id = services.clock.now(), make_agent(services.database, tenant_id=ada.tenant_id)
    for days in (1, 2, 8):
        at = now - timedelta(days=days)
        make_conversation(services.database, tenant_id=ada.tenant_id, agent_id=agent_id, at=at)
    assert listed(ada)[MAIN.e164]["figures"] is None
    numbers = listed(ada, figures="true")
    figures = numbers[MAIN.e164]["figures"]
    assert isinstance(figures, dict)
    assert (figures["calls"], figures["answered"], figures["answer_rate"]) == (2, 2, 1.0)
    assert figures["last_used_at"].startswith(str((now - timedelta(days=1)).date()))
    assert numbers[BOSS.e164]["figures"] == {"calls": 0, "answered": 0, "answer_rate": None, "last_used_at": None}


def test_numbers_are_found_by_a_part_of_number_or_name(ada: Caller, carrier: FakeCarrier) -> None:
    carrier.numbers = [MAIN, TEXTS, BOSS]
    sync(ada)
    assert list(listed(ada, search="main")) == [MAIN.e164]
    assert list(listed(ada, search="+4930")) == [BOSS.e164]
    assert list(listed(ada, search="%")) == []


def test_a_carrier_that_refuses_or_is_away_changes_nothing(ada: Caller, carrier: FakeCarrier) -> None:
    carrier.numbers = [MAIN]
    sync(ada)
    carrier.will_refuse("20003")
    ada.post("/api/numbers/sync", expect=409)
    carrier.will_be_unavailable()
    ada.post("/api/numbers/sync", expect=503)
    assert list(listed(ada)) == [MAIN.e164]


def test_supervisors_look_and_agents_and_other_tenants_do_not(
    ada: Caller, sam: Caller, ben: Caller, cleo: Caller, carrier: FakeCarrier
) -> None:
    carrier.numbers = [MAIN]
    sync(ada)
    path = f"/api/numbers/{listed(sam)[MAIN.e164]['id']}"
    sam.post("/api/numbers/sync", expect=403)
    ben.get("/api/numbers", expect=403)
    assert listed(cleo) == {}
    cleo.put(path, json={"label": "Mine"}, expect=404)
    cleo.delete(path, expect=404)
