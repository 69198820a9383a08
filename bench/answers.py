"""From the carrier's answer webhook to TwiML, and to `incoming:call` at the agent's browser, at 20 answers a second.

Real gunicorn, PostgreSQL and Redis; 60 agents behind real Socket.IO clients. The floor is a bare Flask handler with one
UPDATE, served by the same gunicorn settings from the same database, before and after in the same run.
"""

import json
import subprocess
import sys
import tempfile
import threading
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from twilio.request_validator import RequestValidator

from bench.call_sql import MAX_ANSWER_STATEMENTS, MAX_ANSWER_TRANSACTIONS, tell_calls
from bench.figures import Options, Report, percentile
from dialer.domain.ids import TenantId
from dialer.embedded.ports import accepts_connections, free_port
from dialer.embedded.processes import ProcessSpec
from dialer.embedded.stack import EmbeddedStack, Programs
from dialer.store.session import Database
from tests.builders.agents import make_agent, make_agent_group
from tests.builders.calls import make_called_lead, make_dialed_campaign

ANSWERS_PER_SECOND = 20.0
_ROOT = Path(__file__).resolve().parents[1]
_WARMING = 40


def measure(options: Options) -> Report:
    """Open-loop: the next answer comes when its time has come."""
    seconds = 3 if options.quick else 30
    report = Report(
        "answers", f"{ANSWERS_PER_SECOND:g} answers a second for {seconds} s, open-loop, signed, idle console agents"
    )
    measured, processor_share = _measure_over_http(
        int(ANSWERS_PER_SECOND * seconds), agents=10 if options.quick else 60
    )
    report.add("answers sent", len(measured["answers"]), "requests")
    report.add("not answered with 200", measured["failures"], "requests", at_most=0)
    report.add_percentiles("answer to TwiML", measured["answers"], "ms", p99_at_most=150)
    report.add_percentiles("floor: bare Flask, one UPDATE", measured["floor"], "ms")
    for share in (50, 99):
        ratio = percentile(measured["answers"], share) / percentile(measured["floor"], share)
        report.add(f"answer against floor, p{share}, same run", ratio, "×")
    report.add("shown at an agent's browser", len(measured["pops"]), "calls", at_least=len(measured["answers"]))
    report.add_percentiles("answer to incoming:call", measured["pops"], "ms", p99_at_most=500)
    report.add("web process while answering", processor_share, "% of a core")
    answer = next(step for step in tell_calls()[0] if step.name == "webhook: answer")
    report.add("SQL per answer", len(answer.statements), "statements", at_most=MAX_ANSWER_STATEMENTS)
    report.add("SQL per answer", answer.transactions, "transactions", at_most=MAX_ANSWER_TRANSACTIONS)
    return report


def _measure_over_http(count: int, *, agents: int) -> tuple[dict[str, Any], float]:
    nothing = Programs(twin=None, web=None, worker=None, scheduler=None, set_up_carrier=None)
    with (
        tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as home,
        EmbeddedStack(home, 0, with_twin=False, programs=nothing, environ={}, say=lambda _: None) as stack,
    ):
        assert stack.supervisor is not None
        _serve(stack, "web", "wsgi:app", stack.port)
        floor_port = free_port()
        _serve(stack, "floor", "bench.gunicorn_floor:app", floor_port)
        plan = _Scene(stack, agents=agents).plan(count, floor_port)
        web = psutil.Process(stack.supervisor.process_ids()["web"])
        with _releasing_agents(stack):
            return _drive(plan, web)


def _serve(stack: EmbeddedStack, name: str, app: str, port: int) -> None:
    command = (sys.executable, "-m", "gunicorn", app, "-c", "gunicorn.conf.py")
    environ = {**stack.environ, "PORT": str(port)}
    assert stack.supervisor is not None
    spec = ProcessSpec(name=name, command=command, environ=environ, folder=_ROOT)
    stack.supervisor.start(spec, is_ready=lambda: accepts_connections(port), timeout_seconds=60)


