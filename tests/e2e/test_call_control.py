"""Steering live calls on the running product: what the carrier says is so, and nobody is left alone."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from requests.auth import HTTPBasicAuth

from dialer.embedded.stack import EmbeddedStack
from tests.e2e.headset import Headset
from tests.e2e.world import Console, Office, Witness, eventually, new_number


@dataclass
class Talk:
    """A conversation of an agent who wears a headset."""

    stack: EmbeddedStack
    office: Office
    witness: Witness
    console: Console
    headset: Headset
    call_id: str

    def row(self) -> Any:
        return self.witness.rows("select * from calls where id = %(id)s", id=self.call_id)[0]

    def agent(self, console: Console | None = None) -> Any:
        who = (console or self.console).agent_id
        return self.witness.rows("select * from agents where id = %(id)s", id=who)[0]

    def room(self, name: str) -> dict[str, dict[str, Any]]:
        """Who sits in a conference of this name, by what the carrier says."""
        for found in self.carrier(f"Conferences.json?FriendlyName={name}")["conferences"]:
            if found["status"] != "completed":
                there = self.carrier(f"Conferences/{found['sid']}/Participants.json")["participants"]
                return {one["label"]: one for one in there}
        return {}

    def carrier(self, path: str) -> Any:
        environ = self.stack.environ
        sid = environ["TWILIO_ACCOUNT_SID"]
        answer = requests.get(
            f"{self.stack.twin_url}/2010-04-01/Accounts/{sid}/{path}",
            auth=HTTPBasicAuth(sid, environ["TWILIO_AUTH_TOKEN"]),
            timeout=10,
        )
        assert answer.ok, answer.text
        return answer.json()

    def together(self, console: Console | None = None) -> bool:
        """Callee and agent are in the agent's conference, and neither is held."""
        agent_id = (console or self.console).agent_id
        there = self.room(f"agent_{agent_id}")
        wanted = {f"agent_{agent_id}", f"call_{self.call_id}"}
        return wanted <= there.keys() and not any(there[label]["hold"] for label in wanted)


worn: list[Headset] = []
"""All headsets of a test; they are taken off at its end."""


def put_on(voice: dict[str, Any]) -> Headset:
    worn.append(Headset(voice))
    return worn[-1]


def wear(console: Console) -> Headset:
    return put_on(console.api.post(f"/api/agents/{console.agent_id}/voice-token")["voice"])


def seat(stack: EmbeddedStack, office: Office, group_id: str) -> tuple[Console, Headset]:
    """An agent at his page, with a headset, ready."""
    user = office.register()
    body = {"name": "Ben", "agent_group_id": group_id, "user_id": user["user"]["id"]}
    agent = office.admin.post("/api/agents", body)["agent"]
    console = Console(stack, token=user["token"], agent_id=agent["id"], tenant_id=office.tenant_id)
    console.connect()
    headset = wear(console)
    eventually(lambda: console.all_heard("agent:audio"), what="the audio leg is proven")
    console.say("agent:status", agentId=agent["id"], status="available")
    office.consoles.append(console)
    return console, headset


@pytest.fixture
def talk(stack: EmbeddedStack, office: Office, witness: Witness) -> Iterator[Talk]:
    worn.clear()
    group_id = office.add_group()
    console, headset = seat(stack, office, group_id)
    number = new_number()
    office.script(number, "answer", answered_by="human", ring_seconds=1, talk_seconds=6000)
    campaign_id = office.add_campaign(group_id, record_calls=True, dial_mode="progressive")
    office.upload(campaign_id, f"phone\n{number}\n")
    eventually(
        lambda: witness.rows("select 1 from leads where campaign_id = %(id)s", id=campaign_id), what="the lead is there"
    )
    office.admin.post(f"/api/campaigns/{campaign_id}/start")
    (call,) = eventually(lambda: console.all_heard("call:connected"), what="the two talk")
    found = Talk(stack, office, witness, console, headset, call["callId"])
    yield found
    office.admin.post(f"/api/calls/{found.call_id}/hangup")
    for one in worn:
        one.take_off()


