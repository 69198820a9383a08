"""What an agent of preview does, in a word each."""

from dialer.domain.ids import AgentId, CallId, PreviewId
from dialer.domain.principals import Principal, Role
from dialer.store.schema.base import new_id
from dialer.usecases import previews
from dialer.usecases.previews import PreviewOffer
from tests.builders.floor import Floor


def acting(floor: Floor, agent_id: AgentId | None, role: Role = Role.AGENT) -> Principal:
    return Principal(floor.tenant_id, new_id(), role, "session", agent_id)


def look(floor: Floor, agent_id: AgentId, **more) -> PreviewOffer:
    return previews.offer_preview(floor.services, actor=acting(floor, agent_id), agent_id=agent_id, **more)


def look_at_one(floor: Floor, agent_id: AgentId) -> PreviewId:
    preview = look(floor, agent_id).preview
    assert preview is not None
    return preview.id


def press_dial(floor: Floor, agent_id: AgentId, preview_id: PreviewId) -> CallId:
    actor = acting(floor, agent_id)
    return previews.dial_preview(floor.services, actor=actor, agent_id=agent_id, preview_id=preview_id).call_id


def skip(floor: Floor, agent_id: AgentId, preview_id: PreviewId, reason: str = "not now") -> None:
    actor = acting(floor, agent_id)
    previews.skip_preview(floor.services, actor=actor, agent_id=agent_id, preview_id=preview_id, reason=reason)


def dial_next(floor: Floor, agent_id: AgentId) -> CallId:
    """Look at a lead, say dial, and have it placed."""
    call_id = press_dial(floor, agent_id, look_at_one(floor, agent_id))
    floor.place(call_id)
    return call_id


def state_of(floor: Floor, preview_id: PreviewId) -> str:
    return floor.rows("select state from previews where id = :id", id=preview_id)[0].state
