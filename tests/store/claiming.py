"""Claiming leads in tests as a tick does, wherever they are and at whatever hour."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from dialer.domain.ids import CallId, LeadId
from dialer.store import claims
from dialer.store.ready_leads import load_ready_lists
from tests.builders.floor import Floor


def plan(floor: Floor, max_calls: int, *, open_localities: Collection[int] | None = None) -> list[CallId]:
    """Make ready whoever is due, then claim; in these localities, or in all."""
    now = floor.services.clock.now()
    with floor.services.transaction(floor.tenant_id) as tx:
        lists = load_ready_lists(tx.session, campaign_id=floor.campaign_id, now=now)
        if open_localities is not None:
            kept = [tuple(number for number in ready.localities if number in open_localities) for ready in lists]
            lists = tuple(replace(ready, localities=there) for ready, there in zip(lists, kept, strict=True) if there)
        return claims.plan_calls(
            tx.session,
            lists=lists,
            max_calls=max_calls,
            now=now,
            place_before=now + timedelta(seconds=10),
            claimed_until=now + timedelta(seconds=30),
        )


def claimed(floor: Floor, max_calls: int, *, open_localities: Collection[int] | None = None) -> list[LeadId]:
    """The leads of one claim, in no order."""
    return [floor.call(call_id).lead_id for call_id in plan(floor, max_calls, open_localities=open_localities)]


def one_by_one(floor: Floor, at_most: int = 100, *, open_localities: Collection[int] | None = None) -> list[LeadId]:
    """All leads that can be claimed, in the order in which they are."""
    taken: list[LeadId] = []
    for _ in range(at_most):
        found = claimed(floor, 1, open_localities=open_localities)
        if not found:
            return taken
        taken += found
    return taken