def test_hold_and_recording_are_what_the_carrier_says(talk: Talk) -> None:
    api, room = talk.console.api, f"agent_{talk.console.agent_id}"
    api.post(f"/api/calls/{talk.call_id}/hold")
    assert talk.room(room)[f"call_{talk.call_id}"]["hold"] is True
    api.post(f"/api/calls/{talk.call_id}/resume")
    assert talk.together()
    recordings = f"Calls/{talk.row()['call_sid']}/Recordings.json"
    for verb, status in (("pause", "paused"), ("resume", "in-progress")):
        api.post(f"/api/calls/{talk.call_id}/recording/{verb}")
        assert talk.carrier(recordings)["recordings"][0]["status"] == status
    assert [event["recording"] for event in talk.console.all_heard("call:changed")][-2:] == ["paused", "on"]


def test_a_page_that_is_reloaded_finds_its_callee_again(talk: Talk) -> None:
    talk.headset.vanish()
    again = wear(talk.console)
    eventually(
        lambda: talk.together() and talk.agent()["console_leg_sid"] == again.call_sid,
        what="the new headset is with the callee",
        seconds=10,
    )
    time.sleep(3)
    assert talk.together(), "the old leg's end is not the new one's"
    assert (talk.row()["state"], talk.agent()["state"]) == ("bridged", "talking")


def test_a_headset_that_is_gone_is_known_within_ten_seconds_and_its_callee_hears_the_message(talk: Talk) -> None:
    began = time.monotonic()
    talk.headset.vanish()
    eventually(lambda: talk.agent()["console_leg_sid"] is None, what="its loss is known", seconds=10)
    assert talk.console.all_heard("agent:audio")[-1]["connected"] is False
    eventually(lambda: talk.row()["state"] == "completed", what="the call is over", seconds=45)
    assert 12 <= time.monotonic() - began <= 45, "not before he could be back, and not much later"
    told = talk.witness.log("redirect")
    assert talk.row()["call_sid"] in {entry["call_sid"] for entry in told}
    assert (talk.row()["disposition"], talk.agent()["state"] != "talking") == ("answered", True)


def test_a_word_with_a_colleague_and_then_the_callee_is_his(talk: Talk, stack: EmbeddedStack, office: Office) -> None:
    colleague, headset = seat(stack, office, office.add_group())
    to = {"kind": "warm", "to": {"agent_id": colleague.agent_id}}
    moved = talk.console.api.post(f"/api/calls/{talk.call_id}/transfers", to)["call"]["transfer"]
    room = f"agent_{colleague.agent_id}"
    eventually(lambda: f"agent_{talk.console.agent_id}" in talk.room(room), what="the two confer", seconds=10)
    assert talk.room(f"agent_{talk.console.agent_id}")[f"call_{talk.call_id}"]["hold"] is True
    talk.console.api.post(f"/api/transfers/{moved['id']}/complete")
    eventually(lambda: talk.together(colleague), what="the colleague has the callee", seconds=10)
    own = f"agent_{talk.console.agent_id}"
    eventually(lambda: set(talk.room(own)) == {own}, what="the agent is back in his own conference", seconds=10)
    assert (talk.agent(colleague)["state"], talk.agent()["console_leg_sid"]) == ("talking", talk.headset.call_sid)
    assert not headset.is_over


def test_a_supervisor_listens_and_takes_the_call_over(talk: Talk, office: Office) -> None:
    path = f"/api/calls/{talk.call_id}"
    begun = office.admin.post(f"{path}/supervision", {"mode": "listen"})
    headset = put_on(begun["voice"])
    room = f"agent_{talk.console.agent_id}"

    def mine() -> Any:
        return next((one for label, one in talk.room(room).items() if label.startswith("supervisor_")), None)

    assert eventually(mine, what="he is in the conference", seconds=10)["muted"] is True
    joined: Callable[[], Any] = lambda: talk.witness.rows(  # noqa: E731 - said twice
        "select 1 from supervisions where call_id = %(id)s and joined_at is not null", id=talk.call_id
    )
    eventually(joined, what="it is known", seconds=10)
    office.admin.post(f"{path}/supervision", {"mode": "whisper"})
    assert (mine()["coaching"], mine()["call_sid_to_coach"]) == (True, talk.headset.call_sid)
    office.admin.post(f"{path}/take-over")
    eventually(lambda: len(talk.room(talk.row()["conference_name"])) == 2, what="the two are alone", seconds=10)
    assert set(talk.room(room)) == {room}
    assert talk.agent()["state"] in ("wrapping_up", "available")
    headset.take_off()
    eventually(lambda: talk.row()["state"] == "completed", what="the call ends with the supervisor", seconds=10)
