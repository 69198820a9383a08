"""`POST /api/leads/upload`: real lists, and strange files."""

import io
import json
import random
import resource
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders.campaigns import make_campaign
from tests.builders.leads import make_lead

UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


def upload(caller: Any, campaign: Any, content: str | bytes, *, expect: int = 200, **form: Any) -> Any:
    """Upload a file to a campaign."""
    data = content.encode() if isinstance(content, str) else content
    fields = {"file": (io.BytesIO(data), "leads.csv"), "campaign_id": str(campaign.id), **form}
    return caller.post("/api/leads/upload", form=fields, expect=expect)


def leads_of(caller: Any, campaign: Any) -> list[dict[str, Any]]:
    """The campaign's leads as shown."""
    found: list[dict[str, Any]] = caller.get("/api/leads", query={"campaign_id": campaign.id})["leads"]
    return found


def test_a_list_is_sorted_out_and_the_figures_add_up(ada: Any, services: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552601")
    ada.post("/api/dnc", json={"phone": "+14155552602"}, expect=201)
    rows = ["phone,first_name", "+14155552600,Sara", "invalid,Tom", "+14155552601,Known", "+14155552602,Listed",
            "(415) 555-2600,Again", "+14155552603,Ann"]  # fmt: skip
    body = upload(ada, campaign, "\n".join(rows))
    assert body["success"] is True
    assert body["message"] == "CSV processed successfully"
    assert body["results"] == {
        "total": 6, "valid": 2, "invalid": 1, "duplicates": 2, "dnc": 1, "inserted": 2, "updated": 0, "warnings": 0,
    }  # fmt: skip
    assert [(error["row"], error["code"]) for error in body["errors"]] == [
        (3, "not_a_number"), (4, "duplicate_in_campaign"), (5, "dnc"), (6, "duplicate_in_file"),
    ]  # fmt: skip
    assert body["errors"][0] == {
        "row": 3, "field": "phone", "value": "invalid", "error": "Invalid phone number format", "code": "not_a_number",
        "column": "phone",
    }  # fmt: skip


def test_the_contracts_mapping_is_followed_and_the_rest_is_kept(ada: Any, campaign: Any) -> None:
    mapping = {"First Name": "first_name", "Last Name": "last_name", "Phone Number": "phone", "Country Code": "country"}
    content = "First Name,Last Name,Phone Number,Country Code,Company\nSara,Ahmed,4155552671,US,ABC Corp\n"
    upload(ada, campaign, content, field_mapping=json.dumps(mapping))
    [lead] = leads_of(ada, campaign)
    assert (lead["first_name"], lead["last_name"], lead["country"]) == ("Sara", "Ahmed", "US")
    assert (lead["phone"], lead["phone_normalized"]) == ("4155552671", "+14155552671")
    assert lead["custom_fields"] == {"company": "ABC Corp"}


def test_uploading_a_file_again_adds_nothing(ada: Any, campaign: Any) -> None:
    content = "phone\n+14155552671\n+14155552672\n"
    upload(ada, campaign, content)
    assert upload(ada, campaign, content)["results"]["duplicates"] == 2
    assert len(leads_of(ada, campaign)) == 2


def test_each_campaign_has_its_own_list(ada: Any, services: Any, campaign: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    for target in (campaign, other):
        assert upload(ada, target, "phone\n+14155552671\n")["results"]["inserted"] == 1


def test_a_campaigns_own_suppression_stops_only_its_own_list(ada: Any, services: Any, campaign: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    ada.post("/api/dnc", json={"phone": "+14155552671", "campaign_id": str(campaign.id)}, expect=201)
    assert upload(ada, campaign, "phone\n+14155552671\n")["results"]["dnc"] == 1
    assert upload(ada, other, "phone\n+14155552671\n")["results"]["inserted"] == 1


def test_a_row_that_says_do_not_call_is_left_out(ada: Any, campaign: Any) -> None:
    assert upload(ada, campaign, "phone,do not call\n+14155552671,yes\n")["results"]["dnc"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfphone,first_name\n+14155552671,Zo\xc3\xab\n",
        "phone,first_name\n+14155552671,Zoë\n".encode("utf-16"),
        b"\xff\xfe" + "phone,first_name\n+14155552671,Zoë\n".encode("utf-16-le"),
        "phone,first_name\n+14155552671,Zoë\n".encode("cp1252"),
        "phone;first_name\n+14155552671;Zoë\n".encode(),
        "phone\tfirst_name\n+14155552671\tZoë\n".encode(),
        "phone|first_name\n+14155552671|Zoë\n".encode(),
        "sep=;\nphone;first_name\n+14155552671;Zoë\n".encode(),
        "phone,first_name\r\n+14155552671,Zoë\r\n".encode(),
        "phone,first_name\r+14155552671,Zoë\r".encode(),
        "phone,first_name\n+14155552671,Zoë".encode(),
        "\n\nphone,first_name\n\n+14155552671,Zoë\n\n\n,\n".encode(),
        '"phone","first_name"\n"+14155552671","Zoë"\n'.encode(),
        'first_name,notes,phone\nZoë,"two\nlines, ""quoted""",+14155552671\n'.encode(),
        "phone,first_name,,\n+14155552671,Zoë,,\n".encode(),
        "phone,first_name\n+14155552671,Zoë,,,\n".encode(),
        "ph\0one,first_name\n+14155552671,Zoë\n".encode(),
    ],
    ids=["utf-8-bom", "utf-16", "utf-16-le", "cp1252", "semicolon", "tab", "pipe", "sep-line", "crlf", "cr",
         "no-newline", "blank-lines", "quoted", "newline-in-cell", "nameless-columns", "surplus-empty-cells", "nul"],
)  # fmt: skip
def test_files_as_spreadsheets_write_them_are_read(ada: Any, campaign: Any, content: bytes) -> None:
    assert upload(ada, campaign, content)["results"]["inserted"] == 1
    [lead] = leads_of(ada, campaign)
    assert (lead["phone_normalized"], lead["first_name"]) == ("+14155552671", "Zoë")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"name,email\nSara,sara@example.com\n", "'name', 'email'"),
        (b"+14155552671\n+14155552672\n", "no phone column"),
        (b"phone,phone\n1,2\n", "columns 1, 2"),
        (b"PK\x03\x04" + b"\0" * 50, "Excel"),
        (b"%PDF-1.7 nothing", "PDF"),
        (b"\x1f\x8b\x08\0\0", "compressed"),
        (random.Random(7).randbytes(5_000), "text"),
        (b"\xff\xfe\x00", "utf-16"),
        (b"phone" + b",a" * 9_999 + b"\n" + b"1," * 9_999 + b"1\n", "columns"),
        (b"phone\n" + b"4" * 1_500_000 + b"\n", "million"),
    ],
    ids=["nothing", "blank", "only-bom", "no-phone", "no-header", "repeated-header", "xlsx", "pdf",
         "gzip", "random-bytes", "half-utf-16", "ten-thousand-columns", "huge-cell"],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_refused_and_nothing_stored(
    ada: Any, campaign: Any, owner_database: Any, content: bytes, told: str
) -> None:
    body = upload(ada, campaign, content, expect=400)
    assert body["success"] is False
    assert told.lower() in body["error"].lower()
    with owner_database.transaction() as tx:
        assert tx.session.execute(text("select count(*) from imports")).scalar_one() == 0
    assert leads_of(ada, campaign) == []


