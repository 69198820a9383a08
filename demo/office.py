"""Sets the scene through the public API: a tenant, its people, the suppression list, a campaign and its leads."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.api import HttpClient
from demo.consoles import Seat
from demo.leads import LeadFile
from demo.places import Place
from demo.settings import PACING_RATIO, POPULATION, RETRY_DELAY_MINUTES

# Everything listens on this machine alone and is forgotten by the next run.
_PASSWORD = "correct horse battery staple"  # nosec B105 # noqa: S105
AGENT_NAMES = ("Ben Ortiz", "Dana Kim", "Eli Novak", "Farah Aziz", "Gus Berg", "Hana Sato", "Idris Cole", "June Park",
               "Kofi Mensah", "Lena Roth", "Mo Haddad", "Nia Evans")  # fmt: skip


@dataclass(frozen=True)
class Office:
    """A tenant ready to dial: clients for its people, and ids."""

    owner: HttpClient
    supervisor: HttpClient
    tenant_id: str
    campaign: dict[str, Any]
    seats: list[Seat]
    import_results: dict[str, int]
    import_errors: list[dict[str, Any]]

    @property
    def campaign_id(self) -> str:
        """The campaign's id."""
        return str(self.campaign["id"])


def set_up_carrier(twin: HttpClient, *, caller_id: str, seed: int) -> None:
    """Own the caller id, and people the world."""
    twin.post("/_twin/numbers", {"phone_number": caller_id})
    twin.post("/_twin/population", {**POPULATION, "seed": seed})


def found_office(
    url: str,
    twin_url: str,
    *,
    app_sid: str,
    place: Place,
    leads: LeadFile,
    agents: int,
    dial_mode: str,
    say: Callable[[str], None],
) -> Office:
    """Do what an administrator does before the first call. Raises ApiError."""
    public = HttpClient(url)
    founded = public.post("/api/auth/register", _person("owner@demo.example", "Ada Admin"))
    tenant_id = founded["user"]["tenant_id"]
    owner = HttpClient(url, founded["token"])
    watcher = owner.post(
        "/api/auth/register",
        _person("supervisor@demo.example", "Sam Supervisor") | {"tenant_id": tenant_id, "role": "supervisor"},
    )
    group = owner.post("/api/agent-groups", {"name": "The floor"})["agent_group"]
    names = [AGENT_NAMES[i % len(AGENT_NAMES)] + (f" {i}" if i >= len(AGENT_NAMES) else "") for i in range(agents)]
    seats = [_seat(owner, url, twin_url, tenant_id, group["id"], app_sid, name) for name in names]
    say(f"{len(seats)} agents in one group")
    listed = owner.upload("/api/dnc/upload", filename="do-not-call.csv", content=_suppression_file(leads), fields={})
    say(f"{listed['results']['added']} numbers on the do-not-call list")
    campaign = owner.post("/api/campaigns", campaign_settings(place, group["id"], dial_mode))["campaign"]
    uploaded = owner.upload(
        "/api/leads/upload",
        filename="leads.csv",
        content=leads.content,
        fields={"campaign_id": campaign["id"]},
    )
    results = uploaded["results"]
    say(f"{results['inserted']:,} leads from a CSV of {results['total']:,} rows by POST /api/leads/upload")
    public.close()
    supervisor = HttpClient(url, watcher["token"])
    return Office(owner, supervisor, tenant_id, campaign, seats, results, uploaded["errors"])


def campaign_settings(place: Place, agent_group_id: str, dial_mode: str) -> dict[str, object]:
    """The campaign, as the body of POST /api/campaigns."""
    return {
        "name": f"Renewals, {place.name}",
        "caller_id": place.caller_id,
        "timezone": place.timezone,
        "calling_hours_start": "09:00:00",
        "calling_hours_end": "18:00:00",
        "agent_group_id": agent_group_id,
        "dial_mode": dial_mode,
        "pacing_ratio": PACING_RATIO,
        "retry_policy": {
            "max_attempts": 3,
            "delay_minutes": RETRY_DELAY_MINUTES,
            "retry_on_no_answer": True,
            "retry_on_busy": True,
            "retry_on_voicemail": False,
        },
        "amd_enabled": True,
        "amd_mode": "async",
        "voicemail_message_url": "https://demo.example/voicemail.mp3",
        "record_calls": True,
        "ring_timeout_seconds": 25,
        # Longer than anybody here needs: agents say themselves when they are done.
        "wrap_up_seconds": 15,
    }


def _seat(owner: HttpClient, url: str, twin_url: str, tenant_id: str, group_id: str, app_sid: str, name: str) -> Seat:
    email = f"{name.lower().replace(' ', '.')}@demo.example"
    user = owner.post("/api/auth/register", _person(email, name) | {"tenant_id": tenant_id, "role": "agent"})
    agent = owner.post("/api/agents", {"name": name, "user_id": user["user"]["id"], "agent_group_id": group_id})
    return Seat(name, email, _PASSWORD, agent["agent"]["id"], tenant_id, url, twin_url, app_sid)


def _person(email: str, name: str) -> dict[str, object]:
    first, _, last = name.partition(" ")
    return {"email": email, "password": _PASSWORD, "first_name": first, "last_name": last}


def _suppression_file(leads: LeadFile) -> bytes:
    text = io.StringIO()
    text.write("phone\r\n")
    text.writelines(f"{number}\r\n" for number in leads.suppressed)
    return text.getvalue().encode()
