"""Every route that changes something, or takes data out, is used once and must leave an entry under its own name."""

import io
from dataclasses import dataclass
from typing import Any

import pytest

from dialer.domain.one_time_codes import STEP_SECONDS, code_at, parse_secret, step_at
from dialer.ports import CarrierNumber
from dialer.usecases.mails import send_due_mails
from dialer.usecases.services import Services
from tests.architecture.test_audit import audited_views
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.builders.campaigns import make_campaign
from tests.builders.control import join_as_supervisor
from tests.builders.floor import open_conversation, open_floor
from tests.builders.leads import make_lead
from tests.fakes import FakeCarrier, FrozenClock, RecordingMailer
from tests.fixtures_cast import PASSWORD, Caller

EVE = {"password": PASSWORD, "first_name": "Eve"}
ADA = {"email": "ada@example.com", "password": PASSWORD}
SID = "RE" + "1" * 32


@dataclass
class Walk:
    """What the steps share."""

    services: Services
    ada: Caller
    ben: Caller
    nobody: Caller
    mailer: RecordingMailer
    clock: FrozenClock
    carrier: FakeCarrier

    def code(self, secret: str) -> str:
        """The next code of an app: a step is used up by each."""
        self.clock.advance(seconds=STEP_SECONDS)
        return code_at(parse_secret(secret), step_at(self.clock.at))

    def mailed_token(self) -> str:
        send_due_mails(self.services)
        return self.mailer.token

    def file(self, content: bytes) -> Any:
        return (io.BytesIO(content), "numbers.csv")

    def delete(self, path: str) -> None:
        assert self.ada.send("DELETE", path).status_code in (200, 204), path

    def fetch(self, path: str) -> bytes:
        response = self.ada.send("GET", path)
        assert response.status_code == 200, response.get_data(as_text=True)[:200]
        return bytes(response.get_data())


def change_people(walk: Walk) -> None:
    ada, ben, nobody = walk.ada, walk.ben, walk.nobody
    ada.post(
        "/api/auth/register", json={**EVE, "email": "new@example.com", "tenant_id": str(ada.tenant_id)}, expect=201
    )
    invited = ada.post("/api/invitations", json={"email": "eve@example.com"}, expect=201)["invitation"]["id"]
    walk.clock.advance(minutes=1)
    ada.post(f"/api/invitations/{invited}/resend")
    nobody.post("/api/auth/invitations/accept", json={**EVE, "token": walk.mailed_token()}, expect=201)
    other = ada.post("/api/invitations", json={"email": "no@example.com"}, expect=201)["invitation"]["id"]
    walk.delete(f"/api/invitations/{other}")
    ada.put(f"/api/users/{ben.user_id}", json={"role": "supervisor"})
    secret = ben.post("/api/auth/second-factor", json={"password": PASSWORD}, expect=201)["secret"]
    ben.post("/api/auth/second-factor/confirm", json={"code": walk.code(secret)})
    walk.delete(f"/api/users/{ben.user_id}/second-factor")
    nobody.post("/api/auth/login", json={**ADA, "email": "ben@example.com"})
    walk.delete(f"/api/users/{ben.user_id}/sessions")


def get_in(walk: Walk) -> None:
    ada, nobody = walk.ada, walk.nobody
    for _ in range(2):
        nobody.post("/api/auth/login", json=ADA)
    other = next(one["id"] for one in ada.get("/api/auth/sessions")["sessions"] if not one["is_current"])
    walk.delete(f"/api/auth/sessions/{other}")
    walk.delete("/api/auth/sessions")
    secret = ada.post("/api/auth/second-factor", json={"password": PASSWORD}, expect=201)["secret"]
    ada.post("/api/auth/second-factor/confirm", json={"code": walk.code(secret)})
    ada.put("/api/settings/access", json={"admins_need_second_factor": True})
    challenge = nobody.post("/api/auth/login", json=ADA, expect=202)["challenge_token"]
    said = {"challenge_token": challenge, "code": walk.code(secret)}
    again = nobody.post("/api/auth/login/second-factor", json=said)
    Caller(ada.app, token=again["token"]).post("/api/auth/logout")
    ada.put("/api/settings/access", json={"admins_need_second_factor": False})
    ada.post("/api/auth/second-factor/disable", json={"password": PASSWORD})
    ada.put("/api/auth/password", json={"current_password": PASSWORD, "new_password": "battery horse"})


