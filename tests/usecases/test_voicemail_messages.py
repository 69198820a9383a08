"""The recorded message for machines: refused where nobody may go, looked at when a campaign is started or tried."""

from typing import Any
from uuid import UUID

import pytest

from dialer.domain.destinations import DestinationRefused
from dialer.domain.ids import CampaignId
from dialer.integrations.outgoing_requests import GuardedRequests
from dialer.usecases.services import Services
from dialer.usecases.voicemail_messages import MAX_SECONDS
from tests.builders.floor import Floor, open_floor
from tests.fakes import FakeWeb
from tests.fixtures_cast import Caller

URL = "https://files.example.com/message.mp3"
DRAFT = {"name": "Spring", "caller_id": "+14155550100"}


@pytest.fixture
def web(services: Services) -> FakeWeb:
    """The web in place of the real one."""
    web = FakeWeb()
    vars(services)["outgoing"] = web
    return web


def campaign(ada: Caller, **settings: Any) -> str:
    body = {**DRAFT, "voicemail_message_url": URL, **settings}
    return str(ada.post("/api/campaigns", json=body, expect=201)["campaign"]["id"])


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/a.mp3", "http://169.254.169.254/latest/meta-data", "http://localhost:8000/a.mp3", "http://10.0.0.7/",
     "https://user:secret@files.example.com/a.mp3", "http://0x7f.1/", "http://db/", "http://[::ffff:10.0.0.1]/",
     "ftp://files.example.com/a.mp3"],
)  # fmt: skip
def test_an_address_where_nobody_may_go_is_refused_when_it_is_saved(ada: Caller, web: FakeWeb, url: str) -> None:
    refused = ada.post("/api/campaigns", json={**DRAFT, "voicemail_message_url": url}, expect=400)
    assert [field["field"] for field in refused["fields"]] == ["voicemail_message_url"]
    campaign_id = campaign(ada)
    ada.put(f"/api/campaigns/{campaign_id}", json={"voicemail_message_url": url}, expect=400)
    assert web.asked == []


def test_one_that_was_saved_before_does_not_stop_other_changes(ada: Caller, web: FakeWeb, services: Services) -> None:
    floor = open_floor(services, ada.tenant_id, voicemail_message_url="http://10.0.0.7/a.mp3")
    ada.put(f"/api/campaigns/{floor.campaign_id}", json={"name": "Summer"})
    changed = ada.put(f"/api/campaigns/{floor.campaign_id}", json={"voicemail_message_url": None})
    assert (changed["campaign"]["name"], changed["campaign"]["voicemail_message_url"]) == ("Summer", None)


def test_a_message_that_is_there_is_no_warning(ada: Caller, web: FakeWeb) -> None:
    web.shows(URL)
    campaign_id = campaign(ada)
    assert ada.post(f"/api/campaigns/{campaign_id}/start")["warnings"] == []
    assert web.asked == [(URL, MAX_SECONDS)]


def test_without_a_message_nobody_is_asked(ada: Caller, web: FakeWeb) -> None:
    campaign_id = campaign(ada, voicemail_message_url=None)
    assert ada.post(f"/api/campaigns/{campaign_id}/start")["warnings"] == []
    assert web.asked == []


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"status": 404}, "answers 404"),
        ({"media_type": "text/html"}, "not audio"),
        ({"media_type": ""}, "not audio"),
        ({"body": b""}, "is empty"),
        (None, "nobody answers there"),
    ],
)
def test_a_message_that_cannot_be_played_warns_and_stops_nothing(
    ada: Caller, web: FakeWeb, page: dict[str, Any] | None, words: str
) -> None:
    if page is not None:
        web.shows(URL, **page)
    campaign_id = campaign(ada)
    started = ada.post(f"/api/campaigns/{campaign_id}/start")
    (warning,) = started["warnings"]
    assert words in warning
    assert "voicemail_message_url" in warning
    assert started["campaign"]["status"] == "active"
    tried = ada.post(f"/api/campaigns/{campaign_id}/dry-run", json={})
    assert warning in tried["dry_run"]["warnings"]


def test_what_a_server_says_of_itself_is_not_repeated(ada: Caller, web: FakeWeb) -> None:
    web.shows(URL, media_type="secret-of-an-inner-server/1", body=b"and its text")
    (warning,) = ada.post(f"/api/campaigns/{campaign(ada)}/start")["warnings"]
    assert "secret" not in warning
    assert "text" not in warning


def test_a_name_that_leads_inward_warns_without_asking(ada: Caller, web: FakeWeb) -> None:
    web.pages[URL] = DestinationRefused("must be an address on the public internet")
    (warning,) = ada.post(f"/api/campaigns/{campaign(ada)}/start")["warnings"]
    assert "public internet" in warning


def test_the_tick_is_sent_before_the_message_is_looked_at(ada: Caller, services: Services, queue: Any) -> None:
    sent_by_then: list[list[str]] = []

    class Slow(FakeWeb):
        def send(self, *arguments: Any, **options: Any) -> Any:
            sent_by_then.append(list(queue.names))
            # Nobody holds the campaign while its message is being fetched: this would wait for who does.
            Floor(services, ada.tenant_id, CampaignId(UUID(campaign_id))).change("update campaigns set name = name")
            return super().send(*arguments, **options)

    vars(services)["outgoing"] = Slow()
    campaign_id = campaign(ada)
    ada.post(f"/api/campaigns/{campaign_id}/start")
    assert ["dialer.dialing.pace_campaign" in names for names in sent_by_then] == [True]


def test_the_real_client_is_one_of_the_port(services: Services) -> None:
    vars(services)["outgoing"] = GuardedRequests(resolve=lambda host, port: ["10.0.0.1"])
    assert services.outgoing.refusal(URL) is None
    with pytest.raises(DestinationRefused):
        services.outgoing.send("GET", URL)
