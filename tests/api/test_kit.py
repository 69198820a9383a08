"""The dialect and the route decorator: the eleven probes, and what each kind of bad input is told."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, Response
from flask_jwt_extended import create_access_token
from pydantic import Field

from api.context import principal
from api.endpoint import Surface
from api.surfaces.dialer.dialect import DialerDialect
from api.surfaces.dialer.schemas.base import Answer, Failure, In, Instant, InstantIn, PageQuery
from dialer.domain.errors import CarrierUnavailable, Conflict, NotFound
from dialer.domain.principals import Role
from tests.fixtures_cast import Caller


class WidgetIn(In):
    name: str
    size: int = 1
    owner: UUID | None = None
    at: InstantIn | None = None
    more: dict[str, Any] = Field(default_factory=dict)


class WidgetAnswer(Answer):
    name: str
    at: Instant | None = None


class WidgetsQuery(PageQuery):
    is_blue: bool | None = None


class WidgetsAnswer(Answer):
    limit: int
    offset: int
    is_blue: bool | None


class FormIn(In):
    size: int


class UploadAnswer(Answer):
    filename: str
    size: int


def build_probe() -> Surface:  # noqa: C901 - a list of little views
    surface = Surface("probe", DialerDialect())
    widgets = surface.resource("widgets", url_prefix="/probe")

    @widgets.post("", role=Role.AGENT, body=WidgetIn, returns=WidgetAnswer, status=201, errors=(409,))
    def create_widget(body: WidgetIn) -> dict[str, object]:
        if body.name == "taken":
            raise Conflict("There is a widget of this name.")
        return {"name": f"{principal().role} {body.name}", "at": body.at}

    @widgets.get("", role=Role.AGENT, query=WidgetsQuery, returns=WidgetsAnswer)
    def list_widgets(query: WidgetsQuery) -> dict[str, object]:
        return query.model_dump()

    @widgets.get("/<uuid:widget_id>", role=Role.AGENT, returns=WidgetAnswer)
    def show_widget(widget_id: UUID) -> None:
        raise NotFound("There is no widget with this id.")

    @widgets.post("/upload", role=Role.AGENT, form=FormIn, files=("file",), returns=UploadAnswer)
    def upload_widgets(form: FormIn, file: Any) -> dict[str, object]:
        return {"filename": file.filename, "size": form.size}

    @widgets.get("/bug", role=Role.AGENT)
    def stumble() -> None:
        raise RuntimeError("secret internals")

    @widgets.get("/carrier", role=Role.AGENT)
    def ask_carrier() -> None:
        raise CarrierUnavailable("vendor says 20429")

    @widgets.get("/csv", role=Role.AGENT, produces="text/csv")
    def download_widgets() -> Response:
        return Response("a,b\n", mimetype="text/csv")

    @widgets.delete("/all", role=Role.ADMIN)
    def delete_widgets() -> None:
        return None

    @widgets.get("/open/<name>", public=True, returns=WidgetAnswer)
    def show_open_widget(name: str) -> WidgetAnswer:
        return WidgetAnswer(name=name)

    return surface


@pytest.fixture
def app(fresh_app: Flask) -> Flask:
    fresh_app.register_blueprint(build_probe().blueprint())
    return fresh_app


def assert_failure(body: Any, code: str) -> None:
    Failure.model_validate(body, extra="forbid")
    assert (body["success"], body["code"]) == (False, code)


# The eleven probes.


def test_success_is_in_the_envelope(ben: Caller) -> None:
    body = ben.post("/api/probe", json={"name": "lamp"}, expect=201)
    assert body == {"success": True, "name": "agent lamp", "at": None}


def test_unknown_id_is_not_found(ben: Caller) -> None:
    assert_failure(ben.get(f"/api/probe/{uuid4()}", expect=404), "not_found")


def test_domain_conflict_is_told_in_its_own_words(ben: Caller) -> None:
    body = ben.post("/api/probe", json={"name": "taken"}, expect=409)
    assert_failure(body, "conflict")
    assert body["error"] == "There is a widget of this name."


def test_bad_body_names_every_wrong_field(ben: Caller) -> None:
    body = ben.post("/api/probe", json={"size": "5", "colour": "red"}, expect=400)
    assert_failure(body, "invalid")
    assert {wrong["field"] for wrong in body["fields"]} == {"name", "size", "colour"}


@pytest.mark.parametrize("data", ["{not json", "", "[1]", '"text"', "null", "\xff", '{"name": NaN}', "[" * 100_000])
def test_malformed_json_is_a_bad_request(ben: Caller, data: str) -> None:
    assert_failure(ben.post("/api/probe", data=data.encode("latin-1"), expect=400), "invalid")


def test_no_body_at_all_names_what_is_required(ben: Caller) -> None:
    body = ben.post("/api/probe", expect=400)
    assert_failure(body, "invalid")
    assert [wrong["field"] for wrong in body["fields"]] == ["name"]


def test_a_bug_tells_nothing(quiet_app: Flask, ben: Caller) -> None:
    response = ben.send("GET", "/api/probe/bug")
    assert response.status_code == 500
    assert_failure(response.get_json(), "internal_error")
    assert "secret internals" not in response.text


def test_no_token_is_unauthenticated(nobody: Caller) -> None:
    response = nobody.send("GET", "/api/probe")
    assert response.status_code == 401
    assert_failure(response.get_json(), "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["junk", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "\u00e9"])
def test_junk_token_is_unauthenticated(nobody: Caller, token: str) -> None:
    body = nobody.get("/api/probe", headers={"Authorization": f"Bearer {token}"}, expect=401)
    assert_failure(body, "unauthenticated")
    assert body["error"] == "The token is not valid."


def test_expired_token_is_told_apart(app: Flask, ben: Caller) -> None:
    with app.app_context():
        ben.token = create_access_token(str(ben.user_id), expires_delta=timedelta(seconds=-1))
    assert_failure(ben.get("/api/probe", expect=401), "token_expired")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/v1/nothing", "/nothing", "/console/nothing"])
def test_unknown_address_is_not_found_in_dialect(ben: Caller, path: str) -> None:
    assert_failure(ben.get(path, expect=404), "not_found")


def test_wrong_method_is_refused_in_dialect_and_says_which_are_right(ben: Caller) -> None:
    response = ben.send("DELETE", "/api/probe")
    assert response.status_code == 405
    assert_failure(response.get_json(), "method_not_allowed")
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


# Beyond the probes.


@pytest.mark.parametrize("widget_id", ["7", "not-a-uuid", "{5f0c0d4e-0000-4000-8000-000000000000}", "%00"])
def test_malformed_id_is_not_found_in_dialect(ben: Caller, nobody: Caller, widget_id: str) -> None:
    assert_failure(ben.get(f"/api/probe/{widget_id}", expect=404), "not_found")
    nobody.get(f"/api/probe/{widget_id}", expect=401)


@pytest.mark.parametrize(
    "wrong",
    [{"size": "5"}, {"size": True}, {"size": 1.5}, {"owner": "x"}, {"owner": 5}, {"name": 5}, {"name": None},
     {"more": []}, {"at": 5}, {"at": "2026-01-01T00:00:00"},
     {"at": "0001-01-01T00:00:00+14:00"}, {"at": "9999-12-31T23:59:59-12:00"}],
)  # fmt: skip
def test_wrong_types_are_refused(ben: Caller, wrong: dict[str, object]) -> None:
    body = ben.post("/api/probe", json={"name": "lamp", **wrong}, expect=400)
    assert [wrong_field["field"] for wrong_field in body["fields"]] == list(wrong)


@pytest.mark.parametrize(
    "data",
    ['{"name": "a\\u0000b"}', '{"name": "a", "more": {"b": ["\\u0000"]}}', '{"name": "a", "more": {"\\u0000": 1}}'],
)
def test_nul_characters_are_refused_wherever_they_are(ben: Caller, data: str) -> None:
    assert "NUL" in ben.post("/api/probe", data=data, expect=400)["error"]


def test_half_a_surrogate_pair_is_refused(ben: Caller) -> None:
    ben.post("/api/probe", data='{"name": "\\ud800"}', expect=400)


def test_body_must_say_that_it_is_json(ben: Caller) -> None:
    body = ben.post("/api/probe", data='{"name": "a"}', headers={"Content-Type": "text/plain"}, expect=415)
    assert_failure(body, "unsupported_media_type")


def test_huge_body_is_too_large(ben: Caller) -> None:
    assert_failure(ben.post("/api/probe", json={"name": "a" * 1_100_000}, expect=413), "too_large")


def test_instants_come_back_in_utc(ben: Caller) -> None:
    body = ben.post("/api/probe", json={"name": "a", "at": "2026-01-01T09:00:00+02:00"}, expect=201)
    assert body["at"] == "2026-01-01T07:00:00Z"


def test_page_of_fifty_unless_told_otherwise(ben: Caller) -> None:
    assert ben.get("/api/probe") == {"success": True, "limit": 50, "offset": 0, "is_blue": None}
    assert ben.get("/api/probe", query={"limit": 100, "offset": 7, "is_blue": "true"})["limit"] == 100


@pytest.mark.parametrize(
    "query",
    ["limit=101", "limit=0", "limit=ten", "offset=-1", "offset=10000001", "lmit=5", "limit=5&limit=6", "is_blue=maybe",
     "is_blue=%00"],
)  # fmt: skip
def test_bad_query_is_refused(ben: Caller, query: str) -> None:
    body = ben.get(f"/api/probe?{query}", expect=400)
    assert body["fields"][0]["field"] == query.partition("=")[0]


def test_empty_query_parameter_counts_as_not_sent(ben: Caller) -> None:
    assert ben.get("/api/probe?limit=&is_blue=")["limit"] == 50


def test_upload_takes_fields_and_files(ben: Caller) -> None:
    body = ben.post("/api/probe/upload", form={"size": "3", "file": (io.BytesIO(b"x"), "a.csv")})
    assert body == {"success": True, "filename": "a.csv", "size": 3}


@pytest.mark.parametrize(
    "form", [{"size": "3"}, {"size": "3", "fil": (b"", "a")}, {"file": (b"", "a")}, {"size": "3", "file": (b"", "")}]
)
def test_bad_upload_is_refused(ben: Caller, form: dict[str, Any]) -> None:
    form = {
        name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value for name, value in form.items()
    }
    assert_failure(ben.post("/api/probe/upload", form=form, expect=400), "invalid")


def test_upload_must_be_a_form(ben: Caller) -> None:
    ben.post("/api/probe/upload", json={"size": 3}, expect=415)


def test_carrier_trouble_is_unavailable_without_vendor_words(ben: Caller) -> None:
    body = ben.get("/api/probe/carrier", expect=503)
    assert_failure(body, "carrier_unavailable")
    assert "20429" not in body["error"]


def test_a_response_is_left_alone(ben: Caller) -> None:
    response = ben.send("GET", "/api/probe/csv")
    assert (response.text, response.mimetype) == ("a,b\n", "text/csv")


def test_nothing_to_say_is_204(ada: Caller) -> None:
    assert ada.delete("/api/probe/all", expect=204) is None


def test_role_is_checked_before_the_body(ben: Caller) -> None:
    assert_failure(ben.delete("/api/probe/all", expect=403), "forbidden")


def test_public_route_needs_no_token(nobody: Caller) -> None:
    assert nobody.get("/api/probe/open/door")["name"] == "door"


def test_a_slash_at_the_end_changes_nothing(ben: Caller) -> None:
    assert ben.get("/api/probe/") == ben.get("/api/probe")


@pytest.mark.parametrize("access", [{}, {"role": Role.AGENT, "public": True}])
def test_route_without_one_auth_decision_cannot_be_declared(access: dict[str, Any]) -> None:
    resource = Surface("probe", DialerDialect()).resource("widgets", url_prefix="/widgets")
    with pytest.raises(TypeError, match="role"):
        resource.get("", **access)(lambda: None)


def test_request_id_is_taken_over_or_made(nobody: Caller) -> None:
    taken = nobody.send("GET", "/healthz", headers={"X-Request-Id": "ticket-4711"})
    made = nobody.send("GET", "/healthz", headers={"X-Request-Id": "a b\u00e9<script>"})
    assert taken.headers["X-Request-Id"] == "ticket-4711"
    assert len(made.headers["X-Request-Id"]) == 32


def test_answers_carry_careful_headers(nobody: Caller) -> None:
    headers = nobody.send("GET", "/api/nothing").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
