"""The documents that Twilio runs: well-formed, with absolute addresses, and nobody left in silence."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest

from dialer.domain.callee_steps import (
    Apologise,
    CalleeStep,
    ConfirmOptOut,
    HangUp,
    HoldForPhoneAgent,
    JoinAgent,
    LeaveVoicemail,
    WaitForAgent,
)
from dialer.domain.ids import AgentId, CallId
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks

CALL_ID, AGENT_ID = CallId(UUID(int=1)), AgentId(UUID(int=3))
WEBHOOKS = TwilioWebhooks("https://dialer.example.com")
STEPS: list[CalleeStep] = [
    JoinAgent(CALL_ID, AGENT_ID), HoldForPhoneAgent(CALL_ID), WaitForAgent(CALL_ID),
    Apologise(CALL_ID, "Sorry <you> & me."), ConfirmOptOut(),
    LeaveVoicemail("https://example.com/a.mp3?x=1&y=2"), HangUp(),
]  # fmt: skip
DOCUMENTS = [
    *(WEBHOOKS.document(step) for step in STEPS),
    WEBHOOKS.agent_leg_document(agent_id=AGENT_ID),
    WEBHOOKS.agent_answer_document(
        call_id=CALL_ID, agent_id=AGENT_ID, conference_name="call_x", lead_name="</Say><Hangup/>"
    ),
    WEBHOOKS.too_late_document(),
    WEBHOOKS.hold_document(message="Sorry."),
]


def parse(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document)


def verbs(document: str) -> list[str]:
    return [verb.tag for verb in parse(document)]


def conference(document: str) -> ElementTree.Element:
    found = parse(document).find("./Dial/Conference")
    assert found is not None
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_is_a_response_below_64_kilobytes_with_absolute_addresses(document: str) -> None:
    root = parse(document)
    assert root.tag == "Response"
    assert len(root) > 0, "an empty document hangs up"
    assert len(document) < 64_000
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.lower().endswith(("url", "callback", "action")) and value:
                assert urlsplit(value).netloc == "dialer.example.com"


def test_a_callee_joins_the_standing_conference_labelled_as_his_call_and_never_ends_it() -> None:
    room = conference(WEBHOOKS.document(JoinAgent(CALL_ID, AGENT_ID)))
    assert room.text == f"agent_{AGENT_ID}"
    assert room.attrib["participantLabel"] == f"call_{CALL_ID}"
    assert (room.attrib["startConferenceOnEnter"], room.attrib["endConferenceOnExit"]) == ("true", "false")
    assert (room.attrib["beep"], room.attrib["waitUrl"]) == ("false", "")


def test_both_sides_of_a_standing_conference_ask_for_the_same_reports() -> None:
    """The first participant's subscription wins, and nobody knows who will be the first."""
    callee, agent = (
        conference(document) for document in (DOCUMENTS[0], WEBHOOKS.agent_leg_document(agent_id=AGENT_ID))
    )
    for name in ("statusCallback", "statusCallbackEvent"):
        assert callee.attrib[name] == agent.attrib[name]
    assert agent.attrib["statusCallbackEvent"] == "join leave"
    assert callee.text == agent.text
    assert agent.attrib["participantLabel"] == f"agent_{AGENT_ID}"
    assert agent.attrib["endConferenceOnExit"] == "false"


def test_a_conference_for_a_phone_agent_ends_when_either_side_leaves_and_reports_to_the_call() -> None:
    callee = conference(WEBHOOKS.document(HoldForPhoneAgent(CALL_ID)))
    agent = conference(
        WEBHOOKS.agent_answer_document(
            call_id=CALL_ID, agent_id=AGENT_ID, conference_name=f"call_{CALL_ID}", lead_name="Sara"
        )
    )
    assert callee.text == agent.text == f"call_{CALL_ID}"
    assert callee.attrib["endConferenceOnExit"] == agent.attrib["endConferenceOnExit"] == "true"
    assert callee.attrib["statusCallback"] == agent.attrib["statusCallback"]
    assert parse_qs(urlsplit(callee.attrib["statusCallback"]).query) == {"callId": [str(CALL_ID)]}
    assert urlsplit(callee.attrib["waitUrl"]).path == "/webhooks/twilio/hold"


def test_the_whisper_names_the_lead_before_the_two_are_put_together() -> None:
    document = WEBHOOKS.agent_answer_document(
        call_id=CALL_ID, agent_id=AGENT_ID, conference_name="c", lead_name="Sara & Tom"
    )
    assert verbs(document) == ["Say", "Dial"]
    assert parse(document)[0].text == "Call with Sara & Tom."


def test_whoever_waits_is_asked_about_again_after_a_second() -> None:
    pause, redirect = parse(WEBHOOKS.document(WaitForAgent(CALL_ID)))
    assert (pause.tag, pause.attrib["length"]) == ("Pause", "1")
    assert (redirect.tag, redirect.text) == (
        "Redirect",
        f"https://dialer.example.com/webhooks/twilio/waiting?callId={CALL_ID}",
    )


def test_hold_is_two_seconds_of_quiet_and_then_the_message() -> None:
    document = WEBHOOKS.hold_document(message="Sorry.")
    assert verbs(document)[:2] == ["Pause", "Say"]
    assert parse(document)[0].attrib["length"] == "2"
    assert set(verbs(document)) <= {"Play", "Say", "Pause", "Redirect"}, "nothing else is allowed while one waits"


def test_whoever_hears_the_message_may_opt_out_by_one_key_even_while_it_is_spoken() -> None:
    gather = parse(WEBHOOKS.document(Apologise(CALL_ID, "Sorry.")))[0]
    assert [(verb.tag, verb.text) for verb in gather] == [("Say", "Sorry. To not be called again, press 9.")]
    assert (gather.attrib["input"], gather.attrib["numDigits"], gather.attrib["finishOnKey"]) == ("dtmf", "1", "")
    action = urlsplit(gather.attrib["action"])
    assert (action.path, parse_qs(action.query)) == ("/webhooks/twilio/opt-out", {"callId": [str(CALL_ID)]})
    assert parse_qs(action.fragment)["rp"] == ["all"], "an opt-out is not lost because we were slow"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Apologise(CALL_ID, "Sorry."), ["Gather", "Hangup"]),
        (ConfirmOptOut(), ["Say", "Hangup"]),
        (LeaveVoicemail("https://x/m.mp3"), ["Play", "Hangup"]),
        (HangUp(), ["Hangup"]),
    ],
)
def test_what_ends_a_call_ends_it(step: CalleeStep, expected: list[str]) -> None:
    assert verbs(WEBHOOKS.document(step)) == expected
