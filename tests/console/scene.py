"""What stands behind the pages: a tenant with people, campaigns and conversations, made through the API."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from dialer.embedded.stack import EmbeddedStack
from tests.e2e.world import PASSWORD, Http, Office, Witness, new_number

_numbers = count(1)


@dataclass(frozen=True)
class Login:
    """Somebody who may sign in, and what signing in answered."""

    answer: dict[str, Any]
    email: str
    agent_id: str = ""
    group_id: str = ""
    password: str = PASSWORD

    @property
    def token(self) -> str:
        """The access token."""
        return str(self.answer["token"])


@dataclass
class Scene:
    """One tenant: Ada founded it; who else is needed is added."""

    stack: EmbeddedStack
    office: Office
    ada: Login

    @property
    def admin(self) -> Http:
        """The API, as Ada."""
        return self.office.admin

    def add_person(self, role: str, first_name: str = "Ben") -> Login:
        """One more user."""
        person = {
            "email": f"{first_name.lower()}{next(_numbers)}@example.net", "password": PASSWORD, "role": role,
            "first_name": first_name, "last_name": "Ortiz", "tenant_id": self.office.tenant_id,
        }  # fmt: skip
        return Login(self.admin.post("/api/auth/register", person), person["email"])

    def add_agent(self, group_id: str, first_name: str = "Ben") -> Login:
        """An agent who has yet to sit down at his page."""
        login = self.add_person("agent", first_name)
        body = {"name": f"{first_name} Ortiz", "agent_group_id": group_id, "user_id": login.answer["user"]["id"]}
        agent_id = self.admin.post("/api/agents", body)["agent"]["id"]
        return Login(login.answer, login.email, agent_id, group_id)

    def add_talkers(self, campaign_id: str, *names: str, talk_seconds: float = 9000) -> dict[str, str]:
        """Leads who answer at once and talk as long as said (the twin's seconds); their numbers by name."""
        number_of = {name: new_number() for name in names}
        for number in number_of.values():
            self.office.script(number, "answer", ring_seconds=2, talk_seconds=talk_seconds)
        rows = "".join(f"{number},{name},Doe,ACME\n" for name, number in number_of.items())
        self.office.upload(campaign_id, f"Phone Number,First Name,Last Name,Company\n{rows}")
        return number_of

    def dial_for(self, agent: Login, *names: str, **settings: object) -> str:
        """Begin a campaign that calls leads of these names for one agent, one at a time."""
        settings = {"dial_mode": "progressive", "wrap_up_seconds": 120, **settings}
        campaign_id = self.office.add_campaign(agent.group_id, **settings)
        if names:
            self.add_talkers(campaign_id, *names)
        self.start(campaign_id)
        return campaign_id

    def start(self, campaign_id: str) -> None:
        """Begin to dial."""
        self.admin.post(f"/api/campaigns/{campaign_id}/start")


def last_call(witness: Witness, campaign_id: str, name: str) -> Any:
    """The newest call to a lead, as the database has it; None before there is one."""
    rows = witness.rows(
        "select c.* from calls c join leads l on l.id = c.lead_id"
        " where c.campaign_id = %(campaign)s and l.first_name = %(name)s order by c.created_at desc limit 1",
        campaign=campaign_id, name=name,
    )  # fmt: skip
    return rows[0] if rows else None


def set_scene(stack: EmbeddedStack) -> Scene:
    """Found a tenant."""
    person = {
        "email": f"ada{next(_numbers)}@example.net", "password": PASSWORD, "first_name": "Ada", "last_name": "Ek",
    }  # fmt: skip
    answer = Http(stack.url).post("/api/auth/register", person)
    office = Office(stack, Http(stack.url, answer["token"]), answer["user"]["tenant_id"])
    return Scene(stack, office, Login(answer, person["email"]))
