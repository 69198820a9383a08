"""From a commit in the database to pixels in agents' browsers, with 50 agents at work; and what first loads cost.

Some of the agents sit at real pages in a Chromium, the others are Socket.IO clients. A deferred trigger, for this bench
alone, notes when a change of an agent's state is committed; the page notes the frame in which the box that everybody
looks at says it. Both clocks are the machine's.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.console_pages import BOX, AgentPage, first_load, running_browser, what_is_missing
from bench.engine_scene import Scene, Seat
from bench.figures import Options, Report
from bench.servers import Servers, running_servers
from demo.api import HttpClient
from dialer.embedded.stack import EmbeddedStack, TwinOptions

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MAX_COMMIT_TO_PIXELS_MILLISECONDS = 400
MAX_FIRST_LOAD_KILOBYTES = 350
_ROOT = Path(__file__).resolve().parents[1]
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_CALLS_PER_SECOND = 6.0
_TOO_LATE_MILLISECONDS = 5000
_NOTE_COMMITS = """
    create unlogged table bench_commits (agent_id uuid, state text, at timestamptz);
    create function bench_note_commit() returns trigger language plpgsql security definer as
        'begin insert into public.bench_commits values (new.id, new.state, clock_timestamp()); return null; end';
    create constraint trigger bench_note_commit after update on agents deferrable initially deferred
        for each row when (old.state is distinct from new.state) execute function bench_note_commit();
