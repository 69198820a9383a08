"""Owns the Conferences resource: fetch, end, announce, list."""

from __future__ import annotations

from twin.carrier.conferences import Conference
from twin.errors import TwilioError
from twin.rest import forms
from twin.rest.paging import in_time_window, page_answer
from twin.rest.representations import present_conference
from twin.rest.request import Answer, RestRequest
from twin.twiml.side import announce


def load_conference(request: RestRequest) -> Conference:
    conference = request.account.conferences.get(request.ids["conference"])
    if conference is None:
        raise request.missing()
    return conference


async def fetch_conference(request: RestRequest) -> Answer:
    return Answer(body=present_conference(load_conference(request)), name="Conference")


async def update_conference(request: RestRequest) -> Answer:
    forms.warn_unknown(request, frozenset({"Status", "AnnounceUrl", "AnnounceMethod"}))
    conference, exchange = load_conference(request), request.world.exchange
    status = forms.choice(request, "Status", ("completed",))
    announcement = forms.address(request, "AnnounceUrl", 21205)
    if conference.status == "completed":
        raise TwilioError(20001, f"Conference {conference.sid} is already completed")
    if announcement is not None:
        announce(exchange, conference, None, announcement.url, announcement.method)
    if status == "completed":
        exchange.rooms.end(conference, "conference-ended-via-api")
    return Answer(body=present_conference(conference), name="Conference")


async def list_conferences(request: RestRequest) -> Answer:
    name, status = request.query.get("FriendlyName"), request.query.get("Status")
    if status and status not in ("init", "in-progress", "completed"):
        raise TwilioError(20001, f"Status is not known: {status}")
    found = [
        conference
        for conference in reversed(request.account.conferences.values())
        if (not name or conference.friendly_name == name)
        and (not status or conference.status == status)
        and in_time_window(request, "DateCreated", conference.date_created)
        and in_time_window(request, "DateUpdated", conference.date_updated or conference.date_created)
    ]
    return page_answer(request, "conferences", found, lambda c: c.sid, present_conference)
