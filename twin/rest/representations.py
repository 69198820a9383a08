"""Owns the JSON of every resource: all of Twilio's properties, with Twilio's types, null where unknown."""

from __future__ import annotations

from typing import Any

from twin.accounts import Account, Settings
from twin.carrier.calls import Call
from twin.carrier.conferences import Conference, Participant
from twin.carrier.queues import Member, WaitingQueue
from twin.carrier.recordings import Recording
from twin.clock import Clock, rfc2822
from twin.phone_numbers import formatted

API = "2010-04-01"
_ACCOUNT_SUBRESOURCES = {
    "addresses": "Addresses", "applications": "Applications", "authorized_connect_apps": "AuthorizedConnectApps",
    "available_phone_numbers": "AvailablePhoneNumbers", "balance": "Balance", "calls": "Calls",
    "conferences": "Conferences", "connect_apps": "ConnectApps", "incoming_phone_numbers": "IncomingPhoneNumbers",
    "keys": "Keys", "messages": "Messages", "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds", "queues": "Queues", "recordings": "Recordings",
    "short_codes": "SMS/ShortCodes", "signing_keys": "SigningKeys", "sip": "SIP",
    "transcriptions": "Transcriptions", "usage": "Usage",
}  # fmt: skip
_CALL_SUBRESOURCES = {
    "notifications": "Notifications", "recordings": "Recordings", "payments": "Payments", "events": "Events",
    "siprec": "Siprec", "streams": "Streams", "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}  # fmt: skip


def base(account: Account) -> str:
    return f"/{API}/Accounts/{account.sid}"


def _links(root: str, names: dict[str, str]) -> dict[str, str]:
    return {key: f"{root}/{name}.json" for key, name in names.items()}


def present_account(account: Account) -> dict[str, Any]:
    return {
        "sid": account.sid,
        "auth_token": account.auth_token,
        "friendly_name": account.friendly_name,
        "owner_account_sid": account.sid,
        "status": account.status,
        "type": "Full",
        "date_created": rfc2822(account.date_created),
        "date_updated": rfc2822(account.date_created),
        "uri": base(account) + ".json",
        "subresource_uris": _links(base(account), _ACCOUNT_SUBRESOURCES),
    }


def present_call(call: Call) -> dict[str, Any]:
    root = f"{base(call.account)}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "date_created": rfc2822(call.date_created),
        "date_updated": rfc2822(call.date_updated or call.date_created),
        "parent_call_sid": call.parent.sid if call.parent else None,
        "account_sid": call.account.sid,
        "to": call.to,
        "to_formatted": formatted(call.to),
        "from": call.from_,
        "from_formatted": formatted(call.from_),
        "phone_number_sid": call.phone_number_sid,
        "status": call.status,
        "start_time": rfc2822(call.start_time),
        "end_time": rfc2822(call.end_time),
        "duration": None if call.duration is None else str(call.duration),
        "price": call.price,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by,
        "api_version": API,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": call.caller_name,
        "queue_time": str(call.queue_time_ms),
        "trunk_sid": None,
        "uri": root + ".json",
        "subresource_uris": _links(root, _CALL_SUBRESOURCES),
    }


def present_conference(conference: Conference) -> dict[str, Any]:
    root = f"{base(conference.account)}/Conferences/{conference.sid}"
    return {
        "account_sid": conference.account.sid,
        "api_version": API,
        "date_created": rfc2822(conference.date_created),
        "date_updated": rfc2822(conference.date_updated or conference.date_created),
        "friendly_name": conference.friendly_name,
        "region": conference.region,
        "sid": conference.sid,
        "status": conference.status,
        "uri": root + ".json",
        "subresource_uris": {
            "participants": f"{root}/Participants.json",
            "recordings": f"{root}/Recordings.json",
        },
        "reason_conference_ended": conference.reason_ended,
        "call_sid_ending_conference": conference.ending_call_sid,
    }


_PARTICIPANT_STATUS = {"queued": "queued", "initiated": "connecting", "ringing": "ringing", "in-progress": "connected"}


