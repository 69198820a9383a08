"""Events that other processes send reach whom they are for, and nobody else."""

import subprocess
import sys
import time

from dialer.domain.live_rooms import agent_room, tenant_room
from tests.sockets.looks import eventually, join


def test_an_event_from_another_process_reaches_the_console(browser, ben, bens_agent, redis_url):
    join(browser, ben, bens_agent)
    program = (
        "import sys; from uuid import UUID; from dialer.integrations.socketio_feed import SocketIoFeed;"
        "SocketIoFeed(sys.argv[1]).to_agent(UUID(sys.argv[2]), 'incoming:call', {'callId': 'c1', 'phone': '+1415'})"
    )
    subprocess.run([sys.executable, "-c", program, redis_url, str(bens_agent)], check=True, timeout=30)
    assert browser.next_event("incoming:call") == {"callId": "c1", "phone": "+1415"}


def test_a_supervisor_hears_of_the_whole_tenant_and_an_agent_does_not(
    browser, second_browser, sam, ben, cleo, services
):
    browser.connect(sam.token)
    second_browser.connect(ben.token)
    eventually_heard(services, browser, sam.tenant_id)
    services.feed.to_tenant(cleo.tenant_id, "agent:status:updated", {"agentId": "not yours"})
    services.feed.to_tenant(sam.tenant_id, "agent:status:updated", {"agentId": "last"})
    assert browser.next_event("agent:status:updated") == {"agentId": "last"}
    assert second_browser.heard() == []


def eventually_heard(services, browser, tenant_id):
    """Emit until the first event arrives: the subscription begins with the first client."""

    def heard():
        services.feed.to_tenant(tenant_id, "call:ended", {})
        return browser.heard() != []

    assert eventually(heard)
    time.sleep(0.1)


def test_losing_redis_for_a_moment_does_not_deafen_the_consoles(browser, ben, bens_agent, services, redis_client, app):
    join(browser, ben, bens_agent)
    browser.next_event("agent:status:updated")
    redis_client.client_kill_filter(_type="pubsub")
    time.sleep(0.2)
    assert app.extensions["relay"].wait_until_subscribed(5)
    services.feed.to_agent(bens_agent, "incoming:call", {"callId": "after"})
    assert browser.next_event("incoming:call") == {"callId": "after"}


def test_rooms_are_named_alike_for_all_processes(bens_agent, ben):
    assert agent_room(bens_agent) == f"agent:{bens_agent}"
    assert tenant_room(ben.tenant_id) == f"tenant:{ben.tenant_id}"


def test_a_feed_without_redis_loses_the_event_and_nothing_else(bens_agent):
    from dialer.integrations.socketio_feed import SocketIoFeed

    began = time.monotonic()
    SocketIoFeed("redis://127.0.0.1:1/0").to_agent(bens_agent, "incoming:call", {})
    assert time.monotonic() - began < 3
