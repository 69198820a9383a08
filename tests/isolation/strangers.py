"""What a stranger asks of every route, with the ids of somebody else's rows wherever an id may stand.

A route is written as `METHOD rule`, as the application's map of addresses has it; its parameters are filled from the
victim's rows by their names. Texts in braces in a query, a body or a form are filled likewise: {lead_id}. A route
without a case fails.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HIDDEN = frozenset({404, 403})
"""There is no such thing, or not for you."""
FINE = frozenset({200, 201})
"""Answered, with what is the asker's own and nothing of the victim's."""
WRONG = frozenset({400})
"""The body names something that does not exist, as far as the asker can tell."""


@dataclass(frozen=True)
class Case:
    """One request. `answer`: the statuses that are right."""

    answer: frozenset[int] = HIDDEN
    query: Mapping[str, str] | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    file: bytes | None = None

    def options(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """For `Caller.send`."""
        chosen: dict[str, Any] = {}
        if self.query is not None:
            chosen["query"] = filled(self.query, ids)
        if self.json is not None:
            chosen["json"] = filled(self.json, ids)
        if self.form is not None:
            chosen["form"] = {**filled(self.form, ids), "file": (io.BytesIO(self.file or b""), "list.csv")}
        return chosen


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """The same with ids in place of their names."""
    if isinstance(value, str):
        return value.format_map(ids)
    if isinstance(value, Mapping):
        return {name: filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ids) for inner in value]
    return value


PEOPLE = b"phone,first_name\n+14155550123,Zoe\n"
NEW_CAMPAIGN = {"name": "Mine", "caller_id": "+14155550100"}
BULK = {"campaign_id": "{campaign_id}", "filter": {"all": True}}
TOMORROW = "2026-03-05T18:00:00Z"

CASES: dict[str, list[Case]] = {
    # -- agents and their groups
    "GET /api/agent-groups": [Case(FINE)],
    "POST /api/agent-groups": [Case(FINE, json={"name": "Mine"})],
    "GET /api/agent-groups/<agent_group_id>": [Case()],
    "PUT /api/agent-groups/<agent_group_id>": [Case(json={"name": "Taken over"})],
    "DELETE /api/agent-groups/<agent_group_id>": [Case()],
    "GET /api/agents": [Case(FINE), Case(FINE | HIDDEN, query={"agent_group_id": "{agent_group_id}"})],
    "POST /api/agents": [
        Case(WRONG | HIDDEN, json={"name": "Mine", "agent_group_id": "{agent_group_id}"}),
        Case(WRONG | HIDDEN, json={"name": "Mine", "user_id": "{user_id}"}),
    ],
    "GET /api/agents/<agent_id>": [Case()],
    "PUT /api/agents/<agent_id>": [Case(json={"name": "Taken over"}), Case(json={"user_id": None})],
    "DELETE /api/agents/<agent_id>": [Case()],
    "PUT /api/agents/<agent_id>/status": [
        Case(json={"status": "break"}),
        Case(WRONG | HIDDEN, json={"status": "break", "break_reason_id": "{break_reason_id}"}),
    ],
    "GET /api/agents/<agent_id>/desk": [Case(), Case(query={"zone": "Europe/Berlin"})],
    "GET /api/agents/<agent_id>/today": [Case()],
    "POST /api/agents/<agent_id>/wrap-up/extend": [Case(json={}), Case(json={"seconds": 1})],
    "POST /api/agents/<agent_id>/wrap-up/finish": [Case()],
    "GET /api/break-reasons": [Case(FINE)],
    "POST /api/break-reasons": [Case(FINE, json={"name": "Mine"})],
    "PUT /api/break-reasons/<break_reason_id>": [Case(json={"name": "Taken over"})],
    "DELETE /api/break-reasons/<break_reason_id>": [Case()],
    "GET /api/agents/<agent_id>/stats": [Case()],
    "GET /api/agents/<agent_id>/preview": [Case()],
    "POST /api/agents/<agent_id>/preview": [Case(json={}), Case(json={"campaign_id": "{campaign_id}"})],
    "POST /api/agents/<agent_id>/preview/dial": [Case(json={"preview_id": "{preview_id}"})],
    "POST /api/agents/<agent_id>/preview/skip": [Case(json={"preview_id": "{preview_id}", "reason": "no"})],
    # -- users
    "POST /api/auth/register": [
        Case(json={"email": "mole@example.com", "password": "long enough a word", "first_name": "Mole",
                   "tenant_id": "{tenant_id}"}),
        Case(json={"email": "mole@example.com", "password": "long enough a word", "first_name": "Mole",
                   "tenant_id": "{tenant_id}", "role": "owner"}),
    ],
    "POST /api/auth/login": [Case(frozenset({401}), json={"email": "cleo@example.com", "password": "not the word"})],
    "POST /api/auth/refresh": [Case(frozenset({401}), json={"refresh_token": "not.a.token"})],
    "PUT /api/auth/password": [
        Case(WRONG | HIDDEN | {401}, json={"current_password": "not the word", "new_password": "long enough a word"})
    ],
    "GET /api/auth/me": [Case(FINE)],
    "POST /api/auth/login/second-factor": [
        Case(frozenset({401}), json={"challenge_token": "a" * 43, "code": "123456"})
    ],
    "POST /api/auth/password-reset": [Case(frozenset({202}), json={"email": "nobody@example.com"})],
    "POST /api/auth/password-reset/confirm": [
        Case(WRONG | {401, 404}, json={"token": "a" * 43, "new_password": "long enough a word"})
    ],
    "POST /api/auth/invitations/accept": [
        Case(WRONG | {401, 404, 403}, json={"token": "a" * 43, "password": "long enough a word", "first_name": "Mole"})
    ],
    "POST /api/auth/invitations/show": [Case(WRONG | {401, 404, 403}, json={"token": "a" * 43})],
    "GET /api/auth/sessions": [Case(FINE)],
    "DELETE /api/auth/sessions": [Case(FINE)],
    "DELETE /api/auth/sessions/<session_id>": [Case()],
    "GET /api/auth/second-factor": [Case(FINE)],
    "POST /api/auth/second-factor": [Case(WRONG | {403, 401}, json={"password": "not the word"})],
    "POST /api/auth/second-factor/confirm": [Case(WRONG | {401, 403, 404, 409}, json={"code": "123456"})],
    "POST /api/auth/second-factor/disable": [Case(WRONG | {401, 403, 409}, json={"password": "not the word"})],
    "GET /api/invitations": [Case(FINE)],
    "POST /api/invitations": [
        Case(WRONG | HIDDEN, json={"email": "mole@example.com", "role": "agent",
                                   "agent": {"agent_group_id": "{agent_group_id}"}})
    ],
    "POST /api/invitations/<invitation_id>/resend": [Case()],
    "DELETE /api/invitations/<invitation_id>": [Case()],
    "GET /api/users": [Case(FINE)],
    "GET /api/users/<user_id>/sessions": [Case()],
    "DELETE /api/users/<user_id>/sessions": [Case()],
    "DELETE /api/users/<user_id>/second-factor": [Case()],
    "GET /api/audit-log": [
        Case(FINE), Case(FINE, query={"actor_id": "{user_id}"}), Case(FINE, query={"object_id": "{campaign_id}"}),
    ],
    "GET /api/settings/access": [Case(FINE)],
    "PUT /api/settings/access": [Case(FINE | {409}, json={"admins_need_second_factor": False})],
    "GET /api/users/<user_id>": [Case()],
    "PUT /api/users/<user_id>": [Case(json={"role": "agent"}), Case(json={"is_active": False})],
    # -- calls and promises
    "GET /api/calls": [
        Case(FINE), Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"}),
        Case(FINE | HIDDEN, query={"agent_id": "{agent_id}"}),
    ],
    "GET /api/calls/stats/summary": [Case(FINE), Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"})],
    "GET /api/calls/stats/by-disposition": [Case(FINE), Case(FINE | HIDDEN, query={"agent_id": "{agent_id}"})],
    "GET /api/calls/export": [Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"}), Case(FINE)],
    "GET /api/calls/<call_id>": [Case()],
    "GET /api/calls/<call_id>/compliance": [Case()],
    "GET /api/calls/<call_id>/recording": [Case()],
    "GET /api/recordings/<link>": [Case(HIDDEN | {401})],
    "PUT /api/calls/<call_id>/disposition": [
        Case(json={"disposition": "sale"}), Case(json={"disposition": "do_not_call"}),
    ],
    "PUT /api/calls/<call_id>/notes": [Case(json={"notes": "Taken over"})],
    "POST /api/calls/<call_id>/hangup": [Case()],
    "POST /api/agents/<agent_id>/voice-token": [Case()],
    "GET /api/calls/<call_id>/live": [Case()],
    "GET /api/calls/<call_id>/transfer-targets": [Case()],
    "POST /api/calls/<call_id>/hold": [Case()],
    "POST /api/calls/<call_id>/resume": [Case()],
    "POST /api/calls/<call_id>/recording/pause": [Case()],
    "POST /api/calls/<call_id>/recording/resume": [Case()],
    "POST /api/calls/<call_id>/transfers": [
        Case(json={"kind": "cold", "to": {"agent_id": "{agent_id}"}}),
        Case(json={"kind": "warm", "to": {"agent_group_id": "{agent_group_id}"}}),
    ],
    "POST /api/transfers/<transfer_id>/complete": [Case()],
    "POST /api/transfers/<transfer_id>/merge": [Case()],
    "POST /api/transfers/<transfer_id>/cancel": [Case()],
    "POST /api/calls/<call_id>/supervision": [Case(json={"mode": "listen"})],
    "DELETE /api/calls/<call_id>/supervision": [Case()],
    "POST /api/calls/<call_id>/take-over": [Case()],
    "POST /api/calls/<call_id>/opt-out": [Case(json={})],
    "GET /api/callbacks": [
        Case(FINE), Case(FINE | HIDDEN, query={"agent_id": "{agent_id}"}),
        Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"}),
    ],
    "GET /api/callbacks/<callback_id>": [Case()],
    "PUT /api/callbacks/<callback_id>": [Case(json={"note": "Taken over"}), Case(json={"agent_id": "{agent_id}"})],
    "DELETE /api/callbacks/<callback_id>": [Case()],
    "GET /api/reports/callbacks": [Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"}), Case(FINE)],
    # -- campaigns and lists
    "GET /api/campaigns": [Case(FINE)],
    "POST /api/campaigns": [Case(WRONG | HIDDEN, json={**NEW_CAMPAIGN, "agent_group_id": "{agent_group_id}"})],
    "GET /api/campaigns/<campaign_id>": [Case()],
    "PUT /api/campaigns/<campaign_id>": [Case(json={"name": "Taken over"})],
    "DELETE /api/campaigns/<campaign_id>": [Case()],
    "POST /api/campaigns/<campaign_id>/start": [Case()],
    "POST /api/campaigns/<campaign_id>/resume": [Case()],
    "POST /api/campaigns/<campaign_id>/pause": [Case()],
    "POST /api/campaigns/<campaign_id>/complete": [Case()],
    "POST /api/campaigns/<campaign_id>/cancel": [Case()],
    "POST /api/campaigns/<campaign_id>/clone": [Case(json={}), Case(json={"with_leads": True})],
    "GET /api/campaigns/<campaign_id>/report": [Case()],
    "GET /api/campaigns/<campaign_id>/pacing": [Case()],
    "GET /api/wallboard": [
        Case(FINE),
        Case(query={"campaign_id": "{campaign_id}"}),
        Case(query={"agent_group_id": "{agent_group_id}"}),
    ],
    "POST /api/campaigns/<campaign_id>/forecast": [Case(json={"agents": 3})],
    "POST /api/campaigns/<campaign_id>/dry-run": [Case(json={})],
    "GET /api/campaigns/<campaign_id>/dialability": [Case()],
    "GET /api/campaigns/<campaign_id>/compliance.csv": [Case()],
    "GET /api/campaigns/<campaign_id>/leads/export": [Case(), Case(query={"list_id": "{list_id}"})],
    "GET /api/campaigns/<campaign_id>/script": [Case(), Case(query={"lead_id": "{lead_id}"})],
    "PUT /api/campaigns/<campaign_id>/script": [Case(json={"text": "Taken over"})],
    "GET /api/campaigns/<campaign_id>/dispositions": [Case()],
    "PUT /api/campaigns/<campaign_id>/dispositions": [
        Case(json={"dispositions": None}),
        Case(json={"dispositions": [{"label": "Mine", "outcome": "sale"}]}),
    ],
    "GET /api/campaigns/<campaign_id>/lists": [Case()],
    "POST /api/campaigns/<campaign_id>/lists": [Case(json={"name": "Mine"})],
    "PUT /api/lists/<list_id>": [Case(json={"weight": 9})],
    "DELETE /api/lists/<list_id>": [Case(), Case(query={"move_to": "{list_id}"})],
    # -- leads
    "GET /api/leads": [Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"})],
    "POST /api/leads": [
        Case(json={"campaign_id": "{campaign_id}", "phone": "+14155550123"}),
        Case(json={"campaign_id": "{campaign_id}", "list_id": "{list_id}", "phone": "+14155550123"}),
        Case(WRONG | HIDDEN, json={"campaign_id": "{own_campaign_id}", "list_id": "{list_id}",
                                   "phone": "+14155550123"}),
    ],
    "GET /api/leads/<lead_id>": [Case()],
    "PUT /api/leads/<lead_id>": [
        Case(json={"notes": "Taken over"}), Case(json={"do_not_call": True}), Case(json={"list_id": "{list_id}"}),
    ],
    "DELETE /api/leads/<lead_id>": [Case()],
    "GET /api/leads/<lead_id>/dialability": [Case()],
    "POST /api/leads/<lead_id>/callback": [Case(json={"at": TOMORROW}), Case(json={"at": TOMORROW, "agent_id": "me"})],
    "POST /api/leads/bulk": [
        Case(json={**BULK, "action": "delete"}),
        Case(json={**BULK, "action": "update", "changes": {"priority": "high"}, "dry_run": True}),
        Case(WRONG | HIDDEN, json={**BULK, "campaign_id": "{own_campaign_id}", "action": "move",
                                   "target": {"campaign_id": "{campaign_id}"}}),
        Case(WRONG | HIDDEN, json={**BULK, "campaign_id": "{own_campaign_id}", "action": "copy",
                                   "target": {"campaign_id": "{campaign_id}", "list_id": "{list_id}"}}),
        Case(FINE | HIDDEN, json={"campaign_id": "{own_campaign_id}", "filter": {"ids": ["{lead_id}"]},
                                  "action": "delete"}),
        Case(WRONG | HIDDEN, json={"campaign_id": "{own_campaign_id}", "filter": {"all": True}, "action": "update",
                                   "changes": {"list_id": "{list_id}"}}),
    ],
    "GET /api/leads/bulk/<job_id>": [Case()],
    "POST /api/leads/bulk/<job_id>/cancel": [Case()],
    # -- imports
    "GET /api/leads/template/csv": [Case(FINE)],
    "POST /api/leads/upload": [
        Case(form={"campaign_id": "{campaign_id}"}, file=PEOPLE),
        Case(WRONG | HIDDEN, form={"campaign_id": "{own_campaign_id}", "list_id": "{list_id}"}, file=PEOPLE),
    ],
    "POST /api/leads/imports/preview": [Case(form={"campaign_id": "{campaign_id}"}, file=PEOPLE)],
    "GET /api/leads/imports": [Case(FINE), Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"})],
    "GET /api/leads/imports/<import_id>": [Case()],
    "POST /api/leads/imports/<import_id>/cancel": [Case()],
    "GET /api/leads/imports/<import_id>/errors.csv": [Case()],
    "GET /api/leads/imports/mappings": [Case(FINE)],
    "DELETE /api/leads/imports/mappings/<mapping_id>": [Case()],
    # -- whom not to call, and who is forgotten
    "GET /api/dnc": [Case(FINE), Case(FINE | HIDDEN, query={"campaign_id": "{campaign_id}"})],
    "POST /api/dnc": [
        Case(json={"phone": "+14155550123", "campaign_id": "{campaign_id}"}),
        # The victim's person, on the stranger's own list: that person stays callable for the victim.
        Case(FINE, json={"phone": "{victims_number}"}),
    ],
    "GET /api/dnc/check": [Case(FINE, query={"phone": "{suppressed_number}"})],
    "POST /api/dnc/upload": [Case(form={"campaign_id": "{campaign_id}"}, file=b"+14155550123\n")],
    "DELETE /api/dnc/<entry_id>": [Case(), Case(query={"restore_leads": "true"})],
    "GET /api/dnc/registries": [Case(FINE)],
    "POST /api/dnc/registries": [
        Case(FINE, form={"name": "Mine", "jurisdiction": "US", "published_on": "2026-03-02"}, file=b"4155550123\n")
    ],
    "DELETE /api/dnc/registries/<registry_id>": [Case()],
    "POST /api/people/erase": [
        Case(json={"lead_id": "{lead_id}", "reason": "requested"}),
        Case(FINE | HIDDEN | WRONG, json={"phone": "{victims_number}", "reason": "requested"}),
    ],
    "GET /api/people/erasures": [Case(FINE)],
    "GET /api/people/erasures/<erasure_id>": [Case()],
    # -- rules and settings
    "GET /api/rules": [Case(FINE)],
    "POST /api/rules": [
        Case(FINE, json={"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["09:00", "09:30"]]}})
    ],
    "DELETE /api/rules/<rule_id>": [Case()],
    "GET /api/rules/books/<version>": [Case()],
    "GET /api/settings/retention": [Case(FINE)],
    "PUT /api/settings/retention": [
        Case(FINE, json={"leads_days": 9, "calls_days": 9, "recordings_days": 9, "import_errors_days": 9})
    ],
    "GET /api/carrier-account": [Case(FINE)],
    "PUT /api/carrier-account": [
        Case(FINE | WRONG, json={"account_sid": "{account_sid}", "auth_token": "nothing but a guess",
                                 "calls_per_second": 1.0, "max_lines": 1})
    ],
    "DELETE /api/carrier-account": [Case(FINE)],
    "POST /api/carrier-account/test": [Case(FINE, json={})],
    "GET /api/numbers": [Case(FINE, query={"figures": "true"})],
    "POST /api/numbers": [Case(FINE, json={"phone": "+14155550177", "label": "Mine"})],
    "POST /api/numbers/sync": [Case(FINE)],
    "PUT /api/numbers/<number_id>": [Case(json={"label": "Taken over"})],
    "DELETE /api/numbers/<number_id>": [Case()],
    # -- last, since it ends the stranger's own session
    "POST /api/auth/logout": [Case(FINE)],
}  # fmt: skip

NO_TENANT: dict[str, str] = {
    "GET /api/docs": "a page about the API",
    "GET /api/docs/<name>": "that page's parts",
    "GET /api/docs/start.js": "that page's script",
    "GET /api/openapi.json": "the API's description",
    "GET /": "leads to the console",
    "GET /console": "leads to the console",
    "GET /console/": "the console's one page, the same for everybody",
    "GET /console/assets/<fingerprint>/<path:path>": "that page's parts",
    "GET /console/vendor/<fingerprint>/<path:path>": "the packages that it is made of",
    "GET /healthz": "the process lives",
    "GET /readyz": "the installation is whole",
    "GET /metrics": "counts of all tenants together; the proxy closes it to the world",
}
"""Routes that hold no tenant's data, each with what it is."""

WEBHOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "answer": ("callId={call_id}", {"CallSid": "{call_sid}", "CallStatus": "in-progress"}),
    "waiting": ("callId={call_id}", {"CallSid": "{call_sid}"}),
    "hold": ("callId={call_id}", {"CallSid": "{call_sid}"}),
    "status": ("callId={call_id}", {"CallSid": "{call_sid}", "CallStatus": "completed"}),
    "amd": ("callId={call_id}", {"CallSid": "{call_sid}", "AnsweredBy": "machine_start"}),
    "conference-status": (
        "callId={call_id}",
        {"CallSid": "{call_sid}", "ConferenceSid": "CF1", "StatusCallbackEvent": "participant-leave"},
    ),
    "recording": ("callId={call_id}", {"RecordingSid": "RE1", "RecordingUrl": "https://example.com/1"}),
    "opt-out": ("callId={call_id}", {"CallSid": "{call_sid}", "Digits": "9"}),
    "agent-leg": ("", {"CallSid": "CA1", "From": "client:agent_{agent_id}"}),
    "transfer-answer": ("transferId={transfer_id}", {"CallSid": "CA1"}),
    "transfer-status": ("transferId={transfer_id}", {"CallSid": "CA1", "CallStatus": "no-answer"}),
    "agent-answer": ("callId={call_id}&agentId={agent_id}", {"CallSid": "CA1"}),
    "agent-status": ("callId={call_id}&agentId={agent_id}", {"CallSid": "CA1", "CallStatus": "completed"}),
}
"""The carrier's requests, by the last part of their address: query and form about the victim's call or agent."""
