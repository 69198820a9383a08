"""Who may look at a lead and dial it, for whom."""

from dataclasses import replace

import pytest

from dialer.domain.campaigns import DialMode
from dialer.domain.errors import DialerError, Forbidden, NotFound
from dialer.domain.ids import AgentId
from dialer.domain.principals import Role
from dialer.usecases import previews
from dialer.usecases.services import Services
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor, open_floor
from tests.usecases.previews.desk import acting, look, look_at_one, press_dial, state_of


def test_only_the_agent_himself_looks_dials_and_skips(floor: Floor) -> None:
    ben = floor.console_agent(user_id=None)
    floor.leads(1)
    preview_id = look_at_one(floor, ben)
    colleague = floor.console_agent()
    for act in (
        lambda who: previews.offer_preview(floor.services, actor=who, agent_id=ben),
        lambda who: previews.dial_preview(floor.services, actor=who, agent_id=ben, preview_id=preview_id),
        lambda who: previews.skip_preview(floor.services, actor=who, agent_id=ben, preview_id=preview_id, reason="-"),
        lambda who: previews.load_preview(floor.services, actor=who, agent_id=ben),
    ):
        with pytest.raises(Forbidden):
            act(acting(floor, colleague))
    # Ben has no user of his own: a supervisor may work for him.
    assert previews.dial_preview(
        floor.services, actor=acting(floor, None, Role.SUPERVISOR), agent_id=ben, preview_id=preview_id
    )


def test_an_agents_preview_is_not_another_agents(floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    preview_id = look_at_one(floor, ben)
    colleague = floor.console_agent()
    with pytest.raises(NotFound):
        press_dial(floor, colleague, preview_id)


def test_cleo_finds_neither_agent_nor_preview(services: Services, floor: Floor, ben: AgentId) -> None:
    floor.leads(1)
    preview_id = look_at_one(floor, ben)
    cleos = open_floor(services, dial_mode=DialMode.PREVIEW)
    hers = cleos.console_agent()
    cleo = replace(acting(cleos, hers), role=Role.OWNER)
    attempts = (
        lambda: previews.offer_preview(services, actor=cleo, agent_id=ben),
        lambda: previews.load_preview(services, actor=cleo, agent_id=ben),
        lambda: previews.dial_preview(services, actor=cleo, agent_id=ben, preview_id=preview_id),
        lambda: previews.dial_preview(services, actor=cleo, agent_id=hers, preview_id=preview_id),
        lambda: previews.skip_preview(services, actor=cleo, agent_id=hers, preview_id=preview_id, reason="-"),
    )
    for attempt in attempts:
        with pytest.raises(DialerError) as refused:
            attempt()
        assert isinstance(refused.value, NotFound)
    assert look(cleos, hers).preview is None
    assert state_of(floor, preview_id) == "offered"
    assert make_campaign(services, cleos.tenant_id).settings.dial_mode == DialMode.PROGRESSIVE
