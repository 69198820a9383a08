"""Who changed what, as admins read it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dialer.store.session import Database
from dialer.usecases.audit_log import KEPT_FOR, sweep_audit_log
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign
from tests.builders.networks import Network
from tests.fakes import FrozenClock
from tests.fixtures_cast import PASSWORD, Caller

CAMPAIGN = {"name": "Spring outreach", "caller_id": "+14155550100"}
OWN = {
    "account_sid": "AC" + "1" * 32, "auth_token": "f" * 32, "calls_per_second": 4.0, "max_lines": 50,
}  # fmt: skip


def entries(caller: Caller, **query: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get("/api/audit-log", query=query)["entries"]
    return found


def latest(caller: Caller, action: str) -> dict[str, Any]:
    return entries(caller, action=action)[0]


def test_an_entry_tells_who_did_what_to_what_when_and_from_where(ada: Caller, clock: FrozenClock) -> None:
    response = ada.send("POST", "/api/campaigns", json=CAMPAIGN)
    campaign_id = response.get_json()["campaign"]["id"]
    entry = latest(ada, "campaign.created")
    assert (entry["actor_id"], entry["actor_email"]) == (str(ada.user_id), "ada@example.com")
    assert (entry["object_type"], entry["object_id"]) == ("campaign", campaign_id)
    assert (entry["via"], entry["address"]) == ("create_campaign", "127.0.0.1")
    assert entry["request_id"] == response.headers["X-Request-Id"]
    assert entry["at"] == clock.at.isoformat().replace("+00:00", "Z")


def test_a_change_is_told_by_field_before_and_after_and_nothing_else(ada: Caller) -> None:
    campaign_id = ada.post("/api/campaigns", json=CAMPAIGN, expect=201)["campaign"]["id"]
    ada.put(f"/api/campaigns/{campaign_id}", json={"name": "Autumn outreach", "wrap_up_seconds": 25})
    changes = latest(ada, "campaign.changed")["changes"]
    assert changes["name"] == {"before": "Spring outreach", "after": "Autumn outreach"}
    assert changes["wrap_up_seconds"]["after"] == 25
    assert changes.keys() == {"name", "wrap_up_seconds"}


def test_what_changes_nothing_leaves_no_entry(ada: Caller, ben: Caller) -> None:
    before = entries(ada)
    ada.put(f"/api/users/{ben.user_id}", json={"role": "agent"})
    ada.get("/api/users")
    assert entries(ada) == before


def test_what_is_refused_leaves_no_entry(ada: Caller, dana: Caller, ben: Caller) -> None:
    before = entries(ada)
    dana.put(f"/api/users/{ada.user_id}", json={"is_active": False}, expect=403)
    ben.post("/api/campaigns", json=CAMPAIGN, expect=403)
    ada.put(f"/api/users/{ada.user_id}", json={"role": "agent"}, expect=409)
    assert entries(ada) == before


def test_secrets_and_numbers_are_masked(ada: Caller, owner_database: Database) -> None:
    ada.put("/api/carrier-account", json=OWN)
    ada.post("/api/dnc", json={"phone": "+14155552671", "reason": "asked"}, expect=201)
    ada.post("/api/campaigns", json=CAMPAIGN, expect=201)
    ada.put("/api/auth/password", json={"current_password": PASSWORD, "new_password": "battery horse"})
    with owner_database.transaction() as tx:
        stored = tx.session.execute(text("select string_agg(a::text, ' ') from audit_log a")).scalar_one()
    assert latest(ada, "carrier_account.created")["changes"]["auth_token_encrypted"] == {"after": "****"}
    assert latest(ada, "user.changed")["changes"] == {"password_hash": {"before": "****", "after": "****"}}
    assert latest(ada, "suppression.created")["changes"]["phone_normalized"] == {"after": "+1415555****"}
    assert not [secret for secret in ("f" * 32, "5552671", "argon2", "gAAAA", "5550100") if secret in stored]


def test_logins_are_there_with_what_was_refused(app: Flask, ada: Caller) -> None:
    elsewhere = Network(app, "203.0.113.9")
    elsewhere.fail("ada@example.com", 1)
    elsewhere.fail("nobody@example.com", 1)
    elsewhere.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
    found = [entry for entry in entries(ada, object_type="user") if entry["action"].startswith("login.")]
    assert [(one["action"], one["actor_id"], one["address"]) for one in found] == [
        ("login.succeeded", str(ada.user_id), "203.0.113.9"),
        ("login.refused", None, "203.0.113.9"),
    ]
    assert {one["object_id"] for one in found} == {str(ada.user_id)}


def test_what_the_system_does_has_no_actor(services: Services, ada: Caller) -> None:
    make_campaign(services, ada.tenant_id)
    entry = latest(ada, "campaign.created")
    assert (entry["actor_id"], entry["via"], entry["request_id"]) == (None, None, None)


def test_calling_and_pacing_leave_no_entries(services: Services, ada: Caller, owner_database: Database) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    agent = ada.post("/api/agents", json={"name": "Ben", "email": "ben@example.com"}, expect=201)["agent"]
    before = entries(ada)
    with owner_database.transaction() as tx:
        tx.session.execute(text("update campaigns set last_paced_at = updated_at, pacing_note = 'x'"))
        tx.session.execute(text("update agents set idle_since = created_at, wrap_up_until = created_at"))
    ada.put(f"/api/agents/{agent['id']}/status", json={"status": "available"})
    assert campaign.id is not None
    assert entries(ada) == before


def test_a_few_numbers_are_told_one_by_one_and_many_as_their_count(ada: Caller) -> None:
    from tests.api.test_dnc import upload

    upload(ada, b"phone\n+14155552671\n+14155552672\n")
    assert len(entries(ada, action="suppression.created")) == 2
    upload(ada, b"phone\n" + b"".join(b"+1415555%04d\n" % number for number in range(3000, 3030)))
    entry = latest(ada, "suppression.created")
    assert (entry["changes"], entry["object_id"]) == ({"count": {"after": 30}}, None)


def test_what_people_do_to_a_lead_is_noted_without_the_data(services: Services, ada: Caller) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    said = {"campaign_id": str(campaign.id), "phone": "+14155552671", "first_name": "Sara"}
    lead_id = ada.post("/api/leads", json=said, expect=201)["lead"]["id"]
    ada.put(f"/api/leads/{lead_id}", json={"notes": "call after six"})
    ada.delete(f"/api/leads/{lead_id}")
    found = entries(ada, object_type="lead", object_id=lead_id)
    assert [(one["action"], one["changes"]) for one in found] == [
        ("lead.deleted", {}), ("lead.changed", {"notes": {}}), ("lead.created", {}),
    ]  # fmt: skip


def test_exports_are_noted_before_they_leave(services: Services, ada: Caller, sam: Caller) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    sam.send("GET", f"/api/campaigns/{campaign.id}/leads/export")
    entry = latest(ada, "leads.exported")
    assert (entry["actor_id"], entry["object_id"]) == (str(sam.user_id), str(campaign.id))


# Reading it


def test_it_is_filtered_by_who_what_and_when(ada: Caller, dana: Caller, clock: FrozenClock) -> None:
    dana.post("/api/agent-groups", json={"name": "North"}, expect=201)
    middle = clock.advance(minutes=1)
    group = ada.post("/api/agent-groups", json={"name": "South"}, expect=201)
    group_id = (group.get("agent_group") or group.get("group"))["id"]

    def names(**query: object) -> list[str]:
        return [one["changes"]["name"]["after"] for one in entries(ada, action="agent_group.created", **query)]

    assert names() == ["South", "North"]
    assert names(actor_id=dana.user_id) == ["North"]
    assert names(since=middle.isoformat()) == ["South"]
    assert names(until=middle.isoformat()) == ["North"]
    assert names(object_type="agent_group", object_id=group_id) == ["South"]
    assert names(object_type="campaign") == []


def test_pages_follow_one_another_without_gaps_while_it_grows(ada: Caller) -> None:
    for number in range(5):
        ada.post("/api/agent-groups", json={"name": f"Group {number}"}, expect=201)
    everything = [one["id"] for one in entries(ada)]
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = ada.get("/api/audit-log", query=query)
        seen += [one["id"] for one in page["entries"]]
        ada.post("/api/agent-groups", json={"name": f"Later {len(seen)}"}, expect=201)
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == everything


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30, "1.5", "²"])
def test_a_cursor_that_was_not_given_out_is_refused(ada: Caller, cursor: str) -> None:
    assert ada.get("/api/audit-log", query={"cursor": cursor}, expect=400)["fields"][0]["field"] == "cursor"


def test_only_admins_read_it_and_cleo_her_own(ada: Caller, dana: Caller, sam: Caller, cleo: Caller) -> None:
    ada.post("/api/campaigns", json=CAMPAIGN, expect=201)
    sam.get("/api/audit-log", expect=403)
    assert latest(dana, "campaign.created")["actor_id"] == str(ada.user_id)
    assert entries(cleo, action="campaign.created") == []
    assert {one["actor_id"] for one in entries(cleo)} <= {None, str(cleo.user_id)}


def test_it_is_kept_for_two_years(services: Services, ada: Caller, owner_database: Database) -> None:
    ada.post("/api/campaigns", json=CAMPAIGN, expect=201)
    count = len(entries(ada))
    # The database itself refuses to forget what is younger than half a year, whatever it is told.
    old, young = services.clock.now() - KEPT_FOR - timedelta(days=1), services.clock.now() - timedelta(days=700)
    with owner_database.transaction() as tx:
        tx.session.execute(text("update audit_log set at = :old where action = 'campaign.created'"), {"old": old})
        tx.session.execute(
            text("update audit_log set at = :young where action <> 'campaign.created'"), {"young": young}
        )
    assert sweep_audit_log(services) == 1
    assert len(entries(ada)) == count - 1


def test_the_database_forgets_nothing_young_even_if_it_is_asked(services: Services, ada: Caller) -> None:
    count = len(entries(ada))
    with services.transaction() as tx:
        gone = tx.session.execute(text("select forget_audit_entries('2100-01-01', 1000)")).scalar_one()
    assert (gone, len(entries(ada))) == (0, count)
