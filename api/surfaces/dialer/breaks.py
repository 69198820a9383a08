"""Reasons for breaks over HTTP."""

from typing import cast
from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.breaks import (
    BreakReasonAnswer,
    BreakReasonOut,
    BreakReasonsAnswer,
    BreakReasonsQuery,
    CreateBreakReasonIn,
    UpdateBreakReasonIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import BreakReasonId
from dialer.domain.principals import Role
from dialer.usecases import breaks as usecases
from dialer.usecases.breaks import BreakReason, NewBreakReason

break_reasons = surface.resource("break_reasons", url_prefix="/break-reasons", tag="Break reasons")


def _answer(reason: BreakReason) -> BreakReasonAnswer:
    return BreakReasonAnswer(break_reason=BreakReasonOut.model_validate(reason))


@break_reasons.get("", role=Role.AGENT, query=BreakReasonsQuery, returns=BreakReasonsAnswer)
def list_break_reasons(query: BreakReasonsQuery) -> BreakReasonsAnswer:
    """List the reasons that an agent may give for a break, in their order."""
    found = usecases.list_break_reasons(services(), actor=principal(), include_inactive=query.include_inactive)
    return BreakReasonsAnswer(break_reasons=[BreakReasonOut.model_validate(one) for one in found], count=len(found))


@break_reasons.post("", role=Role.ADMIN, body=CreateBreakReasonIn, returns=BreakReasonAnswer, status=201, errors=(409,))
def create_break_reason(body: CreateBreakReasonIn) -> BreakReasonAnswer:
    """Add a reason; its name must be new."""
    new = NewBreakReason(**body.model_dump())
    return _answer(usecases.create_break_reason(services(), actor=principal(), new=new))


@break_reasons.put(
    "/<uuid:break_reason_id>", role=Role.ADMIN, body=UpdateBreakReasonIn, returns=BreakReasonAnswer, errors=(404, 409)
)
def update_break_reason(break_reason_id: UUID, body: UpdateBreakReasonIn) -> BreakReasonAnswer:
    """Change what is sent of a reason."""
    changes = cast("usecases.BreakReasonChanges", body.model_dump(exclude_unset=True))
    return _answer(
        usecases.update_break_reason(
            services(), actor=principal(), reason_id=BreakReasonId(break_reason_id), changes=changes
        )
    )


@break_reasons.delete("/<uuid:break_reason_id>", role=Role.ADMIN, returns=Message, errors=(404,))
def retire_break_reason(break_reason_id: UUID) -> Message:
    """Offer a reason no more. What was counted under it keeps its name."""
    usecases.retire_break_reason(services(), actor=principal(), reason_id=BreakReasonId(break_reason_id))
    return Message(message="Break reason removed")
