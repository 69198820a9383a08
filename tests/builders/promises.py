"""People with several phones, campaigns with retry rules, and promised calls, for tests."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from dialer.domain.ids import AgentId, LeadId, UserId
from dialer.domain.principals import Principal, Role
from dialer.store.callbacks import Callback
from dialer.store.schema import User
from dialer.store.schema.base import new_id
from dialer.usecases import callbacks
from dialer.usecases.callbacks import CallbackWish
from tests.builders.floor import Floor
from tests.builders.leads import fresh_number


def lead_with_phones(floor: Floor, count: int, **columns: Any) -> tuple[LeadId, list[str]]:
    """A lead who is due now, with so many phones; the first is his own."""
    (lead_id,) = floor.leads(1, **columns)
    numbers = [floor.lead(lead_id).phone_normalized, *(fresh_number() for _ in range(count - 1))]
    for position, number in enumerate(numbers):
        floor.change(
            "insert into lead_phones (lead_id, position, tenant_id, phone_normalized) values (:id, :at, :tenant, :to)",
            id=lead_id, at=position, tenant=floor.tenant_id, to=number,
        )  # fmt: skip
    return lead_id, numbers


def usable_phones(floor: Floor, lead_id: LeadId) -> list[str]:
    rows = floor.rows(
        "select phone_normalized from lead_phones where lead_id = :id and is_usable order by position", id=lead_id
    )
    return [row.phone_normalized for row in rows]


def set_retry_rules(floor: Floor, rules: dict[str, Any]) -> None:
    floor.change(
        "update campaigns set retry_rules = cast(:rules as jsonb) where id = :id",
        rules=json.dumps(rules), id=floor.campaign_id,
    )  # fmt: skip


def acting(floor: Floor, agent_id: AgentId | None = None, role: Role = Role.AGENT) -> Principal:
    """Somebody of this floor. His user is a real one, since promises bear it."""
    user_id = UserId(new_id())
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(
            insert(User).values(
                id=user_id,
                tenant_id=floor.tenant_id,
                email=f"{user_id}@example.com",
                password_hash="x",
                first_name="Ben",
                last_name="Example",
                role=str(role),
                is_active=True,
                created_at=floor.services.clock.now(),
            )
        )
    return Principal(floor.tenant_id, user_id, role, "session", agent_id)


def promise(floor: Floor, lead_id: LeadId, due_at: datetime, agent_id: AgentId | None = None, **more: Any) -> Callback:
    """A supervisor promises a call, of an agent or of the team."""
    wish = CallbackWish(due_at.isoformat(), agent_id, **more)
    actor = acting(floor, role=Role.SUPERVISOR)
    return callbacks.promise_callback(floor.services, actor=actor, lead_id=lead_id, wish=wish)


def promise_of(floor: Floor, callback: Callback) -> Callback:
    """The promise as it stands now."""
    actor = acting(floor, role=Role.SUPERVISOR)
    return callbacks.load_callback(floor.services, actor=actor, callback_id=callback.id)
