"""No file that we hand out makes a spreadsheet calculate what a stranger wrote, whichever route it comes from."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from api.surfaces.dialer import surface
from dialer.usecases.services import Services
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.builders.floor import open_floor
from tests.builders.leads import make_lead
from tests.fixtures_cast import Caller

EVIL = [
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    " =1",
    "'=1",
]
RISKY = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV_ROUTES = sorted(route.path for route in surface.endpoints if route.produces == "text/csv")


@pytest.fixture
def ids(services: Services, ada: Caller) -> dict[str, Any]:
    """A campaign in which everything that people write is a formula, and a call of each."""
    floor = open_floor(services, ada.tenant_id, name=EVIL[0])
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, name=EVIL[1])
    for text in EVIL:
        lead = make_lead(
            services, ada.tenant_id, campaign_id=floor.campaign_id, first_name=text, last_name=text, email=text,
            notes=text, custom_fields={text: text},
        )  # fmt: skip
        make_conversation(
            services.database, tenant_id=ada.tenant_id, campaign_id=floor.campaign_id, lead_id=lead.id,
            agent_id=agent_id, notes=text, hangup_cause=text,
        )  # fmt: skip
    rows = "\r\n".join(f'"{text}","{text}"' for text in EVIL)
    upload = {
        "file": (io.BytesIO(f"phone,first_name\r\n{rows}\r\n".encode()), "a.csv"),
        "campaign_id": floor.campaign_id,
    }
    return {"campaign_id": floor.campaign_id, "import_id": ada.post("/api/leads/upload", form=upload)["import_id"]}


def download(caller: Caller, path: str, ids: dict[str, Any], **query: str) -> Any:
    for name, value in ids.items():
        path = path.replace(f"<uuid:{name}>", str(value))
    assert "<" not in path, f"no id for {path}"
    answer = caller.send("GET", f"/api{path}", query=query)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_routes_are_these() -> None:
    assert CSV_ROUTES == [
        "/calls/export",
        "/campaigns/<uuid:campaign_id>/compliance.csv",
        "/campaigns/<uuid:campaign_id>/leads/export",
        "/leads/imports/<uuid:import_id>/errors.csv",
        "/leads/template/csv",
    ]


@pytest.mark.parametrize("path", CSV_ROUTES)
def test_no_cell_of_a_csv_file_is_a_formula(ada: Caller, ids: dict[str, Any], path: str) -> None:
    answer = download(ada, path, ids)
    text = answer.data.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert cells
    assert [cell for cell in cells if cell.lstrip(" ").startswith(RISKY)] == []
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/calls/export", "/campaigns/<uuid:campaign_id>/leads/export"])
def test_what_was_a_formula_is_there_as_text(ada: Caller, ids: dict[str, Any], path: str) -> None:
    assert "'=cmd|'/c calc'!A0" in download(ada, path, ids).text
    sheet = load_workbook(io.BytesIO(download(ada, path, ids, format="xlsx").data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert EVIL[0] in [cell.value for cell in cells]


def test_exported_numbers_are_numbers_again_when_imported(ada: Caller, ids: dict[str, Any]) -> None:
    exported = download(ada, "/campaigns/<uuid:campaign_id>/leads/export", ids).data
    assert b"'+1415" in exported
    again = ada.post("/api/campaigns", json={"name": "Again", "caller_id": "+14155551234"}, expect=201)["campaign"][
        "id"
    ]
    upload = {"file": (io.BytesIO(exported), "leads.csv"), "campaign_id": again}
    assert ada.post("/api/leads/upload", form=upload)["results"]["inserted"] == len(EVIL)
    leads = ada.get("/api/leads", query={"campaign_id": again})["leads"]
    assert {lead["notes"] for lead in leads} >= {EVIL[0], EVIL[6]}
    assert all(lead["phone"].startswith("+1415") for lead in leads)
