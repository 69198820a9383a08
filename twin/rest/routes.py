"""Owns the table of REST paths; `account` in a path must be the account that authenticates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from twin.rest import accounts, applications, calls, conferences, numbers, participants, queues, recordings
from twin.rest.request import Answer, RestRequest

_A = "Accounts/{account}"
_CALL = f"{_A}/Calls/{{call}}"
_ROOM = f"{_A}/Conferences/{{conference}}"
_NUMBERS = f"{_A}/IncomingPhoneNumbers"
_OFFERS = f"{_A}/AvailablePhoneNumbers"

ROUTES: list[tuple[str, str, Callable[[RestRequest], Awaitable[Answer]]]] = [
    ("GET", "Accounts", accounts.list_accounts),
    ("POST", "Accounts", accounts.create_account),
    ("GET", _A, accounts.fetch_account),
    ("POST", _A, accounts.update_account),
    ("GET", f"{_A}/Balance", accounts.fetch_balance),
    ("GET", f"{_A}/Calls", calls.list_calls),
    ("POST", f"{_A}/Calls", calls.create_call),
    ("GET", _CALL, calls.fetch_call),
    ("POST", _CALL, calls.update_call),
    ("DELETE", _CALL, calls.delete_call),
    ("GET", f"{_CALL}/Recordings", recordings.list_call_recordings),
    ("POST", f"{_CALL}/Recordings", recordings.start_call_recording),
    ("GET", f"{_CALL}/Recordings/{{recording}}", recordings.fetch_call_recording),
    ("POST", f"{_CALL}/Recordings/{{recording}}", recordings.update_call_recording),
    ("DELETE", f"{_CALL}/Recordings/{{recording}}", recordings.delete_call_recording),
    ("GET", f"{_A}/Conferences", conferences.list_conferences),
    ("GET", _ROOM, conferences.fetch_conference),
    ("POST", _ROOM, conferences.update_conference),
    ("GET", f"{_ROOM}/Participants", participants.list_participants),
    ("POST", f"{_ROOM}/Participants", participants.create_participant),
    ("GET", f"{_ROOM}/Participants/{{participant}}", participants.fetch_participant),
    ("POST", f"{_ROOM}/Participants/{{participant}}", participants.update_participant),
    ("DELETE", f"{_ROOM}/Participants/{{participant}}", participants.delete_participant),
    ("GET", f"{_ROOM}/Recordings", recordings.list_conference_recordings),
    ("GET", f"{_ROOM}/Recordings/{{recording}}", recordings.fetch_conference_recording),
    ("POST", f"{_ROOM}/Recordings/{{recording}}", recordings.update_conference_recording),
    ("DELETE", f"{_ROOM}/Recordings/{{recording}}", recordings.delete_conference_recording),
    ("GET", f"{_A}/Recordings", recordings.list_recordings),
    ("GET", f"{_A}/Recordings/{{recording}}", recordings.fetch_recording),
    ("DELETE", f"{_A}/Recordings/{{recording}}", recordings.delete_recording),
    # Lists by kind of number come before the fetch by SID, whose pattern would swallow them.
    ("GET", f"{_NUMBERS}/(?P<kind>Local|Mobile|TollFree)", numbers.list_numbers),
    ("POST", f"{_NUMBERS}/(?P<kind>Local|Mobile|TollFree)", numbers.create_number),
    ("GET", _NUMBERS, numbers.list_numbers),
    ("POST", _NUMBERS, numbers.create_number),
    ("GET", f"{_NUMBERS}/{{number}}", numbers.fetch_number),
    ("POST", f"{_NUMBERS}/{{number}}", numbers.update_number),
    ("DELETE", f"{_NUMBERS}/{{number}}", numbers.delete_number),
    ("GET", _OFFERS, numbers.list_countries),
    ("GET", f"{_OFFERS}/{{country}}", numbers.fetch_country),
    ("GET", f"{_OFFERS}/{{country}}/Local", numbers.search_local),
    ("GET", f"{_A}/OutgoingCallerIds", numbers.list_caller_ids),
    ("POST", f"{_A}/OutgoingCallerIds", numbers.create_caller_id),
    ("GET", f"{_A}/OutgoingCallerIds/{{caller_id}}", numbers.fetch_caller_id),
    ("DELETE", f"{_A}/OutgoingCallerIds/{{caller_id}}", numbers.delete_caller_id),
    ("GET", f"{_A}/Applications", applications.list_applications),
    ("POST", f"{_A}/Applications", applications.create_application),
    ("GET", f"{_A}/Applications/{{application}}", applications.fetch_application),
    ("POST", f"{_A}/Applications/{{application}}", applications.update_application),
    ("DELETE", f"{_A}/Applications/{{application}}", applications.delete_application),
    ("GET", f"{_A}/Queues", queues.list_queues),
    ("POST", f"{_A}/Queues", queues.create_queue),
    ("GET", f"{_A}/Queues/{{queue}}", queues.fetch_queue),
    ("POST", f"{_A}/Queues/{{queue}}", queues.update_queue),
    ("DELETE", f"{_A}/Queues/{{queue}}", queues.delete_queue),
    ("GET", f"{_A}/Queues/{{queue}}/Members", queues.list_members),
    ("GET", f"{_A}/Queues/{{queue}}/Members/{{call}}", queues.fetch_member),
    ("POST", f"{_A}/Queues/{{queue}}/Members/{{call}}", queues.update_member),
]
