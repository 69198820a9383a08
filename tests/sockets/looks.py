"""What the tests of sockets say, and where they look."""

import time

import pytest
import socketio
from sqlalchemy import text


def join(browser, caller, agent_id, **more):
    browser.connect(caller.token)
    return browser.say("agent:join", {"agentId": str(agent_id), "tenantId": str(caller.tenant_id)} | more)


def sockets_of(services, tenant_id, agent_id):
    with services.transaction(tenant_id) as tx:
        found = tx.session.execute(text("select sid from agent_sockets where agent_id = :id"), {"id": agent_id})
        return [row.sid for row in found]


def column_of(services, tenant_id, agent_id, column):
    with services.transaction(tenant_id) as tx:
        return tx.session.scalar(text(f"select {column} from agents where id = :id"), {"id": agent_id})


def eventually(holds, seconds=5.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


def refusal_of(browser, token=None, headers=None):
    with pytest.raises(socketio.exceptions.ConnectionError):
        browser.connect(token, headers=headers)
    return browser.refused
