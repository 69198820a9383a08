"""Pacing over HTTP: why it dials as it does."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.pacing import PacingAnswer, PacingOut
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.usecases.pacing_report import load_pacing

pacing = surface.resource("pacing", url_prefix="/campaigns", tag="Pacing")


@pacing.get("/<uuid:campaign_id>/pacing", role=Role.SUPERVISOR, returns=PacingAnswer, errors=(404,))
def show_pacing(campaign_id: UUID) -> PacingAnswer:
    """Show a campaign's pacing: the floor now, the last decision with its reasons, and the last hour by the minute."""
    view = load_pacing(services(), actor=principal(), campaign_id=CampaignId(campaign_id))
    return PacingAnswer(pacing=PacingOut.of(view))
