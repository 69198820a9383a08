"""Owns conferences: who is in, when one starts and ends, who hears whom, and what is reported about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from twin.accounts import Account, forget_oldest
from twin.carrier.calls import Call, RecordingOrder, Subscription
from twin.carrier.recordings import Recorder, Recording
from twin.clock import Clock, rfc2822
from twin.errors import TwilioError
from twin.identifiers import is_sid, new_sid
from twin.log import WitnessLog
from twin.signing import Fields
from twin.webhooks import Channel, Webhook, WebhookSender

MAX_PARTICIPANTS = 250
_MAX_LABEL = 128
# Which subscription word covers which event.
_SUBSCRIBED_AS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}
_REASON_TEXT = {
    "conference-ended-via-api": "Conference ended via API",
    "participant-with-end-conference-on-exit-left": "Participant with endConferenceOnExit left",
    "participant-with-end-conference-on-exit-kicked": "Participant with endConferenceOnExit kicked",
    "last-participant-left": "Last participant left",
    "last-participant-kicked": "Last participant kicked",
}


@dataclass(frozen=True)
class JoinOrder:
    """How somebody wants to enter; the subscription and the recording count for the first one only."""

    label: str | None = None
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    coaching: bool = False
    coached_call_sid: str | None = None
    max_participants: int = MAX_PARTICIPANTS
    subscription: Subscription | None = None
    recording: RecordingOrder | None = None
    wait_url: str | None = None  # None: Twilio's music; empty: silence
    wait_method: str = "POST"
    made_by_rest: bool = False


@dataclass(eq=False)
class Participant:
    conference: Conference
    call: Call
    order: JoinOrder
    date_created: datetime
    left: asyncio.Future[str]
    label: str | None = None
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached_call_sid: str | None = None
    end_on_exit: bool = False
    joined: bool = False
    date_updated: datetime | None = None
    waiting: asyncio.Task[None] | None = None


@dataclass(eq=False)
class Conference:
    account: Account
    friendly_name: str
    date_created: datetime
    channel: Channel
    sid: str = field(default_factory=lambda: new_sid("CF"))
    status: str = "init"
    region: str = "us1"
    date_updated: datetime | None = None
    # REST-made participants are here from their creation on, joined or not.
    participants: dict[str, Participant] = field(default_factory=dict)
    subscription: Subscription | None = None
    recording_order: RecordingOrder | None = None
    recording: Recording | None = None
    next_sequence: int = 1
    reason_ended: str | None = None
    ending_call_sid: str | None = None

    def present(self) -> list[Participant]:
        return [p for p in self.participants.values() if p.joined]

    def find(self, call_sid_or_label: str) -> Participant | None:
        known = self.participants.get(call_sid_or_label)
        return known or next((p for p in self.participants.values() if p.label == call_sid_or_label), None)


class Rooms:
    """All conferences of all accounts. Every method acts at once; only callbacks take time."""

    def __init__(
        self,
        clock: Clock,
        sender: WebhookSender,
        log: WitnessLog,
        recorder: Recorder,
        hang_up: Callable[[Call], None],
    ) -> None:
        self._clock = clock
        self._sender = sender
        self._log = log
        self._recorder = recorder
        self._hang_up = hang_up
        self.play_wait_music: Callable[[Participant], None] = lambda _: None

    def open(self, account: Account, name: str, first: JoinOrder) -> Conference:
        """Find the live conference of that name or found it with the first participant's settings."""
        check_label(first.label)
        known = account.live_conference(name)
        if known is not None:
            return known
        conference = Conference(
            account=account,
            friendly_name=name,
            date_created=self._clock.now(),
            channel=Channel(self._sender),
            subscription=first.subscription,
            recording_order=first.recording,
        )
        account.conferences[conference.sid] = conference
        forget_oldest(account.conferences, lambda c: c.status == "completed")
        return conference

    def expect(self, conference: Conference, call: Call, order: JoinOrder) -> Participant:
        """Reserve a participant's place. Raises 16022, 16023, 16025, 16020 as Twilio would."""
        if conference.status == "completed":
            raise TwilioError(16022)
        check_label(order.label)
        if order.label is not None and conference.find(order.label) is not None:
            raise TwilioError(16025)
        if len(conference.participants) >= min(order.max_participants, MAX_PARTICIPANTS):
            raise TwilioError(16020)
        participant = Participant(
            conference=conference,
            call=call,
            order=order,
            date_created=self._clock.now(),
            left=asyncio.get_running_loop().create_future(),
            label=order.label,
            muted=order.muted,
            coaching=order.coaching,
            coached_call_sid=order.coached_call_sid,
            end_on_exit=order.end_on_exit,
        )
        conference.participants[call.sid] = participant
        return participant

    def enter(self, participant: Participant) -> None:
        conference, call = participant.conference, participant.call
        if conference.status == "completed":
            raise TwilioError(16022)
        coached = participant.coached_call_sid
        if participant.coaching and (coached is None or coached not in conference.participants):
            conference.participants.pop(call.sid, None)
            if not conference.participants:
                # Nobody ever was in: a conference that was never heard of is not reported as ended either.
                conference.status = "completed"
                conference.account.conferences.pop(conference.sid, None)
            raise TwilioError(13240)
        participant.joined = True
        call.participant = participant
        self._log.append(
            "conference", change="join", conference_sid=conference.sid, name=conference.friendly_name, call_sid=call.sid
        )
        self._report(conference, "participant-join", participant)
        self._start_if_due(conference)
        if conference.status == "init":
            self.play_wait_music(participant)
        self._balance(conference)

    def leave(self, participant: Participant, reason: str, *, kicked: bool = False) -> None:
        """Take somebody out and end the conference if that ends it. Leaving twice changes nothing."""
        conference = participant.conference
        if conference.participants.pop(participant.call.sid, None) is None:
            return
        self._drop(participant, reason)
        if conference.status == "completed":
            return
        way = "kicked" if kicked else "left"
        if participant.joined and participant.end_on_exit:
            self.end(conference, f"participant-with-end-conference-on-exit-{way}", participant)
        elif not conference.participants:
            self.end(conference, f"last-participant-{way}", participant)
        else:
            self._balance(conference)

    def end(self, conference: Conference, reason: str, by: Participant | None = None) -> None:
        if conference.status == "completed":
            return
        was = list(conference.participants.values())
        conference.status = "completed"
        conference.date_updated = self._clock.now()
        conference.reason_ended = reason
        conference.ending_call_sid = by.call.sid if by else None
        conference.participants.clear()
        left = "conference_ended_via_api" if reason == "conference-ended-via-api" else "moderator_ended_conference"
        for participant in was:
            self._drop(participant, left)
        if conference.recording is not None:
            self._recorder.stop(conference.recording)
        extra: Fields = [("ReasonConferenceEnded", reason), ("Reason", _REASON_TEXT[reason])]
        if by is not None:
            extra += [("CallSidEndingConference", by.call.sid), ("ParticipantLabelEndingConference", by.label or "")]
        self._log.append("conference", change="end", conference_sid=conference.sid, reason=reason)
        self._report(conference, "conference-end", extra=extra)

    def set_muted(self, participant: Participant, *, muted: bool) -> None:
        if participant.muted != muted:
            participant.muted = muted
            self._changed(participant, "participant-mute" if muted else "participant-unmute")

    def silence(self, call: Call, *, silent: bool) -> None:
        """A softphone was muted, or is heard again; wherever it sits then."""
        call.is_silent = silent
        if call.participant is not None:
            self._balance(call.participant.conference)

    def set_hold(self, participant: Participant, *, hold: bool) -> None:
        if participant.hold != hold:
            participant.hold = hold
            self._changed(participant, "participant-hold" if hold else "participant-unhold")

    def modify(
        self, participant: Participant, *, end_on_exit: bool | None, coaching: bool | None, coached: str | None
    ) -> None:
        """Change the rest of a participant's settings. Raises 16028 when the coached call is not there."""
        if coached is not None and coached not in participant.conference.participants:
            raise TwilioError(16028)
        if coaching and (coached or participant.coached_call_sid) is None:
            raise TwilioError(16028)
        before = (participant.end_on_exit, participant.coaching, participant.coached_call_sid)
        if end_on_exit is not None:
            participant.end_on_exit = end_on_exit
        if coached is not None:
            participant.coached_call_sid, participant.coaching = coached, True
        if coaching is not None:
            participant.coaching = coaching
            if not coaching:
                participant.coached_call_sid = None
        if before != (participant.end_on_exit, participant.coaching, participant.coached_call_sid):
            self._changed(participant, "participant-modify")

    def report_announcement(self, conference: Conference, participant: Participant | None, failure: Fields) -> None:
        event = "announcement-fail" if failure else "announcement-end"
        self._report(conference, event, participant, extra=failure)

    def _changed(self, participant: Participant, event: str) -> None:
        participant.date_updated = self._clock.now()
        self._report(participant.conference, event, participant)
        self._balance(participant.conference)

    def _start_if_due(self, conference: Conference) -> None:
        present = conference.present()
        if conference.status != "init" or len(present) < 2 or not any(p.order.start_on_enter for p in present):
            return
        conference.status = "in-progress"
        conference.date_updated = self._clock.now()
        for participant in present:
            if participant.waiting is not None:
                participant.waiting.cancel()
        self._log.append("conference", change="start", conference_sid=conference.sid)
        self._report(conference, "conference-start")
        if conference.recording_order is not None:
            conference.recording = self._recorder.start(
                conference.account, conference.recording_order, conference.channel, conference_sid=conference.sid
            )

    def _drop(self, participant: Participant, reason: str) -> None:
        call, conference = participant.call, participant.conference
        if participant.waiting is not None:
            participant.waiting.cancel()
        if call.participant is participant:
            call.participant = None
        if call.far_end is not None:
            call.far_end.stop_talking()
        self._log.append("conference", change="leave", conference_sid=conference.sid, call_sid=call.sid, reason=reason)
        extra: Fields = [("ParticipantCallStatus", call.status), ("ReasonParticipantLeft", reason)]
        self._report(conference, "participant-leave", participant, extra)
        if not participant.left.done():
            participant.left.set_result(reason)
        # Redirected legs go on with their new document; all others made by REST have nothing else to do.
        if participant.order.made_by_rest and reason != "participant_updated_via_api":
            self._hang_up(call)

    def _balance(self, conference: Conference) -> None:
        """Let everybody talk who hears at least one other, and be silent who does not."""
        present = conference.present()
        for one in present:
            far_end = one.call.far_end
            if far_end is None:
                continue
            was = far_end.is_talking
            if conference.status == "in-progress" and any(_hears(one, other) for other in present):
                far_end.start_talking()
            else:
                far_end.stop_talking()
            if far_end.is_talking != was:
                self._report(conference, f"participant-speech-{'stop' if was else 'start'}", one)

    def _report(
        self, conference: Conference, event: str, participant: Participant | None = None, extra: Fields | None = None
    ) -> None:
        subscription = conference.subscription
        if subscription is None or _SUBSCRIBED_AS[event] not in subscription.events:
            return
        fields: Fields = [
            ("ConferenceSid", conference.sid),
            ("FriendlyName", conference.friendly_name),
            ("AccountSid", conference.account.sid),
            ("SequenceNumber", str(conference.next_sequence)),
            ("Timestamp", rfc2822(self._clock.now()) or ""),
            ("StatusCallbackEvent", event),
        ]
        conference.next_sequence += 1
        if participant is not None:
            fields += _participant_fields(participant)
        fields += extra or []
        conference.channel.post(
            Webhook(
                kind="conference",
                url=subscription.address.url,
                method=subscription.address.method,
                fields=fields,
                auth_token=conference.account.auth_token,
                account_sid=conference.account.sid,
                event=event,
                call_sid=participant.call.sid if participant else None,
                to=participant.call.to if participant else None,
            )
        )


def check_label(label: str | None) -> None:
    if label is not None and (len(label) > _MAX_LABEL or "/" in label or is_sid(label, "CA")):
        raise TwilioError(16023)


def _participant_fields(participant: Participant) -> Fields:
    return [
        ("CallSid", participant.call.sid),
        ("ParticipantLabel", participant.label or ""),
        ("Muted", _word(participant.muted)),
        ("Hold", _word(participant.hold)),
        ("Coaching", _word(participant.coaching)),
        ("StartConferenceOnEnter", _word(participant.order.start_on_enter)),
        ("EndConferenceOnExit", _word(participant.end_on_exit)),
    ]


def _word(value: object) -> str:
    return "true" if value else "false"


def _hears(one: Participant, other: Participant) -> bool:
    if one is other or one.hold or other.hold or other.muted or other.call.is_silent:
        return False
    return not other.coaching or other.coached_call_sid == one.call.sid
