"""People in Boston whom nothing stops from being called, and what does: for tests of why leads are not dialled."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dialer.domain.ids import LeadId, UserId
from dialer.domain.principals import Principal, Role
from dialer.store.schema.base import new_id
from dialer.usecases import calling_rules
from tests.builders.calls import make_call
from tests.builders.floor import Floor, open_floor
from tests.builders.promises import acting
from tests.fakes.clock import NOON

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HOME, WORK = "+16172530000", "+16172530001"
"""In Boston, where it is 13:00 and calls are allowed from 08:00 to 20:00."""
LONDON, HARTFORD, MIAMI = "+442079460018", "+18602530000", "+13052530000"
CLOSES, OPENS = NOON.replace(day=5, hour=1), NOON.replace(day=5, hour=13)
"""The calling hours in Boston."""
Situation = Callable[[Floor], LeadId]


def lead(floor: Floor, phone: str = HOME, **columns: Any) -> LeadId:
    (lead_id,) = floor.leads(1, phone=phone, **columns)
    return lead_id


def supervisor(floor: Floor) -> Principal:
    return Principal(floor.tenant_id, UserId(new_id()), Role.SUPERVISOR, "session", None)


def called(floor: Floor, lead_id: LeadId, *, hours_ago: float = 2, state: str = "no_answer", **facts: Any) -> None:
    at = floor.services.clock.now() - timedelta(hours=hours_ago)
    make_call(
        floor.services.database, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, lead_id=lead_id,
        state=state, at=at, **facts,
    )  # fmt: skip
    floor.change("update leads set last_attempt_number = last_attempt_number + 1 where id = :id", id=lead_id)


def called_elsewhere(floor: Floor, phone: str, **call: Any) -> None:
    other = open_floor(floor.services, floor.tenant_id)
    called(other, lead(other, phone, status="completed"), **call)


def forbid(floor: Floor, kind: str, value: Mapping[str, Any], jurisdiction: str = "US-MA") -> None:
    row = {"jurisdiction": jurisdiction, "kind": kind, "value": value}
    calling_rules.add_rule(floor.services, actor=acting(floor, role=Role.ADMIN), row=row)


def suppress(floor: Floor, number: str = HOME, until: datetime | None = None, campaign_id: object = None) -> None:
    """An entry alone, as if its transaction had not seen the lead."""
    floor.change(
        "insert into suppressions (id, tenant_id, campaign_id, phone_normalized, reason, source, created_at, "
        "expires_at) values (gen_random_uuid(), :tenant, :campaign, :number, 'requested', 'api', now(), :until)",
        tenant=floor.tenant_id, campaign=campaign_id, number=number, until=until,
    )  # fmt: skip


def but(sql: str, **values: Any) -> Situation:
    """Somebody in Boston whom nothing stops but what this changes."""

    def arrange(floor: Floor) -> LeadId:
        lead_id = lead(floor)
        floor.change(sql, **values)
        return lead_id

    return arrange


def after(*steps: Callable[[Floor], Any], **columns: Any) -> Situation:
    """Somebody in Boston with two phones, after these steps."""

    def arrange(floor: Floor) -> LeadId:
        lead_id = lead(floor, **{"phone": HOME, "alternates": (WORK,), **columns})
        for step in steps:
            step(floor)
        return lead_id

    return arrange


def at(moment: datetime, phone: str = HOME, **columns: Any) -> Situation:
    """Somebody at another moment."""

    def arrange(floor: Floor) -> LeadId:
        floor.services.clock.at = moment  # type: ignore[attr-defined]
        return lead(floor, phone, **columns)

    return arrange
