"""A release refuses to work on a database that is older than it needs, says why, and begins when that has changed."""

from collections.abc import Iterator
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest

from api.schema_gate import SchemaGate
from dialer.store.migrate import upgrade
from dialer.store.session import Database
from dialer.usecases.health import find_schema_trouble
from tests.conftest import DatabaseUrls
from tests.deploy.processes import WORKER, eventually, running, settings


class Page:
    """Asks a WSGI application for a page."""

    def __init__(self, gate: SchemaGate):
        self._gate = gate

    def get(self, path: str) -> tuple[str, str]:
        environ: dict[str, object] = {"PATH_INFO": path}
        setup_testing_defaults(environ)
        said: list[str] = []
        body = b"".join(self._gate(environ, lambda status, _headers, _=None: said.append(status)))  # type: ignore
        return said[0][:3], body.decode()


def application(_environ: object, start_response: object) -> list[bytes]:
    start_response("200 OK", [])  # type: ignore[operator]
    return [b"the application"]


@pytest.fixture
def empty(empty_database_urls: DatabaseUrls) -> Iterator[Database]:
    database = Database(empty_database_urls.application, pool_size=1)
    yield database
    database.dispose()


def test_an_older_database_is_told_with_what_to_do(empty: Database, empty_database_urls: DatabaseUrls) -> None:
    trouble = find_schema_trouble(empty, expected_revision="0010")
    assert trouble == (
        "the database's schema is at nothing and this release needs 0010: run `python -m dialer db upgrade`"
    )
    upgrade(empty_database_urls.owner, empty_database_urls.application, revision="0010")
    assert find_schema_trouble(empty, expected_revision="0010") is None
    assert find_schema_trouble(empty, expected_revision="0009") is None, "newer is no trouble"
    assert "is at 0010 and this release needs 0011" in (find_schema_trouble(empty, expected_revision="0011") or "")


def test_a_database_that_does_not_answer_is_nobodys_reason_to_refuse() -> None:
    nowhere = Database("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    assert find_schema_trouble(nowhere, expected_revision="0010") is None


def test_the_gate_opens_once_and_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.schema_gate._LOOK_AGAIN_SECONDS", 0.0)
    troubles = iter(["the database is old", None])
    page = Page(SchemaGate(application, lambda: next(troubles)))  # type: ignore[arg-type]
    status, body = page.get("/api/leads")
    assert (status, '"success": false' in body, "the database is old" in body) == ("503", True, True)
    assert [page.get("/api/leads") for _ in range(2)] == [("200", "the application")] * 2


def test_health_pages_are_always_served(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(SchemaGate(application, lambda: "the database is old"))  # type: ignore[arg-type]
    assert [page.get(path)[0] for path in ("/healthz", "/readyz", "/metrics", "/api/leads")] == [
        "200", "200", "200", "503",
    ]  # fmt: skip


@pytest.mark.timeout(90)
def test_a_worker_waits_for_the_upgrade_and_says_so(
    empty_database_urls: DatabaseUrls, redis_url: str, tmp_path: Path
) -> None:
    environ = settings(empty_database_urls, redis_url)
    with running(WORKER, environ, tmp_path / "worker.log") as worker:
        eventually(lambda: worker.said("run `python -m dialer db upgrade`"), "it says what it waits for")
        assert not worker.said("ready.")
        upgrade(empty_database_urls.owner, empty_database_urls.application)
        eventually(lambda: worker.said("ready."), "it begins")
