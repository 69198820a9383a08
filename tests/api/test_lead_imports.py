"""`/api/leads/imports`: looking at imports, their refused rows, previews and remembered mappings, and cancelling."""

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.ids import ImportId
from tests.builders.campaigns import make_campaign
from tests.builders.imports import in_batches, make_list, queue_list, run, upload_list
from tests.builders.leads import make_lead

UNKNOWN = "01890000-0000-7000-8000-000000000000"
COUNTS = {"total": 0, "valid": 0, "invalid": 0, "duplicates": 0, "dnc": 0, "inserted": 0, "updated": 0, "warnings": 0}


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def queued(services: Any, ada: Any, campaign: Any) -> ImportId:
    """A queued import of 30 rows, one of them bad."""
    return queue_list(services, ada.principal, campaign.id, make_list(30, bad=[4]))


def show(caller: Any, import_id: Any, expect: int = 200) -> Any:
    body = caller.get(f"/api/leads/imports/{import_id}", expect=expect)
    return body["import"] if expect == 200 else body


def preview(caller: Any, campaign: Any, content: str | bytes, *, expect: int = 200, **form: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    fields = {"file": (io.BytesIO(data), "leads.csv"), "campaign_id": str(campaign.id), **form}
    return caller.post("/api/leads/imports/preview", form=fields, expect=expect)


def download(caller: Any, import_id: Any, **query: str) -> list[list[str]]:
    response = caller.send("GET", f"/api/leads/imports/{import_id}/errors.csv", query=query)
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(response.get_data(as_text=True))))


def test_an_import_shows_where_it_stands_from_queue_to_end(
    services: Any, ada: Any, campaign: Any, queued: ImportId, clock: Any
) -> None:
    waiting = show(ada, queued)
    assert (waiting["status"], waiting["percent"], waiting["rows_done"]) == ("queued", 0.0, 0)
    assert waiting["results"] == COUNTS
    clock.advance(seconds=2)
    run(services, ada.principal, queued, in_batches(10, before_storing=lambda _: clock.advance(seconds=1)))
    done = show(ada, queued)
    assert (done["status"], done["percent"], done["rows_done"], done["rows_per_second"]) == ("completed", 100.0, 30, 10)
    assert done["results"] == COUNTS | {"total": 30, "valid": 29, "invalid": 1, "inserted": 29}
    assert [(error["row"], error["column"], error["code"]) for error in done["errors"]] == [
        (6, "phone", "not_a_number")
    ]
    assert (done["campaign_id"], done["filename"], done["created_by"]) == (
        str(campaign.id), "list.csv", str(ada.user_id),
    )  # fmt: skip
    assert done["options"]["on_duplicate"] == "skip"
    assert done["advice"] is None


def test_progress_goes_by_bytes_and_never_says_all_before_the_end(services: Any, ada: Any, campaign: Any) -> None:
    content = make_list(20_000)
    import_id = queue_list(services, ada.principal, campaign.id, content)
    shown = []
    run(services, ada.principal, import_id,
        in_batches(4_000, before_reading=lambda _: shown.append(show(ada, import_id)["percent"])))  # fmt: skip
    assert shown[0] == 0.0
    assert sorted(shown) == shown
    assert 0 < shown[-1] < 100


def test_imports_are_listed_newest_first(services: Any, ada: Any, campaign: Any, clock: Any) -> None:
    other = make_campaign(services, ada.tenant_id)
    for target in (campaign, other, campaign):
        upload_list(services, ada.principal, target.id, make_list(2))
        clock.advance(seconds=1)
    body = ada.get("/api/leads/imports")
    assert (body["count"], body["total"]) == (3, 3)
    assert [each["results"]["inserted"] for each in body["imports"]] == [0, 2, 2]
    assert ada.get("/api/leads/imports", query={"campaign_id": other.id})["total"] == 1
    assert ada.get("/api/leads/imports", query={"status": "queued"})["total"] == 0
    assert ada.get("/api/leads/imports", query={"limit": 1, "offset": 1})["count"] == 1
    ada.get("/api/leads/imports", query={"status": "lost"}, expect=400)


