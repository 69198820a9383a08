"""`/api/campaigns/:id/forecast`."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.forecast import ForecastAnswer, ForecastIn, ForecastOut
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.usecases.forecast import Wish
from dialer.usecases.forecast import forecast_campaign as usecase

forecast = surface.resource("forecast", url_prefix="/campaigns", tag="Pacing")


@forecast.post(
    "/<uuid:campaign_id>/forecast",
    role=Role.SUPERVISOR,
    body=ForecastIn,
    returns=ForecastAnswer,
    errors=(404, 503),
)
def forecast_campaign(campaign_id: UUID, body: ForecastIn) -> ForecastAnswer:
    """Forecast a campaign with other agents, hours or limits.

    Occupancy, abandonment, connects per hour and hours to finish, by simulation from what the campaign's pacer has
    learned of its people, beside the same for today. Takes up to five seconds and changes nothing; 503 while another
    forecast is being computed.
    """
    wish = Wish(body.agents, body.hours, body.max_abandonment_rate, body.dial_mode)
    found = usecase(services(), actor=principal(), campaign_id=CampaignId(campaign_id), wish=wish)
    return ForecastAnswer(forecast=ForecastOut.of(found))
