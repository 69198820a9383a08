"""Owns recordings: what is being recorded, when it is ready, and its (very small) sound."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from twin.accounts import Account, forget_oldest
from twin.carrier.calls import Call, RecordingOrder, Subscription
from twin.clock import Clock, rfc2822
from twin.identifiers import new_sid
from twin.signing import Fields
from twin.webhooks import Channel, Webhook

# Twilio needs a moment to turn a recording into a file; its callback comes after that.
_PROCESSING_SECONDS = 1.0


@dataclass(eq=False)
class Recording:
    account: Account
    order: RecordingOrder
    date_created: datetime
    started: float  # carrier seconds
    url: str
    channel: Channel
    sid: str = field(default_factory=lambda: new_sid("RE"))
    call: Call | None = None
    conference_sid: str | None = None
    status: str = "in-progress"
    date_updated: datetime | None = None
    paused_at: float | None = None
    pauses: float = 0.0
    duration: int | None = None
    price: str | None = None
    error_code: int | None = None

    @property
    def is_running(self) -> bool:
        return self.status in ("in-progress", "paused")


class Recorder:
    def __init__(self, clock: Clock, base_url: Callable[[], str], log_change: Callable[..., object]) -> None:
        self._clock = clock
        self._base_url = base_url
        self._log_change = log_change

    def start(
        self,
        account: Account,
        order: RecordingOrder,
        channel: Channel,
        *,
        call: Call | None = None,
        conference_sid: str | None = None,
    ) -> Recording:
        recording = Recording(
            account=account,
            order=order,
            date_created=self._clock.now(),
            started=self._clock.seconds(),
            url="",
            channel=channel,
            call=call,
            conference_sid=conference_sid,
        )
        recording.url = f"{self._base_url()}/2010-04-01/Accounts/{account.sid}/Recordings/{recording.sid}"
        account.recordings[recording.sid] = recording
        forget_oldest(account.recordings, lambda r: not r.is_running)
        if call is not None:
            call.recordings.append(recording)
        self._change(recording, "in-progress")
        return recording

    def pause(self, recording: Recording) -> None:
        if recording.status == "in-progress":
            recording.paused_at = self._clock.seconds()
            recording.status = "paused"
            recording.date_updated = self._clock.now()

    def resume(self, recording: Recording) -> None:
        if recording.paused_at is not None and recording.status == "paused":
            recording.pauses += self._clock.seconds() - recording.paused_at
            recording.paused_at = None
            recording.status = "in-progress"
            recording.date_updated = self._clock.now()

    def stop(self, recording: Recording, *, exact_seconds: float | None = None) -> None:
        """End a recording; its file and its callback follow a little later. Stopping twice changes nothing."""
        if not recording.is_running:
            return
        self.resume(recording)
        length = self._clock.seconds() - recording.started - recording.pauses
        recording.duration = round(length if exact_seconds is None else exact_seconds)
        recording.status = "processing"
        recording.date_updated = self._clock.now()
        self._clock.after(_PROCESSING_SECONDS, lambda: self._finish(recording))

    def _finish(self, recording: Recording) -> None:
        if recording.status != "processing":
            return
        if not recording.duration:
            recording.error_code = 16101
            self._change(recording, "absent")
            return
        recording.price = f"-{0.0025 * math.ceil(recording.duration / 60):.5f}"
        self._change(recording, "completed")

    def _change(self, recording: Recording, status: str) -> None:
        recording.status = status
        recording.date_updated = self._clock.now()
        self._log_change(recording, status)
        subscription = recording.order.callback
        if subscription is not None and status in subscription.events:
            recording.channel.post(self._callback(recording, subscription))

    def _callback(self, recording: Recording, subscription: Subscription) -> Webhook:
        fields: Fields = [
            ("AccountSid", recording.account.sid),
            ("RecordingSid", recording.sid),
            ("RecordingUrl", recording.url),
            ("RecordingStatus", recording.status),
            ("RecordingDuration", str(recording.duration if recording.duration is not None else -1)),
            ("RecordingChannels", str(recording.order.channels)),
            ("RecordingStartTime", rfc2822(recording.date_created) or ""),
            ("RecordingSource", recording.order.source),
            ("RecordingTrack", recording.order.track),
        ]
        if recording.error_code is not None:
            fields.append(("ErrorCode", str(recording.error_code)))
        if recording.conference_sid is not None:
            fields.append(("ConferenceSid", recording.conference_sid))
        elif recording.call is not None:
            # A bridged call's recording is filed under the parent leg.
            fields.append(("CallSid", recording.call.sid))
        return Webhook(
            kind="recording",
            url=subscription.address.url,
            method=subscription.address.method,
            fields=fields,
            auth_token=recording.account.auth_token,
            account_sid=recording.account.sid,
            event=recording.status,
            call_sid=recording.call.sid if recording.call else None,
            to=recording.call.to if recording.call else None,
        )


def wave_file(channels: int) -> bytes:
    """A tenth of a second of silence: 8 kHz, 16 bit PCM."""
    rate, samples = 8_000, 800
    data = b"\x00\x00" * samples * channels
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, channels, rate,
                       rate * 2 * channels, 2 * channels, 16)  # fmt: skip
    return head + struct.pack("<4sI", b"data", len(data)) + data


def mp3_file() -> bytes:
    """Four silent MPEG-1 Layer III frames: 32 kbit/s, 44.1 kHz, mono, 104 bytes each."""
    return (b"\xff\xfb\x10\xc0" + bytes(100)) * 4
