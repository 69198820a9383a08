"""Owns the queues of `<Enqueue>`: who waits, in which order, and how somebody is taken out."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from twin.accounts import Account
from twin.carrier.calls import Call
from twin.clock import Clock
from twin.identifiers import new_sid

DEFAULT_MAX_SIZE = 100


@dataclass(eq=False)
class Member:
    call: Call
    date_enqueued: datetime
    entered: float  # carrier seconds
    taken: asyncio.Future[Call | None]  # the leg to be bridged with; None: sent elsewhere


@dataclass(eq=False)
class WaitingQueue:
    account: Account
    friendly_name: str
    date_created: datetime
    max_size: int = DEFAULT_MAX_SIZE
    sid: str = field(default_factory=lambda: new_sid("QU"))
    date_updated: datetime | None = None
    members: OrderedDict[str, Member] = field(default_factory=OrderedDict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def position(self, call: Call) -> int:
        return list(self.members).index(call.sid) + 1 if call.sid in self.members else 0

    def average_wait_seconds(self, clock: Clock) -> int:
        waits = [clock.seconds() - member.entered for member in self.members.values()]
        return round(sum(waits) / len(waits)) if waits else 0


def find_queue(account: Account, name_or_sid: str) -> WaitingQueue | None:
    known = account.queues.get(name_or_sid)
    return known or next((q for q in account.queues.values() if q.friendly_name == name_or_sid), None)


def open_queue(account: Account, name: str, clock: Clock) -> WaitingQueue:
    known = find_queue(account, name)
    if known is None:
        known = WaitingQueue(account, name, clock.now())
        account.queues[known.sid] = known
    return known


def enter_queue(queue: WaitingQueue, call: Call, clock: Clock) -> Member:
    member = Member(call, clock.now(), clock.seconds(), asyncio.get_running_loop().create_future())
    queue.members[call.sid] = member
    queue.arrived.set()
    return member


def leave_queue(queue: WaitingQueue, call: Call) -> None:
    queue.members.pop(call.sid, None)
    if not queue.members:
        queue.arrived.clear()
