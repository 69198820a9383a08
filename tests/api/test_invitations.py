"""How people get into a tenant that exists."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Unavailable
from dialer.store.session import Database
from dialer.usecases.mails import send_due_mails
from dialer.usecases.services import Services
from tests.fakes import FrozenClock, RecordingMailer
from tests.fixtures_cast import PASSWORD, Caller
from tests.store.races import at_once

EVE = {"email": "eve@example.com", "role": "supervisor"}
ACCEPT = {"password": PASSWORD, "first_name": "Eve", "last_name": "Example"}


@pytest.fixture
def invite(services: Services, mailer: RecordingMailer) -> Any:
    """Invite somebody, and let the worker send the mail; returns the invitation."""

    def invite_as(caller: Caller, **said: object) -> Any:
        body = caller.post("/api/invitations", json={**EVE, **said}, expect=201)
        send_due_mails(services)
        return body["invitation"]

    return invite_as


def accept(nobody: Caller, token: str, *, expect: int = 201) -> Any:
    return nobody.post("/api/auth/invitations/accept", json={**ACCEPT, "token": token}, expect=expect)


def test_accepting_makes_a_user_of_the_tenant_who_is_logged_in(
    dana: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    invite(dana)
    assert [mail.to for mail in mailer.sent] == ["eve@example.com"]
    body = accept(nobody, mailer.token)
    assert (body["user"]["tenant_id"], body["user"]["role"]) == (str(dana.tenant_id), "supervisor")
    nobody.post("/api/auth/login", json={"email": "eve@example.com", "password": PASSWORD})


def test_registering_with_a_tenant_takes_an_invitation(
    ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    invite(ada)
    said = {**ACCEPT, "email": "Eve@example.com", "tenant_id": str(ada.tenant_id)}
    nobody.post("/api/auth/register", json=said, expect=403)
    nobody.post("/api/auth/register", json={**said, "invitation_token": "junk"}, expect=400)
    body = nobody.post("/api/auth/register", json={**said, "invitation_token": mailer.token}, expect=201)
    assert body["user"]["role"] == "supervisor"


def test_an_invitation_is_for_its_own_address_and_tenant(
    ada: Caller, cleo: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    invite(ada)
    said = {**ACCEPT, "invitation_token": mailer.token}
    for wrong in ({"email": "mallory@example.com", "tenant_id": str(ada.tenant_id)},
                  {"email": "eve@example.com", "tenant_id": str(cleo.tenant_id)}):  # fmt: skip
        nobody.post("/api/auth/register", json={**said, **wrong}, expect=400)


def test_an_invitation_may_bring_an_agents_profile(
    ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    group = ada.post("/api/agent-groups", json={"name": "North"}, expect=201)
    group_id = (group.get("agent_group") or group.get("group"))["id"]
    invite(ada, role="agent", agent={"phone": "+14155551234", "agent_group_id": group_id})
    accept(nobody, mailer.token)
    (agent,) = ada.get("/api/agents")["agents"]
    assert (agent["name"], agent["phone"], agent["agent_group_id"]) == ("Eve Example", "+14155551234", group_id)


def test_the_holder_of_the_link_is_shown_who_invites_into_what(
    ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    invite(ada, role="agent", agent={})
    shown = nobody.post("/api/auth/invitations/show", json={"token": mailer.token}, expect=200)
    assert (shown["email"], shown["role"], shown["is_agent"]) == ("eve@example.com", "agent", True)
    assert (shown["tenant_name"], shown["invited_by_name"]) == ("Ada Example", "Ada Example")
    assert shown["is_registered"] is False


def test_showing_an_invitation_tells_its_owner_of_a_login_elsewhere(
    ada: Caller, cleo: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    invite(ada, email="CLEO@example.com")
    assert nobody.post("/api/auth/invitations/show", json={"token": mailer.token}, expect=200)["is_registered"] is True


def test_of_an_invitation_that_is_no_good_nothing_is_shown(
    ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer, clock: FrozenClock
) -> None:
    invitation = invite(ada)
    ada.delete(f"/api/invitations/{invitation['id']}")
    for token in (mailer.token, "junk"):
        body = nobody.post("/api/auth/invitations/show", json={"token": token}, expect=400)
        assert body["fields"][0]["field"] == "token"
    invite(ada)
    clock.at += timedelta(days=7)
    nobody.post("/api/auth/invitations/show", json={"token": mailer.token}, expect=400)


def test_a_founded_tenant_is_called_by_its_company(nobody: Caller, services: Services, mailer: RecordingMailer) -> None:
    founder = {**ACCEPT, "email": "fay@example.com", "company": "Fay's Calls"}
    token = nobody.post("/api/auth/register", json=founder, expect=201)["token"]
    headers = {"Authorization": f"Bearer {token}"}
    nobody.send("POST", "/api/invitations", json={**EVE, "email": "gus@example.com"}, headers=headers)
    send_due_mails(services)
    assert mailer.sent[-1].subject == "You are invited to Fay's Calls"


def test_an_invitation_is_good_once(ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer) -> None:
    invite(ada)
    accept(nobody, mailer.token)
    accept(nobody, mailer.token, expect=400)


def test_of_two_acceptances_at_once_one_wins(ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer) -> None:
    invite(ada)

    def use() -> int:
        said = {**ACCEPT, "token": mailer.token}
        return nobody.send("POST", "/api/auth/invitations/accept", json=said).status_code

    assert sorted(at_once(use, use)) == [201, 400]


def test_an_invitation_is_good_for_a_week(
    ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer, clock: FrozenClock
) -> None:
    invite(ada)
    clock.at += timedelta(days=7)
    accept(nobody, mailer.token, expect=400)


def test_resending_brings_another_link_and_another_week(
    dana: Caller, nobody: Caller, services: Services, invite: Any, mailer: RecordingMailer, clock: FrozenClock
) -> None:
    invitation, first = invite(dana), mailer.token
    clock.at += timedelta(days=6)
    dana.post(f"/api/invitations/{invitation['id']}/resend")
    send_due_mails(services)
    clock.at += timedelta(hours=30)
    dana.get("/api/auth/me")
    accept(nobody, first, expect=400)
    accept(nobody, mailer.token)


def test_a_revoked_invitation_is_worthless(ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer) -> None:
    invitation = invite(ada)
    ada.delete(f"/api/invitations/{invitation['id']}")
    accept(nobody, mailer.token, expect=400)
    ada.delete(f"/api/invitations/{invitation['id']}", expect=409)
    ada.post(f"/api/invitations/{invitation['id']}/resend", expect=409)
    invite(ada)
    accept(nobody, mailer.token)


def test_invitations_are_listed_by_state(ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer) -> None:
    invite(ada)
    accept(nobody, mailer.token)
    invite(ada, email="frank@example.com")
    assert [one["email"] for one in ada.get("/api/invitations")["invitations"]] == [
        "frank@example.com", "eve@example.com",
    ]  # fmt: skip
    for state, emails in {"open": ["frank@example.com"], "accepted": ["eve@example.com"], "expired": []}.items():
        body = ada.get("/api/invitations", query={"state": state})
        assert ([one["email"] for one in body["invitations"]], body["total"]) == (emails, len(emails))


def test_colleagues_and_the_invited_are_not_invited_again(ada: Caller, ben: Caller, invite: Any) -> None:
    ada.post("/api/invitations", json={**EVE, "email": "BEN@example.com"}, expect=409)
    invite(ada)
    ada.post("/api/invitations", json={**EVE, "email": "Eve@Example.com"}, expect=409)


def test_a_stranger_elsewhere_is_invited_like_anybody_and_finds_out_when_accepting(
    ada: Caller, cleo: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer
) -> None:
    """Whether an address is registered with another tenant is told to its owner alone."""
    invite(ada, email="cleo@example.com")
    accept(nobody, mailer.token, expect=409)


def test_nobody_invites_above_themselves(dana: Caller, sam: Caller, ada: Caller, invite: Any) -> None:
    dana.post("/api/invitations", json={**EVE, "role": "owner"}, expect=403)
    sam.post("/api/invitations", json=EVE, expect=403)
    invitation = invite(ada, role="owner")
    dana.delete(f"/api/invitations/{invitation['id']}", expect=403)
    dana.post(f"/api/invitations/{invitation['id']}/resend", expect=403)


def test_cleo_sees_and_touches_no_invitation_of_adas(ada: Caller, cleo: Caller, invite: Any) -> None:
    invitation = invite(ada)
    assert cleo.get("/api/invitations")["total"] == 0
    cleo.delete(f"/api/invitations/{invitation['id']}", expect=404)
    cleo.post(f"/api/invitations/{invitation['id']}/resend", expect=404)


def test_a_group_of_somebody_else_is_no_group(ada: Caller, cleo: Caller) -> None:
    group = cleo.post("/api/agent-groups", json={"name": "North"}, expect=201)
    group_id = (group.get("agent_group") or group.get("group"))["id"]
    said = {**EVE, "agent": {"agent_group_id": group_id}}
    assert ada.post("/api/invitations", json=said, expect=400)["fields"][0]["field"] == "agent.agent_group_id"


def test_a_mail_that_could_not_be_sent_is_sent_later_with_another_link(
    services: Services, ada: Caller, nobody: Caller, invite: Any, mailer: RecordingMailer, clock: FrozenClock
) -> None:
    mailer.trouble = Unavailable("away")
    assert invite(ada)["mailed_at"] is None
    mailer.trouble = None
    clock.at += timedelta(minutes=1)
    send_due_mails(services)
    accept(nobody, mailer.token)


def test_only_hashes_of_links_are_kept(
    ada: Caller, invite: Any, mailer: RecordingMailer, owner_database: Database
) -> None:
    invite(ada)
    with owner_database.transaction() as tx:
        stored = tx.session.execute(text("select i::text from invitations i")).scalar_one()
        noted = tx.session.execute(text("select string_agg(a::text, ' ') from audit_log a")).scalar_one()
    assert mailer.token not in stored + noted
