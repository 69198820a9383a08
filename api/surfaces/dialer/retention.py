"""`/api/settings/retention`."""

from api.context import principal, services
from api.surfaces.dialer.schemas.retention import RetentionAnswer, RetentionIn
from api.surfaces.dialer.surface import surface
from dialer.domain.principals import Role
from dialer.usecases import retention as usecases

retention = surface.resource("retention", url_prefix="/settings/retention", tag="Settings")


@retention.get("", role=Role.SUPERVISOR, returns=RetentionAnswer)
def show_retention() -> RetentionAnswer:
    """Show how long what is kept, and how much is older than that: the sweep's dry run."""
    return RetentionAnswer.of(usecases.load_retention(services(), actor=principal()))


@retention.put("", role=Role.ADMIN, body=RetentionIn, returns=RetentionAnswer)
def set_retention(body: RetentionIn) -> RetentionAnswer:
    """Say how long what is kept. A sweep takes the person out of what is older; what it has removed is gone."""
    return RetentionAnswer.of(usecases.set_retention(services(), actor=principal(), days=body.to_days()))
