"""Owns the Queues resource and its members, as far as Enqueue needs them."""

from __future__ import annotations

from twin.carrier.calls import Instructions
from twin.carrier.queues import DEFAULT_MAX_SIZE, WaitingQueue, find_queue, leave_queue, open_queue
from twin.errors import TwilioError
from twin.rest import forms
from twin.rest.paging import page_answer
from twin.rest.representations import present_member, present_queue
from twin.rest.request import Answer, RestRequest

_KNOWN = frozenset({"FriendlyName", "MaxSize"})


def _load(request: RestRequest) -> WaitingQueue:
    queue = request.account.queues.get(request.ids["queue"])
    if queue is None:
        raise request.missing()
    return queue


def _answer(request: RestRequest, queue: WaitingQueue, status: int = 200) -> Answer:
    return Answer(status, present_queue(queue, request.world.clock), name="Queue")


async def create_queue(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _KNOWN)
    name = forms.limited(request, "FriendlyName", 64, 20002)
    size = forms.whole(request, "MaxSize", 1, 5000, 20001)
    if name is None:
        raise TwilioError(20002)
    if find_queue(request.account, name) is not None:
        raise TwilioError(22003, "Queue friendly name already exists")
    queue = open_queue(request.account, name, request.world.clock)
    queue.max_size = size or DEFAULT_MAX_SIZE
    return _answer(request, queue, 201)


async def fetch_queue(request: RestRequest) -> Answer:
    return _answer(request, _load(request))


async def update_queue(request: RestRequest) -> Answer:
    forms.warn_unknown(request, _KNOWN)
    queue = _load(request)
    queue.friendly_name = forms.limited(request, "FriendlyName", 64, 20002) or queue.friendly_name
    queue.max_size = forms.whole(request, "MaxSize", 1, 5000, 20001) or queue.max_size
    queue.date_updated = request.world.clock.now()
    return _answer(request, queue)


async def delete_queue(request: RestRequest) -> Answer:
    queue = _load(request)
    if queue.members:
        raise TwilioError(22004, "Queue is not empty")
    del request.account.queues[queue.sid]
    return Answer(204)


async def list_queues(request: RestRequest) -> Answer:
    found = list(reversed(request.account.queues.values()))
    clock = request.world.clock
    return page_answer(request, "queues", found, lambda q: q.sid, lambda q: present_queue(q, clock))


async def list_members(request: RestRequest) -> Answer:
    queue, clock = _load(request), request.world.clock
    found = list(queue.members.values())
    return page_answer(request, "queue_members", found, lambda m: m.call.sid, lambda m: present_member(queue, m, clock))


async def fetch_member(request: RestRequest) -> Answer:
    queue, sid = _load(request), request.ids["call"]
    member = next(iter(queue.members.values()), None) if sid == "Front" else queue.members.get(sid)
    if member is None:
        raise request.missing()
    return Answer(body=present_member(queue, member, request.world.clock), name="QueueMember")


async def update_member(request: RestRequest) -> Answer:
    """Take a waiting call out of the queue and send it to another document."""
    queue, sid = _load(request), request.ids["call"]
    member = next(iter(queue.members.values()), None) if sid == "Front" else queue.members.get(sid)
    url = forms.url(request, "Url", 21205)
    method = forms.method(request, "Method")
    if member is None:
        raise request.missing()
    if url is None:
        raise TwilioError(21205, "Url parameter is required.")
    shown = present_member(queue, member, request.world.clock)
    leave_queue(queue, member.call)
    request.world.exchange.redirect(member.call, Instructions(url, method))
    return Answer(body=shown, name="QueueMember")
