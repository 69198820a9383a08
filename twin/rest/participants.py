"""Owns the Participants resource: calling somebody into a conference, changing him there, taking him out."""

from __future__ import annotations

from twin.accounts import Account
from twin.carrier.calls import Call
from twin.carrier.conferences import MAX_PARTICIPANTS, Conference, JoinOrder, Participant
from twin.errors import TwilioError
from twin.identifiers import is_sid
from twin.names import names
from twin.rest import forms
from twin.rest.calls import number_sid, read_leg, read_parties
from twin.rest.paging import page_answer
from twin.rest.representations import present_participant
from twin.rest.request import Answer, RestRequest
from twin.twiml.side import announce

_CREATE = names(
    "From To StatusCallback StatusCallbackMethod StatusCallbackEvent Label Timeout Record Muted Beep "
    "StartConferenceOnEnter EndConferenceOnExit WaitUrl WaitMethod EarlyMedia MaxParticipants "
    "ConferenceRecord ConferenceTrim ConferenceStatusCallback ConferenceStatusCallbackMethod "
    "ConferenceStatusCallbackEvent RecordingChannels RecordingStatusCallback "
    "RecordingStatusCallbackMethod SipAuthUsername SipAuthPassword Region "
    "ConferenceRecordingStatusCallback ConferenceRecordingStatusCallbackMethod "
    "RecordingStatusCallbackEvent ConferenceRecordingStatusCallbackEvent Coaching CallSidToCoach "
    "JitterBufferSize Byoc CallerId CallReason RecordingTrack TimeLimit MachineDetection "
    "MachineDetectionTimeout MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold "
    "MachineDetectionSilenceTimeout AmdStatusCallback AmdStatusCallbackMethod Trim CallToken "
    "ClientNotificationUrl CallerDisplayName RecordingConfigurationId Passports "
    "ConferenceRecordingConfigurationId EmergencyCallerSid"
)
_UPDATE = names(
    "Muted Hold HoldUrl HoldMethod AnnounceUrl AnnounceMethod WaitUrl WaitMethod BeepOnExit "
    "EndConferenceOnExit Coaching CallSidToCoach"
)
_RECORD_WORDS = ("", "true", "false", "record-from-start", "do-not-record")


async def create_participant(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _CREATE)
    to, from_ = read_parties(request)
    order = _join_order(request)
    world, account = request.world, request.account
    subscription = forms.call_subscription(request)
    leg = read_leg(request, for_participant=True, shortest_ring=5)
    account.placement.check_room()
    conference = _conference_to_join(request, account, order)
    call = world.exchange.new_call(
        account,
        to,
        from_,
        "outbound-api",
        subscription=subscription,
        phone_number_sid=number_sid(account, from_),
        **leg,
    )
    try:
        participant = world.exchange.rooms.expect(conference, call, order)
    except TwilioError:
        del account.calls[call.sid]
        raise

    def fail_unless_joined() -> None:
        if not participant.joined:
            world.exchange.rooms.leave(participant, "participant_add_failed")

    def join(answered: Call) -> None:
        try:
            world.exchange.rooms.enter(participant)
        except TwilioError as error:
            world.log.warning(error.code, error.message, call_sid=answered.sid)
            world.exchange.hang_up(answered)

    call.joins = join
    call.on_end.append(fail_unless_joined)
    world.exchange.place(call)
    return Answer(201, present_participant(participant), name="Participant")


def _conference_to_join(request: RestRequest, account: Account, order: JoinOrder) -> Conference:
    """The path names a conference by SID or by friendly name; a new name founds a new conference."""
    name = request.ids["conference"]
    if is_sid(name, "CF"):
        known = account.conferences.get(name)
        if known is None:
            raise request.missing()
        if known.status == "completed":
            raise TwilioError(16022)
        return known
    return request.world.exchange.rooms.open(account, name, order)


def _join_order(request: RestRequest) -> JoinOrder:
    coached = request.text("CallSidToCoach")
    record = (request.text("ConferenceRecord") or "").lower()
    if record not in _RECORD_WORDS:
        raise TwilioError(20001, f"ConferenceRecord must be one of {', '.join(_RECORD_WORDS)}: {record}")
    recording = forms.recording_order(request, "Conference", prefix="Conference")
    most = forms.whole(request, "MaxParticipants", 2, MAX_PARTICIPANTS, 20001)
    wait = request.form.get("WaitUrl")
    return JoinOrder(
        label=forms.limited(request, "Label", 128, 16023),
        muted=forms.flag(request, "Muted", default=False),
        start_on_enter=forms.flag(request, "StartConferenceOnEnter", default=True),
        end_on_exit=forms.flag(request, "EndConferenceOnExit", default=False),
        coaching=forms.flag(request, "Coaching", default=coached is not None),
        coached_call_sid=coached,
        max_participants=most or MAX_PARTICIPANTS,
        subscription=forms.conference_subscription(request),
        recording=recording if record in ("true", "record-from-start") else None,
        wait_url=forms.url(request, "WaitUrl", 21205) if wait else wait,
        wait_method=forms.method(request, "WaitMethod"),
        made_by_rest=True,
    )


def _load(request: RestRequest) -> Participant:
    conference = request.account.conferences.get(request.ids["conference"])
    participant = conference.find(request.ids["participant"]) if conference else None
    if participant is None:
        raise request.missing()
    return participant


async def fetch_participant(request: RestRequest) -> Answer:
    return Answer(body=present_participant(_load(request)), name="Participant")


async def update_participant(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _UPDATE)
    participant, exchange = _load(request), request.world.exchange
    muted = forms.optional_flag(request, "Muted")
    hold = forms.optional_flag(request, "Hold")
    end_on_exit = forms.optional_flag(request, "EndConferenceOnExit")
    coaching = forms.optional_flag(request, "Coaching")
    announcement = forms.address(request, "AnnounceUrl", 21205)
    for name in ("HoldUrl", "WaitUrl"):
        forms.url(request, name, 21205)
    exchange.rooms.modify(
        participant, end_on_exit=end_on_exit, coaching=coaching, coached=request.text("CallSidToCoach")
    )
    if muted is not None:
        exchange.rooms.set_muted(participant, muted=muted)
    if hold is not None:
        exchange.rooms.set_hold(participant, hold=hold)
    if announcement is not None:
        announce(exchange, participant.conference, participant, announcement.url, announcement.method)
    return Answer(body=present_participant(participant), name="Participant")


async def delete_participant(request: RestRequest) -> Answer:
    participant = _load(request)
    request.world.exchange.rooms.leave(participant, "participant_updated_via_api", kicked=True)
    # A leg that this API called in has no document to go on with: Twilio hangs it up.
    if participant.order.made_by_rest:
        request.world.exchange.hang_up(participant.call)
    return Answer(204)


async def list_participants(request: RestRequest) -> Answer:
    conference = request.account.conferences.get(request.ids["conference"])
    if conference is None:
        raise request.missing()
    found = list(reversed(conference.participants.values()))
    for name, attribute in (("Muted", "muted"), ("Hold", "hold"), ("Coaching", "coaching")):
        wanted = request.query.get(name)
        found = [p for p in found if not wanted or getattr(p, attribute) == (wanted.lower() == "true")]
    return page_answer(request, "participants", found, lambda p: p.call.sid, present_participant)
