"""Requests that are broken below what an OpenAPI document can say: headers, encodings, bodies. Every route, no 5xx."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import EnvironBuilder

from api.endpoint import Endpoint
from api.surfaces.dialer import surface
from tests.fixtures_cast import Caller

ID = "01a20126-bea3-72ed-a231-f9a839066a7b"
DEEP = 100_000
FORM = "multipart/form-data; boundary=x"
BODIES: dict[str, tuple[bytes, str]] = {
    "deep lists": (b"[" * DEEP + b"]" * DEEP, "application/json"),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "application/json"),
    "deep values": (b'{"name":' + b"[" * DEEP + b"]" * DEEP + b"}", "application/json"),
    "no UTF-8": (b'{"name": "\xff\xfe"}', "application/json"),
    "UTF-16": ('{"name": "a"}'.encode("utf-16"), "application/json"),
    "a lone surrogate": (rb'{"name": "\ud800"}', "application/json"),
    "a key twice": (b'{"surprise": 1, "surprise": 2}', "application/json"),
    "a huge integer": (b'{"surprise": ' + b"9" * 5_000 + b"}", "application/json"),
    "a huge float": (b'{"surprise": 1e999}', "application/json"),
    "a NUL": (b'{"surprise": "\\u0000"}', "application/json"),
    "a NUL byte": (b'{"surprise\0": 1}', "application/json"),
    "two documents": (b"{}{}", "application/json"),
    "another type": (b"<a/>", "text/xml"),
    "no type": (b"{}", ""),
    "a broken type": (b"{}", "application/json; charset=\xff".encode("latin-1").decode("latin-1")),
    "an unknown charset": (b"{}x", "application/json; charset=klingon"),
    "a form without a boundary": (b"a", "multipart/form-data"),
    "a form with an endless boundary": (b"--x", "multipart/form-data; boundary=" + "x" * 5_000),
    "a form that breaks off": (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a', FORM),
    "a form of many parts": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 2_000 + b"--x--", FORM,
    ),
    "a form of bad names": (
        b'--x\r\nContent-Disposition: form-data; name="\xff\0"\r\n\r\n\xff\r\n--x--', FORM,
    ),
    "a form without names": (b"--x\r\nA: b\r\n\r\n1\r\n--x--", FORM),
}  # fmt: skip
HEADERS: dict[str, dict[str, str]] = {
    "a length that is none": {"CONTENT_LENGTH": "abc"},
    "a negative length": {"CONTENT_LENGTH": "-5"},
    "a huge length": {"CONTENT_LENGTH": "9" * 30},
    "an unknown coding": {"HTTP_TRANSFER_ENCODING": "gzip, chunked, x"},
    "bytes in the token": {"HTTP_AUTHORIZATION": "Bearer \xff\xfe\0"},
    "another scheme": {"HTTP_AUTHORIZATION": "Digest username=\"a\", realm"},
    "a token of a million": {"HTTP_AUTHORIZATION": "Bearer " + "a" * 1_000_000},
    "a strange host": {"HTTP_HOST": "evil.com:99999999/../"},
    "bad forwarding": {"HTTP_X_FORWARDED_FOR": "\xff, ,,'", "HTTP_X_FORWARDED_PROTO": "ftp"},
    "bad ranges": {"HTTP_RANGE": "bytes=9-1,-,a-b", "HTTP_IF_MODIFIED_SINCE": "yesterday", "HTTP_IF_NONE_MATCH": '"'},
    "bad cookies": {"HTTP_COOKIE": "session=\xff; \0=\0; =;;"},
    "bad acceptance": {"HTTP_ACCEPT": ";;;q=a", "HTTP_ACCEPT_ENCODING": "\xff", "HTTP_ACCEPT_LANGUAGE": "*" * 9_000},
    "an override": {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    "a bad query": {"QUERY_STRING": "a=%ff%00&%zz=%&&==&limit=\xff"},
    "a huge query": {"QUERY_STRING": "&".join(f"a{n}=1" for n in range(20_000))},
}  # fmt: skip
WITH_BODY = [endpoint for endpoint in surface.endpoints if endpoint.method not in ("GET", "DELETE")]
Wrong = list[tuple[str, str, int, str]]


def path_of(endpoint: Endpoint) -> str:
    path = "/api" + endpoint.rule
    for _, name in endpoint.parameters:
        path = path.replace(f"<{name}>", ID)
    return path


def ask(app: Flask, caller: Caller, method: str, path: str, body: bytes = b"", **environ: Any) -> Any:
    builder = EnvironBuilder(app, path, method=method, headers={"Authorization": f"Bearer {caller.token}"})
    made = builder.get_environ()
    builder.close()
    made |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **environ}
    return app.response_class.from_app(app, made, buffered=True)


def wrong_answers(answers: Iterator[tuple[str, Any]]) -> Wrong:
    """Answers that are a 5xx, no JSON, or tell of our insides."""
    found: Wrong = []
    for asked, answer in answers:
        text = answer.get_data(as_text=True)
        is_ours = answer.mimetype == "application/json" and text.startswith('{"success"')
        tells = [word for word in ("Traceback", "site-packages", "werkzeug", "psycopg", "sqlalchemy") if word in text]
        if answer.status_code >= 500 or tells or (answer.status_code >= 400 and not is_ours):
            found.append((asked, text[:200], answer.status_code, answer.mimetype))
    return found


@pytest.mark.parametrize("name", BODIES)
def test_a_broken_body_is_refused_everywhere(quiet_app: Flask, ada: Caller, name: str) -> None:
    body, kind = BODIES[name]

    def answers() -> Iterator[tuple[str, Any]]:
        for endpoint in WITH_BODY:
            answer = ask(quiet_app, ada, endpoint.method, path_of(endpoint), body, CONTENT_TYPE=kind)
            # `{}` is what a route without a body may be sent, and nothing at all is the same.
            takes_it = body == b"{}" and not any(field.is_required() for field in endpoint.body.model_fields.values())
            refused = answer.status_code in (400, 401, 404, 413, 415)
            assert refused or (takes_it and endpoint.form is None), (name, endpoint.path, answer.status)
            yield f"{endpoint.method} {endpoint.path}", answer

    assert wrong_answers(answers()) == []


@pytest.mark.parametrize("name", HEADERS)
def test_broken_headers_break_nothing(quiet_app: Flask, ada: Caller, name: str) -> None:
    # What reads headers is shared by all routes: a few of each kind will do.
    reading = [endpoint for endpoint in surface.endpoints if endpoint.method == "GET"]
    safe = [*reading[:3], *(route for route in reading if "export" in route.path), *WITH_BODY[:3]]

    def answers() -> Iterator[tuple[str, Any]]:
        for endpoint in safe:
            yield endpoint.path, ask(quiet_app, ada, endpoint.method, path_of(endpoint), **HEADERS[name])

    assert wrong_answers(answers()) == []


def test_a_thousand_wrong_fields_are_not_all_named(ada: Caller) -> None:
    refused = ada.post("/api/campaigns", json=dict.fromkeys(map(str, range(1_000)), 1), expect=400)
    assert len(refused["fields"]) == 100
    assert "and 1001 more" in refused["error"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "OPTIONS", "HEAD", "get", "G\0T", "X" * 5_000])
def test_strange_methods_are_refused(quiet_app: Flask, ada: Caller, method: str) -> None:
    for endpoint in (surface.endpoints[0], WITH_BODY[-1]):
        answer = ask(quiet_app, ada, method, path_of(endpoint))
        assert answer.status_code in (404, 405), (method, answer.status)


@pytest.mark.parametrize(
    "path", ["/api/../etc/passwd", "/api/%00", "/api/leads/%ff", "/api//leads", "/api/leads/" + "a" * 9_000]
)
def test_strange_addresses_are_not_found(quiet_app: Flask, ada: Caller, path: str) -> None:
    answer = ask(quiet_app, ada, "GET", path)
    assert answer.status_code in (308, 400, 404)
    assert "Traceback" not in answer.get_data(as_text=True)
