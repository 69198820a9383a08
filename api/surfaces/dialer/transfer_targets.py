"""Who could take a call over, over HTTP."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.transfer_targets import TargetAgentOut, TargetGroupOut, TransferTargetsAnswer
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CallId
from dialer.domain.principals import Role
from dialer.usecases import transfer_targets as usecases

targets = surface.resource("transfer_targets", url_prefix="/calls", tag="Live calls")


@targets.get("/<uuid:call_id>/transfer-targets", role=Role.AGENT, returns=TransferTargetsAnswer, errors=(404,))
def list_transfer_targets(call_id: UUID) -> TransferTargetsAnswer:
    """List who could take a call over now: for those who take part in it, and for supervisors."""
    found = usecases.list_transfer_targets(services(), actor=principal(), call_id=CallId(call_id))
    return TransferTargetsAnswer(
        agents=[TargetAgentOut.model_validate(agent) for agent in found.agents],
        groups=[TargetGroupOut.model_validate(group) for group in found.groups],
    )
