"""Who of a tenant may do what: written by hand, beside what the routes say of themselves.

`least` is the least role that may ask at all. `of_others` is what an agent is told who asks about a colleague's thing
(his calls, his promises, his screen): `refused`, or `open` where the whole floor may see it. A route without an entry
fails.
"""

from dataclasses import dataclass
from typing import Literal

Least = Literal["public", "agent", "supervisor", "admin", "owner"]


@dataclass(frozen=True)
class Permission:
    """One route's entry."""

    least: Least
    of_others: Literal["open", "refused", ""] = ""


PUBLIC = Permission("public")
EVERYBODY = Permission("agent", "open")
OWN = Permission("agent", "refused")
SUPERVISORS = Permission("supervisor")
ADMINS = Permission("admin")

PERMISSIONS: dict[str, Permission] = {
    # -- oneself
    "POST /api/auth/register": PUBLIC,
    "POST /api/auth/login": PUBLIC,
    "POST /api/auth/refresh": PUBLIC,
    "POST /api/auth/login/second-factor": PUBLIC,
    "POST /api/auth/password-reset": PUBLIC,
    "POST /api/auth/password-reset/confirm": PUBLIC,
    "POST /api/auth/invitations/accept": PUBLIC,
    "POST /api/auth/invitations/show": PUBLIC,
    "POST /api/auth/logout": EVERYBODY,
    "GET /api/auth/sessions": EVERYBODY,
    "DELETE /api/auth/sessions": EVERYBODY,
    "DELETE /api/auth/sessions/<session_id>": OWN,
    "GET /api/auth/second-factor": EVERYBODY,
    "POST /api/auth/second-factor": EVERYBODY,
    "POST /api/auth/second-factor/confirm": EVERYBODY,
    "POST /api/auth/second-factor/disable": EVERYBODY,
    "PUT /api/auth/password": EVERYBODY,
    "GET /api/auth/me": EVERYBODY,
    # -- the tenant's people
    "GET /api/users": ADMINS,
    "GET /api/users/<user_id>": ADMINS,
    "PUT /api/users/<user_id>": ADMINS,
    "GET /api/users/<user_id>/sessions": ADMINS,
    "DELETE /api/users/<user_id>/sessions": ADMINS,
    "DELETE /api/users/<user_id>/second-factor": ADMINS,
    "GET /api/invitations": ADMINS,
    "POST /api/invitations": ADMINS,
    "POST /api/invitations/<invitation_id>/resend": ADMINS,
    "DELETE /api/invitations/<invitation_id>": ADMINS,
    "GET /api/audit-log": ADMINS,
    "GET /api/settings/access": ADMINS,
    "PUT /api/settings/access": ADMINS,
    "GET /api/agent-groups": EVERYBODY,
    "GET /api/agent-groups/<agent_group_id>": EVERYBODY,
    "POST /api/agent-groups": ADMINS,
    "PUT /api/agent-groups/<agent_group_id>": ADMINS,
    "DELETE /api/agent-groups/<agent_group_id>": ADMINS,
    "GET /api/agents": EVERYBODY,
    "GET /api/agents/<agent_id>": OWN,
    "GET /api/agents/<agent_id>/stats": OWN,
    "PUT /api/agents/<agent_id>/status": OWN,
    "GET /api/agents/<agent_id>/desk": OWN,
    "GET /api/agents/<agent_id>/today": OWN,
    "POST /api/agents/<agent_id>/wrap-up/extend": OWN,
    "POST /api/agents/<agent_id>/wrap-up/finish": OWN,
    "GET /api/break-reasons": EVERYBODY,
    "POST /api/break-reasons": ADMINS,
    "PUT /api/break-reasons/<break_reason_id>": ADMINS,
    "DELETE /api/break-reasons/<break_reason_id>": ADMINS,
    "POST /api/agents": ADMINS,
    "PUT /api/agents/<agent_id>": ADMINS,
    "DELETE /api/agents/<agent_id>": ADMINS,
    "GET /api/agents/<agent_id>/preview": OWN,
    "POST /api/agents/<agent_id>/preview": OWN,
    "POST /api/agents/<agent_id>/preview/dial": OWN,
    "POST /api/agents/<agent_id>/preview/skip": OWN,
    # -- calls and promises
    "GET /api/calls": EVERYBODY,
    "GET /api/calls/stats/summary": EVERYBODY,
    "GET /api/calls/stats/by-disposition": EVERYBODY,
    "GET /api/calls/<call_id>": OWN,
    "PUT /api/calls/<call_id>/disposition": OWN,
    "PUT /api/calls/<call_id>/notes": OWN,
    "POST /api/calls/<call_id>/hangup": OWN,
    "POST /api/agents/<agent_id>/voice-token": OWN,
    "GET /api/calls/<call_id>/live": OWN,
    "GET /api/calls/<call_id>/transfer-targets": OWN,
    "POST /api/calls/<call_id>/hold": OWN,
    "POST /api/calls/<call_id>/resume": OWN,
    "POST /api/calls/<call_id>/recording/pause": OWN,
    "POST /api/calls/<call_id>/recording/resume": OWN,
    "POST /api/calls/<call_id>/transfers": OWN,
    "POST /api/transfers/<transfer_id>/complete": OWN,
    "POST /api/transfers/<transfer_id>/merge": OWN,
    "POST /api/transfers/<transfer_id>/cancel": OWN,
    "POST /api/calls/<call_id>/supervision": SUPERVISORS,
    "DELETE /api/calls/<call_id>/supervision": SUPERVISORS,
    "POST /api/calls/<call_id>/take-over": SUPERVISORS,
    "POST /api/calls/<call_id>/opt-out": OWN,
    "GET /api/calls/<call_id>/recording": OWN,
    # Whoever has a link: it is signed for one user, ends with the login and after ten minutes.
    "GET /api/recordings/<link>": PUBLIC,
    "GET /api/calls/export": SUPERVISORS,
    "GET /api/calls/<call_id>/compliance": SUPERVISORS,
    "GET /api/callbacks": EVERYBODY,
    "GET /api/callbacks/<callback_id>": OWN,
    "PUT /api/callbacks/<callback_id>": OWN,
    "DELETE /api/callbacks/<callback_id>": OWN,
    "GET /api/reports/callbacks": SUPERVISORS,
    # -- campaigns
    "GET /api/campaigns": EVERYBODY,
    "GET /api/campaigns/<campaign_id>": EVERYBODY,
    "POST /api/campaigns": ADMINS,
    "PUT /api/campaigns/<campaign_id>": ADMINS,
    "DELETE /api/campaigns/<campaign_id>": ADMINS,
    "POST /api/campaigns/<campaign_id>/clone": ADMINS,
    "POST /api/campaigns/<campaign_id>/cancel": ADMINS,
    "POST /api/campaigns/<campaign_id>/start": SUPERVISORS,
    "POST /api/campaigns/<campaign_id>/resume": SUPERVISORS,
    "POST /api/campaigns/<campaign_id>/pause": SUPERVISORS,
    "POST /api/campaigns/<campaign_id>/complete": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/report": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/pacing": SUPERVISORS,
    "GET /api/wallboard": SUPERVISORS,
    "POST /api/campaigns/<campaign_id>/forecast": SUPERVISORS,
    "POST /api/campaigns/<campaign_id>/dry-run": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/dialability": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/compliance.csv": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/leads/export": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/script": EVERYBODY,
    "PUT /api/campaigns/<campaign_id>/script": SUPERVISORS,
    "GET /api/campaigns/<campaign_id>/dispositions": EVERYBODY,
    "PUT /api/campaigns/<campaign_id>/dispositions": ADMINS,
    "GET /api/campaigns/<campaign_id>/lists": EVERYBODY,
    "POST /api/campaigns/<campaign_id>/lists": ADMINS,
    "PUT /api/lists/<list_id>": ADMINS,
    "DELETE /api/lists/<list_id>": ADMINS,
    # -- leads
    "GET /api/leads": EVERYBODY,
    "GET /api/leads/<lead_id>": EVERYBODY,
    # An agent writes down what a person tells; what steers dialling is an admin's, field by field.
    "PUT /api/leads/<lead_id>": EVERYBODY,
    "GET /api/leads/<lead_id>/dialability": EVERYBODY,
    "POST /api/leads/<lead_id>/callback": EVERYBODY,
    "POST /api/leads": ADMINS,
    "DELETE /api/leads/<lead_id>": ADMINS,
    "POST /api/leads/bulk": ADMINS,
    "GET /api/leads/bulk/<job_id>": ADMINS,
    "POST /api/leads/bulk/<job_id>/cancel": ADMINS,
    "GET /api/leads/template/csv": EVERYBODY,
    "POST /api/leads/upload": ADMINS,
    "POST /api/leads/imports/preview": ADMINS,
    "GET /api/leads/imports": SUPERVISORS,
    "GET /api/leads/imports/<import_id>": SUPERVISORS,
    "GET /api/leads/imports/<import_id>/errors.csv": SUPERVISORS,
    "POST /api/leads/imports/<import_id>/cancel": ADMINS,
    "GET /api/leads/imports/mappings": SUPERVISORS,
    "DELETE /api/leads/imports/mappings/<mapping_id>": ADMINS,
    # -- whom not to call, and who is forgotten
    "GET /api/dnc": EVERYBODY,
    "GET /api/dnc/check": EVERYBODY,
    # Whoever is told "do not call me again" must be able to see to it at once.
    "POST /api/dnc": EVERYBODY,
    "POST /api/dnc/upload": ADMINS,
    "DELETE /api/dnc/<entry_id>": ADMINS,
    "GET /api/dnc/registries": SUPERVISORS,
    "POST /api/dnc/registries": ADMINS,
    "DELETE /api/dnc/registries/<registry_id>": ADMINS,
    "POST /api/people/erase": ADMINS,
    "GET /api/people/erasures": ADMINS,
    "GET /api/people/erasures/<erasure_id>": ADMINS,
    # -- rules and settings
    "GET /api/rules": SUPERVISORS,
    "POST /api/rules": ADMINS,
    "DELETE /api/rules/<rule_id>": ADMINS,
    "GET /api/rules/books/<version>": SUPERVISORS,
    "GET /api/settings/retention": SUPERVISORS,
    "PUT /api/settings/retention": ADMINS,
    "GET /api/carrier-account": ADMINS,
    "PUT /api/carrier-account": ADMINS,
    "DELETE /api/carrier-account": ADMINS,
    "POST /api/carrier-account/test": ADMINS,
    "GET /api/numbers": SUPERVISORS,
    "POST /api/numbers": ADMINS,
    "POST /api/numbers/sync": ADMINS,
    "PUT /api/numbers/<number_id>": ADMINS,
    "DELETE /api/numbers/<number_id>": ADMINS,
}
