"""An agent looks at a lead before anybody is called."""

from datetime import time, timedelta

import pytest

from dialer.domain.campaigns import DialMode
from dialer.domain.errors import Conflict
from dialer.domain.ids import AgentId
from dialer.usecases.services import Services
from tests.builders.agents import make_agent_group
from tests.builders.floor import Floor, open_floor
from tests.store.races import at_once
from tests.usecases.previews.desk import dial_next, look, skip


def test_nothing_is_dialled_until_an_agent_says_so(floor: Floor, ben: AgentId) -> None:
    floor.leads(3)
    look(floor, ben)
    assert floor.rows("select * from calls") == []
    assert floor.rows("select * from attempts") == []


def test_a_previewed_lead_is_claimed_shown_and_pushed(floor: Floor, ben: AgentId) -> None:
    (lead_id,) = floor.leads(1, first_name="Sara", notes="VIP")
    preview = look(floor, ben).preview
    assert preview is not None
    assert (preview.lead_id, preview.first_name, preview.notes) == (lead_id, "Sara", "VIP")
    assert preview.expires_at == floor.services.clock.now() + timedelta(seconds=120)
    lead = floor.lead(lead_id)
    assert (lead.status, lead.claimed_until, lead.call_attempts) == ("queued", preview.expires_at, 0)
    (pushed,) = floor.feed.to_agents
    assert (pushed.audience, pushed.event, pushed.payload["previewId"]) == (ben, "preview:lead", str(preview.id))


def test_asking_again_shows_the_same_lead(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    assert look(floor, ben) == look(floor, ben)
    assert len(floor.rows("select * from leads where status = 'queued'")) == 1


def test_two_agents_never_look_at_one_lead(floor: Floor) -> None:
    agents = [floor.console_agent() for _ in range(4)]
    floor.leads(3)
    offers = at_once(*[lambda agent=agent: look(floor, agent) for agent in agents])
    shown = [offer.preview.lead_id for offer in offers if offer.preview is not None]
    assert len(shown) == len(set(shown)) == 3


def test_one_agent_who_asks_twice_at_once_gets_one_lead(floor: Floor, ben: AgentId) -> None:
    floor.leads(3)
    offers = at_once(*[lambda: look(floor, ben)] * 3)
    assert len({offer.preview.id for offer in offers if offer.preview is not None}) == 1
    assert len(floor.rows("select * from leads where status = 'queued'")) == 1


def test_due_retries_come_first_and_what_is_not_due_never(floor: Floor, ben: AgentId) -> None:
    fresh, retry, later = floor.leads(3)
    now = floor.services.clock.now()
    floor.change("update leads set call_attempts = 1 where id = :id", id=retry)
    floor.change("update leads set next_call_at = :at where id = :id", id=later, at=now + timedelta(hours=1))
    seen = []
    while (preview := look(floor, ben).preview) is not None:
        seen.append(preview.lead_id)
        skip(floor, ben, preview.id)
    assert seen == [retry, fresh]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"dial_mode": DialMode.PROGRESSIVE}, "No preview campaign"),
        ({"calling_hours_start": time(1), "calling_hours_end": time(2)}, "outside its calling hours"),
    ],
)
def test_without_a_lead_to_look_at_it_says_why(services: Services, settings: dict, why: str) -> None:
    floor = open_floor(services, **{"dial_mode": DialMode.PREVIEW, **settings})
    floor.leads(1)
    offer = look(floor, floor.console_agent())
    assert offer.preview is None
    assert why in (offer.reason or "")


def test_a_list_that_is_done_says_so(floor: Floor, ben: AgentId) -> None:
    assert look(floor, ben).reason == "Spring outreach: no lead is due."


def test_an_agent_gets_leads_of_the_campaigns_he_serves_only(services: Services, floor: Floor) -> None:
    team, other = (make_agent_group(services.database, tenant_id=floor.tenant_id) for _ in range(2))
    floor.change("update campaigns set agent_group_id = :id", id=team)
    floor.leads(1)
    assert look(floor, floor.console_agent(agent_group_id=other)).preview is None
    assert look(floor, floor.console_agent(agent_group_id=team)).preview is not None


def test_one_campaign_may_be_asked_for(services: Services, floor: Floor, ben: AgentId) -> None:
    second = open_floor(services, floor.tenant_id, dial_mode=DialMode.PREVIEW)
    floor.leads(1)
    (wanted,) = second.leads(1)
    preview = look(floor, ben, campaign_id=second.campaign_id).preview
    assert preview is not None
    assert preview.lead_id == wanted
    with pytest.raises(Conflict, match="another campaign"):
        look(floor, ben, campaign_id=floor.campaign_id)


@pytest.mark.parametrize("status", ["break", "busy", "offline"])
def test_only_an_available_agent_looks(floor: Floor, status: str) -> None:
    floor.leads(1)
    with pytest.raises(Conflict, match="not available"):
        look(floor, floor.console_agent(status=status))


def test_an_agent_with_a_call_does_not_look_at_the_next(floor: Floor, ben: AgentId) -> None:
    floor.leads(2)
    dial_next(floor, ben)
    with pytest.raises(Conflict, match="has a call"):
        look(floor, ben)
