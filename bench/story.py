"""One answered call, told in process: every step that talks to the database, with the carrier's requests signed."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from redis import Redis
from sqlalchemy import event
from twilio.request_validator import RequestValidator

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from bench.servers import ACCOUNT
from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, CallId, UserId
from dialer.domain.principals import Principal, Role
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.integrations.redis.heartbeats import RedisHeartbeats, RedisQueueLengths
from dialer.integrations.redis.rate_limiter import RedisRateLimiter
from dialer.store.migrate import newest_revision
from dialer.store.schema.base import new_id
from dialer.store.session import Database
from dialer.usecases import agent_presence, call_answering, reconciliation
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor

PUBLIC_URL = "https://dialer.example.com"
_RIDING = re.compile(r"(select (?:set_config|enter_tenant_of_call)\('[^;]*\)); ")


@dataclass
class Step:
    """What happened, and the statements it took, in order."""

    name: str
    statements: list[str] = field(default_factory=list)
    messages: int = 0
    """Round trips: a statement that rides with the next one is a statement, and no message of its own."""
    transactions: int = 0


class StatementCounter:
    """Collects the statements of one engine, step by step. Begin and commit are counted as transactions."""

    def __init__(self, database: Database):
        self.steps: list[Step] = []
        self._engine = database.engine

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Collect what is executed inside the block."""
        step = Step(name)

        # The application flushes measured times on a thread of its own; they are a step of their own here.
        ours = threading.get_ident()

        def executed(
            connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: object
        ) -> None:
            if threading.get_ident() == ours:
                riding = _RIDING.match(statement)
                step.statements += [riding[1]] if riding else []
                # As it was written, not as `execute` and the name that it was prepared by.
                step.statements.append(" ".join(context.statement.split()))
                step.messages += 1

        def committed(connection: Any) -> None:
            if threading.get_ident() == ours:
                step.transactions += 1

        event.listen(self._engine, "before_cursor_execute", executed)
        event.listen(self._engine, "commit", committed)
        try:
            yield step
        finally:
            event.remove(self._engine, "before_cursor_execute", executed)
            event.remove(self._engine, "commit", committed)
        self.steps.append(step)


class Carrier:
    """Posts the carrier's webhooks to the application, signed with the account's token."""

    def __init__(self, app: Flask):
        self._client = app.test_client()
        self._validator = RequestValidator(ACCOUNT.auth_token)

    def post(self, name: str, query: dict[str, str], form: dict[str, str]) -> str:
        """Send one webhook, which must be answered with success; return the answer's text."""
        path = f"/webhooks/twilio/{name}?{urlencode(query)}"
        form = {"AccountSid": ACCOUNT.account_sid, **form}
        signature = self._validator.compute_signature(PUBLIC_URL + path, form)
        answer = self._client.post(path, data=form, headers={"X-Twilio-Signature": signature}, buffered=True)
        assert answer.status_code in (200, 204), f"{path}: {answer.status} {answer.get_data(as_text=True)}"
        return answer.get_data(as_text=True)


def build_app(services: Services, redis_url: str) -> Flask:
    """The web application around these services."""
    redis = Redis.from_url(redis_url)
    dependencies = ApiDependencies(
        services=services,
        rate_limiter=RedisRateLimiter(redis),
        heartbeats=RedisHeartbeats(redis),
        queue_lengths=RedisQueueLengths(redis),
        expected_revision=newest_revision() or "",
        carrier_webhooks=TwilioWebhooks(PUBLIC_URL),
    )
    secret = "a-secret-of-the-bench-and-of-nobody-else"
    return create_app(
        dependencies,
        ApiSettings(secret_key=secret, jwt_secret_key=secret, public_url=PUBLIC_URL, redis_url=redis_url, testing=True),
    )


