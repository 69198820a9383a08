"""Owns the form fields Twilio sends about a call, and when a status callback is due."""

from __future__ import annotations

import math

from twin.carrier.calls import Address, Call
from twin.clock import Clock, rfc2822
from twin.signing import Fields
from twin.webhooks import Webhook

_PLACES = ("City", "State", "Zip", "Country")


def call_fields(call: Call) -> Fields:
    """The fields every request about a call carries."""
    fields: Fields = [
        ("AccountSid", call.account.sid),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", call.sid),
        ("CallStatus", call.progress),
        ("Called", call.to),
        ("Caller", call.from_),
        ("Direction", call.direction),
        ("From", call.from_),
        ("To", call.to),
    ]
    for side, number in (("Called", call.to), ("Caller", call.from_), ("From", call.from_), ("To", call.to)):
        fields.extend((side + place, _country(number) if place == "Country" else "") for place in _PLACES)
    if call.parent is not None:
        fields.append(("ParentCallSid", call.parent.sid))
    if call.caller_name is not None:
        fields.append(("CallerName", call.caller_name))
    if call.application_sid is not None:
        fields.append(("ApplicationSid", call.application_sid))
    return fields


def _country(number: str) -> str:
    return "US" if number.startswith("+1") and len(number) == 12 else ""


def status_fields(call: Call, clock: Clock, sequence: int) -> Fields:
    fields = call_fields(call)
    fields.append(("Timestamp", rfc2822(clock.now()) or ""))
    fields.append(("CallbackSource", "call-progress-events"))
    fields.append(("SequenceNumber", str(sequence)))
    if call.progress in ("ringing", "in-progress") and call.direction == "outbound-api" and not call.is_client:
        fields.append(("StirStatus", "B"))
    if call.is_over:
        seconds = call.duration or 0
        minutes = max(1, math.ceil(seconds / 60)) if call.answered_at is not None else 0
        fields.append(("CallDuration", str(seconds)))
        fields.append(("Duration", str(minutes)))
        fields.append(("SipResponseCode", str(call.sip_code or 200)))
        if call.answered_by is not None:
            fields.append(("AnsweredBy", call.answered_by))
        recorded = next((r for r in call.recordings if r.order.source == "OutboundAPI"), None)
        if recorded is not None and recorded.status != "absent":
            fields.append(("RecordingUrl", recorded.url))
            fields.append(("RecordingSid", recorded.sid))
            fields.append(("RecordingDuration", str(recorded.duration or 0)))
    return fields


def send_status(call: Call, event: str, clock: Clock) -> None:
    """Post a status callback if it was subscribed; the sequence counts only what is really sent."""
    subscription = call.subscription
    if subscription is None or event not in subscription.events:
        return
    sequence, call.next_sequence = call.next_sequence, call.next_sequence + 1
    call.channel.post(webhook(call, "status", subscription.address, status_fields(call, clock, sequence), event=event))


def webhook(call: Call, kind: str, address: Address, fields: Fields, event: str | None = None) -> Webhook:
    return Webhook(
        kind=kind,
        url=address.url,
        method=address.method,
        fields=fields,
        auth_token=call.account.auth_token,
        account_sid=call.account.sid,
        event=event,
        call_sid=call.sid,
        to=call.to,
    )
