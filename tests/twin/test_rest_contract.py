"""Every answer has all of Twilio's properties, no others, and Twilio's types."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.twin.conftest import ACCOUNT, Receiver, Twin, eventually
from twin.rest.properties import PAGING, PROPERTIES

FROM = "+14155550100"
STAY = '<Response><Pause length="3600"/></Response>'
RFC_2822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000")


def get(twin: Twin, path: str) -> dict[str, Any]:
    answer = twin.rest("GET", path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.json()


def live_call(twin: Twin, to: str, **more: Any) -> str:
    twin.script(to, patience_seconds=1000, talk_seconds=1000)
    call = twin.client.calls.create(to=to, from_=FROM, twiml=STAY, **more)
    twin.until(call.sid, "in-progress")
    return call.sid


def test_a_call_has_exactly_the_official_properties(twin: Twin, number: str) -> None:
    shown = get(twin, f"/Calls/{live_call(twin, number)}.json")
    assert set(shown) == PROPERTIES["Call"]
    assert RFC_2822.fullmatch(shown["date_created"])
    assert RFC_2822.fullmatch(shown["start_time"])
    assert shown["queue_time"] == "0"
    assert shown["uri"] == f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{shown['sid']}.json"
    assert len(shown["subresource_uris"]) == 9


def test_account_balance_and_applications_have_the_official_properties(twin: Twin) -> None:
    assert set(get(twin, ".json")) == PROPERTIES["Account"]
    assert set(get(twin, "/Balance.json")) == PROPERTIES["Balance"]
    made = twin.client.applications.create(friendly_name="Floor", voice_url="http://example.com/voice")
    assert set(get(twin, f"/Applications/{made.sid}.json")) == PROPERTIES["Application"]


def test_conferences_and_participants_have_the_official_properties(twin: Twin, number: str) -> None:
    twin.script(number, patience_seconds=1000)
    joined = twin.client.conferences("floor").participants.create(from_=FROM, to=number, label="ada")
    shown = get(twin, f"/Conferences/{joined.conference_sid}/Participants/ada.json")
    assert set(shown) == PROPERTIES["Participant"]
    assert [type(shown[key]) for key in ("muted", "hold", "coaching")] == [bool] * 3
    assert shown["queue_time"] == "0"
    conference = get(twin, f"/Conferences/{joined.conference_sid}.json")
    assert set(conference) == PROPERTIES["Conference"]
    assert conference["reason_conference_ended"] is None


def test_recordings_have_the_official_properties_in_every_place(twin: Twin, number: str) -> None:
    sid = live_call(twin, number, record=True)
    recording = twin.client.recordings.list()[0].sid
    assert set(get(twin, f"/Recordings/{recording}.json")) == PROPERTIES["Recording"]
    assert set(get(twin, f"/Calls/{sid}/Recordings/{recording}.json")) == PROPERTIES["CallRecording"]
    assert isinstance(get(twin, f"/Recordings/{recording}.json")["channels"], int)


def test_numbers_have_the_official_properties(twin: Twin) -> None:
    offers = get(twin, "/AvailablePhoneNumbers/US/Local.json?AreaCode=415")
    assert set(offers) == {"available_phone_numbers", "uri"}
    assert set(offers["available_phone_numbers"][0]) == PROPERTIES["AvailablePhoneNumberLocal"]
    bought = twin.client.incoming_phone_numbers.create(phone_number="+14155557777")
    assert set(get(twin, f"/IncomingPhoneNumbers/{bought.sid}.json")) == PROPERTIES["IncomingPhoneNumber"]
    local = get(twin, "/IncomingPhoneNumbers/Local.json")["incoming_phone_numbers"][0]
    assert set(local) == PROPERTIES["IncomingPhoneNumberLocal"]


def test_queues_have_the_official_properties(twin: Twin) -> None:
    made = twin.client.queues.create(friendly_name="support")
    assert set(get(twin, f"/Queues/{made.sid}.json")) == PROPERTIES["Queue"]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/Calls.json", "calls"),
        ("/Conferences.json", "conferences"),
        ("/Recordings.json", "recordings"),
        ("/IncomingPhoneNumbers.json", "incoming_phone_numbers"),
        ("/Applications.json", "applications"),
        ("/Queues.json", "queues"),
        ("/OutgoingCallerIds.json", "outgoing_caller_ids"),
    ],
)
def test_a_list_has_the_paging_keys_and_one_more(twin: Twin, path: str, key: str) -> None:
    page = get(twin, path)
    assert set(page) == PAGING | {key}
    assert (page["page"], page["page_size"], page["next_page_uri"]) == (0, 50, None)


def make_calls(twin: Twin, count: int) -> list[str]:
    return [twin.client.calls.create(to=f"+1415556{n:04d}", from_=FROM, twiml="<Response/>").sid for n in range(count)]


def test_the_library_walks_through_all_pages_newest_first(twin: Twin) -> None:
    sids = make_calls(twin, 7)
    assert [call.sid for call in twin.client.calls.list(page_size=3)] == sids[::-1]
    assert [call.sid for call in twin.client.calls.list(limit=4, page_size=3)] == sids[::-1][:4]


def test_page_tokens_hold_their_place_when_new_calls_arrive(twin: Twin) -> None:
    sids = make_calls(twin, 4)
    first = get(twin, "/Calls.json?PageSize=2")
    make_calls(twin, 3)
    assert f"PageToken=PA{sids[2]}" in first["next_page_uri"]
    following = twin.rest("GET", first["next_page_uri"].partition(ACCOUNT)[2]).json()
    assert [call["sid"] for call in following["calls"]] == [sids[1], sids[0]]
    assert f"PageToken=PB{sids[1]}" in following["previous_page_uri"]
    back = twin.rest("GET", following["previous_page_uri"].partition(ACCOUNT)[2]).json()
    assert [call["sid"] for call in back["calls"]] == [sids[3], sids[2]]


def test_a_wrong_page_token_is_refused(twin: Twin) -> None:
    assert twin.rest("GET", "/Calls.json?PageToken=PAnonsense").json()["code"] == 21481


def test_calls_are_found_by_who_when_and_how(twin: Twin) -> None:
    twin.script("+14155560000", outcome="busy", ring_seconds=0.1)
    sids = make_calls(twin, 2)
    twin.until(sids[0])
    found = twin.client.calls
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    assert [c.sid for c in found.list(to="+14155560001")] == [sids[1]]
    assert [c.sid for c in found.list(status="busy")] == [sids[0]]
    assert len(found.list(from_=FROM, start_time_after=now - hour, start_time_before=now + hour)) == 2
    assert found.list(start_time_after=now + hour) == []
    assert found.list(start_time_before=now - hour) == []
    assert found.list(to="+14155569999") == []
    assert len(found.list(start_time_after=now.date())) == 2


def test_an_unknown_status_filter_is_refused(twin: Twin) -> None:
    with pytest.raises(TwilioException):
        twin.client.calls.list(status="dead")


def test_numbers_are_bought_changed_and_released(twin: Twin) -> None:
    offer = twin.client.available_phone_numbers("US").local.list(area_code=212, limit=1)[0]
    assert offer.phone_number.startswith("+1212")
    bought = twin.client.incoming_phone_numbers.create(phone_number=offer.phone_number, friendly_name="Desk")
    with pytest.raises(TwilioRestException) as taken:
        twin.client.incoming_phone_numbers.create(phone_number=offer.phone_number)
    assert taken.value.code == 21422
    changed = bought.update(voice_url="http://example.com/in")
    assert (changed.voice_url, changed.friendly_name) == ("http://example.com/in", "Desk")
    assert [n.sid for n in twin.client.incoming_phone_numbers.list(phone_number=offer.phone_number)] == [bought.sid]
    assert bought.delete() is True
    assert twin.client.incoming_phone_numbers.list(phone_number=offer.phone_number) == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"PhoneNumber": "+15005550000"}, 21422),
        ({"PhoneNumber": "+15005550001"}, 21421),
        ({"PhoneNumber": "x"}, 21421),
        ({}, 21421),
        ({"AreaCode": "12"}, 21451),
        ({"AreaCode": "533"}, 21452),
        ({"PhoneNumber": "+14155551234", "VoiceUrl": "x"}, 21402),
        ({"PhoneNumber": "+14155551234", "VoiceMethod": "PUT"}, 21403),
        ({"PhoneNumber": "+14155551234", "FriendlyName": "x" * 65}, 20002),
        ({"PhoneNumber": "+14155551234", "VoiceApplicationSid": "AP" + "0" * 32}, 21218),
    ],
)
def test_a_bad_purchase_is_refused(twin: Twin, form: dict[str, str], code: int) -> None:
    answer = twin.rest("POST", "/IncomingPhoneNumbers.json", data=form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_an_application_given_at_start_is_there_and_can_be_changed(new_twin: Any, receiver: Receiver) -> None:
    sid = "AP" + "c3" * 16
    twin = new_twin(twiml_app_sids=(sid,))
    twin.client.applications(sid).update(voice_url=receiver.url + "/voice")
    assert twin.client.applications(sid).fetch().voice_url == receiver.url + "/voice"
    assert [a.sid for a in twin.client.applications.list()] == [sid]


def test_a_call_by_application_takes_its_addresses_and_ignores_the_requests(
    twin: Twin, receiver: Receiver, number: str
) -> None:
    app = twin.client.applications.create(
        friendly_name="Floor",
        voice_url=receiver.on("/voice", "<Response/>"),
        status_callback=receiver.url + "/app-status",
    )
    twin.script(number)
    twin.client.calls.create(to=number, from_=FROM, application_sid=app.sid, status_callback=receiver.url + "/ignored")
    receiver.wait("/app-status", CallStatus="completed")
    assert receiver.at("/voice")[0].form["ApplicationSid"] == app.sid
    assert eventually(lambda: receiver.at("/ignored") == [])
