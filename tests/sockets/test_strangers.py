"""Every event that a socket may say, said by strangers and colleagues about an agent and a call that are not theirs."""

import time

import pytest

from dialer.domain.live_rooms import agent_room, tenant_room
from tests.builders.agents import make_agent, make_agent_group
from tests.builders.floor import open_conversation, open_floor
from tests.isolation.tenants import checksums
from tests.sockets.looks import eventually

# What is said of a stranger's agent and call; `connect` and `disconnect` carry nothing but the token.
SAID = {
    "agent:join": [
        {"agentId": "{agent}"},
        {"agentId": "{agent}", "tenantId": "{tenant}"},
        {"agentId": "{agent}", "tenantId": "{own_tenant}"},
    ],
    "agent:status": [{"agentId": "{agent}", "status": "offline"}, {"agentId": "{agent}", "status": "available"}],
    "call:received": [{"callId": "{call}"}],
    "wallboard:watch": [{"campaign_ids": ["{campaign}"]}, {"agent_group_id": "{group}"}],
    "wallboard:unwatch": [{}],
}


@pytest.fixture
def victim(services, ada):
    """Ada's floor with a conversation: the ids of its tenant, agent and call."""
    floor = open_floor(services, ada.tenant_id)
    call_id, agent_id = open_conversation(floor)
    return {
        "tenant": str(ada.tenant_id), "agent": str(agent_id), "call": str(call_id),
        "campaign": str(floor.campaign_id),
        "group": str(make_agent_group(services.database, tenant_id=ada.tenant_id)),
    }  # fmt: skip


def filled(said, ids):
    return {
        name: [each.format_map(ids) for each in value] if isinstance(value, list) else value.format_map(ids)
        for name, value in said.items()
    }


def test_every_event_is_among_them(app):
    known = set(app.extensions["socketio"].server.handlers["/"]) - {"connect", "disconnect"}
    assert known == set(SAID), "say in tests/sockets/test_strangers.py what a stranger says there"


@pytest.mark.parametrize("name", ["cleo", "ben"])
def test_nothing_that_is_said_of_anothers_agent_or_call_does_anything(
    browser, second_browser, request, sam, services, owner_database, victim, name
):
    stranger = request.getfixturevalue(name)
    own_agent = make_agent(services.database, tenant_id=stranger.tenant_id, user_id=stranger.user_id, name="Own")
    ids = {**victim, "own_tenant": str(stranger.tenant_id)}
    browser.connect(stranger.token)
    # As the console of his own agent he has got furthest.
    second_browser.connect(stranger.token)
    assert second_browser.say("agent:join", {"agentId": str(own_agent)})["success"] is True
    before = checksums(owner_database, sam.tenant_id)
    for event, cases in SAID.items():
        for case in cases:
            for client in (browser, second_browser):
                answer = client.say(event, filled(case, ids))
                assert answer["success"] is False, (event, case)
                assert {"agent", "call", "board"} & set(answer) == set(), (event, case)
    assert checksums(owner_database, sam.tenant_id) == before


def test_a_stranger_gets_into_no_room_and_hears_nothing(browser, second_browser, cleo, sam, ada, services, victim):
    browser.connect(cleo.token)
    second_browser.connect(sam.token)
    for room in (agent_room(victim["agent"]), tenant_room(ada.tenant_id), victim["agent"], victim["tenant"]):
        for event in ("join", "join_room", "subscribe", "enter_room", "message"):
            browser.client.emit(event, room)
            browser.client.emit(event, {"room": room})

    def supervisor_heard():
        services.feed.to_tenant(ada.tenant_id, "agent:status:updated", {"agentId": victim["agent"]})
        services.feed.to_agent(victim["agent"], "incoming:call", {"callId": victim["call"]})
        time.sleep(0.05)
        return "agent:status:updated" in second_browser.heard()

    assert eventually(supervisor_heard)
    assert browser.heard() == []
