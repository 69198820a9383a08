"""The whole engine on one machine: twin, web, worker, scheduler, PostgreSQL, Redis and 500 simulated agents.

The calls per second that the account allows are raised step by step while a `ratio` campaign with demand for more
dials, until the answer webhook's p99 passes its budget or the calls placed fall behind. In the same run, before that,
status webhooks are held against a bare Flask handler. Agents are one Socket.IO client and one standing conference leg
each, all 500 in one process, whose processor time is shown apart, as is the twin's. BENCH_ENGINE_RATES=15,25 chooses
the steps, WORKER_CONCURRENCY the worker's processes.
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
from typing import Any

from bench.engine_floor import FloorResult, measure_floor
from bench.engine_scene import Scene, Seat
from bench.engine_sql import statements_during
from bench.figures import Options, Report, percentile
from bench.servers import Servers, running_servers
from bench.usage import MemoryLine, MemoryWatch, Usage, look
from demo.api import HttpClient
from dialer.embedded.stack import EmbeddedStack, TwinOptions

MAX_ANSWER_MILLISECONDS = 250
AIM_CALLS_PER_SECOND = 25
MIN_SHARE_OF_FLOOR = 0.5
_KEEPS_UP = 0.93
"""Of the calls asked for: below this share the calls placed have fallen behind."""
_OCCUPANCY = 0.8
_ROOT = Path(__file__).resolve().parents[1]
_CARRIER_CALLS_PER_SECOND = 200.0
_PRODUCT = ("web", "worker", "scheduler", "postgres", "redis")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Course:
    """How long what is done, and with how many."""

    agents: int
    rates: tuple[float, ...]
    settle_seconds: float
    measure_seconds: float
    floor_seconds: float
    soak_seconds: float

    @classmethod
    def of(cls, options: Options) -> "Course":
        """The short form takes about five minutes; the full one stays at the highest good rate for half an hour."""
        rates = os.environ.get("BENCH_ENGINE_RATES")
        steps = tuple(float(rate) for rate in rates.split(",")) if rates else (15.0, 22.0, 27.0, 32.0, 38.0, 45.0)
        if options.quick:
            return cls(20, (2.0,), 6.0, 6.0, 2.0, 0.0)
        if options.full:
            return cls(500, steps, 45.0, 45.0, 20.0, 1800.0)
        return cls(500, steps, 36.0, 24.0, 12.0, 0.0)


@dataclass
class Step:
    """What was seen at one rate."""

    asked: float
    seconds: float
    placed: int
    answers: list[float]
    used: dict[str, float]
    """Processor seconds by part."""
    agents_ready: int
    agents_served: float
    outcomes: dict[str, int]
    note: str

    @property
    def per_second(self) -> float:
        """Calls placed a second."""
        return self.placed / self.seconds

    @property
    def p99(self) -> float:
        """Milliseconds from the answer webhook to TwiML, as the carrier saw them."""
        return percentile(self.answers, 99) if self.answers else 0.0

    @property
    def keeps_up(self) -> bool:
        """Whether this rate is sustained."""
        return self.per_second >= _KEEPS_UP * self.asked and self.p99 <= MAX_ANSWER_MILLISECONDS


def measure(options: Options) -> Report:
    """Raise the rate; report the highest step that held, and what a call cost there."""
    course = Course.of(options)
    report = Report("engine", f"{course.agents} agents, one machine with everything on it, ratio campaign")
    with running_servers() as servers, _stack(servers, course) as stack:
        engine = _Engine(servers, stack, course)
        try:
            with engine.consoles():
                floor = engine.measure_floor()
                steps = engine.raise_rate()
                good = [step for step in steps if step.keeps_up]
                best = max(good or steps, key=lambda step: step.per_second)
                memory = engine.soak(best, steps)
                statements = engine.count_statements(best.asked)
            _tell(report, course, steps, best if good else None, engine.soaked or best, memory, statements)
            _tell_floor(report, floor)
            report.details.append(f"consoles: {json.dumps(engine.seen)}")
        finally:
            engine.close()
    return report


@contextmanager
def _stack(servers: Servers, course: Course) -> Iterator[EmbeddedStack]:
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "DATABASE_URL": servers.postgres.application_url(),
        "DATABASE_OWNER_URL": servers.postgres.owner_url(),
        "REDIS_URL": servers.redis.url(),
        # A thread for each open socket, and some for requests.
        "WEB_THREADS": str(course.agents + 256),
        "WORKER_CONCURRENCY": os.environ.get("WORKER_CONCURRENCY", "4"),
    }
    twin = TwinOptions(seed=7, calls_per_second=_CARRIER_CALLS_PER_SECOND)
    with (
        tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as home,
        EmbeddedStack(home, 0, twin_options=twin, environ=environ, say=lambda _: None) as stack,
    ):
        yield stack


class _Engine:
    """The running product, from outside."""

    def __init__(self, servers: Servers, stack: EmbeddedStack, course: Course):
        assert stack.supervisor is not None
        self._servers, self._stack, self._course = servers, stack, course
        self._supervisor = stack.supervisor
        self._twin = HttpClient(str(stack.twin_url), timeout_seconds=60)
        self._scene = Scene(stack)
        self._parts: dict[str, int] = {}
        self.seen: dict[str, Any] = {}
        self.soaked: Step | None = None

    def close(self) -> None:
        """Close what was opened."""
        self._scene.close()
        self._twin.close()

    @contextmanager
    def consoles(self) -> Iterator[None]:
        """Agents at work while the block runs, and a campaign ready to be started."""
        course = self._course
        self._twin.post("/_twin/numbers", {"phone_number": self._scene.place.caller_id})
        seats = self._scene.seat_agents(course.agents)
        self._campaign_id = self._scene.make_campaign("Load")
        self._upload()
        with _console_process(self._scene, seats) as (process, seen):
            ids = self._supervisor.process_ids() | self._servers.postgres.supervisor.process_ids()
            names = (*_PRODUCT, "twin")
            self._parts = {name: ids[name] for name in names} | {"simulated agents": process.pid}
            yield
        self.seen = seen

    def _upload(self) -> None:
        course = self._course
        seconds = course.settle_seconds + course.measure_seconds
        wanted = sum(rate * seconds for rate in course.rates) + max(course.rates) * (60 + course.soak_seconds)
        taken = self._scene.upload_leads(self._campaign_id, int(1.2 * wanted))
        deadline = time.monotonic() + 120
        while taken == 0 and time.monotonic() < deadline:
            # A large file is read in the background.
            time.sleep(1)
            (row,) = self._servers.execute(
                "dialer",
                "select count(*) from leads "
                "where not exists (select from imports where status in ('queued', 'running'))",
            )
            taken = int(str(row[0]))

    def measure_floor(self) -> FloorResult:
        """Status webhooks against the bare handler, before anybody dials."""
        return measure_floor(self._servers, self._stack, self._scene, seconds=self._course.floor_seconds)

    def raise_rate(self) -> list[Step]:
        """Steps until one does not hold."""
        steps: list[Step] = []
        for rate in self._course.rates:
            self._set_rate(rate)
            if not steps:
                self._scene.start(self._campaign_id)
            time.sleep(self._course.settle_seconds)
            steps.append(self._look_for(rate, self._course.measure_seconds))
            if not steps[-1].keeps_up:
                break
        return steps

    def soak(self, best: Step, steps: list[Step]) -> dict[str, MemoryLine]:
        """Memory over time: at the best rate for half an hour, or (in the short form) over one more minute."""
        course = self._course
        if steps[-1] is not best:
            self._set_rate(best.asked)
            time.sleep(course.settle_seconds)
        watch = MemoryWatch(self._parts, every_seconds=10 if course.soak_seconds else 2)
        began = time.monotonic()
        with watch.watching():
            seconds = course.soak_seconds or 2.5 * course.measure_seconds
            soaked = self._look_for(best.asked, seconds)
        self.soaked = soaked
        # The first minutes fill pools and caches.
        return watch.lines(since=began + seconds / 3)

    def count_statements(self, rate: float) -> dict[str, float]:
        """Statements per call at this rate, as the server's log has them; nothing is timed meanwhile."""
        before = self._placed()
        counted, seconds = statements_during(self._servers, seconds=self._course.measure_seconds / 3)
        placed = max(1, self._placed() - before)
        self._scene.pause(self._campaign_id)
        return {name: count / placed for name, count in counted.items()} | {"_rate": placed / seconds, "_asked": rate}

    def _set_rate(self, rate: float) -> None:
        people = self._scene.people(max(rate, AIM_CALLS_PER_SECOND), agents=self._course.agents, occupancy=_OCCUPANCY)
        self._twin.post("/_twin/population", people)
        self._scene.allow(rate)

    def _look_for(self, rate: float, seconds: float) -> Step:
        entry = int(self._twin.get("/_twin/health")["log_entries"])
        placed, before, began = self._placed(), look(self._parts, memory=False), time.monotonic()
        served: list[int] = []
        while time.monotonic() < began + seconds:
            time.sleep(min(2.0, max(0.0, began + seconds - time.monotonic())))
            served.append(self._busy_agents())
        after, elapsed = look(self._parts, memory=False), time.monotonic() - began
        placed = self._placed() - placed
        (ready,) = self._servers.execute("dialer", "select count(*) from agents where console_leg_sid is not null")
        return Step(
            asked=rate,
            seconds=elapsed,
            placed=placed,
            answers=self._answer_times(entry),
            used=_used(before, after),
            agents_ready=int(str(ready[0])),
            agents_served=sum(served) / len(served),
            outcomes=self._outcomes(elapsed),
            note=self._note(),
        )

    def _placed(self) -> int:
        (row,) = self._servers.execute("dialer", "select count(*) from calls where placed_at is not null")
        return int(str(row[0]))

    def _busy_agents(self) -> int:
        (row,) = self._servers.execute(
            "dialer", "select count(*) from agents where held_call_ids <> '{}' or wrap_up_until > now()"
        )
        return int(str(row[0]))

    def _outcomes(self, seconds: float) -> dict[str, int]:
        rows = self._servers.execute(
            "dialer",
            "select coalesce(disposition, state), count(*) from calls "
            "where created_at > now() - make_interval(secs => %s) group by 1 order by 2 desc",
            seconds,
        )
        return {str(name): int(str(count)) for name, count in rows}

    def _note(self) -> str:
        (row,) = self._servers.execute(
            "dialer", "select pacing_note from campaigns where id = %s", str(self._campaign_id)
        )
        return str(row[0])

    def _answer_times(self, entry: int) -> list[float]:
        times: list[float] = []
        while True:
            page = self._twin.get(f"/_twin/log?since={entry}&kind=webhook")["entries"]
            times += [e["ms"] for e in page if "/webhooks/twilio/answer?" in e["url"] and e["ms"] is not None]
            if not page:
                return times
            entry = page[-1]["n"]


