"""Recordings are heard by links of ours, for minutes, by who may: nobody learns the carrier's address."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import text

from dialer.usecases.services import Services
from tests.builders.agents import make_agent
from tests.builders.calls import make_conversation
from tests.fakes import FakeCarrier, FrozenClock
from tests.fixtures_cast import Caller

SID, CARRIER_URL = "RE" + "1" * 32, "https://carrier.example.com/Recordings/RE1"
SOUND = b"ID3" + bytes(range(256)) * 40


@pytest.fixture
def call_id(services: Services, ada: Caller, ben: Caller, carrier: FakeCarrier) -> Any:
    """A recorded conversation of Ben's."""
    carrier.recordings[SID] = SOUND
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id, user_id=ben.user_id)
    facts = {"recording_sid": SID, "recording_url": CARRIER_URL, "recording_seconds": 60}
    return make_conversation(services.database, tenant_id=ada.tenant_id, agent_id=agent_id, **facts)


def link_of(caller: Caller, call_id: Any) -> str:
    """The path of a fresh link."""
    url = urlsplit(caller.get(f"/api/calls/{call_id}/recording")["recording"]["url"])
    assert f"{url.scheme}://{url.netloc}" == "https://dialer.example.com"
    return url.path


def test_a_page_without_a_token_plays_what_the_link_is_for(sam: Caller, nobody: Caller, call_id: Any) -> None:
    answer = nobody.send("GET", link_of(sam, call_id))
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "audio/mpeg", SOUND)
    assert (answer.headers["Cache-Control"], answer.headers["Accept-Ranges"]) == ("no-store", "bytes")
    assert answer.content_length == len(SOUND)


def test_agents_hear_their_own_calls_and_no_others(
    services: Services, ada: Caller, ben: Caller, call_id: Any, carrier: FakeCarrier, nobody: Caller
) -> None:
    assert nobody.send("GET", link_of(ben, call_id)).data == SOUND
    other = make_agent(services.database, tenant_id=ada.tenant_id)
    theirs = make_conversation(services.database, tenant_id=ada.tenant_id, agent_id=other, recording_sid=SID)
    ben.get(f"/api/calls/{theirs}/recording", expect=403)


def test_strangers_find_nothing(cleo: Caller, nobody: Caller, call_id: Any) -> None:
    cleo.get(f"/api/calls/{call_id}/recording", expect=404)
    nobody.get(f"/api/calls/{call_id}/recording", expect=401)


def test_a_call_without_a_recording_has_no_link(services: Services, ada: Caller, sam: Caller) -> None:
    agent_id = make_agent(services.database, tenant_id=ada.tenant_id)
    call_id = make_conversation(services.database, tenant_id=ada.tenant_id, agent_id=agent_id)
    sam.get(f"/api/calls/{call_id}/recording", expect=404)


def test_a_link_expires(sam: Caller, nobody: Caller, call_id: Any, clock: FrozenClock) -> None:
    link = link_of(sam, call_id)
    clock.at += timedelta(minutes=9, seconds=59)
    nobody.send("GET", link)
    clock.at += timedelta(seconds=1)
    assert nobody.get(link, expect=403)["code"] == "forbidden"


def test_a_link_ends_with_the_login(sam: Caller, nobody: Caller, call_id: Any) -> None:
    link = link_of(sam, call_id)
    sam.post("/api/auth/logout")
    nobody.get(link, expect=401)


def test_a_link_that_was_altered_is_none(sam: Caller, nobody: Caller, call_id: Any, carrier: FakeCarrier) -> None:
    link = link_of(sam, call_id)
    head, _, rest = link.rpartition("/")
    for forged in (f"A{rest}", f"{rest[:-3]}AAA", rest.rpartition(".")[0], "x", rest[:-1]):
        nobody.get(f"{head}/{forged}", expect=403)
    assert carrier.opened == []


def test_an_agent_who_lost_the_call_does_not_hear_it_any_more(
    services: Services, ada: Caller, ben: Caller, nobody: Caller, call_id: Any
) -> None:
    link = link_of(ben, call_id)
    with services.transaction(ada.tenant_id) as tx:
        tx.session.execute(text("update calls set agent_id = null"))
    nobody.get(link, expect=403)


@pytest.mark.parametrize(
    ("wanted", "asked"), [("bytes=100-", "bytes=100-"), ("bytes=0-1,5-9", None), ("lines=1-", None)]
)
def test_parts_are_asked_of_the_carrier(
    sam: Caller, nobody: Caller, call_id: Any, carrier: FakeCarrier, wanted: str, asked: str | None
) -> None:
    answer = nobody.send("GET", link_of(sam, call_id), headers={"Range": wanted})
    assert answer.data == (SOUND[100:] if asked else SOUND)
    assert answer.headers.get("Content-Range") == (f"bytes 100-{len(SOUND) - 1}/{len(SOUND)}" if asked else None)
    assert carrier.opened == [("AC" + "0" * 32, SID, asked)]


def test_what_was_opened_is_closed(sam: Caller, nobody: Caller, call_id: Any, carrier: FakeCarrier) -> None:
    nobody.send("GET", link_of(sam, call_id))
    assert carrier.closed == ["sound"]


def test_a_carrier_that_does_not_answer_is_unavailable(
    sam: Caller, nobody: Caller, call_id: Any, carrier: FakeCarrier
) -> None:
    link = link_of(sam, call_id)
    carrier.will_be_unavailable()
    nobody.get(link, expect=503)


def test_a_recording_that_is_gone_at_the_carrier_is_not_found(
    sam: Caller, nobody: Caller, call_id: Any, carrier: FakeCarrier
) -> None:
    link = link_of(sam, call_id)
    carrier.recordings.clear()
    nobody.get(link, expect=404)


def test_who_listened_is_noted(ada: Caller, sam: Caller, nobody: Caller, call_id: Any) -> None:
    link = link_of(sam, call_id)
    nobody.send("GET", link)
    nobody.send("GET", link, headers={"Range": "bytes=100-"})
    entries = ada.get("/api/audit-log", query={"object_id": call_id})["entries"]
    noted = [(entry["action"], entry["actor_email"]) for entry in entries]
    assert noted == [("recording.played", "sam@example.com"), ("recording.linked", "sam@example.com")]


def test_no_answer_names_the_carrier(app: Flask, sam: Caller, call_id: Any) -> None:
    shown = sam.get(f"/api/calls/{call_id}")["call"]
    assert shown["recording_url"] == f"https://dialer.example.com/api/calls/{call_id}/recording"
    csv = sam.send("GET", "/api/calls/export").text
    assert shown["recording_url"] in csv
    assert "carrier.example" not in csv + str(shown) + str(sam.get("/api/calls"))
    sheet = sam.send("GET", "/api/calls/export", query={"format": "xlsx"}).data
    cells = [str(cell) for row in load_workbook(io.BytesIO(sheet)).active.values for cell in row]
    assert shown["recording_url"] in cells
    assert not any("carrier.example" in cell for cell in cells)
