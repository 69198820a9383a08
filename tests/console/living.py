"""A tenant at work, for looking at: agents in every state, conversations, a campaign with imported leads, a few entries
in every list.
"""

from dataclasses import dataclass

from tests.console.scene import Login, Scene
from tests.e2e.world import Console, eventually, new_number

NAMES = (("Sara", "Ahmed", "Northwind Ltd"), ("John", "O'Neill", "ABC Corp"), ("Chloé", "Müller", ""),
         ("Wei", "Chen", "Acme, Inc."), ("Olga", "Petrova", "Blue Door Studio"), ("Luís", "García", "Ferry & Sons"),
         ("Naomi", "Okafor", "Northwind Ltd"), ("Tom", "Wright", ""), ("Priya", "Singh", "ABC Corp"),
         ("Zoë", "van Dijk", "Acme, Inc."))  # fmt: skip

_SCRIPT = """# Greeting
Hello {first_name}, this is {agent_name}. Am I calling at a good time?

# The offer
- The **family plan** renews on its old terms until the end of the month.
- {custom:company} pays nothing for the change.
"""


@dataclass(frozen=True)
class Living:
    """The ids that addresses of pages need, and the people to look through."""

    scene: Scene
    agent: Login
    """Sits at no page yet; a call for him is not under way."""
    supervisor: Login
    campaign_id: str
    draft_id: str
    lead_id: str
    import_id: str


def bring_to_life(scene: Scene) -> Living:
    """Fill a tenant; returns once conversations are going on."""
    group = scene.office.add_group()
    agent, supervisor = scene.add_agent(group, "Ben"), scene.add_person("supervisor", "Sam")
    campaign_id = scene.office.add_campaign(
        group, name="Renewals, spring", dial_mode="progressive", wrap_up_seconds=600
    )
    write_script(scene, campaign_id)
    draft_id = scene.office.add_campaign(group, name="Win back, autumn", dial_mode="predictive")
    consoles = [_seat(scene, group, name) for name in ("Dana", "Eli", "Farah", "Gus", "Hana")]
    scene.office.upload(campaign_id, _list(scene, talkers=3, others=12))
    (read,) = scene.admin.get("/api/leads/imports")["imports"]
    for number in (new_number() for _ in range(3)):
        scene.admin.post("/api/dnc", {"phone": number, "reason": "asked on the phone"})
    scene.admin.post("/api/invitations", {"email": "dana@example.net", "role": "agent"})
    _settle(scene, campaign_id, consoles)
    leads = scene.admin.get(f"/api/leads?campaign_id={campaign_id}&limit=1")["leads"]
    return Living(scene, agent, supervisor, campaign_id, draft_id, leads[0]["id"], read["id"])


def write_script(scene: Scene, campaign_id: str) -> None:
    """Give agents something to say."""
    scene.admin.put(f"/api/campaigns/{campaign_id}/script", {"text": _SCRIPT})


def _seat(scene: Scene, group: str, name: str) -> Console:
    login = scene.add_agent(group, name)
    tenant_id = scene.office.tenant_id
    console = Console(scene.stack, token=login.token, agent_id=login.agent_id, tenant_id=tenant_id)
    scene.office.consoles.append(console)
    console.open()
    return console


def _list(scene: Scene, *, talkers: int, others: int) -> str:
    rows = ["Phone Number,First Name,Last Name,Company,Plan"]
    for place in range(talkers + others):
        first, last, company = NAMES[place % len(NAMES)]
        number = new_number()
        how = {"ring_seconds": 2, "talk_seconds": 36_000} if place < talkers else {}
        scene.office.script(number, "answer" if place < talkers else ("busy", "no-answer")[place % 2], **how)
        rows.append(f'{number},{first},{last},"{company}",Family')
    rows += ["call reception,Bad,Row,ACME,Basic", f"{number},Twice,Row,ACME,Basic"]
    return "\n".join(rows) + "\n"


def _settle(scene: Scene, campaign_id: str, consoles: list[Console]) -> None:
    scene.start(campaign_id)
    eventually(
        lambda: sum(bool(console.all_heard("incoming:call")) for console in consoles) >= 3, what="three are talking"
    )
    resting = next(console for console in consoles if not console.all_heard("incoming:call"))
    resting.say("agent:status", agentId=resting.agent_id, status="break")