@pytest.mark.parametrize("row", ["+14155552671,Sara,surplus", "+14155552671,a,b,c,d,e,f,g"])
def test_a_ragged_row_is_reported_and_its_neighbours_are_imported(ada: Any, campaign: Any, row: str) -> None:
    body = upload(ada, campaign, f"phone,first_name\n+14155552600,Ann\n{row}\n+14155552601,Tom\n")
    assert (body["results"]["inserted"], body["results"]["invalid"]) == (2, 1)
    assert [(error["row"], error["code"]) for error in body["errors"]] == [(3, "ragged_row")]


def test_cells_that_a_spreadsheet_left_out_at_the_end_of_a_row_are_empty(ada: Any, campaign: Any) -> None:
    body = upload(ada, campaign, "phone,first_name,notes\n+14155552671\n+14155552672,Sara\n")
    assert body["results"]["inserted"] == 2
    assert {lead["first_name"] for lead in leads_of(ada, campaign)} == {None, "Sara"}


def test_rows_are_numbered_as_in_a_spreadsheet(ada: Any, campaign: Any) -> None:
    content = 'phone,notes\n+14155552600,"two\nlines"\n\nbad,x\n'
    assert [error["row"] for error in upload(ada, campaign, content)["errors"]] == [4]


def test_cells_stay_texts_whatever_they_look_like(ada: Any, campaign: Any) -> None:
    content = "phone,zip,flag,empty,formula,date\n+14155552671,00501,NA,,=1+1,2024-01-01\n"
    upload(ada, campaign, content)
    [lead] = leads_of(ada, campaign)
    assert lead["postal_code"] == "00501"
    assert lead["custom_fields"] == {"flag": "NA", "formula": "=1+1", "date": "2024-01-01"}


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ('{"Phone": "shoe_size"}', "shoe_size"),
        ('{"Telephone": "phone"}', "Telephone"),
        ('{"Phone": "ignore"}', "no phone column"),
        ("{not json", "json"),
        ("[]", "field_mapping"),
        ('{"Phone": 7}', "field_mapping"),
        ('{"Phone": {"a": 1}}', "field_mapping"),
        ('{"Phone": "custom_fields.a\\u0000b"}', "custom_fields"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(ada: Any, campaign: Any, mapping: str, told: str) -> None:
    body = upload(ada, campaign, "Phone\n+14155552671\n", field_mapping=mapping, expect=400)
    assert told.lower() in json.dumps(body).lower()


def test_an_empty_mapping_is_none(ada: Any, campaign: Any) -> None:
    for mapping in ("", "{}"):
        body = upload(ada, campaign, "Phone\n+14155552671\n", field_mapping=mapping)
        assert (body["results"]["total"], body["results"]["invalid"]) == (1, 0)


def test_only_the_first_hundred_problems_are_listed(ada: Any, campaign: Any) -> None:
    body = upload(ada, campaign, "phone\n" + "bad\n" * 150)
    assert (len(body["errors"]), body["errors_truncated"], body["results"]["invalid"]) == (100, True, 150)


def test_a_quote_that_is_never_closed_costs_its_own_row_and_no_other(ada: Any, campaign: Any) -> None:
    body = upload(ada, campaign, 'phone,name\n+14155552670,Ann\n+14155552671,"Sara\n+14155552672,Tom\n')
    assert (body["results"]["inserted"], body["results"]["invalid"]) == (2, 1)
    assert [(error["row"], error["code"]) for error in body["errors"]] == [(3, "unclosed_quote")]


def test_ten_thousand_rows_are_answered_at_once_and_one_more_later(ada: Any, campaign: Any, queue: Any) -> None:
    content = "phone,notes\n+14155552671,\n" + ",no number\n" * 9_999
    assert upload(ada, campaign, content)["results"]["total"] == 10_000
    assert queue.names == []
    queued = upload(ada, campaign, content + ",one more\n", expect=202)
    assert queued["status_url"] == f"/api/leads/imports/{queued['import_id']}"
    assert queue.names == ["dialer.imports.run_import"]


def test_five_megabytes_are_imported_later_however_few_rows_they_are(ada: Any, campaign: Any) -> None:
    content = "phone,notes\n" + f"+14155552671,{'x' * 9_000}\n" * 600
    upload(ada, campaign, content, expect=202)
    assert leads_of(ada, campaign) == []


def by_hand(campaign: Any, rows: str) -> dict[str, Any]:
    """An upload written out, since the test client forgets to close the temporary file that it makes of a big form."""
    body = (
        f'--cut\r\nContent-Disposition: form-data; name="campaign_id"\r\n\r\n{campaign.id}\r\n'
        f'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n{rows}\r\n--cut--\r\n'
    )
    return {"data": body, "headers": {"Content-Type": "multipart/form-data; boundary=cut"}}


def test_a_file_too_big_for_memory_is_read_from_disk(ada: Any, campaign: Any) -> None:
    rows = "phone,notes\n" + f"+14155552671,{'x' * 9_000}\n" * 70
    assert ada.post("/api/leads/upload", **by_hand(campaign, rows))["results"]["duplicates"] == 69


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # werkzeug leaves its temporary file open
def test_a_file_for_which_there_is_no_room_is_refused_in_words(ada: Any, campaign: Any) -> None:
    rows, before = "phone,notes\n" + f"+14155552671,{'x' * 9_000}\n" * 70, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))
    try:
        refused = ada.post("/api/leads/upload", **by_hand(campaign, rows), expect=503)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "no room" in refused["error"]
    assert leads_of(ada, campaign) == []


