"""Connecting, joining, declaring and receiving over real sockets."""

import time
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from flask_jwt_extended import create_access_token
from sqlalchemy import text

from dialer.usecases import access
from tests.builders.agents import make_agent
from tests.builders.calls import make_call
from tests.sockets.looks import column_of, join, refusal_of, sockets_of


def test_an_agent_joins_and_is_present(browser, ben, bens_agent, services):
    answer = join(browser, ben, bens_agent)
    assert answer["success"] is True
    assert answer["agent"]["id"] == str(bens_agent)
    assert answer["call"] is None
    assert len(sockets_of(services, ben.tenant_id, bens_agent)) == 1


def test_joining_tells_the_agents_status(browser, ben, bens_agent):
    join(browser, ben, bens_agent)
    told = browser.next_event("agent:status:updated")
    assert (told["agentId"], told["status"], told["state"]) == (str(bens_agent), "available", "available")


def test_the_token_may_come_in_the_authorization_header(browser, ben):
    browser.connect(headers={"Authorization": f"Bearer {ben.token}"})
    assert browser.client.connected


def test_without_a_token_nobody_connects_and_is_told_why(browser):
    refused = refusal_of(browser)
    assert "token" in refused["message"]
    assert refused["data"]["code"] == "unauthenticated"


@pytest.mark.parametrize("junk", ["junk", "a.b.c", "Bearer ", 42, ["x"], {"token": "x"}])
def test_junk_for_a_token_is_refused(browser, junk):
    assert refusal_of(browser, junk)["data"]["code"] == "unauthenticated"


def test_an_expired_token_is_refused_as_such(browser, ben, app):
    with app.app_context():
        claims = {"tenant_id": str(ben.tenant_id), "sid": ben.principal.session_id}
        expired = create_access_token(str(ben.user_id), additional_claims=claims, expires_delta=timedelta(seconds=-5))
    assert refusal_of(browser, expired)["data"]["code"] == "token_expired"


def test_a_token_of_an_ended_session_is_refused(browser, ben, services):
    access.log_out(services, actor=ben.principal)
    assert refusal_of(browser, ben.token)["data"]["code"] == "unauthenticated"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://dialer.example.com", 200),
        (None, 200),
        ("https://evil.example", 400),
        ("http://dialer.example.com", 400),
        ("https://dialer.example.com.evil.example", 400),
        ("null", 400),
    ],
)
def test_only_our_own_pages_may_connect(server_url, origin, status):
    headers = {} if origin is None else {"Origin": origin}
    assert status_of(f"{server_url}/socket.io/?EIO=4&transport=polling", headers) == status


def status_of(url, headers):
    try:
        with urlopen(Request(url, headers=headers), timeout=5) as answer:
            return answer.status
    except HTTPError as refused:
        with refused:
            return refused.code


def test_another_tenants_agent_cannot_be_joined(browser, cleo, bens_agent, services, ben):
    answer = join(browser, cleo, bens_agent)
    assert (answer["success"], answer["code"]) == (False, "not_found")
    assert sockets_of(services, ben.tenant_id, bens_agent) == []


def test_naming_another_tenant_is_refused(browser, ben, cleo, bens_agent):
    answer = join(browser, ben, bens_agent, tenantId=str(cleo.tenant_id))
    assert (answer["success"], answer["code"]) == (False, "forbidden")


def test_a_colleagues_agent_cannot_be_joined(browser, ben, services):
    colleague = make_agent(services.database, tenant_id=ben.tenant_id, name="Bea")
    answer = join(browser, ben, colleague)
    assert (answer["success"], answer["code"]) == (False, "forbidden")


def test_a_refused_client_hears_nothing_of_the_agent(browser, second_browser, cleo, ben, bens_agent, services):
    join(browser, cleo, bens_agent)
    join(second_browser, ben, bens_agent)
    services.feed.to_agent(bens_agent, "incoming:call", {"callId": "1"})
    second_browser.next_event("incoming:call")
    time.sleep(0.1)
    assert browser.heard() == []


def test_a_supervisor_looks_on_without_being_the_agents_presence(browser, sam, ben, bens_agent, services):
    assert join(browser, sam, bens_agent)["success"] is True
    assert sockets_of(services, ben.tenant_id, bens_agent) == []
    services.feed.to_agent(bens_agent, "incoming:call", {"callId": "1"})
    assert browser.next_event("incoming:call") == {"callId": "1"}


def test_a_supervisor_may_stand_in_for_an_agent_without_a_user(browser, sam, services):
    agent_id = make_agent(services.database, tenant_id=sam.tenant_id)
    assert join(browser, sam, agent_id)["success"] is True
    assert len(sockets_of(services, sam.tenant_id, agent_id)) == 1


def test_an_agent_created_after_the_connection_can_be_joined(browser, ben, services):
    browser.connect(ben.token)
    agent_id = make_agent(services.database, tenant_id=ben.tenant_id, user_id=ben.user_id)
    assert browser.say("agent:join", {"agentId": str(agent_id), "tenantId": str(ben.tenant_id)})["success"] is True


def test_one_socket_is_one_agents_console(browser, sam, services):
    first, second = (make_agent(services.database, tenant_id=sam.tenant_id) for _ in range(2))
    join(browser, sam, first)
    assert browser.say("agent:join", {"agentId": str(second)})["code"] == "conflict"


def test_joining_again_is_harmless(browser, ben, bens_agent, services):
    join(browser, ben, bens_agent)
    assert browser.say("agent:join", {"agentId": str(bens_agent)})["success"] is True
    assert len(sockets_of(services, ben.tenant_id, bens_agent)) == 1


