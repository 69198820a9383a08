"""Steering live calls in tests: who asks, and what the carrier reports about headsets and telephones."""

from typing import Any
from uuid import UUID

from dialer.domain.calls import CallState
from dialer.domain.ids import AgentId, UserId
from dialer.domain.principals import Principal, Role
from dialer.domain.seats import Seat
from dialer.store.schema.base import new_id
from dialer.usecases import agent_legs, call_events, supervision, transfer_calls
from dialer.usecases.call_events import ConferenceReport
from dialer.usecases.services import Services
from tests.builders.floor import Floor, genuine


def as_agent(floor: Floor, agent_id: AgentId | None) -> Principal:
    """Somebody in the role of an agent."""
    return Principal(floor.tenant_id, _user(floor, "Ben", Role.AGENT), Role.AGENT, "s", agent_id)


def as_supervisor(floor: Floor, name: str = "Ada") -> Principal:
    """A supervisor of the floor, another one each time."""
    return Principal(floor.tenant_id, _user(floor, name, Role.SUPERVISOR), Role.SUPERVISOR, "s")


def _user(floor: Floor, name: str, role: Role) -> UserId:
    user_id = UserId(new_id())
    floor.change(
        """
        insert into users (id, tenant_id, email, password_hash, first_name, last_name, role, is_active, created_at)
        values (:id, :tenant_id, :email, '', :name, 'Example', :role, true, :now)
        """,
        id=user_id, tenant_id=floor.tenant_id, email=f"{user_id}@example.com", name=name, role=str(role),
        now=floor.services.clock.now(),
    )  # fmt: skip
    return user_id


def wear_headset(floor: Floor, agent_id: AgentId) -> str:
    """The agent's console calls in and is heard of in his conference; returns the leg."""
    leg = f"CA{new_id().hex}"
    agent_legs.connect_agent_leg(floor.services, agent_id=agent_id, call_sid=leg, authenticate=genuine)
    floor.carrier.has_caller(leg)
    report_agent(floor, agent_id, "participant-join", leg)
    return leg


def report_agent(floor: Floor, agent_id: AgentId, event: str, leg: str, *, room_of: AgentId | None = None) -> None:
    """The carrier reports an agent's leg in a standing conference, his own or a colleague's."""
    host = room_of or agent_id
    report = ConferenceReport(event, "CF1", f"agent_{host}", "1", leg, f"agent_{agent_id}", {})
    call_events.record_agent_conference_event(floor.services, agent_id=host, report=report, authenticate=genuine)


def join_as_supervisor(services: Services, user_id: UserId, leg: str = "CA" + "f" * 32) -> Seat | None:
    """A supervisor's headset calls in and is heard of where it was put; returns its seat."""
    seat = supervision.connect_supervisor_leg(services, user_id=user_id, call_sid=leg, authenticate=genuine)
    if seat is not None:
        report_supervisor(services, seat, "participant-join", leg)
    return seat


def report_supervisor(
    services: Services, seat: Seat, event: str, leg: str = "CA" + "f" * 32, *, room: str | None = None
) -> None:
    """The carrier reports a supervisor's leg."""
    report = ConferenceReport(event, "CF1", room or seat.room, "1", leg, seat.label, {})
    supervision_id = UUID(seat.label.removeprefix("supervisor_"))
    supervision.record_supervisor_event(services, supervision_id=supervision_id, report=report, authenticate=genuine)


def pick_up(floor: Floor, transfer_id: UUID, leg: str) -> Seat | None:
    """The telephone that a call is transferred to is answered."""
    return transfer_calls.answer_transfer(floor.services, transfer_id=transfer_id, call_sid=leg, authenticate=genuine)


def end_target(floor: Floor, transfer_id: UUID, leg: str, state: CallState) -> None:
    """That telephone's leg is over."""
    transfer_calls.record_target_status(
        floor.services, transfer_id=transfer_id, call_sid=leg, state=state, authenticate=genuine
    )


def seats_taken(floor: Floor) -> list[tuple[str, str]]:
    """Which legs were moved into which conferences, in order."""
    return [
        (leg, room if verb == "take_seat" else f"agent_{room}")
        for verb, leg, room in floor.carrier.done
        if verb in ("take_seat", "join_agent_conference")
    ]


def events(floor: Floor, name: str, agent_id: AgentId | None = None) -> list[Any]:
    """The payloads that agents' consoles got under this name."""
    return [e.payload for e in floor.feed.to_agents if e.event == name and agent_id in (None, e.audience)]