def test_every_refused_row_can_be_downloaded(services: Any, ada: Any, campaign: Any) -> None:
    bad = range(2_500)
    report = upload_list(services, ada.principal, campaign.id, make_list(2_600, bad=bad))
    rows = download(ada, report.stored.id)
    assert rows[0] == ["row", "column", "code", "value", "message"]
    assert rows[1] == ["2", "phone", "not_a_number", "none", "Invalid phone number format"]
    assert [row[0] for row in rows[1:]] == [str(n + 2) for n in bad]


def test_cells_of_the_download_are_no_formulas(services: Any, ada: Any, campaign: Any) -> None:
    content = (
        'phone,@name\n"=cmd|\' /C calc\'!A0",x\n+1 555,x\n-1,x\n@SUM(1),x\n"\tx",x\n+14155552671,x\n+14155552671,x\n'
    )
    report = upload_list(services, ada.principal, campaign.id, content.encode())
    values = [row[3] for row in download(ada, report.stored.id)[1:]]
    assert values == ["'=cmd|' /C calc'!A0", "'+1 555", "'-1", "'@SUM(1)", "x", "'+14155552671"]


def test_warnings_are_kept_apart_from_refused_rows(services: Any, ada: Any, campaign: Any) -> None:
    content = "phone,time zone\n+14155552671,EST5\nbad,EST5\n"
    report = upload_list(services, ada.principal, campaign.id, content.encode())
    assert (report.stored.counts.invalid, report.stored.counts.warnings) == (1, 1)
    assert [row[:3] for row in download(ada, report.stored.id)[1:]] == [["3", "phone", "not_a_number"]]
    warned = download(ada, report.stored.id, severity="warning")[1:]
    assert [row[:4] for row in warned] == [["2", "time zone", "unknown_time_zone", "EST5"]]
    assert len(download(ada, report.stored.id, severity="all")) == 3


def test_a_queued_import_is_cancelled_and_never_run(services: Any, ada: Any, queued: ImportId, feed: Any) -> None:
    cancelled = ada.post(f"/api/leads/imports/{queued}/cancel")["import"]
    assert (cancelled["status"], cancelled["failure"]) == (
        "cancelled",
        "No row was imported: the import was cancelled.",
    )
    assert "again" in cancelled["advice"]
    assert feed.to_tenants[-1].payload["status"] == "cancelled"
    run(services, ada.principal, queued)
    assert show(ada, queued)["rows_done"] == 0
    ada.post(f"/api/leads/imports/{queued}/cancel", expect=409)


def test_an_import_that_nobody_runs_says_what_to_look_at(ada: Any, queued: ImportId, owner_database: Any) -> None:
    assert show(ada, queued)["advice"] is None
    with owner_database.transaction() as tx:
        tx.session.execute(text("update imports set created_at = created_at - interval '2 minutes'"))
    assert "workers" in show(ada, queued)["advice"]


def test_supervisors_look_and_admins_act(ben: Any, sam: Any, dana: Any, nobody: Any, queued: ImportId) -> None:
    for path in (f"/api/leads/imports/{queued}", "/api/leads/imports", "/api/leads/imports/mappings"):
        for caller, expect in ((ben, 403), (nobody, 401), (sam, 200), (dana, 200)):
            caller.get(path, expect=expect)
    for caller, expect in ((ben, 403), (sam, 403), (nobody, 401), (dana, 200)):
        caller.post(f"/api/leads/imports/{queued}/cancel", expect=expect)


