"""The wallboard of 300 agents and 600 calls: what reading it, sending it and showing it costs.

One web process with one watcher, a floor that moves by SQL, and a page in Chromium where there is one.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import socketio
from cryptography.fernet import Fernet
from sqlalchemy import event

from bench.console_pages import new_context, running_browser, what_is_missing
from bench.figures import Options, Report, median, percentile
from bench.servers import Servers, running_servers, services_on
from bench.wallboard_floor import MovingFloor, Shape, make_floor
from demo.api import ApiError, HttpClient
from dialer.domain.wallboard import apply_change, board_of_json, compare, compose_board
from dialer.embedded.ports import accepts_connections, free_port
from dialer.integrations.clock import SystemClock
from dialer.usecases.services import Services
from dialer.usecases.wallboard import BoardReader

MAX_READ_MILLISECONDS = 50
MAX_STATEMENTS = 6
MAX_KILOBYTES = 150
MAX_PAGE_SHARE = 15
_ROOT = Path(__file__).resolve().parents[1]


def measure(options: Options) -> Report:
    """Read it, follow it over a socket, then in a browser."""
    shape = Shape(30, 60, 500) if options.quick else Shape()
    report = Report("wallboard", f"{shape.agents} agents, {shape.calls} calls in flight, all of them moving")
    with running_servers() as servers, _web(servers) as web:
        with psycopg2.connect(servers.postgres.owner_url("dialer").replace("+psycopg2", "")) as connection:
            make_floor(connection, web.tenant_id, shape)
        connection.close()
        servers.execute("dialer", "vacuum (analyze) calls, agents, leads, live_answers, agent_state_changes")
        with MovingFloor(servers.postgres.owner_url("dialer"), web.tenant_id):
            _read(report, servers, web, rounds=5 if options.quick else 40)
            _follow(report, web, seconds=4 if options.quick else 30)
            _show(report, web, seconds=4 if options.quick else 30)
    return report


@dataclass(frozen=True)
class Web:
    """A web process, and somebody who may look at everything."""

    url: str
    process: psutil.Process
    session: dict[str, Any]

    @property
    def tenant_id(self) -> str:
        """Whose floor it is."""
        return str(self.session["user"]["tenant_id"])


@contextmanager
def _web(servers: Servers) -> Iterator[Web]:
    servers.add_database("dialer")
    port = free_port()
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
        "DATABASE_URL": servers.postgres.application_url("dialer"), "REDIS_URL": servers.redis.url(),
        "SECRET_KEY": "s" * 32, "JWT_SECRET_KEY": "j" * 32, "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(), "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32, "PORT": str(port), "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "-c", "gunicorn.conf.py"]
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(command, cwd=_ROOT, env=environ, stdout=log, stderr=log)
        try:
            client = HttpClient(f"http://127.0.0.1:{port}")
            _wait_for(client, port, running)
            who = {"email": "owner@bench.example", "password": "correct horse battery", "first_name": "Ada",
                   "last_name": "Bench"}  # fmt: skip
            answer = client.post("/api/auth/register", who)
            worker = psutil.Process(running.pid).children()[0]
            yield Web(client.url, worker, {name: answer[name] for name in ("token", "refresh_token", "user")})
        finally:
            running.terminate()
            try:
                running.wait(timeout=5)
            except subprocess.TimeoutExpired:
                running.kill()


def _wait_for(client: HttpClient, port: int, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        # The address is there before the application is.
        if accepts_connections(port):
            try:
                client.get("/healthz")
            except ApiError:
                continue
            return
        time.sleep(0.1)
    raise RuntimeError("the web process did not come up")


# -- reading


def _read(report: Report, servers: Servers, web: Web, *, rounds: int) -> None:
    """What a frame costs before it is sent: SQL, and the processor's time to make and compare boards."""
    with services_on(servers.postgres.application_url("dialer")) as served:
        services = replace(served, clock=SystemClock())
        tenant_id = web.session["user"]["tenant_id"]
        reader = BoardReader(services, tenant_id)
        looks, reads, made, statements = [], [], [], []
        board = compose_board(reader.read())
        for _ in range(rounds):
            with _counted(services) as look:
                reader.look()
            with _counted(services) as read:
                facts = reader.read()
            started = time.thread_time()
            new = compose_board(facts)
            compare(board, new)
            made.append(1000 * (time.thread_time() - started))
            board = new
            looks.append(look.milliseconds)
            # The first of a minute reads the series besides, and every ten seconds leads are counted.
            reads.append(sum(read.each[:5]))
            statements.append(len(read.each))
            time.sleep(0.2)
    report.add("a look, SQL, median", median(looks), "ms")
    report.add("a snapshot, SQL, median", median(reads), "ms", at_most=MAX_READ_MILLISECONDS)
    report.add("a snapshot, SQL, p95", percentile(reads, 95), "ms")
    report.add("statements of a frame, a look included", median(statements) + 1, "statements", at_most=MAX_STATEMENTS)
    report.add("board and comparison, processor, median", median(made), "ms")


