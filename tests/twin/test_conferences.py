"""Conferences and their participants: who is in, what is told, how it ends."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.twin.conftest import Receiver, Twin, eventually

FROM = "+14155550100"
ADA, BEN, CLEO = "+14155551001", "+14155551002", "+14155551003"
EVENTS = "start end join leave mute hold modify announcement"


def room(receiver: Receiver, name: str = "floor", callback: str = "/room", **attributes: Any) -> str:
    shown = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return (
        f'<Response><Dial action="{receiver.url}/after"><Conference statusCallback="{receiver.url}{callback}" '
        f'statusCallbackEvent="{EVENTS}" {shown}>{name}</Conference></Dial></Response>'
    )


def join(twin: Twin, to: str, document: str, **script: Any) -> str:
    twin.script(to, **({"ring_seconds": 0.1, "talk_seconds": 2000, "patience_seconds": 2000} | script))
    sid = twin.client.calls.create(to=to, from_=FROM, twiml=document).sid
    eventually(lambda: any(e["call_sid"] == sid for e in twin.log("conference") if e["change"] == "join"))
    return str(sid)


def told(receiver: Receiver, path: str = "/room") -> list[str]:
    return [got.form["StatusCallbackEvent"] for got in receiver.at(path)]


def the_conference(twin: Twin) -> Any:
    return twin.client.conferences.list(friendly_name="floor")[0]


def test_a_conference_starts_with_the_second_and_ends_with_the_last(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver, participantLabel="ada"))
    assert the_conference(twin).status == "init"
    ben = join(twin, BEN, room(receiver))
    assert the_conference(twin).status == "in-progress"
    for sid in (ada, ben):
        twin.client.calls(sid).update(status="completed")
    end = receiver.wait("/room", StatusCallbackEvent="conference-end")[0].form
    assert told(receiver) == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert [got.form["SequenceNumber"] for got in receiver.at("/room")] == ["1", "2", "3", "4", "5", "6"]
    assert (end["ReasonConferenceEnded"], end["CallSidEndingConference"]) == ("last-participant-left", ben)
    over = the_conference(twin)
    assert (over.status, over.reason_conference_ended) == ("completed", "last-participant-left")


def test_a_join_tells_about_the_participant(twin: Twin, receiver: Receiver) -> None:
    sid = join(twin, ADA, room(receiver, participantLabel="ada", muted="true", startConferenceOnEnter="false"))
    form = receiver.wait("/room")[0].form
    assert (form["CallSid"], form["ParticipantLabel"], form["FriendlyName"]) == (sid, "ada", "floor")
    flags = ("Muted", "Hold", "Coaching", "StartConferenceOnEnter", "EndConferenceOnExit")
    assert [form[name] for name in flags] == ["true", "false", "false", "false", "false"]


def test_the_first_participants_subscription_wins(twin: Twin, receiver: Receiver) -> None:
    join(twin, ADA, room(receiver, callback="/first"))
    join(twin, BEN, room(receiver, callback="/second"))
    receiver.wait("/first", StatusCallbackEvent="conference-start")
    assert receiver.at("/second") == []


def test_nothing_starts_while_nobody_may_start_it(twin: Twin, receiver: Receiver) -> None:
    for number in (ADA, BEN):
        join(twin, number, room(receiver, startConferenceOnEnter="false"))
    assert the_conference(twin).status == "init"
    join(twin, CLEO, room(receiver))
    assert the_conference(twin).status == "in-progress"


def test_who_ends_it_on_exit_ends_it_for_all(twin: Twin, receiver: Receiver) -> None:
    receiver.on("/after", "<Response/>")
    ada = join(twin, ADA, room(receiver, endConferenceOnExit="true"))
    ben = join(twin, BEN, room(receiver))
    twin.client.calls(ada).update(status="completed")
    assert twin.until(ben).status == "completed"
    left = receiver.wait("/room", 2, StatusCallbackEvent="participant-leave")
    reasons = {got.form["CallSid"]: got.form["ReasonParticipantLeft"] for got in left}
    assert reasons == {ada: "participant_hung_up", ben: "moderator_ended_conference"}
    end = receiver.wait("/room", StatusCallbackEvent="conference-end")[0].form
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert receiver.wait("/after", CallSid=ben)[0].form["DialCallStatus"] == "answered"


def test_the_same_name_later_is_another_conference(twin: Twin, receiver: Receiver) -> None:
    first = join(twin, ADA, room(receiver))
    twin.client.calls(first).update(status="completed")
    eventually(lambda: the_conference(twin).status == "completed")
    join(twin, BEN, room(receiver))
    sids = {conference.sid for conference in twin.client.conferences.list(friendly_name="floor")}
    assert len(sids) == 2


def test_a_conference_can_be_ended_by_rest_but_only_once(twin: Twin, receiver: Receiver) -> None:
    join(twin, ADA, room(receiver))
    conference = the_conference(twin).update(status="completed")
    assert (conference.status, conference.reason_conference_ended) == ("completed", "conference-ended-via-api")
    leave = receiver.wait("/room", StatusCallbackEvent="participant-leave")[0].form
    assert leave["ReasonParticipantLeft"] == "conference_ended_via_api"
    with pytest.raises(TwilioRestException) as refusal:
        conference.update(status="completed")
    assert refusal.value.status == 400


def test_a_label_in_use_keeps_the_second_out_and_its_next_verb_runs(twin: Twin, receiver: Receiver) -> None:
    join(twin, ADA, room(receiver, participantLabel="desk"))
    twin.script(BEN)
    ben = twin.client.calls.create(to=BEN, from_=FROM, twiml=room(receiver, participantLabel="desk")).sid
    assert twin.until(ben).status == "completed"
    assert 16025 in twin.warnings()


def test_a_full_conference_lets_nobody_in(twin: Twin, receiver: Receiver) -> None:
    join(twin, ADA, room(receiver, maxParticipants="2"))
    join(twin, BEN, room(receiver, maxParticipants="2"))
    twin.script(CLEO)
    cleo = twin.client.calls.create(to=CLEO, from_=FROM, twiml=room(receiver, maxParticipants="2")).sid
    twin.until(cleo)
    assert 16020 in twin.warnings()


@pytest.mark.parametrize(
    ("document", "code"),
    [('coach="CA00000000000000000000000000000000"', 13240), ('participantLabel="a/b"', 16023)],
)
def test_a_bad_entry_is_warned_about(twin: Twin, number: str, document: str, code: int) -> None:
    twin.script(number)
    twiml = f"<Response><Dial><Conference {document}>floor</Conference></Dial></Response>"
    twin.until(twin.client.calls.create(to=number, from_=FROM, twiml=twiml).sid)
    assert code in twin.warnings()
    assert twin.client.conferences.list() == []


def test_participants_are_muted_held_and_changed(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver, participantLabel="ada"))
    join(twin, BEN, room(receiver))
    participants = twin.client.conferences(the_conference(twin).sid).participants
    assert participants("ada").update(muted=True).muted is True
    assert participants(ada).update(hold=True).hold is True
    participants("ada").update(hold=False, muted=False)
    participants("ada").update(end_conference_on_exit=True)
    receiver.wait("/room", StatusCallbackEvent="participant-modify")
    changes = ["participant-mute", "participant-hold", "participant-unmute", "participant-unhold"]
    assert told(receiver)[3:] == [*changes, "participant-modify"]
    assert [p.label for p in participants.list(muted=False)] == [None, "ada"]
    assert participants.list(hold=True) == []


def test_coaching_needs_somebody_to_coach(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver))
    ben = join(twin, BEN, room(receiver))
    participants = twin.client.conferences(the_conference(twin).sid).participants
    with pytest.raises(TwilioRestException) as refusal:
        participants(ben).update(coaching=True, call_sid_to_coach="CA" + "0" * 32)
    assert refusal.value.code == 16028
    coach = participants(ben).update(coaching=True, call_sid_to_coach=ada)
    assert (coach.coaching, coach.call_sid_to_coach) == (True, ada)


def test_a_kicked_leg_goes_on_with_its_action(twin: Twin, receiver: Receiver) -> None:
    receiver.on("/after", '<Response><Pause length="900"/></Response>')
    ada = join(twin, ADA, room(receiver))
    join(twin, BEN, room(receiver))
    twin.client.conferences(the_conference(twin).sid).participants(ada).delete()
    assert receiver.wait("/after", CallSid=ada)
    assert twin.client.calls(ada).fetch().status == "in-progress"


def test_a_redirect_takes_a_leg_out_of_its_conference(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver))
    join(twin, BEN, room(receiver))
    twin.client.calls(ada).update(twiml=room(receiver, name="other"))
    leave = receiver.wait("/room", StatusCallbackEvent="participant-leave")[0].form
    assert (leave["ReasonParticipantLeft"], leave["ParticipantCallStatus"]) == (
        "participant_updated_via_api",
        "in-progress",
    )
    eventually(lambda: twin.client.conferences.list(friendly_name="other"))


def test_talk_time_runs_only_with_somebody_to_talk_to(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver), talk_seconds=20)
    twin.door("/health")
    assert twin.client.calls(ada).fetch().status == "in-progress"
    join(twin, BEN, room(receiver))
    call = twin.until(ada)
    assert int(call.duration) >= 20
    leave = receiver.wait("/room", StatusCallbackEvent="participant-leave")[0].form
    assert leave["CallSid"] == ada


def test_who_is_held_hears_nobody_and_loses_patience(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver, participantLabel="ada"), talk_seconds=2000, patience_seconds=40)
    join(twin, BEN, room(receiver))
    twin.client.conferences(the_conference(twin).sid).participants("ada").update(hold=True)
    assert twin.until(ada).status == "completed"


def test_wait_music_is_asked_for_until_the_start_and_silence_is_not(twin: Twin, receiver: Receiver) -> None:
    receiver.on("/music", "<Response><Play>/song.mp3</Play></Response>")
    join(twin, ADA, room(receiver, waitUrl=receiver.url + "/music"))
    assert receiver.wait("/music", 2)
    join(twin, BEN, room(receiver, waitUrl=""))
    twin.log("conference")
    heard = len(receiver.at("/music"))
    assert eventually(lambda: len(receiver.at("/music")) <= heard + 1)


def test_a_failing_wait_document_drops_the_participant(twin: Twin, receiver: Receiver) -> None:
    receiver.on("/music", "<Response><Dial>+14155559999</Dial></Response>")
    ada = join(twin, ADA, room(receiver, waitUrl=receiver.url + "/music"))
    assert twin.until(ada).status == "completed"
    assert 13238 in twin.warnings()


def test_an_announcement_is_reported_when_it_is_over(twin: Twin, receiver: Receiver) -> None:
    ada = join(twin, ADA, room(receiver))
    join(twin, BEN, room(receiver))
    url = receiver.on("/announce", "<Response><Say>Two minutes left</Say></Response>")
    participants = twin.client.conferences(the_conference(twin).sid).participants
    participants(ada).update(announce_url=url)
    assert receiver.wait("/room", StatusCallbackEvent="announcement-end")[0].form["CallSid"] == ada
    participants(ada).update(announce_url=receiver.on("/broken", lambda _: (500, "", "")))
    failure = receiver.wait("/room", StatusCallbackEvent="announcement-fail")[0].form
    assert failure["AnnounceUrl"] == receiver.url + "/broken"


def test_a_conference_is_recorded_from_its_start_to_its_end(twin: Twin, receiver: Receiver) -> None:
    attributes = {"record": "record-from-start", "recordingStatusCallback": receiver.url + "/recording"}
    ada = join(twin, ADA, room(receiver, **attributes))
    assert twin.client.recordings.list() == []
    ben = join(twin, BEN, room(receiver), talk_seconds=30)
    twin.until(ben)
    twin.client.calls(ada).update(status="completed")
    form = receiver.wait("/recording", RecordingStatus="completed")[0].form
    assert (form["RecordingSource"], form["RecordingChannels"], "CallSid" in form) == ("Conference", "1", False)
    assert form["ConferenceSid"] == the_conference(twin).sid
    assert int(form["RecordingDuration"]) >= 30


def invite(twin: Twin, receiver: Receiver, to: str, name: str = "floor", **more: Any) -> Any:
    return twin.client.conferences(name).participants.create(
        to=to,
        from_=FROM,
        conference_status_callback=receiver.url + "/room",
        conference_status_callback_event=EVENTS.split(),
        **more,
    )


def test_a_participant_is_called_into_a_conference_by_name(twin: Twin, receiver: Receiver) -> None:
    for number in (ADA, BEN):
        twin.script(number, ring_seconds=0.1, talk_seconds=15)
    first = invite(twin, receiver, ADA, label="ada", status_callback=receiver.url + "/leg")
    assert (first.status, first.label, first.queue_time) == ("queued", "ada", "0")
    second = twin.client.conferences(first.conference_sid).participants.create(to=BEN, from_=FROM)
    assert second.conference_sid == first.conference_sid
    receiver.wait("/room", StatusCallbackEvent="conference-start")
    assert twin.until(first.call_sid).status == "completed"
    assert receiver.wait("/leg", CallSid=first.call_sid)
    receiver.wait("/room", StatusCallbackEvent="conference-end")
    with pytest.raises(TwilioRestException) as gone:
        twin.client.conferences(first.conference_sid).participants("ada").fetch()
    assert gone.value.code == 20404


def test_a_participant_who_does_not_answer_leaves_without_having_joined(twin: Twin, receiver: Receiver) -> None:
    twin.script(ADA, outcome="busy", ring_seconds=0.1)
    invite(twin, receiver, ADA)
    form = receiver.wait("/room", StatusCallbackEvent="participant-leave")[0].form
    assert (form["ReasonParticipantLeft"], form["ParticipantCallStatus"]) == ("participant_add_failed", "busy")
    assert "participant-join" not in told(receiver)


def test_removing_a_called_participant_hangs_up_its_leg(twin: Twin, receiver: Receiver) -> None:
    for number in (ADA, BEN):
        twin.script(number, ring_seconds=0.1, talk_seconds=900)
    ada = invite(twin, receiver, ADA, label="ada")
    invite(twin, receiver, BEN)
    receiver.wait("/room", StatusCallbackEvent="conference-start")
    assert twin.client.conferences(ada.conference_sid).participants("ada").delete() is True
    assert twin.until(ada.call_sid).status == "completed"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21201),
        ({"From": ""}, 21213),
        ({"Label": "a/b"}, 16023),
        ({"Label": "x" * 129}, 16023),
        ({"Timeout": "4"}, 21208),
        ({"MaxParticipants": "1"}, 20001),
        ({"MachineDetection": "Yes"}, 21234),
        ({"Muted": "maybe"}, 20001),
    ],
)
def test_a_bad_invitation_is_refused(twin: Twin, form: dict[str, str], code: int) -> None:
    good = {"To": ADA, "From": FROM}
    answer = twin.rest("POST", "/Conferences/floor/Participants.json", data=good | form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert twin.client.conferences.list() == []


def test_detection_for_participants_uses_its_own_callback_name(twin: Twin, receiver: Receiver) -> None:
    twin.script(ADA, ring_seconds=0.1, detection_seconds=2)
    wrong = {"To": ADA, "From": FROM, "MachineDetection": "Enable", "AsyncAmdStatusCallback": receiver.url + "/amd"}
    assert twin.rest("POST", "/Conferences/floor/Participants.json", data=wrong).status_code == 201
    assert {21262, 21263} <= set(twin.warnings())
    twin.script(BEN, ring_seconds=0.1, detection_seconds=2)
    invite(twin, receiver, BEN, machine_detection="Enable", amd_status_callback=receiver.url + "/amd")
    assert receiver.wait("/amd")[0].form["AnsweredBy"] == "human"
