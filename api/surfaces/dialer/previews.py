"""Preview dialling over HTTP: look at a lead, then dial it or skip it."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.previews import (
    DialPreviewIn,
    OfferPreviewIn,
    PreviewAnswer,
    PreviewedCallAnswer,
    PreviewedCallOut,
    PreviewOut,
    SkipPreviewIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentId, CampaignId, PreviewId
from dialer.domain.principals import Role
from dialer.usecases import previews as usecases

previews = surface.resource("previews", url_prefix="/agents", tag="Previews")


@previews.post(
    "/<uuid:agent_id>/preview", role=Role.AGENT, body=OfferPreviewIn, returns=PreviewAnswer, errors=(404, 409)
)
def offer_preview(agent_id: UUID, body: OfferPreviewIn) -> PreviewAnswer:
    """Look at the next lead.

    It is claimed for the agent until it expires; asked again, it is the same one. preview is null, and message says
    why, when there is no lead to look at. The agent must be available and without a call.
    """
    wanted = None if body.campaign_id is None else CampaignId(body.campaign_id)
    offer = usecases.offer_preview(services(), actor=principal(), agent_id=AgentId(agent_id), campaign_id=wanted)
    shown = None if offer.preview is None else PreviewOut.of(offer.preview)
    return PreviewAnswer(preview=shown, message=offer.reason)


@previews.get("/<uuid:agent_id>/preview", role=Role.AGENT, returns=PreviewAnswer, errors=(404,))
def show_preview(agent_id: UUID) -> PreviewAnswer:
    """Show what is on an agent's screen: one's own, or anybody's for supervisors."""
    preview = usecases.load_preview(services(), actor=principal(), agent_id=AgentId(agent_id))
    return PreviewAnswer(preview=None if preview is None else PreviewOut.of(preview), message=None)


@previews.post(
    "/<uuid:agent_id>/preview/dial",
    role=Role.AGENT,
    body=DialPreviewIn,
    returns=PreviewedCallAnswer,
    errors=(404, 409),
)
def dial_preview(agent_id: UUID, body: DialPreviewIn) -> PreviewedCallAnswer:
    """Call the lead on the screen.

    The agent is kept for the answer from now on. Repeating it answers with the same call. Refused when a rule forbids
    the call, when the preview has expired, and when the agent is not free or has no audio.
    """
    dialled = usecases.dial_preview(
        services(), actor=principal(), agent_id=AgentId(agent_id), preview_id=PreviewId(body.preview_id)
    )
    call = PreviewedCallOut(id=dialled.call_id, preview_id=dialled.preview_id, state=dialled.state)
    return PreviewedCallAnswer(call=call)


@previews.post("/<uuid:agent_id>/preview/skip", role=Role.AGENT, body=SkipPreviewIn, returns=Message, errors=(404, 409))
def skip_preview(agent_id: UUID, body: SkipPreviewIn) -> Message:
    """Give the lead back without calling.

    Others are offered it at once, this agent not for half an hour. Repeating it changes nothing.
    """
    usecases.skip_preview(
        services(),
        actor=principal(),
        agent_id=AgentId(agent_id),
        preview_id=PreviewId(body.preview_id),
        reason=body.reason,
    )
    return Message(message="Lead skipped")
