"""The dialer contract at `/api`: snake_case, `{success, …}`."""

from api.surfaces.dialer import (  # noqa: F401 - importing a resource records its routes on the surface
    access,
    agent_groups,
    agents,
    audit_log,
    bulk_leads,
    callbacks,
    calling_rules,
    calls,
    campaigns,
    carrier_account,
    dialability,
    erasure,
    forecast,
    imports,
    invitations,
    lead_export,
    leads,
    lists,
    opt_outs,
    pacing,
    previews,
    recordings,
    registries,
    reports,
    retention,
    second_factors,
    sessions,
    suppressions,
    users,
)
from api.surfaces.dialer.surface import surface

__all__ = ["surface"]
