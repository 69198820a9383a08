"""A deploy in full flow: every process stops soon, and nothing that it had in hand is lost."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio
import websocket
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from dialer.domain.ids import ImportId
from dialer.domain.imports import ImportStatus
from dialer.usecases import imports
from dialer.usecases.import_kinds import KINDS
from tests.builders.campaigns import make_campaign
from tests.builders.imports import in_batches, load, make_list, queue_list
from tests.conftest import DatabaseUrls
from tests.deploy.processes import SCHEDULER, WEB, WORKER, Running, eventually, running, settings, status_of
from tests.e2e.world import PASSWORD, Http

pytestmark = pytest.mark.timeout(120)

ROWS = 40_000


@pytest.fixture
def environ(database_urls: DatabaseUrls, redis_url: str) -> dict[str, str]:
    return settings(database_urls, redis_url)


@pytest.fixture
def web(database: Any, environ: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    with running(WEB, environ, tmp_path / "web.log") as process:
        eventually(lambda: status_of(f"http://127.0.0.1:{environ['PORT']}/healthz") == 200, "the web server answers")
        yield process


class Console:
    """A browser that connects again by itself."""

    def __init__(self, url: str, token: str):
        self.client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.3, handle_sigint=False)
        self.connections = 0
        self.client.on("connect", self._count)
        self.client.connect(url, auth={"token": token}, transports=["websocket"], wait_timeout=20)

    def _count(self) -> None:
        self.connections += 1


@pytest.fixture
def console(web: Running, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    # The client library leaves sockets open whose connection was refused.
    connect, opened = websocket.WebSocket.connect, []

    def remembered(self: Any, *arguments: Any, **options: Any) -> Any:
        opened.append(self)
        return connect(self, *arguments, **options)

    monkeypatch.setattr(websocket.WebSocket, "connect", remembered)
    url = f"http://127.0.0.1:{environ['PORT']}"
    person = {"email": "ada@deploys.example.com", "password": PASSWORD, "first_name": "Ada", "last_name": "Ek"}
    console = Console(url, Http(url).post("/api/auth/register", person)["token"])
    yield console
    console.client.shutdown()
    for connection in opened:
        connection.shutdown()


def test_a_new_server_takes_over_the_socket_and_no_request_is_refused(
    web: Running, environ: dict[str, str], console: Console
) -> None:
    url = f"http://127.0.0.1:{environ['PORT']}/healthz"
    answers: list[int] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            answers.append(status_of(url))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        web.process.send_signal(signal.SIGUSR2)
        eventually(lambda: web.log.read_text().count("Worker ready") == 2, "the new server is there")
        web.process.terminate()
        eventually(lambda: console.connections == 2, "the console has connected again")
        assert web.process.wait(20) == 0
    finally:
        is_over.set()
        asking.join()
    assert set(answers) == {200}


def test_a_stopping_web_server_finishes_the_request_in_hand_and_waits_for_no_socket(
    web: Running, environ: dict[str, str], console: Console
) -> None:
    body = b'{"email": "ada@deploys.example.com", "password": "wrong"}'
    head = f"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", int(environ["PORT"])), timeout=20) as client:
        client.sendall(head.encode() + b"\r\n\r\n" + body[:10])
        time.sleep(0.3)
        began = time.monotonic()
        web.process.terminate()
        time.sleep(0.5)
        client.sendall(body[10:])
        assert client.recv(200).startswith(b"HTTP/1.1 401")
    assert web.process.wait(20) == 0
    assert time.monotonic() - began < 15, "an open socket is not waited for"


def rows_done(urls: DatabaseUrls) -> tuple[str, int, bool]:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.connect() as connection:
        row = connection.execute(text("select status, rows_done, heartbeat_at is null as is_free from imports")).one()
    engine.dispose()
    return row.status, row.rows_done, row.is_free


def test_a_stopping_worker_leaves_its_import_at_a_batch_and_another_carries_it_on(
    services: Any, ada: Any, environ: dict[str, str], database_urls: DatabaseUrls, redis_client: Any, tmp_path: Path
) -> None:
    campaign = make_campaign(services, ada.tenant_id)
    import_id = queue_list(services, ada.principal, campaign.id, make_list(ROWS))
    with running(WORKER, environ, tmp_path / "first.log") as first:
        eventually(lambda: first.said("ready."), "the worker is there")
        send_run(environ, ada, import_id)
        eventually(lambda: rows_done(database_urls)[1] > 0, "rows are stored")
        assert first.stop(within_seconds=25) == 0
    status, done, is_free = rows_done(database_urls)
    assert (status, is_free, 0 < done < ROWS) == ("running", True, True)
    with running(WORKER, environ, tmp_path / "second.log"):
        eventually(lambda: rows_done(database_urls)[0] == "completed", "the second worker has finished it")
    found = load(services, ada.principal, import_id)
    assert (found.counts.total, found.counts.inserted, found.counts.duplicates) == (ROWS, ROWS, 0)


def send_run(environ: dict[str, str], ada: Any, import_id: ImportId) -> None:
    from kombu import pools

    from dialer.integrations.celery_queue import CeleryTaskQueue, celery_app

    application = celery_app(environ["REDIS_URL"])
    CeleryTaskQueue(application).send(imports.RUN, tenant_id=str(ada.tenant_id), import_id=str(import_id))
    application.pool.force_close_all()
    application.amqp.producer_pool.force_close_all()
    # Pools are shared by all who name the same broker: whoever is next gets one that is open.
    pools.producers.clear()
    pools.connections.clear()


def test_an_import_whose_workplace_stops_is_anybodys_at_once_and_the_try_does_not_count(
    services: Any, ada: Any, queue: Any
) -> None:
    import_id = queue_list(services, ada.principal, make_campaign(services, ada.tenant_id).id, make_list(30))
    queue.clear()
    asked = iter((False, False, True))
    imports.run_import(
        services, in_batches(7), tenant_id=ada.tenant_id, import_id=import_id, workplace="here", seats=1,
        is_stopping=lambda: next(asked),
    )  # fmt: skip
    left = load(services, ada.principal, import_id)
    assert (left.status, left.rows_done, left.tries, left.heartbeat_at) == (ImportStatus.RUNNING, 14, 0, None)
    assert [sent.task for sent in queue.sent if sent.task == imports.RUN] == [imports.RUN]
    imports.run_import(
        services, KINDS, tenant_id=ada.tenant_id, import_id=import_id, workplace="there", seats=1
    )  # fmt: skip
    assert load(services, ada.principal, import_id).counts.inserted == 30


def test_a_stopping_scheduler_gives_the_lead_up_at_once(database: Any, environ: dict[str, str], tmp_path: Path) -> None:
    with (
        running(SCHEDULER, environ, tmp_path / "first.log") as first,
        running(SCHEDULER, environ, tmp_path / "second.log") as second,
    ):
        eventually(lambda: first.said("leadership_taken") or second.said("leadership_taken"), "one leads")
        leader, other = (first, second) if first.said("leadership_taken") else (second, first)
        # The other has to be there before the leader goes.
        time.sleep(1)
        began = time.monotonic()
        assert leader.stop(within_seconds=5) == 0
        eventually(lambda: other.said("leadership_taken"), "the other leads", seconds=10)
        assert time.monotonic() - began < 5
