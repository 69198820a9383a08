"""Bodies that are too large: refused by what they say of themselves, and by what they turn out to be."""

import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import EnvironBuilder

from api.endpoint import Surface
from api.surfaces.dialer import surface
from dialer.domain.imports import MAX_FILE_BYTES
from tests.builders.campaigns import make_campaign


class Endless(io.RawIOBase):
    """A body that never ends, and counts how much of it was read."""

    def __init__(self, beginning: bytes):
        self._beginning = io.BytesIO(beginning)
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._beginning.read(len(buffer)) or b"x" * len(buffer)
        buffer[: len(part)] = part
        self.taken += len(part)
        return len(part)


def beginning(campaign: Any) -> bytes:
    return (
        f'--cut\r\nContent-Disposition: form-data; name="campaign_id"\r\n\r\n{campaign.id}\r\n'
        '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nphone\r\n'
    ).encode()


def send(app: Flask, caller: Any, path: str, body: Endless, **environ: Any) -> Any:
    made = EnvironBuilder(path, method="POST", headers={"Authorization": f"Bearer {caller.token}"}).get_environ()
    made.pop("CONTENT_LENGTH", None)
    made |= {"wsgi.input": body, "CONTENT_TYPE": "multipart/form-data; boundary=cut", **environ}
    return app.response_class.from_app(app, made, buffered=True)


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def small_app(fresh_app: Flask) -> Flask:
    """The application, with an upload at /small/leads/upload that takes 3 MB."""
    small = Surface("small", replace_prefix(surface.dialect))
    resource = small.resource("imports", url_prefix="/leads")
    resource.endpoints += [
        replace(endpoint, max_bytes=3_000_000) for endpoint in surface.endpoints if endpoint.path == "/leads/upload"
    ]
    fresh_app.register_blueprint(small.blueprint())
    return fresh_app


def replace_prefix(dialect: Any) -> Any:
    class Small(type(dialect)):  # type: ignore[misc]
        prefix = "/small"

    return Small()


@pytest.mark.parametrize("path", ["/api/leads/upload", "/api/leads/imports/preview"])
def test_two_gigabytes_are_refused_unread(app: Flask, ada: Any, campaign: Any, path: str) -> None:
    body = Endless(beginning(campaign))
    response = send(app, ada, path, body, CONTENT_LENGTH=str(2 * 1024**3))
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")
    assert "1,074 MB" in response.get_json()["error"]
    assert body.taken == 0


def test_who_may_not_upload_is_told_so_before_anything_is_read(app: Flask, sam: Any, campaign: Any) -> None:
    body = Endless(beginning(campaign))
    assert send(app, sam, "/api/leads/upload", body, CONTENT_LENGTH=str(2 * 1024**3)).status_code == 403
    assert body.taken == 0


# The temporary file of an upload that is broken off is left to the garbage collector, which closes and removes it.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_of_unknown_length_is_read_no_further_than_the_limit(
    small_app: Flask, ada: Any, campaign: Any, owner_database: Any
) -> None:
    body = Endless(beginning(campaign))
    response = send(small_app, ada, "/small/leads/upload", body, **{"wsgi.input_terminated": True})
    assert response.status_code == 413
    assert "split the file" in response.get_json()["error"]
    assert 2_900_000 < body.taken < 3_200_000
    with owner_database.transaction() as tx:
        assert tx.session.execute(text("select count(*) from imports")).scalar_one() == 0


def test_an_upload_may_have_a_gigabyte_and_others_may_not(app: Flask, ada: Any) -> None:
    limits = {endpoint.path: endpoint.max_bytes for endpoint in surface.endpoints if endpoint.form is not None}
    assert limits["/leads/upload"] == limits["/leads/imports/preview"] == MAX_FILE_BYTES + 1_000_000
    body = b'{"name": "' + b"x" * 1_100_000 + b'"}'
    assert ada.post("/api/campaigns", data=body, expect=413)["code"] == "too_large"


def test_form_fields_are_held_to_a_megabyte_however_large_the_file_may_be(ada: Any, campaign: Any) -> None:
    fields = {"file": (io.BytesIO(b"phone\n"), "a.csv"), "campaign_id": campaign.id, "list_name": "x" * 1_100_000}
    ada.post("/api/leads/upload", form=fields, expect=413)
