"""`/api/people` and `/api/settings/retention`, as their users meet them; and the operator's command."""

import io
import json
from typing import Any, get_args

import pytest
from cryptography.fernet import Fernet

from dialer.cli import main
from dialer.commands.erase_person import REASONS
from dialer.usecases.erasure import ErasureReason
from tests.builders.calls import make_call
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead

UNKNOWN = "01890000-0000-7000-8000-000000000000"
DAYS = {"leads_days": 365, "calls_days": 90, "recordings_days": None, "import_errors_days": 30}


@pytest.fixture
def lead(services: Any, ada: Any) -> Any:
    """Somebody on a list of Ada's."""
    campaign = make_campaign(services, ada.tenant_id)
    return make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552671", external_id="7")


def test_a_person_is_erased_with_evidence_that_names_nobody(dana: Any, lead: Any) -> None:
    body = {"phone": "(415) 555-2671", "reason": "objection", "reference": "DSR-12"}
    erased = dana.post("/api/people/erase", json=body)["erasure"]
    assert (erased["status"], erased["requested_by"], erased["reason"]) == ("done", str(dana.user_id), "objection")
    assert (erased["counts"]["leads"], erased["counts"]["numbers"]) == (1, 1)
    assert not {"415", "2671", "Sara", '"7"'} & set(json.dumps(erased).split())
    shown = dana.get(f"/api/leads/{lead.id}")["lead"]
    assert (shown["phone"], shown["first_name"], shown["status_reason"]) == ("", None, "erased")
    assert dana.get(f"/api/people/erasures/{erased['id']}")["erasure"] == erased
    listed = dana.get("/api/people/erasures")
    assert (listed["erasures"], listed["count"], listed["total"]) == ([erased], 1, 1)


def test_what_an_erased_lead_is_asked_is_answered_as_ever(dana: Any, services: Any, database: Any, lead: Any) -> None:
    call_id = make_call(database, tenant_id=dana.tenant_id, campaign_id=lead.campaign_id, lead_id=lead.id)
    dana.post("/api/people/erase", json={"phone": "+14155552671"})
    assert dana.get(f"/api/leads/{lead.id}/dialability")["dialability"]["gate"]
    assert dana.get(f"/api/calls/{call_id}")["call"]["to_number"] == ""
    assert dana.get("/api/leads", query={"campaign_id": lead.campaign_id})["total"] == 1
    dana.get(f"/api/campaigns/{lead.campaign_id}/dialability")
    dana.post(f"/api/campaigns/{lead.campaign_id}/dry-run", json={})


def test_asking_again_answers_the_same(dana: Any, lead: Any) -> None:
    first = dana.post("/api/people/erase", json={"lead_id": str(lead.id)})
    for who in ({"phone": "+14155552671"}, {"external_id": "7"}, {"lead_id": str(lead.id)}):
        assert dana.post("/api/people/erase", json=who) == first


def test_an_erased_number_is_refused_from_then_on(dana: Any, lead: Any) -> None:
    dana.post("/api/people/erase", json={"phone": "+14155552671"})
    body = {"campaign_id": str(lead.campaign_id), "phone": "+14155552671"}
    dana.post("/api/leads", json=body, expect=409)
    assert dana.get("/api/dnc/check", query={"phone": "+14155552671"})["suppressed"] is True


def test_an_erased_lead_is_not_put_back(dana: Any, lead: Any) -> None:
    dana.post("/api/people/erase", json={"phone": "+14155552671"})
    dana.put(f"/api/leads/{lead.id}", json={"status": "pending"}, expect=409)
    body = {"campaign_id": str(lead.campaign_id), "filter": {"ids": [str(lead.id)]}, "action": "reset"}
    assert dana.post("/api/leads/bulk", json=body)["matched"] == 0


@pytest.mark.parametrize(
    ("body", "expect"),
    [({}, 400), ({"phone": "+14155552671", "external_id": "7"}, 400), ({"phone": "x"}, 400),
     ({"phone": "+14155552671", "reason": "because"}, 400), ({"phone": "+14155552671", "reference": "+1415555"}, 400),
     ({"phone": "+14155552671", "reference": "Sara Ahmed"}, 400), ({"lead_id": UNKNOWN}, 404),
     ({"external_id": "nobody"}, 404), ({"lead_id": 7}, 400)],
)  # fmt: skip
def test_requests_that_make_no_sense_are_refused(dana: Any, body: dict[str, Any], expect: int) -> None:
    dana.post("/api/people/erase", json=body, expect=expect)
    assert dana.get("/api/people/erasures")["total"] == 0


