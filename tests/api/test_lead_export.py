"""Leads and calls as files, as their users meet them."""

import csv
import io
import json
import threading
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from tests.builders.agents import make_agent
from tests.builders.calls import make_call, make_conversation
from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead
from tests.fakes.clock import NOON

UNKNOWN = "01890000-0000-7000-8000-000000000000"
OF_A_PERSON = (
    "phone_normalized", "first_name", "last_name", "email", "external_id", "state", "postal_code", "time_zone",
    "country", "priority", "notes", "type", "custom_fields", "alternates", "do_not_call",
)  # fmt: skip
NASTY = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


def export(caller: Any, campaign_id: Any, **query: Any) -> list[dict[str, str]]:
    response = caller.send("GET", f"/api/campaigns/{campaign_id}/leads/export", query=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"), newline="")))


def numbers(rows: list[dict[str, str]]) -> list[str]:
    return [row["phone"].removeprefix("'") for row in rows]


def test_leads_come_in_order_with_every_custom_field_in_a_column(sam: Any, services: Any, campaign: Any) -> None:
    fields = [{"company": "ABC", "Seats": 12}, {"note b": NASTY, "company": None, "tags": ["a", True]}, {}]
    leads = [
        make_lead(services, sam.tenant_id, campaign_id=campaign.id, custom_fields=custom, last_name="Ahmed")
        for custom in fields
    ]
    rows = export(sam, campaign.id)
    assert [row["dialer_lead_id"] for row in rows] == [str(lead.id) for lead in leads]
    custom = [name for name in rows[0] if name.startswith("custom_fields.")]
    assert custom == ["custom_fields.company", "custom_fields.note b", "custom_fields.Seats", "custom_fields.tags"]
    assert [[row[name] for name in custom] for row in rows] == [
        ["ABC", "", "12", ""], ["", f"'{NASTY}", "", '["a", true]'], ["", "", "", ""],
    ]  # fmt: skip
    assert (rows[0]["last_name"], rows[0]["priority"], rows[0]["status"], rows[0]["call_attempts"]) == (
        "Ahmed", "normal", "pending", "0",
    )  # fmt: skip


def test_a_phone_number_is_text_that_no_spreadsheet_evaluates(sam: Any, services: Any, campaign: Any) -> None:
    make_lead(services, sam.tenant_id, campaign_id=campaign.id, phone="+14155552671")
    response = sam.send("GET", f"/api/campaigns/{campaign.id}/leads/export")
    assert ',"\'+14155552671",' in response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="leads.csv"'


def test_outcomes_tell_of_the_last_call_that_was_placed(sam: Any, services: Any, database: Any, campaign: Any) -> None:
    lead = make_lead(services, sam.tenant_id, campaign_id=campaign.id, status="completed", last_call_at=NOON)
    ben = make_agent(database, tenant_id=sam.tenant_id, name="Ben")
    ours = {"tenant_id": sam.tenant_id, "campaign_id": campaign.id, "lead_id": lead.id}
    make_call(database, **ours, at=NOON.replace(hour=9), state="busy", disposition="busy")
    make_conversation(database, **ours, agent_id=ben, talk_seconds=42, agent_disposition="interested", notes="+hi")
    make_call(database, **ours, at=NOON.replace(hour=20), state="cancelled", placing_at=None)
    (row,) = export(sam, campaign.id, **{"with": "outcomes"})
    told = {name: row[name] for name in row if name.startswith("last_")}
    assert told == {
        "last_name": "", "last_call_at": "2026-03-04T15:00:00Z", "last_disposition": "answered",
        "last_agent_disposition": "interested", "last_agent": "Ben", "last_answered_by": "human",
        "last_talk_seconds": "42", "last_call_notes": "'+hi",
    } | {"last_call_at": row["last_call_at"]}  # fmt: skip
    assert row["last_call_at"].endswith("Z")
    assert "last_disposition" not in export(sam, campaign.id)[0]


def test_conditions_narrow_the_file(sam: Any, services: Any, campaign: Any) -> None:
    wanted = make_lead(services, sam.tenant_id, campaign_id=campaign.id, status="failed", country="GB")
    make_lead(services, sam.tenant_id, campaign_id=campaign.id, status="failed", country="US")
    make_lead(services, sam.tenant_id, campaign_id=campaign.id, country="GB")
    rows = export(sam, campaign.id, status="failed", country="GB")
    assert numbers(rows) == [wanted.phone_normalized]
    condition = json.dumps({"phone": [wanted.phone_normalized.removeprefix("+1")], "status": ["failed", "dnc"]})
    assert numbers(export(sam, campaign.id, filter=condition)) == [wanted.phone_normalized]
    assert export(sam, campaign.id, list_id=UNKNOWN) == []


@pytest.mark.parametrize(
    "query",
    [{"format": "pdf"}, {"status": "ready"}, {"filter": "{"}, {"filter": '{"surprise": 1}'},
     {"filter": '{"status": "pending"}', "country": "US"}, {"filter": '{"phone": ["nonsense"]}'},
     {"attempts_min": 3, "attempts_max": 1}, {"filter": '{"custom_fields": {"a": {}}}'},
     {"filter": '{"custom_fields": {"a": {"equals": "x", "missing": true}}}'}],
)  # fmt: skip
def test_conditions_that_make_no_sense_are_refused(sam: Any, campaign: Any, query: dict[str, Any]) -> None:
    sam.get(f"/api/campaigns/{campaign.id}/leads/export", query=query, expect=400)


def test_a_campaign_of_another_account_has_no_file(cleo: Any, sam: Any, campaign: Any) -> None:
    cleo.get(f"/api/campaigns/{campaign.id}/leads/export", expect=404)
    sam.get(f"/api/campaigns/{UNKNOWN}/leads/export", expect=404)
    cleo.get("/api/calls/export", query={"campaign_id": campaign.id}, expect=404)


def test_a_file_of_an_empty_campaign_is_its_header(sam: Any, campaign: Any) -> None:
    response = sam.send("GET", f"/api/campaigns/{campaign.id}/leads/export")
    assert response.get_data().decode("utf-8-sig").splitlines()[0].startswith('"dialer_lead_id","phone","external_id"')
    assert len(response.get_data().splitlines()) == 1


def test_a_workbook_says_the_same_without_apostrophes(sam: Any, services: Any, campaign: Any) -> None:
    make_lead(services, sam.tenant_id, campaign_id=campaign.id, phone="+14155552671", notes=NASTY)
    response = sam.send("GET", f"/api/campaigns/{campaign.id}/leads/export", query={"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.get_data())).active
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert dict(zip(header, row, strict=True))["phone"] == "+14155552671"
    assert dict(zip(header, row, strict=True))["notes"] == NASTY
    assert "f" not in {cell.data_type for line in sheet.iter_rows() for cell in line}


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_exported_file_imported_again_gives_the_same_leads(
    ada: Any, services: Any, campaign: Any, file_format: str
) -> None:
    details = [
        {"phone": "+14155552671", "first_name": "=SUM(1)", "last_name": "O'Neil", "email": "ann@example.com",
         "external_id": "+77", "state": "CA", "postal_code": "02134", "time_zone": "America/New_York",
         "priority": "high", "notes": "-5, \"quoted\"; and\nmore", "type": "@home",
         "custom_fields": {"phone": "not a phone", "status": "gold", "Mobile": "tab\there", "'x": "'=y"}},
        {"phone": "+442079460018", "first_name": "Zoë", "alternates": ["+442079460019", "+14155552673"]},
    ]  # fmt: skip
    for lead in details:
        ada.post("/api/leads", json={"campaign_id": str(campaign.id), **lead}, expect=201)
    copy = make_campaign(services, ada.tenant_id)
    query = {"format": file_format, "with": "outcomes"}
    file = ada.send("GET", f"/api/campaigns/{campaign.id}/leads/export", query=query).get_data()
    form = {"file": (io.BytesIO(file), f"leads.{file_format}"), "campaign_id": copy.id}
    results = ada.post("/api/leads/upload", form=form)["results"]
    assert (results["inserted"], results["invalid"]) == (2, 0)

    def people(campaign_id: Any) -> list[dict[str, Any]]:
        shown = ada.get("/api/leads", query={"campaign_id": campaign_id})["leads"]
        return [{name: lead[name] for name in OF_A_PERSON} for lead in shown]

    assert people(copy.id) == people(campaign.id)


def test_calls_are_told_with_what_the_law_wants_on_record(sam: Any, database: Any) -> None:
    ben = make_agent(database, tenant_id=sam.tenant_id, name="Ben")
    call_id = make_conversation(database, tenant_id=sam.tenant_id, agent_id=ben, talk_seconds=7)
    make_call(database, tenant_id=sam.tenant_id, at=NOON.replace(year=2025))
    make_call(database, tenant_id=sam.tenant_id, state="planned")
    response = sam.send("GET", "/api/calls/export", query={"date_from": "2026-01-01"})
    (row,) = csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"), newline=""))
    assert row["call_id"] == str(call_id)
    assert (row["from_number"], row["agent"], row["talk_seconds"]) == ("'+14155551234", "Ben", "7")
    assert (row["start_time"], row["disposition"]) == (f"{NOON:%Y-%m-%dT%H:%M:%SZ}", "answered")


def test_calls_of_one_campaign_are_exported_as_a_workbook(sam: Any, database: Any, campaign: Any) -> None:
    make_call(database, tenant_id=sam.tenant_id)
    query = {"campaign_id": campaign.id, "format": "xlsx"}
    content = sam.send("GET", "/api/calls/export", query=query).get_data()
    assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 1
    sam.get("/api/calls/export", query={"date_from": "yesterday"}, expect=400)


def test_files_are_for_supervisors(ben: Any, campaign: Any) -> None:
    ben.get(f"/api/campaigns/{campaign.id}/leads/export", expect=403)
    ben.get("/api/calls/export", expect=403)


def test_at_most_two_exports_of_an_account_are_under_way(sam: Any, cleo: Any, services: Any, campaign: Any) -> None:
    app = sam.app
    headers = {"Authorization": f"Bearer {sam.token}"}
    path = f"/api/campaigns/{campaign.id}/leads/export"
    open_ones = [app.test_client().get(path, headers=headers) for _ in range(2)]
    sam.get(path, expect=409)
    assert cleo.send("GET", "/api/calls/export").status_code == 200
    open_ones[0].close()
    assert sam.send("GET", path).status_code == 200
    open_ones[1].close()


def test_a_reader_who_goes_away_gives_the_connection_back(
    sam: Any, database: Any, services: Any, campaign: Any
) -> None:
    make_lead(services, sam.tenant_id, campaign_id=campaign.id)
    before = database.engine.pool.checkedout()
    headers = {"Authorization": f"Bearer {sam.token}"}
    response = sam.app.test_client().get(f"/api/campaigns/{campaign.id}/leads/export", headers=headers)
    assert database.engine.pool.checkedout() == before + 1
    response.close()
    assert database.engine.pool.checkedout() == before


def test_a_file_shows_one_moment_and_changes_nothing(sam: Any, services: Any, database: Any, campaign: Any) -> None:
    from dialer.domain.lead_filters import LeadFilter
    from dialer.usecases import lead_export

    make_lead(services, sam.tenant_id, campaign_id=campaign.id, phone="+14155552671")
    file = lead_export.export_leads(
        services, actor=sam.principal, campaign_id=campaign.id, chosen=LeadFilter(), file_format="csv",
        with_outcomes=False,
    )  # fmt: skip
    late = threading.Thread(target=make_lead, args=(services, sam.tenant_id), kwargs={"campaign_id": campaign.id})
    late.start()
    late.join()
    content = b"".join(file.chunks)
    assert b"+14155552671" in content
    assert len(content.splitlines()) == 2


def test_erased_people_are_in_no_file(sam: Any, services: Any, campaign: Any, owner_database: Any) -> None:
    lead = make_lead(services, sam.tenant_id, campaign_id=campaign.id)
    with owner_database.transaction() as tx:
        tx.session.execute(text("update leads set erased_at = now() where id = :id"), {"id": lead.id})
    assert export(sam, campaign.id) == []