def test_cleo_sees_and_touches_nothing_of_adas(
    services: Any, ada: Any, cleo: Any, campaign: Any, queued: ImportId
) -> None:
    show(cleo, queued, expect=404)
    cleo.get(f"/api/leads/imports/{queued}/errors.csv", expect=404)
    cleo.post(f"/api/leads/imports/{queued}/cancel", expect=404)
    assert cleo.get("/api/leads/imports")["total"] == 0
    preview(cleo, campaign, "phone\n+14155552671\n", expect=404)
    own = make_campaign(services, cleo.tenant_id)
    upload_list(services, cleo.principal, own.id, b"phone,a\n+14155552671,b\n", field_mapping={"a": "notes"})
    assert ada.get("/api/leads/imports/mappings")["total"] == 0
    [mapping] = cleo.get("/api/leads/imports/mappings")["mappings"]
    ada.delete(f"/api/leads/imports/mappings/{mapping['id']}", expect=404)
    assert show(ada, queued)["status"] == "queued"


@pytest.mark.parametrize("path", ["{}", "{}/errors.csv"])
def test_an_unknown_import_is_not_found(ada: Any, path: str) -> None:
    ada.get("/api/leads/imports/" + path.format(UNKNOWN), expect=404)
    ada.get("/api/leads/imports/" + path.format("nonsense"), expect=404)


def test_a_mapping_is_remembered_for_the_next_file_with_these_headers(ada: Any, campaign: Any) -> None:
    mapping = {"Rufnummer": "phone", "Bemerkung": "notes", "Intern": None}
    first = {"file": (io.BytesIO(b"Rufnummer,Bemerkung,Intern\n+14155552671,hi,x\n"), "a.csv"),
             "campaign_id": str(campaign.id), "field_mapping": json.dumps(mapping)}  # fmt: skip
    ada.post("/api/leads/upload", form=first)
    [kept] = ada.get("/api/leads/imports/mappings")["mappings"]
    assert kept["field_mapping"] == {"rufnummer": "phone", "bemerkung": "notes", "intern": None}
    shown = preview(ada, campaign, "INTERN,rufnummer, Bemerkung \ny,+14155552672,hello\n")
    assert [(column["target"], column["how"]) for column in shown["columns"]] == [
        (None, "remembered"), ("phone", "remembered"), ("notes", "remembered"),
    ]  # fmt: skip
    second = {"file": (io.BytesIO(b"Intern,Rufnummer,Bemerkung\ny,+14155552672,hello\n"), "b.csv"),
              "campaign_id": str(campaign.id)}  # fmt: skip
    assert ada.post("/api/leads/upload", form=second)["results"]["inserted"] == 1
    ada.delete(f"/api/leads/imports/mappings/{kept['id']}")
    assert preview(ada, campaign, "Intern,Rufnummer,Bemerkung\ny,+14155552672,x\n")["needs_mapping"] is True


def test_a_mapping_that_brought_nobody_is_not_remembered(ada: Any, services: Any, campaign: Any) -> None:
    upload_list(services, ada.principal, campaign.id, b"a,b\nbad,x\n", field_mapping={"a": "phone"})
    assert ada.get("/api/leads/imports/mappings")["total"] == 0


def test_a_preview_shows_how_the_file_is_read_and_stores_nothing(
    services: Any, ada: Any, campaign: Any, owner_database: Any
) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552602")
    ada.post("/api/dnc", json={"phone": "+14155552603"}, expect=201)
    rows = ["Mobile;Vorname;Plz;Größe", "(415) 555-2601;Zoë;94110;XL", "415-555-2602;Tom;;", "4155552603;Ann;;", "x;;;"]
    shown = preview(ada, campaign, "\r\n".join(rows).encode("cp1252"))
    assert shown["dialect"] == {
        "format": "csv", "encoding": "cp1252", "delimiter": ";", "sheet": None, "has_header": True, "header_row": 1,
        "encoding_alternatives": ["cp1251"],
    }  # fmt: skip
    assert [(column["header"], column["target"], column["how"]) for column in shown["columns"]] == [
        ("Mobile", "phone", "header"), ("Vorname", "first_name", "header"), ("Plz", "postal_code", "header"),
        ("Größe", "custom_fields.Größe", "custom"),
    ]  # fmt: skip
    assert shown["columns"][0]["samples"] == ["(415) 555-2601", "415-555-2602", "4155552603"]
    assert shown["results"] == COUNTS | {
        "total": 4, "valid": 1, "inserted": 1, "invalid": 1, "duplicates": 1, "dnc": 1,
    }  # fmt: skip
    assert [(error["row"], error["code"]) for error in shown["errors"]] == [
        (3, "duplicate_in_campaign"), (4, "dnc"), (5, "not_a_number"),
    ]  # fmt: skip
    first = shown["rows"][0]
    assert (first["row"], first["cells"], first["lead"]["phone_normalized"]) == (
        2,
        ["(415) 555-2601", "Zoë", "94110", "XL"],
        "+14155552601",
    )
    assert first["lead"]["custom_fields"] == {"Größe": "XL"}
    assert shown["rows"][3]["lead"] is None
    assert (shown["runs_at_once"], shown["is_whole_file"], shown["rows_examined"]) == (True, True, 4)
    with owner_database.transaction() as tx:
        stored = tx.session.execute(text("select (select count(*) from imports), (select count(*) from leads)")).one()
    assert tuple(stored) == (0, 1)


