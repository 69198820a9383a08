"""Status webhooks against the least that a webhook could cost: closed-loop, the same clients, a second each in turn."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twilio.request_validator import RequestValidator

from bench.engine_scene import Scene
from bench.servers import Servers
from bench.usage import look, seconds_of
from dialer.domain.ids import CampaignId
from dialer.embedded.ports import accepts_connections, free_port
from dialer.embedded.processes import ProcessSpec
from dialer.embedded.stack import EmbeddedStack

_ROOT = Path(__file__).resolve().parents[1]
_CONNECTIONS = 8
_MOST_PER_SECOND = 700


@dataclass(frozen=True)
class FloorResult:
    """Requests answered a second by either server while it had the clients, and processor time per request."""

    floor_per_second: float
    status_per_second: float
    milliseconds: dict[str, float]


def measure_floor(servers: Servers, stack: EmbeddedStack, scene: Scene, *, seconds: float) -> FloorResult:
    """Each call's two reports, ringing and then no answer, as they come for most calls."""
    port = free_port()
    _serve_floor(stack, port)
    assert stack.supervisor is not None
    plan = _plan(servers, stack, scene, port, seconds)
    ids = stack.supervisor.process_ids()
    parts = {"floor": ids["floor"], "web": ids["web"]}
    before, database_before = look(parts, memory=False), _database_seconds(servers)
    measured = _drive(plan)
    after, database_after = look(parts, memory=False), _database_seconds(servers)
    stack.supervisor.stop(["floor"])
    used = {name: after[name].processor_seconds - before[name].processor_seconds for name in parts}
    database = {name: database_after.get(name, 0) - database_before.get(name, 0) for name in database_after}
    servers.execute("dialer", _END_REST)
    floor, status = measured["floor"], measured["status"]
    assert floor["failures"] == status["failures"] == 0, measured
    return FloorResult(
        floor["requests"] / floor["seconds"],
        status["requests"] / status["seconds"],
        {
            "floor handler": 1000 * used["floor"] / floor["requests"],
            "floor's PostgreSQL": 1000 * database.get("bench-floor", 0) / floor["requests"],
            "status webhook, web": 1000 * used["web"] / status["requests"],
            "status webhook, PostgreSQL": 1000 * database.get("dialer-web", 0) / status["requests"],
        },
    )


def _serve_floor(stack: EmbeddedStack, port: int) -> None:
    command = (sys.executable, "-m", "gunicorn", "bench.gunicorn_floor:app", "-c", "gunicorn.conf.py")
    spec = ProcessSpec("floor", command, {**stack.environ, "PORT": str(port)}, folder=_ROOT)
    assert stack.supervisor is not None
    stack.supervisor.start(spec, is_ready=lambda: accepts_connections(port), timeout_seconds=60)


def _plan(servers: Servers, stack: EmbeddedStack, scene: Scene, port: int, seconds: float) -> dict[str, Any]:
    campaign_id = scene.make_campaign("Floor")
    calls = _make_placed_calls(servers, campaign_id, int(seconds * _MOST_PER_SECOND / 4) + 20)
    validator = RequestValidator(stack.environ["TWILIO_AUTH_TOKEN"])
    status = []
    for call_id, call_sid in calls:
        for word in ("ringing", "no-answer"):
            url = f"{stack.url}/webhooks/twilio/status?callId={call_id}"
            form = {
                "AccountSid": stack.environ["TWILIO_ACCOUNT_SID"], "ApiVersion": "2010-04-01", "CallSid": call_sid,
                "CallStatus": word, "Direction": "outbound-api", "From": "+14155551234", "To": "+14155550101",
                "Called": "+14155550101", "Caller": "+14155551234", "CallbackSource": "call-progress-events",
                "SequenceNumber": "1", "Timestamp": "Sun, 22 Nov 2026 12:00:00 +0000",
            }  # fmt: skip
            signature = validator.compute_signature(url, form)
            status.append({"path": url.removeprefix(stack.url), "form": form, "signature": signature})
    floor = [{"path": f"/answer?callId={call_id}", "form": one["form"], "signature": one["signature"]}
             for (call_id, _), one in zip(calls, status[::2], strict=True)]  # fmt: skip
    return {
        "seconds": seconds,
        "connections": _CONNECTIONS,
        "floor": {"port": port, "requests": floor},
        "status": {"port": stack.port, "requests": status},
    }


def _make_placed_calls(servers: Servers, campaign_id: CampaignId, count: int) -> list[tuple[str, str]]:
    rows = servers.execute("dialer", _PLACED_CALLS, str(campaign_id), count)
    servers.execute("dialer", "vacuum (analyze) calls, leads, attempts")
    return [(str(call_id), str(call_sid)) for call_id, call_sid in rows]


_PLACED_CALLS = """
    with campaign as (select * from campaigns where id = %s), lead as (
        insert into leads (id, tenant_id, campaign_id, phone, phone_normalized, first_name, last_name, priority,
                           custom_fields, status, call_attempts, last_attempt_number, next_call_at, do_not_call,
                           created_at, updated_at)
        select uuidv7(), c.tenant_id, c.id, n, n, 'Sara', 'Ahmed', 1, '{"company": "ACME"}', 'calling', 1, 1, now(),
               false, now(), now()
        from campaign c, generate_series(1, %s) i, lateral (select '+1' || (2012000000 + i) as n) number
        returning *
    ), attempt as (
        insert into attempts (id, tenant_id, campaign_id, lead_id, number, planned_at, decided_at, allowed, verdict)
        select uuidv7(), tenant_id, campaign_id, id, 1, now(), now(), true, '{}' from lead returning *
    )
    insert into calls (id, tenant_id, campaign_id, lead_id, attempt_id, state, state_changed_at, direction, from_number,
                       to_number, call_sid, place_before, created_at, placing_at, placed_at, metadata)
    select uuidv7(), a.tenant_id, a.campaign_id, a.lead_id, a.id, 'placed', now(), 'outbound', '+14155551234',
           l.phone_normalized, 'CA' || replace(a.id::text, '-', ''), now() + interval '1 minute', now(), now(), now(),
           '{}'
    from attempt a join lead l on l.id = a.lead_id
    returning id::text, call_sid
"""

# What no request was left for would be lines in flight for ever.
_END_REST = """
    with ended as (
        update calls set state = 'cancelled', state_changed_at = now(), ended_at = now()
        where state in ('placed', 'ringing')
        returning lead_id
    )
    update leads set status = 'failed' from ended where leads.id = ended.lead_id
"""


def _database_seconds(servers: Servers) -> dict[str, float]:
    """Processor time of the server's processes, by the application that each serves."""
    rows = servers.execute("dialer", "select application_name, pid from pg_stat_activity where application_name <> ''")
    by_name: dict[str, list[int]] = {}
    for name, process_id in rows:
        by_name.setdefault(str(name), []).append(int(str(process_id)))
    return {name: seconds_of(process_ids) for name, process_ids in by_name.items()}


def _drive(plan: dict[str, Any]) -> dict[str, Any]:
    time.sleep(1)
    done = subprocess.run(
        [sys.executable, "-m", "bench.engine_floor_clients"], input=json.dumps(plan).encode(), capture_output=True,
        cwd=_ROOT, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
