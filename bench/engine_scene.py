"""The scene of the engine bench: a tenant with 500 agents, a campaign with enough leads, and people who answer."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from flask import Flask

from api.auth import init_tokens, issue_tokens
from api.context import EXTENSION
from api.wiring import ApiSettings
from demo.api import HttpClient
from demo.places import Place, choose_place
from dialer.bootstrap import build_services
from dialer.domain.campaigns import CampaignSettings, DialMode
from dialer.domain.ids import AgentId, CampaignId, UserId
from dialer.domain.principals import Principal, Role
from dialer.embedded.stack import EmbeddedStack
from dialer.integrations.passwords import Argon2Passwords
from dialer.settings import Settings
from dialer.store import carrier_accounts as store
from dialer.usecases import access, agent_groups, agents, campaigns
from dialer.usecases.services import Services

ANSWER_RATE = 0.35
WRAP_UP_SECONDS = 10
PACING_RATIO = 4
RING_SECONDS = 8.0
MAX_LINES = 5000
_PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Seat:
    """An agent, and the token of whoever sits there."""

    agent_id: AgentId
    token: str


class Scene:
    """Everything the bench does to the product, as an administrator would; through use cases, not over HTTP."""

    def __init__(self, stack: EmbeddedStack):
        self.stack = stack
        settings = Settings.from_env(stack.environ)
        # Passwords that are cheap to hash: nobody's time is to be spent on 500 of them.
        cheap = Argon2Passwords(time_cost=1, memory_kibibytes=8, parallelism=1)
        self.services: Services = replace(build_services(settings, application_name="bench"), passwords=cheap)
        self._settings = settings
        self._app = _token_app(self.services, settings)
        self.place: Place = choose_place(datetime.now(UTC))
        self._begin()

    def _begin(self) -> None:
        login = access.found_tenant(self.services, new=_person("owner"))
        self.owner = Principal(login.user.tenant_id, login.user.id, Role.OWNER, str(login.session_id))
        self.owner_token = self._token(login)
        self.tenant_id = login.user.tenant_id
        group = agent_groups.create_agent_group(self.services, actor=self.owner, name="The floor", description=None)
        self.group_id = group.id

    def seat_agents(self, count: int, *, first: int = 0) -> list[Seat]:
        """So many agents, each with a login of his own: a console is told of its own calls, not of everybody's."""
        return [self._seat(number) for number in range(first, first + count)]

    def _seat(self, number: int) -> Seat:
        login = access.register_user(
            self.services, actor=self.owner, tenant_id=self.tenant_id, new=_person(f"agent{number}"), role=Role.AGENT
        )
        agent = agents.create_agent(
            self.services,
            actor=self.owner,
            name=f"Agent {number}",
            agent_group_id=self.group_id,
            user_id=UserId(login.user.id),
        )
        return Seat(AgentId(agent.id), self._token(login))

    def sign_in(self, name: str) -> dict[str, Any]:
        """What a browser keeps of a login: of the owner, or of an agent by his number."""
        client = HttpClient(self.stack.url)
        answer = client.post("/api/auth/login", {"email": f"{name}@bench.example", "password": _PASSWORD})
        client.close()
        return {part: answer[part] for part in ("token", "refresh_token", "user")}

    def make_campaign(self, name: str, *, wrap_up_seconds: int = WRAP_UP_SECONDS) -> CampaignId:
        """A draft in the ratio mode: demand is always there, and the account's calls per second are the bound."""
        settings = CampaignSettings(
            name=name,
            caller_id=self.place.caller_id,
            timezone=self.place.timezone,
            calling_hours_start=time(0),
            calling_hours_end=time(0),
            agent_group_id=self.group_id,
            dial_mode=DialMode.RATIO,
            pacing_ratio=Decimal(PACING_RATIO),
            wrap_up_seconds=wrap_up_seconds,
        )
        return CampaignId(campaigns.create_campaign(self.services, actor=self.owner, settings=settings).campaign.id)

    def upload_leads(self, campaign_id: CampaignId, count: int) -> int:
        """So many people through the API; return how many were taken."""
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["first_name", "last_name", "phone"])
        rows.writerows(("Sara", "Ahmed", number) for number in islice(_numbers(self.place), count))
        client = HttpClient(self.stack.url, self.owner_token, timeout_seconds=120)
        answer = client.upload(
            "/api/leads/upload",
            filename="leads.csv",
            content=text.getvalue().encode(),
            fields={"campaign_id": str(campaign_id)},
        )
        client.close()
        return int((answer.get("results") or {}).get("inserted", 0))

    def start(self, campaign_id: CampaignId) -> None:
        """Begin to dial."""
        campaigns.start_campaign(self.services, actor=self.owner, campaign_id=campaign_id)

    def pause(self, campaign_id: CampaignId) -> None:
        """Stop dialling; calls go on."""
        campaigns.pause_campaign(self.services, actor=self.owner, campaign_id=campaign_id)

    def allow(self, calls_per_second: float) -> None:
        """Let the tenant start so many calls a second. Other processes know it within 30 s."""
        services, settings = self.services, self._settings
        key = settings.twilio_api_key_secret
        account = store.StoredAccount(
            account_sid=settings.twilio_account_sid,
            auth_token_encrypted=services.secrets.seal(settings.twilio_auth_token),
            secondary_auth_token_encrypted=None,
            # Headsets in browsers get their tokens by it.
            api_key_sid=settings.twilio_api_key_sid,
            api_key_secret_encrypted=None if key is None else services.secrets.seal(key),
            twiml_app_sid=settings.twilio_twiml_app_sid,
            calls_per_second=calls_per_second,
            max_lines=MAX_LINES,
            updated_at=services.clock.now(),
        )
        # Past the use case, which keeps the platform's account from tenants: here everything is on the twin's one.
        with services.transaction(self.tenant_id) as tx:
            store.save_account(tx.session, tenant_id=self.tenant_id, account=account)

    def people(self, calls_per_second: float, *, agents: int, occupancy: float) -> dict[str, object]:
        """A population for which `agents` are the right number at this rate, in the twin's words."""
        handling = agents * occupancy / (calls_per_second * ANSWER_RATE)
        return {
            "answer_rate": ANSWER_RATE,
            "machine_rate": 0.0,
            "busy_rate": 0.07,
            "failed_rate": 0.02,
            "ring_seconds": {"mean": RING_SECONDS, "sd": 3.0, "min": 2.0, "max": 20.0},
            "talk_seconds": max(5.0, handling - WRAP_UP_SECONDS),
            "patience_seconds": 30.0,
        }

    def close(self) -> None:
        """Close the connections."""
        self.services.database.dispose()

    def _token(self, login: access.Login) -> str:
        with self._app.app_context():
            return issue_tokens(login).token


def _token_app(services: Services, settings: Settings) -> Flask:
    app = Flask("bench")
    api_settings = ApiSettings(
        secret_key=settings.secret_key,
        jwt_secret_key=settings.jwt_secret_key,
        public_url=settings.public_url,
        redis_url=settings.redis_url,
        access_token_minutes=600,
    )
    app.extensions[EXTENSION] = (services, api_settings)
    init_tokens(app, api_settings)
    return app


def _person(name: str) -> access.NewUser:
    return access.NewUser(f"{name}@bench.example", _PASSWORD, name, "Bench")


def _numbers(place: Place) -> Iterator[str]:
    """Numbers around the place's own, far more than are set aside for fiction: nobody but the twin is ever asked."""
    for following in range(100_000):
        for prefix in sorted({block.prefix[: -(5 - block.digits)] for block in place.blocks}):
            yield f"{prefix}{following:05d}"