def tell_answered_call(services: Services, redis_url: str, *, with_extras: bool) -> list[Step]:
    """A person answers, talks with a console agent, and hangs up; as a campaign is by default, or with detection and
    recording besides.

    A call before it warms what is kept in memory, such as the tenant's carrier account.
    """
    carrier = Carrier(build_app(services, redis_url))
    floor = open_floor(services, amd_enabled=with_extras, record_calls=with_extras)
    floor.console_agent()
    _tell(floor, carrier, StatementCounter(services.database), with_extras=with_extras)
    counter = StatementCounter(services.database)
    _tell(floor, carrier, counter, with_extras=with_extras)
    return counter.steps


def _tell(floor: Floor, carrier: Carrier, counter: StatementCounter, *, with_extras: bool) -> None:
    services = floor.services
    floor.leads(1)
    with counter.step("pacing tick that plans this call"):
        (call_id,) = floor.plan()
    with counter.step("placing"):
        floor.place(call_id)
    call_sid = floor.sid(call_id)
    status = _status_of(carrier, call_id, call_sid)
    with counter.step("webhook: status ringing"):
        status("ringing")
    with counter.step("webhook: answer"):
        document = carrier.post("answer", {"callId": str(call_id)}, {"CallSid": call_sid, "CallStatus": "in-progress"})
    assert "<Conference" in document, document
    agent_id = AgentId(floor.call(call_id).agent_id)
    with counter.step("console: call:received"):
        _confirm(services, floor, agent_id, call_id)
    with counter.step("webhook: conference participant-join"):
        carrier.post("conference-status", {"agentId": str(agent_id)}, _join(call_id, agent_id, call_sid))
    if with_extras:
        with counter.step("webhook: amd human"):
            carrier.post("amd", {"callId": str(call_id)}, {"CallSid": call_sid, "AnsweredBy": "human"})
    with counter.step("webhook: status completed"):
        status("completed", CallDuration="42")
    with counter.step("webhook: conference participant-leave"):
        leave = {
            **_join(call_id, agent_id, call_sid),
            "StatusCallbackEvent": "participant-leave",
            "SequenceNumber": "3",
        }
        carrier.post("conference-status", {"agentId": str(agent_id)}, leave)
    if with_extras:
        with counter.step("webhook: recording completed"):
            recording = {"RecordingSid": "RE" + call_id.hex, "RecordingStatus": "completed", "RecordingDuration": "41",
                         "RecordingUrl": "https://api.twilio.com/recording"}  # fmt: skip
            carrier.post("recording", {"callId": str(call_id)}, recording)
    with counter.step("answer-to-TwiML time, written in batches"):
        call_answering.record_answer_timings(services, tenant_id=floor.tenant_id, milliseconds={call_id: 12.5})
    floor.carrier.knows(call_sid, CallState.COMPLETED, cost="0.013", cost_unit="USD")
    with counter.step("price fetched"):
        assert reconciliation.record_cost(services, tenant_id=floor.tenant_id, call_id=call_id)
    floor.change("update agents set wrap_up_until = :now where id = :id", id=agent_id, now=services.clock.now())
    with counter.step("wrap-up ends"):
        agent_presence.sweep_wrap_ups(services)


def _status_of(carrier: Carrier, call_id: CallId, call_sid: str) -> Callable[..., str]:
    def post(word: str, **more: str) -> str:
        return carrier.post("status", {"callId": str(call_id)}, {"CallSid": call_sid, "CallStatus": word, **more})

    return post


def _confirm(services: Services, floor: Floor, agent_id: AgentId, call_id: CallId) -> None:
    actor = Principal(floor.tenant_id, UserId(new_id()), Role.AGENT, "bench", agent_id)
    agent_presence.record_screen_pop(services, actor=actor, agent_id=agent_id, call_id=call_id)


def _join(call_id: CallId, agent_id: AgentId, call_sid: str) -> dict[str, str]:
    return {
        "StatusCallbackEvent": "participant-join", "ConferenceSid": "CF" + agent_id.hex,
        "FriendlyName": f"agent_{agent_id}", "SequenceNumber": "2", "CallSid": call_sid,
        "ParticipantLabel": f"call_{call_id}",
    }  # fmt: skip