class _Scene:
    """A tenant with ringing calls and idle agents."""

    def __init__(self, stack: EmbeddedStack, *, agents: int):
        self._stack = stack
        person = {
            "email": "ada@example.com",
            "password": "correct horse battery",
            "first_name": "Ada",
            "last_name": "Ek",
        }
        login = _post_json(f"{stack.url}/api/auth/register", person)
        self._token, self._tenant_id = login["token"], TenantId(login["user"]["tenant_id"])
        self._validator = RequestValidator(stack.environ["TWILIO_AUTH_TOKEN"])
        database = Database(stack.environ["DATABASE_URL"], pool_size=1)
        group_id = make_agent_group(database, tenant_id=self._tenant_id)
        # Without users of their own, so that their supervisor may sit at every console with one login.
        self._agents = [
            make_agent(database, tenant_id=self._tenant_id, agent_group_id=group_id, console_leg_sid=f"CA{number:032x}")
            for number in range(agents)
        ]
        self._campaign_id = make_dialed_campaign(database, tenant_id=self._tenant_id, agent_group_id=group_id)
        make_called_lead(database, tenant_id=self._tenant_id, campaign_id=self._campaign_id)
        database.dispose()

    def plan(self, count: int, floor_port: int) -> dict[str, Any]:
        """What the outside world is to do."""
        calls = self._make_ringing_calls(count + _WARMING)
        floor = [
            {
                "call_id": call_id,
                "url": f"http://127.0.0.1:{floor_port}/answer?callId={call_id}",
                "form": {},
                "headers": {},
            }
            for call_id, _ in calls
        ]
        answers = [self._answer(call_id, call_sid) for call_id, call_sid in calls]
        return {
            "url": self._stack.url, "token": self._token, "agents": [str(agent_id) for agent_id in self._agents],
            "per_second": ANSWERS_PER_SECOND, "warm_floor": floor[:_WARMING], "warm_answers": answers[:_WARMING],
            "floor": floor[_WARMING:], "answers": answers[_WARMING:],
        }  # fmt: skip

    def _answer(self, call_id: str, call_sid: str) -> dict[str, Any]:
        url = f"{self._stack.url}/webhooks/twilio/answer?callId={call_id}"
        form = {
            "AccountSid": self._stack.environ["TWILIO_ACCOUNT_SID"], "ApiVersion": "2010-04-01", "CallSid": call_sid,
            "CallStatus": "in-progress", "Direction": "outbound-api", "From": "+14155551234", "To": "+14155550101",
            "Called": "+14155550101", "Caller": "+14155551234",
        }  # fmt: skip
        signature = self._validator.compute_signature(url, form)
        return {"call_id": call_id, "url": url, "form": form, "headers": {"X-Twilio-Signature": signature}}

    def _make_ringing_calls(self, count: int) -> list[tuple[str, str]]:
        with closing(_connect(self._stack)) as connection, connection.cursor() as cursor:
            cursor.execute(_RINGING_CALLS, {"campaign": str(self._campaign_id), "count": count})
            calls: list[tuple[str, str]] = cursor.fetchall()
            cursor.execute("vacuum (analyze)")
        return calls


_RINGING_CALLS = """
    with lead as (
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, last_name, priority,
                           custom_fields, status, call_attempts, last_attempt_number, next_call_at, do_not_call,
                           created_at, updated_at)
        select uuidv7(), c.tenant_id, c.id, n, n, 'Sara', 'Ahmed', 1, '{"company": "ACME"}', 'calling', 1, 1, now(),
               false, now(), now()
        from campaigns c, generate_series(1, %(count)s) i, lateral (select '+1' || (2012000000 + i) as n) number
        where c.id = %(campaign)s
        returning *
    ), attempt as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at, decided_at, allowed, verdict)
        select uuidv7(), tenant_id, campaign_id, id, 1, now(), now(), true, '{}' from lead returning *
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, call_sid, place_before, created_at, placing_at, placed_at, ringing_at, metadata)
    select uuidv7(), a.tenant_id, a.campaign_id, a.lead_id, a.id, 'ringing', now(), 'outbound', '+14155551234',
           l.phone_normalized, 'CA' || replace(a.id::text, '-', ''), now() + interval '1 minute', now(), now(), now(),
           now(), '{}'
    from attempt a join lead l on l.id = a.lead_id
    returning id::text, call_sid
"""
_FREE_AGENTS = """
    update agents set held_call_ids = '{}', idle_since = now(), updated_at = now()
    where held_call_ids <> '{}' and updated_at < now() - interval '0.2 seconds'
"""


class _releasing_agents:  # noqa: N801 - used as a context manager only
    """Conversations end quickly here: every agent is free again within half a second."""

    def __init__(self, stack: EmbeddedStack):
        self._stack = stack
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._release, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _release(self) -> None:
        with closing(_connect(self._stack)) as connection, connection.cursor() as cursor:
            while not self._over.wait(0.25):
                cursor.execute(_FREE_AGENTS)


def _drive(plan: dict[str, Any], web: psutil.Process) -> tuple[dict[str, Any], float]:
    processes = [web, *web.children(recursive=True)]
    before = sum(_processor_seconds(process) for process in processes)
    done = subprocess.run(
        [sys.executable, "-m", "bench.answer_clients"], input=json.dumps(plan).encode(), capture_output=True,
        cwd=_ROOT, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    used = sum(_processor_seconds(process) for process in processes) - before
    sending = (len(plan["answers"]) + _WARMING) / ANSWERS_PER_SECOND
    return json.loads(done.stdout), 100 * used / sending


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _connect(stack: EmbeddedStack) -> Any:
    connection = psycopg2.connect(stack.environ["DATABASE_OWNER_URL"].replace("+psycopg2", ""))
    connection.autocommit = True
    return connection


def _post_json(url: str, body: dict[str, str]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)