def test_people_for_an_active_campaign_are_called_at_once(ada: Any, services: Any, queue: Any, feed: Any) -> None:
    active = make_campaign(services, ada.tenant_id, status="active")
    upload(ada, active, "phone\n+14155552671\n")
    assert queue.names == ["dialer.dialing.pace_campaign"]
    assert feed.events == ["leads:imported"]


def test_a_cancelled_campaign_takes_no_leads(ada: Any, services: Any) -> None:
    upload(ada, make_campaign(services, ada.tenant_id, status="cancelled"), "phone\n+14155552671\n", expect=409)


def test_the_import_is_recorded(ada: Any, campaign: Any, owner_database: Any) -> None:
    body = upload(ada, campaign, "phone\n+14155552671\nbad\n")
    with owner_database.transaction() as tx:
        row = tx.session.execute(text("select * from imports")).one()
    assert (str(row.id), row.filename, row.total, row.inserted) == (body["import_id"], "leads.csv", 2, 1)
    assert row.created_by == ada.user_id


@pytest.mark.parametrize(
    "form",
    [
        {"campaign_id": UNKNOWN},
        {"file": (io.BytesIO(b"phone\n"), "x.csv")},
        {"file": "phone\n+14155552671\n", "campaign_id": UNKNOWN},
        {"file": (io.BytesIO(b"phone\n"), "x.csv"), "campaign_id": "x"},
        {"file": (io.BytesIO(b"phone\n"), "x.csv"), "campaign_id": UNKNOWN, "color": "red"},
        {"leads": (io.BytesIO(b"phone\n"), "x.csv"), "campaign_id": UNKNOWN},
    ],
    ids=["no-file", "no-campaign", "file-as-text", "bad-campaign-id", "unknown-field", "unknown-file"],
)
def test_a_form_that_makes_no_sense_is_refused(ada: Any, form: dict[str, Any]) -> None:
    ada.post("/api/leads/upload", form=form, expect=400)