def present_participant(participant: Participant) -> dict[str, Any]:
    call, conference = participant.call, participant.conference
    status = "complete" if call.status == "completed" else "failed"
    return {
        "account_sid": call.account.sid,
        "call_sid": call.sid,
        "label": participant.label,
        "call_sid_to_coach": participant.coached_call_sid,
        "coaching": participant.coaching,
        "conference_sid": conference.sid,
        "date_created": rfc2822(participant.date_created),
        "date_updated": rfc2822(participant.date_updated or participant.date_created),
        "end_conference_on_exit": participant.end_on_exit,
        "muted": participant.muted,
        "hold": participant.hold,
        "start_conference_on_enter": participant.order.start_on_enter,
        "status": _PARTICIPANT_STATUS.get(call.progress, status),
        "queue_time": str(call.queue_time_ms),
        "uri": f"{base(call.account)}/Conferences/{conference.sid}/Participants/{call.sid}.json",
    }


def _recording(recording: Recording) -> dict[str, Any]:
    return {
        "account_sid": recording.account.sid,
        "api_version": API,
        "call_sid": recording.call.sid if recording.call else None,
        "conference_sid": recording.conference_sid,
        "date_created": rfc2822(recording.date_created),
        "date_updated": rfc2822(recording.date_updated or recording.date_created),
        "start_time": rfc2822(recording.date_created),
        "duration": None if recording.duration is None or recording.is_running else str(recording.duration),
        "sid": recording.sid,
        "price": recording.price,
        "price_unit": "USD",
        "status": recording.status,
        "channels": recording.order.channels,
        "source": recording.order.source,
        "error_code": recording.error_code,
        "encryption_details": None,
    }


def present_recording(recording: Recording) -> dict[str, Any]:
    root = f"{base(recording.account)}/Recordings/{recording.sid}"
    return _recording(recording) | {
        "uri": root + ".json",
        "subresource_uris": {
            "add_on_results": f"{root}/AddOnResults.json",
            "transcriptions": f"{root}/Transcriptions.json",
        },
        "media_url": recording.url,
    }


def present_call_recording(recording: Recording) -> dict[str, Any]:
    call_sid = recording.call.sid if recording.call else ""
    return _recording(recording) | {
        # Here, and only here, the document types the price as a number.
        "price": None if recording.price is None else float(recording.price),
        "track": recording.order.track,
        "uri": f"{base(recording.account)}/Calls/{call_sid}/Recordings/{recording.sid}.json",
    }


def present_conference_recording(recording: Recording) -> dict[str, Any]:
    root = f"{base(recording.account)}/Conferences/{recording.conference_sid}"
    return _recording(recording) | {"uri": f"{root}/Recordings/{recording.sid}.json"}


def present_settings(account: Account, settings: Settings, folder: str) -> dict[str, Any]:
    """A number, an application or a caller id: what it was told, and where it is filed."""
    return settings.values | {
        "sid": settings.sid,
        "account_sid": account.sid,
        "date_created": rfc2822(settings.date_created),
        "date_updated": rfc2822(settings.date_updated),
        "uri": f"{base(account)}/{folder}/{settings.sid}.json",
    }


def present_queue(queue: WaitingQueue, clock: Clock) -> dict[str, Any]:
    return {
        "account_sid": queue.account.sid,
        "average_wait_time": queue.average_wait_seconds(clock),
        "current_size": len(queue.members),
        "date_created": rfc2822(queue.date_created),
        "date_updated": rfc2822(queue.date_updated or queue.date_created),
        "friendly_name": queue.friendly_name,
        "max_size": queue.max_size,
        "sid": queue.sid,
        "uri": f"{base(queue.account)}/Queues/{queue.sid}.json",
    }


def present_member(queue: WaitingQueue, member: Member, clock: Clock) -> dict[str, Any]:
    return {
        "queue_sid": queue.sid,
        "call_sid": member.call.sid,
        "date_enqueued": rfc2822(member.date_enqueued),
        "position": queue.position(member.call),
        "wait_time": round(clock.seconds() - member.entered),
        "uri": f"{base(queue.account)}/Queues/{queue.sid}/Members/{member.call.sid}.json",
    }
