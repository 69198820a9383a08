"""The dialer contract at `/api`: snake_case, `{success, …}`."""

from importlib import import_module
from importlib.util import find_spec

from api.surfaces.dialer.surface import surface

RESOURCES = (
    "access",
    "users",
    "campaigns",
    "leads",
    "imports",
    "suppressions",
    "agent_groups",
    "agents",
    "calls",
    "reports",
    "carrier_account",
)

for _name in RESOURCES:
    if find_spec(f"{__name__}.{_name}"):
        import_module(f"{__name__}.{_name}")

__all__ = ["surface"]