"""
# What the box says in each state of the agent; where two states look alike the first counts.
SITUATIONS = {
    "reserved": "talking", "talking": "talking", "wrapping_up": "wrap-up", "available": "available",
}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """How many agents, how many of them at real pages, and for how long."""

    agents: int
    pages: int
    settle_seconds: float
    seconds: float

    @classmethod
    def of(cls, options: Options) -> "Course":
        """The short form is for seeing that it runs."""
        return cls(6, 2, 5, 10) if options.quick else cls(50, 5, 15, 90)


def measure(options: Options) -> Report:
    """Let everybody work, then compare what was committed with what was shown."""
    course = Course.of(options)
    report = Report(
        "console", f"{course.agents} agents, {course.pages} of them in Chromium; one machine with everything on it"
    )
    missing = what_is_missing()
    if missing is not None:
        report.details.append(missing)
        return report
    with running_servers() as servers, _stack(servers, course) as stack, running_browser() as browser:
        scene = Scene(stack)
        try:
            _weigh_first_loads(report, browser, scene)
            _watch_the_floor(report, servers, browser, scene, course)
        finally:
            scene.close()
    return report


@contextmanager
def _stack(servers: Servers, course: Course) -> Iterator[EmbeddedStack]:
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "DATABASE_URL": servers.postgres.application_url(),
        "DATABASE_OWNER_URL": servers.postgres.owner_url(),
        "REDIS_URL": servers.redis.url(),
    }
    twin = TwinOptions(seed=7, calls_per_second=4 * _CALLS_PER_SECOND)
    with (
        tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as home,
        EmbeddedStack(home, 0, twin_options=twin, environ=environ, say=lambda _: None) as stack,
    ):
        yield stack


def _weigh_first_loads(report: Report, browser: "Browser", scene: Scene) -> None:
    scene.seat_agents(1, first=1000)
    owner, agent = scene.sign_in("owner"), scene.sign_in("agent1000")
    loads = {
        "sign-in": first_load(browser, scene.stack.url, "/sign-in", session=None, usable="main form input"),
        "softphone": first_load(browser, scene.stack.url, "/softphone", session=agent, usable=BOX),
        "wallboard": first_load(browser, scene.stack.url, "/wallboard", session=owner, usable="main h1"),
    }
    for name, load in loads.items():
        report.add(f"{name}, first load", load.kilobytes, "kB", at_most=MAX_FIRST_LOAD_KILOBYTES)
        report.add(f"{name}, requests", load.requests, "requests")
        report.add(f"{name}, first paint", load.painted, "ms")
        report.add(f"{name}, usable", load.usable, "ms")


def _watch_the_floor(report: Report, servers: Servers, browser: "Browser", scene: Scene, course: Course) -> None:
    servers.execute("dialer", _NOTE_COMMITS)
    twin = HttpClient(str(scene.stack.twin_url), timeout_seconds=60)
    twin.post("/_twin/numbers", {"phone_number": scene.place.caller_id})
    twin.post("/_twin/population", _people())
    scene.allow(4 * _CALLS_PER_SECOND)
    seats = scene.seat_agents(course.agents)
    campaign_id = scene.make_campaign("Pixels", wrap_up_seconds=3)
    scene.upload_leads(campaign_id, int(3 * _CALLS_PER_SECOND * (course.settle_seconds + course.seconds)) + 200)
    watched, others = seats[: course.pages], seats[course.pages :]
    with _socket_consoles(scene, others) as seen:
        pages = [
            AgentPage(browser, scene.stack.url, agent_id=str(seat.agent_id), session=scene.sign_in(f"agent{number}"))
            for number, seat in enumerate(watched)
        ]
        for page in pages:
            page.take_calls()
        scene.start(campaign_id)
        pages[0].wait(course.settle_seconds)
        since = time.time()
        pages[0].wait(course.seconds)
        until = time.time()
        scene.pause(campaign_id)
        pages[0].wait(1.5)
        shown = {page.agent_id: page.shown() for page in pages}
        for page in pages:
            page.close()
    twin.close()
    _compare(report, _commits(servers), shown, since=since, until=until)
    report.details.append(f"socket consoles: {json.dumps(seen)}")


def _people() -> dict[str, object]:
    """Nearly everybody answers at once and talks briefly: many changes of state."""
    return {
        "answer_rate": 0.9, "machine_rate": 0.0, "busy_rate": 0.05, "failed_rate": 0.0,
        "ring_seconds": {"mean": 2.0, "sd": 0.5, "min": 1.0, "max": 4.0}, "talk_seconds": 5.0, "patience_seconds": 30.0,
    }  # fmt: skip


@contextmanager
def _socket_consoles(scene: Scene, seats: list[Seat]) -> Iterator[dict[str, Any]]:
    plan = {
        "url": scene.stack.url, "twin_url": scene.stack.twin_url, "supervisor": scene.owner_token,
        "app_sid": scene.stack.environ["TWILIO_TWIML_APP_SID"],
        "seats": [{"agent_id": str(seat.agent_id), "token": seat.token} for seat in seats],
    }  # fmt: skip
    command = [sys.executable, "-m", "bench.engine_consoles"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    seen: dict[str, Any] = {}
    try:
        process.stdin.write(json.dumps(plan) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        yield seen
        rest, _ = process.communicate(timeout=120)
        seen |= json.loads(rest)
    finally:
        process.kill()
        process.wait()


Change = tuple[float, str]
"""When, in seconds since 1970, and what the box has to say from then on."""


def _commits(servers: Servers) -> dict[str, list[Change]]:
    """By agent: the commits after which his box must say something else than before."""
    rows = servers.execute(
        "dialer", "select agent_id::text, state, extract(epoch from at)::float8 from bench_commits order by at"
    )
    changes: dict[str, list[Change]] = {}
    for agent_id, state, at in rows:
        mine = changes.setdefault(str(agent_id), [])
        situation = SITUATIONS.get(str(state), str(state))
        if not mine or mine[-1][1] != situation:
            mine.append((float(str(at)), situation))
    return changes


def _compare(
    report: Report, commits: dict[str, list[Change]], shown: dict[str, list[Change]], *, since: float, until: float
) -> None:
    delays, missed = delays_between(commits, shown, since=since, until=until)
    every = [delay for some in delays.values() for delay in some]
    report.add("changes of state compared", len(every), "changes")
    report.add("changes never shown", missed, "changes", at_most=0)
    if every:
        report.add_percentiles("commit to pixels", every, "ms", p95_at_most=MAX_COMMIT_TO_PIXELS_MILLISECONDS)
    for situation, some in delays.items():
        report.add_percentiles(f"commit to pixels, {situation}", some, "ms")


def delays_between(
    commits: dict[str, list[Change]], shown: dict[str, list[Change]], *, since: float, until: float
) -> tuple[dict[str, list[float]], int]:
    """Milliseconds from each commit to when its page showed it, by what it showed; and how many were never shown."""
    delays: dict[str, list[float]] = {}
    missed = 0
    for agent_id, painted in shown.items():
        for at, situation in commits.get(agent_id, []):
            if not since <= at <= until:
                continue
            # The page's clock ticks in milliseconds.
            later = (1000 * (seen - at) for seen, what in painted if what == situation and seen >= at - 0.002)
            delay = next(later, None)
            if delay is None or delay > _TOO_LATE_MILLISECONDS:
                missed += 1
            else:
                delays.setdefault(situation, []).append(max(0.0, delay))
    return delays, missed