@contextmanager
def _console_process(scene: Scene, seats: list[Seat]) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    plan = {
        "url": scene.stack.url, "twin_url": scene.stack.twin_url, "supervisor": scene.owner_token,
        "app_sid": scene.stack.environ["TWILIO_TWIML_APP_SID"],
        "seats": [{"agent_id": str(seat.agent_id), "token": seat.token} for seat in seats],
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.engine_consoles"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT,
        text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    seen: dict[str, Any] = {}
    try:
        process.stdin.write(json.dumps(plan) + "\n")
        process.stdin.flush()
        seen["arrival"] = json.loads(process.stdout.readline())
        yield process, seen
        rest, _ = process.communicate(timeout=120)
        seen |= json.loads(rest)
    finally:
        process.kill()
        process.wait()


def _used(before: dict[str, Usage], after: dict[str, Usage]) -> dict[str, float]:
    return {name: after[name].processor_seconds - before[name].processor_seconds for name in after}


def _tell(
    report: Report,
    course: Course,
    steps: list[Step],
    best: Step | None,
    costly: Step,
    memory: dict[str, MemoryLine],
    statements: dict[str, float],
) -> None:
    for step in steps:
        report.details.append(
            f"asked {step.asked:5.1f}/s: placed {step.per_second:5.1f}/s, {len(step.answers)} answers, to TwiML p50 "
            f"{percentile(step.answers, 50) if step.answers else 0:.0f} ms, p99 {step.p99:.0f} ms, "
            f"{step.agents_served:.0f} of {step.agents_ready} agents talking or writing up, "
            f"{100 * sum(step.used.values()) / step.seconds:.0f} % of a core; {step.outcomes}; {step.note}"
        )
    aim = None if course.agents < 500 else AIM_CALLS_PER_SECOND
    report.add("calls placed, sustained", best.per_second if best else 0.0, "calls/s", at_least=aim)
    report.add("agents connected", costly.agents_ready, "agents")
    report.add("agents talking or writing up, on average", costly.agents_served, "agents")
    if costly.answers:
        report.add_percentiles("answer to TwiML", costly.answers, "ms", p99_at_most=MAX_ANSWER_MILLISECONDS)
    for name, seconds in costly.used.items():
        report.add(f"{name}, processor per call", 1000 * seconds / max(1, costly.placed), "ms")
    product = sum(seconds for name, seconds in costly.used.items() if name in _PRODUCT)
    report.add("the product in all, processor per call", 1000 * product / max(1, costly.placed), "ms")
    everything = sum(costly.used.values())
    report.add("everything, processor", 100 * everything / costly.seconds, "% of a core")
    for name in ("statements", "messages", "transactions"):
        report.add(f"SQL {name} per call placed, everything counted", statements[name], name)
    for name, line in memory.items():
        report.add(f"{name}, private memory at the end", line.last, "MB")
        report.add(f"{name}, growth", line.megabytes_per_minute, "MB a minute")
    report.details += [
        f"{count:8.2f}  {name}" for name, count in sorted(statements.items(), key=lambda item: -item[1])[:40]
    ]


def _tell_floor(report: Report, floor: FloorResult) -> None:
    report.add("floor: bare Flask, one UPDATE", floor.floor_per_second, "requests/s")
    report.add("status webhooks, ringing and the end", floor.status_per_second, "requests/s")
    share = floor.status_per_second / floor.floor_per_second
    report.add("status webhooks against the floor", share, "×", at_least=MIN_SHARE_OF_FLOOR)
    for name, milliseconds in floor.milliseconds.items():
        report.add(f"{name}, processor per request", milliseconds, "ms")
