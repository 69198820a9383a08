"""Where a leg sits: in which conference, and how it is heard there. The carrier adapter makes its own words of it."""

from dataclasses import dataclass
from typing import Literal

from dialer.domain.ids import AgentId, CallId

SupervisionMode = Literal["listen", "whisper", "barge"]


def agent_room(agent_id: AgentId) -> str:
    """The standing conference of an agent's console."""
    return f"agent_{agent_id}"


@dataclass(frozen=True)
class Seat:
    """A place in a conference.

    With `call_id` the conference is one for that call alone and reports to it; else it is an agent's standing one.
    `ends_room`: the others are let go when this leg leaves. `has_music`: whoever is alone there hears some.
    """

    room: str
    label: str
    call_id: CallId | None = None
    ends_room: bool = False
    is_muted: bool = False
    coached_sid: str | None = None
    has_music: bool = False


def supervisor_seat(
    *, room: str, label: str, mode: SupervisionMode, coached_sid: str | None, call_id: CallId | None
) -> Seat:
    """The seat of somebody who listens, whispers to `coached_sid`, or speaks with everybody."""
    return Seat(
        room=room,
        label=label,
        call_id=call_id,
        is_muted=mode == "listen",
        coached_sid=coached_sid if mode == "whisper" else None,
    )