class _Count:
    def __init__(self) -> None:
        self.each: list[float] = []

    @property
    def milliseconds(self) -> float:
        return sum(self.each)


@contextmanager
def _counted(services: Services) -> Iterator[_Count]:
    count, started = _Count(), [0.0]

    def before(*_: object) -> None:
        started[0] = time.perf_counter()

    def after(*_: object) -> None:
        count.each.append(1000 * (time.perf_counter() - started[0]))

    engine = services.database.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    yield count
    event.remove(engine, "before_cursor_execute", before)
    event.remove(engine, "after_cursor_execute", after)


# -- following


def _follow(report: Report, web: Web, *, seconds: float) -> None:
    """One watcher over a socket: bytes, frames, and what the web process used meanwhile."""
    client = socketio.Client(reconnection=False)
    frames: list[tuple[float, dict[str, Any]]] = []
    client.on("wallboard:frame", lambda frame: frames.append((time.monotonic(), frame)))
    client.connect(web.url, auth={"token": web.session["token"]}, transports=["websocket"], wait_timeout=10)
    idle = _seconds_of([web.process])
    time.sleep(3)
    idle = (_seconds_of([web.process]) - idle) / 3
    answer = client.call("wallboard:watch", {}, timeout=20)
    time.sleep(2)
    before, since, first = _seconds_of([web.process]), time.monotonic(), len(frames)
    time.sleep(seconds)
    used, took, counted = _seconds_of([web.process]) - before, time.monotonic() - since, list(frames)
    client.disconnect()
    board = board_of_json(answer["board"])
    for number, (_, frame) in enumerate(counted, answer["sequence"] + 1):
        assert frame["sequence"] == number, "a frame is missing"
        board = apply_change(board, frame)
    sizes = [len(json.dumps(frame, separators=(",", ":")).encode()) for _, frame in counted[first:]]
    gaps = [b[0] - a[0] for a, b in zip(counted[first:], counted[first + 1 :], strict=False)]
    report.add("the whole board", len(json.dumps(answer["board"], separators=(",", ":"))) / 1000, "kB")
    report.add("frames", len(sizes) / took, "per s", at_most=1.05)
    report.add("frames, smallest gap", min(gaps, default=0.0), "s")
    report.add("frames, bytes", sum(sizes) / took / 1000, "kB/s", at_most=MAX_KILOBYTES)
    report.add("frames, largest", max(sizes, default=0) / 1000, "kB")
    report.add("web process, nobody watching", 100 * idle, "% of a core")
    report.add("web process, one watcher", 100 * used / took, "% of a core")


def _seconds_of(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


# -- showing


def _show(report: Report, web: Web, *, seconds: float) -> None:
    """The page at a desk, with its lists, cards and charts; and on a wall."""
    missing = what_is_missing()
    if missing is not None:
        report.details.append(missing)
        return
    with running_browser() as browser:
        context = new_context(browser, web.session)
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{web.url}/console/#/wallboard")
        page.wait_for_selector("tr[data-agent]", timeout=30_000)
        page.wait_for_timeout(4_000)
        _measure_page(report, page, "page at a desk", seconds)
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.goto(f"{web.url}/console/#/wallboard?mode=wall")
        page.wait_for_selector("[data-board-mode=wall] .wb-figure")
        page.wait_for_timeout(2_000)
        _measure_page(report, page, "page on a wall", seconds)
        context.close()


def _measure_page(report: Report, page: Any, name: str, seconds: float) -> None:
    renderers = [process for process in psutil.Process().children(recursive=True) if _is_renderer(process)]
    before = _seconds_of(renderers)
    started = time.monotonic()
    page.wait_for_timeout(1000 * seconds)
    took = time.monotonic() - started
    report.add(
        f"{name}, renderer", 100 * (_seconds_of(renderers) - before) / took, "% of a core", at_most=MAX_PAGE_SHARE
    )


def _is_renderer(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.Error:
        return False