def test_a_body_that_is_no_form_is_refused(ada: Any) -> None:
    ada.post("/api/leads/upload", json={"file": "phone"}, expect=415)


def test_cleo_uploads_nothing_into_adas_campaign(ada: Any, cleo: Any, campaign: Any) -> None:
    upload(cleo, campaign, "phone\n+14155552671\n", expect=404)
    assert leads_of(ada, campaign) == []


def test_adas_suppressions_do_not_bind_cleo(ada: Any, cleo: Any, services: Any) -> None:
    ada.post("/api/dnc", json={"phone": "+14155552671"}, expect=201)
    own = make_campaign(services, cleo.tenant_id)
    assert upload(cleo, own, "phone\n+14155552671\n")["results"]["inserted"] == 1


def test_only_admins_upload(ben: Any, sam: Any, dana: Any, nobody: Any, campaign: Any) -> None:
    for caller, expect in ((ben, 403), (sam, 403), (nobody, 401), (dana, 200)):
        upload(caller, campaign, "phone\n+14155552671\n", expect=expect)


def test_the_template_is_an_empty_list_that_can_be_uploaded(ben: Any, ada: Any, campaign: Any) -> None:
    response = ben.send("GET", "/api/leads/template/csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.text.startswith("phone,first_name,last_name,email,country,type,priority,notes")
    body = upload(ada, campaign, response.text + "+14155552671,Sara,Ahmed,,US,carrier,high,VIP\r\n")
    assert body["results"]["inserted"] == 1