def test_a_console_that_reconnects_is_given_the_call_in_progress(browser, ben, bens_agent, services):
    call_id = make_call(services.database, tenant_id=ben.tenant_id, agent_id=bens_agent, state="bridged")
    hold(services, ben.tenant_id, bens_agent, call_id)
    answer = join(browser, ben, bens_agent)
    assert (answer["call"]["callId"], answer["call"]["first_name"], answer["call"]["notes"]) == (
        str(call_id),
        "Sara",
        "VIP",
    )
    assert answer["agent"]["status"] == "busy"


def hold(services, tenant_id, agent_id, call_id):
    with services.transaction(tenant_id) as tx:
        tx.session.execute(
            text("update agents set held_call_ids = array[cast(:call as uuid)] where id = :id"),
            {"call": call_id, "id": agent_id},
        )


def test_a_break_has_its_reason_and_says_since_when(browser, ben, bens_agent):
    join(browser, ben, bens_agent)
    lunch = ben.get("/api/break-reasons")["break_reasons"][0]
    said = {"agentId": str(bens_agent), "status": "break", "break_reason_id": lunch["id"]}
    answer = browser.say("agent:status", said)
    while (told := browser.next_event("agent:status:updated"))["status"] != "break":
        pass
    assert answer["agent"]["break_reason"] == told["break_reason"] == "Lunch"
    assert (told["break_reason_id"], told["since"]) == (lunch["id"], told["at"])
    assert browser.say("agent:status", said | {"status": "available"})["fields"][0]["field"] == "break_reason_id"


def test_declaring_a_status_answers_and_tells_supervisors(browser, second_browser, ben, sam, bens_agent, queue):
    second_browser.connect(sam.token)
    join(browser, ben, bens_agent)
    answer = browser.say("agent:status", {"agentId": str(bens_agent), "status": "break"})
    assert (answer["success"], answer["agent"]["status"]) == (True, "break")
    while second_browser.next_event("agent:status:updated")["status"] != "break":
        pass
    queue.clear()
    browser.say("agent:status", {"agentId": str(bens_agent), "status": "available"})
    assert queue.names == ["dialer.dialing.agent_became_available"]


def test_agents_do_not_hear_of_each_other(browser, second_browser, ben, sam, bens_agent, services):
    other = make_agent(services.database, tenant_id=ben.tenant_id)
    join(browser, ben, bens_agent)
    browser.next_event("agent:status:updated")
    join(second_browser, sam, other)
    second_browser.say("agent:status", {"agentId": str(other), "status": "break"})
    second_browser.next_event("agent:status:updated")
    time.sleep(0.1)
    assert browser.heard() == []


def test_a_colleagues_status_is_not_ones_to_declare(browser, ben, services):
    colleague = make_agent(services.database, tenant_id=ben.tenant_id)
    browser.connect(ben.token)
    assert browser.say("agent:status", {"agentId": str(colleague), "status": "offline"})["code"] == "forbidden"


def test_another_tenants_status_is_not_ones_to_declare(browser, cleo, bens_agent, ben, services):
    browser.connect(cleo.token)
    assert browser.say("agent:status", {"agentId": str(bens_agent), "status": "offline"})["code"] == "not_found"
    assert column_of(services, ben.tenant_id, bens_agent, "status") == "available"


MALFORMED = [
    None,
    "text",
    5,
    [],
    {},
    {"agentId": "x"},
    {"agentId": None},
    {"agentId": {"a": 1}},
    {"agentId": 7},
    {"callId": 7},
    {"agentId": str(uuid4()), "extra": 1},
    {"agentId": "\0"},
    {"agentId": b"\x00\x01"},
    ("two", "arguments"),
]


@pytest.mark.parametrize("event", ["agent:join", "agent:status", "call:received"])
def test_malformed_messages_are_answered_with_what_is_wrong(browser, ben, event):
    browser.connect(ben.token)
    for payload in MALFORMED:
        answer = browser.say(event, payload)
        assert (answer["success"], answer["code"] in {"invalid", "conflict"}) == (False, True), (payload, answer)
        assert "Traceback" not in answer["error"]


def test_an_unknown_status_is_refused_by_name(browser, ben, bens_agent):
    browser.connect(ben.token)
    answer = browser.say("agent:status", {"agentId": str(bens_agent), "status": "asleep"})
    assert answer["fields"][0]["field"] == "status"


def test_the_screen_pop_is_noted_once(browser, ben, bens_agent, services, clock):
    call_id = make_call(services.database, tenant_id=ben.tenant_id, agent_id=bens_agent, state="answered")
    hold(services, ben.tenant_id, bens_agent, call_id)
    join(browser, ben, bens_agent)
    popped_at = clock.now()
    assert browser.say("call:received", {"callId": str(call_id)}) == {"success": True}
    clock.advance(seconds=3)
    browser.say("call:received", {"callId": str(call_id)})
    with services.transaction(ben.tenant_id) as tx:
        assert tx.session.scalar(text("select screen_popped_at from calls")) == popped_at


def test_a_call_of_somebody_else_is_not_received(browser, ben, bens_agent, services):
    call_id = make_call(services.database, tenant_id=ben.tenant_id, state="answered")
    join(browser, ben, bens_agent)
    assert browser.say("call:received", {"callId": str(call_id)})["code"] == "not_found"


def test_who_looks_on_does_not_receive_the_call(browser, sam, ben, bens_agent, services):
    call_id = make_call(services.database, tenant_id=ben.tenant_id, agent_id=bens_agent, state="answered")
    hold(services, ben.tenant_id, bens_agent, call_id)
    join(browser, sam, bens_agent)
    assert browser.say("call:received", {"callId": str(call_id)})["code"] == "forbidden"


def test_receiving_a_call_needs_a_console(browser, ben):
    browser.connect(ben.token)
    assert browser.say("call:received", {"callId": str(uuid4())})["code"] == "forbidden"