def test_nobody_of_another_account_is_erased_or_heard_of(cleo: Any, ada: Any, lead: Any) -> None:
    cleo.post("/api/people/erase", json={"lead_id": str(lead.id)}, expect=404)
    cleo.post("/api/people/erase", json={"external_id": "7"}, expect=404)
    assert cleo.post("/api/people/erase", json={"phone": "+14155552671"})["erasure"]["counts"]["leads"] == 0
    assert ada.get(f"/api/leads/{lead.id}")["lead"]["phone"] == "+14155552671"
    assert ada.get("/api/dnc/check", query={"phone": "+14155552671"})["suppressed"] is False
    evidence = ada.post("/api/people/erase", json={"lead_id": str(lead.id)})["erasure"]["id"]
    cleo.get(f"/api/people/erasures/{evidence}", expect=404)
    assert cleo.get("/api/people/erasures")["total"] == 1


def test_erasing_is_for_admins(sam: Any, ben: Any, lead: Any) -> None:
    for caller in (sam, ben):
        caller.post("/api/people/erase", json={"phone": "+14155552671"}, expect=403)
        caller.get("/api/people/erasures", expect=403)


def test_retention_is_set_shown_and_warned_of(dana: Any, sam: Any) -> None:
    answer = dana.put("/api/settings/retention", json=DAYS)
    assert answer["retention"] == DAYS
    assert answer["due"] == {"leads": 0, "calls": 0, "recordings": 0, "import_errors": 0}
    assert any("310.5" in warning for warning in answer["warnings"])
    assert sam.get("/api/settings/retention") == answer


@pytest.mark.parametrize(
    "wrong", [{"calls_days": 0}, {"calls_days": "90"}, {"leads_days": 40_000}, {"surprise": 1}, {"calls_days": 1.5}]
)
def test_times_that_make_no_sense_are_refused(dana: Any, wrong: dict[str, Any]) -> None:
    dana.put("/api/settings/retention", json={**DAYS, **wrong}, expect=400)
    dana.put("/api/settings/retention", json={}, expect=400)


def test_retention_is_each_account_s_own_and_for_admins_to_set(cleo: Any, dana: Any, sam: Any, ben: Any) -> None:
    dana.put("/api/settings/retention", json=DAYS)
    assert set(cleo.get("/api/settings/retention")["retention"].values()) == {None}
    sam.put("/api/settings/retention", json=DAYS, expect=403)
    ben.get("/api/settings/retention", expect=403)


@pytest.fixture
def environment(database_urls: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of an installation on this worker's database."""
    settings = {
        "DATABASE_URL": database_urls.application, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32, "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://dialer.example.com", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_the_command_erases_and_prints_the_evidence(ada: Any, lead: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["erase-person", "--tenant", str(ada.tenant_id), "--reason", "legal_order"]
    assert main([*command, "--phone", "+14155552671"]) == 0
    evidence = json.loads(capsys.readouterr().out)
    assert (evidence["counts"]["leads"], evidence["reason"]) == (1, "legal_order")
    assert evidence["requested_by"] == str(ada.user_id)
    assert ada.get(f"/api/people/erasures/{evidence['id']}")["erasure"]["status"] == "done"
    assert main([*command, "--external-id", "nobody"]) == 1
    assert main(["erase-person", "--tenant", UNKNOWN, "--phone", "+14155552671"]) == 1
    assert "no tenant" in capsys.readouterr().err


def test_the_command_knows_every_ground() -> None:
    assert get_args(ErasureReason) == REASONS


def test_an_erased_number_is_refused_by_an_import_with_a_code_of_its_own(dana: Any, lead: Any) -> None:
    dana.post("/api/people/erase", json={"phone": "+14155552671"})
    file = io.BytesIO(b"phone,name\n+1 415 555 2671,Sara\n+14155552672,Tom\n")
    form = {"file": (file, "leads.csv"), "campaign_id": lead.campaign_id}
    answer = dana.post("/api/leads/upload", form=form)
    assert (answer["results"]["inserted"], answer["results"]["dnc"]) == (1, 1)
    assert [(error["code"], error["value"]) for error in answer["errors"]] == [("erased", "")]