def test_a_preview_of_a_large_file_examines_its_beginning(ada: Any, campaign: Any) -> None:
    shown = preview(ada, campaign, make_list(10_500))
    assert (shown["runs_at_once"], shown["is_whole_file"], shown["rows_examined"]) == (False, False, 10_000)
    assert len(shown["rows"]) == 20


def test_a_preview_counts_updates_as_an_upload_would(services: Any, ada: Any, campaign: Any) -> None:
    make_lead(services, ada.tenant_id, campaign_id=campaign.id, phone="+14155552602")
    shown = preview(ada, campaign, "phone\n+14155552602\n", on_duplicate="update")
    assert (shown["results"]["updated"], shown["results"]["valid"], shown["results"]["inserted"]) == (1, 1, 0)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 3_000, b"name,email\nSara,x\n", b"phone,phone\n1,2\n"])
def test_a_preview_refuses_what_an_upload_refuses(ada: Any, campaign: Any, content: bytes) -> None:
    assert preview(ada, campaign, content, expect=400)["success"] is False


def test_a_workbook_is_imported_like_a_text(ada: Any, campaign: Any) -> None:
    import openpyxl

    workbook, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["phone", "first_name"], [14155552671, "Zoë"], ["bad", "Tom"]):
        workbook.active.append(row)
    workbook.create_sheet("Other").append(["phone"])
    workbook["Other"].append(["+14155552672"])
    workbook.save(file)
    form = {"campaign_id": str(campaign.id)}
    first = ada.post("/api/leads/upload", form={**form, "file": (io.BytesIO(file.getvalue()), "a.xlsx")})
    assert (first["results"]["inserted"], [error["row"] for error in first["errors"]]) == (1, [3])
    other = {**form, "sheet": "Other", "file": (io.BytesIO(file.getvalue()), "a.xlsx")}
    assert ada.post("/api/leads/upload", form=other)["results"]["inserted"] == 1
    lost = {**form, "sheet": "Lost", "file": (io.BytesIO(file.getvalue()), "a.xlsx")}
    assert "'Other'" in ada.post("/api/leads/upload", form=lost, expect=400)["error"]


@pytest.mark.parametrize(
    "form",
    [{"on_duplicate": "merge"}, {"match_by": "name"}, {"tenant_duplicates_days": "soon"}, {"list_id": "x"},
     {"has_header": "perhaps"}, {"try_plus": "7"}, {"tenant_duplicates_days": "0"}],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(ada: Any, campaign: Any, form: dict[str, str]) -> None:
    body = preview(ada, campaign, "phone\n+14155552671\n", expect=400, **form)
    assert next(iter(form)) in json.dumps(body)


def test_empty_options_count_as_not_given(ada: Any, campaign: Any) -> None:
    empty = dict.fromkeys(["list_id", "list_name", "tenant_duplicates_days", "default_region", "encoding", "delimiter",
                           "has_header", "sheet", "consent", "field_mapping"], "")  # fmt: skip
    assert preview(ada, campaign, "phone\n+14155552671\n", **empty)["results"]["inserted"] == 1
