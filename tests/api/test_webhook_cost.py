"""What webhooks cost in SQL: the answer, and the whole life of an answered call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from dialer.domain.ids import CallId
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.builders.floor import Floor
from tests.builders.twilio_requests import Twilio


@dataclass
class Counted:
    """What one connection pool was asked to do."""

    statements: list[str] = field(default_factory=list)
    transactions: int = 0


@contextmanager
def counting(database: Database) -> Iterator[Counted]:
    counted = Counted()

    def on_execute(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.statements.append(" ".join(statement.split()))

    def on_begin(_conn: Any) -> None:
        counted.transactions += 1

    event.listen(database.engine, "before_cursor_execute", on_execute)
    event.listen(database.engine, "begin", on_begin)
    try:
        yield counted
    finally:
        event.remove(database.engine, "before_cursor_execute", on_execute)
        event.remove(database.engine, "begin", on_begin)


def show(title: str, counted: Counted) -> None:
    print(f"\n{title}: {len(counted.statements)} statements, {counted.transactions} transactions")  # noqa: T201
    for number, statement in enumerate(counted.statements, 1):
        print(f"  {number:2} {statement[:150]}")  # noqa: T201


@pytest.mark.parametrize("account_known", [True, False])
def test_an_answer_with_an_idle_agent_costs_at_most_8_statements_in_1_transaction(
    services: Services, twilio: Twilio, floor: Floor, call_id: CallId, account_known: bool
) -> None:
    if not account_known:
        services.account_cache.clear()
    with counting(services.database) as counted:
        twilio.document(f"/answer?leadId={uuid4()}&callId={call_id}", {"CallSid": floor.sid(call_id)})
    show("answer webhook", counted)
    assert len(counted.statements) <= 8
    assert counted.transactions == 1


def test_the_whole_life_of_an_answered_call_costs_at_most_40_statements(
    services: Services, twilio: Twilio, floor: Floor
) -> None:
    floor.console_agent()
    floor.leads(1)
    agent = floor.rows("select * from agents")[0]
    steps: dict[str, Callable[[], object]] = {}
    with counting(services.database) as whole:
        call_id = floor.dial()
        sid = floor.sid(call_id)
        steps = {
            "ringing": lambda: twilio.post(f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": "ringing"}),
            "answer": lambda: twilio.document(f"/answer?leadId={uuid4()}&callId={call_id}", {"CallSid": sid}),
            "in-progress": lambda: twilio.post(
                f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": "in-progress"}
            ),
            "join": lambda: twilio.post(
                f"/conference-status?agentId={agent.id}",
                {"ConferenceSid": "CF1", "SequenceNumber": "5", "StatusCallbackEvent": "participant-join",
                 "CallSid": sid, "ParticipantLabel": f"call_{call_id}"},
            ),
            "leave": lambda: twilio.post(
                f"/conference-status?agentId={agent.id}",
                {"ConferenceSid": "CF1", "SequenceNumber": "6", "StatusCallbackEvent": "participant-leave",
                 "CallSid": sid, "ParticipantLabel": f"call_{call_id}"},
            ),
            "completed": lambda: twilio.post(
                f"/status?callId={call_id}", {"CallSid": sid, "CallStatus": "completed", "CallDuration": "61"}
            ),
        }  # fmt: skip
        for step in steps.values():
            step()
    show("the whole life of an answered call", whole)
    assert floor.call(call_id).disposition == "answered"
    assert len(whole.statements) <= 40
