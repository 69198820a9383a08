"""The dialer contract at `/api`: snake_case, `{success, …}`."""

from api.surfaces.dialer import (  # noqa: F401 - importing a resource records its routes on the surface
    access,
    agent_groups,
    agents,
    calls,
    campaigns,
    carrier_account,
    forecast,
    leads,
    pacing,
    previews,
    reports,
    suppressions,
    users,
)
from api.surfaces.dialer.surface import surface

__all__ = ["surface"]