def change_the_floor(walk: Walk) -> None:
    ada = walk.ada
    group = ada.post("/api/agent-groups", json={"name": "North"}, expect=201)
    group_id = (group.get("agent_group") or group.get("group"))["id"]
    ada.put(f"/api/agent-groups/{group_id}", json={"name": "South"})
    walk.delete(f"/api/agent-groups/{group_id}")
    agent = ada.post("/api/agents", json={"name": "Finn"}, expect=201)["agent"]["id"]
    ada.put(f"/api/agents/{agent}", json={"name": "Fynn"})
    walk.delete(f"/api/agents/{agent}")
    rule = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["09:00", "17:00"]]}}
    own = ada.post("/api/rules", json=rule, expect=201)["rule"]["own_id"]
    walk.delete(f"/api/rules/{own}")
    account = {"account_sid": "AC" + "1" * 32, "auth_token": "f" * 32, "calls_per_second": 4.0, "max_lines": 50}
    ada.put("/api/carrier-account", json=account)
    ada.post("/api/carrier-account/test", json={})
    walk.delete("/api/carrier-account")
    number = ada.post("/api/numbers", json={"phone": "+14155550177"}, expect=201)["number"]["id"]
    ada.put(f"/api/numbers/{number}", json={"label": "Front desk"})
    walk.delete(f"/api/numbers/{number}")
    walk.carrier.numbers = [CarrierNumber("+14155550178", "Main", "owned", has_voice=True)]
    ada.post("/api/numbers/sync")
    days = {"leads_days": 365, "calls_days": 90, "recordings_days": None, "import_errors_days": 30}
    ada.put("/api/settings/retention", json=days)
    reason = ada.post("/api/break-reasons", json={"name": "Fire drill"}, expect=201)["break_reason"]["id"]
    ada.put(f"/api/break-reasons/{reason}", json={"max_minutes": 20})
    walk.delete(f"/api/break-reasons/{reason}")


def change_campaigns(walk: Walk) -> None:
    ada, services = walk.ada, walk.services
    made = ada.post("/api/campaigns", json={"name": "Spring", "caller_id": "+14155550100"}, expect=201)["campaign"][
        "id"
    ]
    ada.put(f"/api/campaigns/{made}", json={"name": "Autumn"})
    clone = ada.post(f"/api/campaigns/{made}/clone", json={}, expect=201)["campaign"]["id"]
    walk.delete(f"/api/campaigns/{clone}")
    make_lead(services, ada.tenant_id, campaign_id=made)
    make_agent(services.database, tenant_id=ada.tenant_id)
    for verb in ("start", "pause", "resume", "complete"):
        ada.post(f"/api/campaigns/{made}/{verb}")
    ada.put(f"/api/campaigns/{made}/script", json={"text": "Hello {first_name}"})
    ada.put(f"/api/campaigns/{made}/dispositions", json={"dispositions": [{"label": "Sold", "outcome": "sale"}]})
    ended = make_campaign(services, ada.tenant_id, status="paused")
    ada.post(f"/api/campaigns/{ended.id}/cancel")
    listed = ada.post(f"/api/campaigns/{made}/lists", json={"name": "May"}, expect=201)["list"]["id"]
    ada.put(f"/api/lists/{listed}", json={"name": "June"})
    walk.delete(f"/api/lists/{listed}")
    walk.fetch(f"/api/campaigns/{made}/leads/export")
    walk.fetch("/api/calls/export")
    walk.fetch(f"/api/campaigns/{made}/compliance.csv")


def change_leads(walk: Walk) -> None:
    ada = walk.ada
    campaign = str(make_campaign(walk.services, ada.tenant_id).id)
    said = {"campaign_id": campaign, "phone": "+14155552671", "first_name": "Sara"}
    lead = ada.post("/api/leads", json=said, expect=201)["lead"]["id"]
    ada.put(f"/api/leads/{lead}", json={"notes": "call after six"})
    walk.delete(f"/api/leads/{lead}")
    uploaded = ada.post(
        "/api/leads/upload", form={"file": walk.file(b"phone\n+14155552672\n12\n"), "campaign_id": campaign}
    )
    assert uploaded["success"]
    (brought,) = ada.get("/api/leads/imports")["imports"]
    walk.fetch(f"/api/leads/imports/{brought['id']}/errors.csv")
    mapped = {"file": walk.file(b"Rufnummer\n+14155552679\n"), "field_mapping": '{"Rufnummer": "phone"}'}
    ada.post("/api/leads/upload", form={**mapped, "campaign_id": campaign})
    for mapping in ada.get("/api/leads/imports/mappings")["mappings"]:
        walk.delete(f"/api/leads/imports/mappings/{mapping['id']}")
    bulk = {"campaign_id": campaign, "filter": {"all": True}, "action": "update", "changes": {"priority": "low"}}
    ada.post("/api/leads/bulk", json=bulk)
    ada.post("/api/people/erase", json={"phone": "+14155552672"})


