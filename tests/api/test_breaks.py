"""Reasons for breaks over HTTP: the list, who may change it, and what becomes of a break's reason."""

from uuid import uuid4

import pytest

from tests.builders.agents import make_agent


@pytest.fixture
def bens(ben, services):
    return make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id, at=services.clock.now())


def reasons(caller, **query):
    return caller.get("/api/break-reasons", query=query)["break_reasons"]


def add(caller, name="Fire drill", *, expect=201, **more):
    body = caller.post("/api/break-reasons", json={"name": name} | more, expect=expect)
    return body.get("break_reason", body)


def declare(caller, agent_id, status="break", *, expect=200, **more):
    body = caller.put(f"/api/agents/{agent_id}/status", json={"status": status} | more, expect=expect)
    return body.get("agent", body)


def test_every_tenant_begins_with_sensible_reasons_of_its_own(ada, cleo):
    assert [(one["key"], one["is_paid"], one["max_minutes"]) for one in reasons(ada)] == [
        ("lunch", False, 60), ("short_break", True, 15), ("training", True, None), ("meeting", True, None),
        ("technical", True, None),
    ]  # fmt: skip
    assert not {one["id"] for one in reasons(ada)} & {one["id"] for one in reasons(cleo)}


def test_those_that_come_with_the_tenant_are_nobodys_deed_and_others_are(ada):
    def noted():
        entries = ada.get("/api/audit-log", query={"limit": 200})["entries"]
        return [entry["action"] for entry in entries if entry["object_type"] == "break_reason"]

    assert noted() == []
    made = add(ada)
    ada.put(f"/api/break-reasons/{made['id']}", json={"max_minutes": 5})
    assert noted() == ["break_reason.changed", "break_reason.created"]


def test_a_new_reason_comes_last_and_what_is_sent_of_it_is_changed(ada):
    made = add(ada, max_minutes=20, is_paid=True)
    assert reasons(ada)[-1] == made
    changed = ada.put(f"/api/break-reasons/{made['id']}", json={"position": 0, "max_minutes": None})["break_reason"]
    assert changed == made | {"position": 0, "max_minutes": None}
    assert reasons(ada)[0] == changed


def test_renamed_it_is_not_the_products_any_more(ada):
    lunch = reasons(ada)[0]
    changed = ada.put(f"/api/break-reasons/{lunch['id']}", json={"name": "Midday"})["break_reason"]
    assert (changed["name"], changed["key"]) == ("Midday", None)


def test_names_are_taken_once_and_free_again_when_removed(ada):
    made = add(ada)
    assert add(ada, "FIRE drill", expect=409)["code"] == "conflict"
    ada.put(f"/api/break-reasons/{reasons(ada)[0]['id']}", json={"name": "fire Drill"}, expect=409)
    ada.delete(f"/api/break-reasons/{made['id']}")
    assert add(ada)["id"] != made["id"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 61}, "name"), ({"max_minutes": 0}, "max_minutes"),
     ({"max_minutes": 1441}, "max_minutes"), ({"is_paid": "yes"}, "is_paid"), ({"colour": "red"}, "colour")],
)  # fmt: skip
def test_wrong_reasons_are_refused_by_field(ada, wrong, field):
    body = ada.post("/api/break-reasons", json={"name": "Nap"} | wrong, expect=400)
    assert body["fields"][0]["field"] == field


def test_only_admins_change_the_list_and_only_their_own(ada, sam, ben, cleo):
    lunch = reasons(ada)[0]["id"]
    for caller in (sam, ben):
        add(caller, expect=403)
        caller.put(f"/api/break-reasons/{lunch}", json={"name": "x"}, expect=403)
        caller.delete(f"/api/break-reasons/{lunch}", expect=403)
    cleo.put(f"/api/break-reasons/{lunch}", json={"name": "x"}, expect=404)
    cleo.delete(f"/api/break-reasons/{lunch}", expect=404)


def test_a_break_has_its_reason_until_another_status_is_declared(ben, bens):
    lunch = reasons(ben)[0]
    on_break = declare(ben, bens, break_reason_id=lunch["id"])
    assert (on_break["break_reason_id"], on_break["break_reason"]) == (lunch["id"], "Lunch")
    assert declare(ben, bens, "available")["break_reason_id"] is None


def test_another_reason_in_the_same_break_begins_anew(ben, bens, clock, feed):
    lunch, short, *_ = reasons(ben)
    first = declare(ben, bens, break_reason_id=lunch["id"])
    clock.advance(minutes=10)
    again = declare(ben, bens, break_reason_id=lunch["id"])
    clock.advance(minutes=10)
    other = declare(ben, bens, break_reason_id=short["id"])
    assert (again["since"], other["since"]) == (first["since"], "2026-03-04T18:20:00Z")
    told = feed.to_agents[-1].payload
    assert (told["break_reason"], told["since"], told["break_reason_id"]) == (
        "Short break", other["since"], short["id"],
    )  # fmt: skip


def test_seconds_are_told_by_reason_also_of_one_that_was_removed(ada, ben, bens, clock):
    drill = add(ada)
    declare(ben, bens, break_reason_id=drill["id"])
    clock.advance(seconds=300)
    declare(ben, bens, "busy")
    clock.advance(seconds=100)
    ada.delete(f"/api/break-reasons/{drill['id']}")
    stats = ben.get(f"/api/agents/{bens}/stats")["stats"]
    assert stats["seconds_by_state"]["paused"] == 400
    assert [(one["name"], one["seconds"]) for one in stats["breaks"]] == [("Fire drill", 300), (None, 100)]


def test_only_a_break_has_a_reason_and_only_one_that_is_offered(ada, ben, bens, cleo):
    lunch, short, *_ = reasons(ben)
    ada.put(f"/api/break-reasons/{short['id']}", json={"is_active": False})
    assert short["id"] not in [one["id"] for one in reasons(ben)]
    assert short["id"] in [one["id"] for one in reasons(ben, include_inactive="true")]
    wrong = [
        ("available", lunch["id"]),
        ("break", short["id"]),
        ("break", str(uuid4())),
        ("break", reasons(cleo)[0]["id"]),
    ]
    for status, reason in wrong:
        body = declare(ben, bens, status, break_reason_id=reason, expect=400)
        assert body["fields"][0]["field"] == "break_reason_id"