def change_lists_of_numbers(walk: Walk) -> None:
    ada = walk.ada
    entry = ada.post("/api/dnc", json={"phone": "+14155552673", "reason": "asked"}, expect=201)["entry"]["id"]
    walk.delete(f"/api/dnc/{entry}")
    ada.post("/api/dnc/upload", form={"file": walk.file(b"phone\n+14155552674\n")})
    registry = {"name": "National DNC", "jurisdiction": "us", "published_on": "2026-03-04"}
    made = ada.post("/api/dnc/registries", form={"file": walk.file(b"4155552675\n"), **registry}, expect=201)[
        "registry"
    ]["id"]
    walk.delete(f"/api/dnc/registries/{made}")
    agent = make_agent(walk.services.database, tenant_id=ada.tenant_id)
    call = make_conversation(walk.services.database, tenant_id=ada.tenant_id, agent_id=agent, recording_sid=SID)
    ada.post(f"/api/calls/{call}/opt-out", json={"scope": "tenant"}, expect=201)
    walk.carrier.recordings[SID] = b"sound"
    link = ada.get(f"/api/calls/{call}/recording")["recording"]["url"]
    walk.fetch("/api/recordings/" + link.rpartition("/")[2])


def listen_to_calls(walk: Walk) -> None:
    ada, services = walk.ada, walk.services
    account = {"account_sid": "AC" + "2" * 32, "auth_token": "f" * 32, "calls_per_second": 4.0, "max_lines": 50}
    keys = {"api_key_sid": "SK" + "2" * 32, "api_key_secret": "s" * 32, "twiml_app_sid": "AP" + "2" * 32}
    call_id, _ = open_conversation(open_floor(services, ada.tenant_id))
    ada.put("/api/carrier-account", json=account | keys)
    path = f"/api/calls/{call_id}"
    ada.post(f"{path}/supervision", json={"mode": "listen"})
    walk.delete(f"{path}/supervision")
    ada.post(f"{path}/supervision", json={"mode": "barge"})
    join_as_supervisor(services, ada.user_id)
    ada.post(f"{path}/take-over")
    walk.delete("/api/carrier-account")


def forget_the_password(walk: Walk) -> None:
    walk.nobody.post("/api/auth/password-reset", json={"email": "new@example.com"}, expect=202)
    said = {"token": walk.mailed_token(), "new_password": "tall giraffes hum"}
    walk.nobody.post("/api/auth/password-reset/confirm", json=said)


# Not walked: a job or an import that is still under way takes a worker. Their tables are audited like the others.
NOT_WALKED = {"cancel_bulk_job", "cancel_lead_import"}


@pytest.fixture
def walk(
    services: Services, ada: Caller, ben: Caller, nobody: Caller, mailer: RecordingMailer, clock: FrozenClock,
    carrier: FakeCarrier,
) -> Walk:  # fmt: skip
    return Walk(services, ada, ben, nobody, mailer, clock, carrier)


def test_every_route_leaves_an_entry_under_its_own_name(walk: Walk) -> None:
    for step in (change_people, change_the_floor, change_campaigns, change_leads, change_lists_of_numbers,
                 listen_to_calls, forget_the_password, get_in):  # fmt: skip
        step(walk)
    left: set[str] = set()
    cursor: str | None = None
    while True:
        page = walk.ada.get("/api/audit-log", query={"limit": 200, **({"cursor": cursor} if cursor else {})})
        left |= {entry["via"] for entry in page["entries"] if entry["via"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert audited_views() - left == NOT_WALKED
    # The link to a recording is noted when it is given out, too.
    assert left - audited_views() == {"show_recording"}
