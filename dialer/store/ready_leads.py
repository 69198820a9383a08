"""Ready leads: promotion of those whose time has come, the lists that have some, and the places where they are.

A pending lead is either waiting for its `next_call_at` or ready. Choosing among the ready ones is `lead_choice`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, ListId
from dialer.domain.list_turns import CALLBACKS, LAST_TURN, ListTurn

MAX_PROMOTIONS = 2_000
"""So many waiting leads become ready at a time; each costs a write."""


@dataclass(frozen=True)
class ReadyList:
    """An active list that has leads ready, and the localities where they are looked for."""

    turn: ListTurn
    localities: tuple[int, ...]


# Promised callbacks do not queue behind thousands of retries that are due at the same minute. Chosen as arrays: then
# they are found by their key, however large the list and whatever is believed about it.
PROMOTED = f"""
    promoted as (
        update leads set is_waiting = false
        where id = any(array(
            select l.id from leads l
            where l.campaign_id = :campaign_id and l.status = 'pending' and l.is_waiting
              and l.callback_at is not null and l.next_call_at <= :now and :promotes
            order by l.next_call_at limit {MAX_PROMOTIONS} for update skip locked
        ) || array(
            select l.id from leads l
            where l.campaign_id = :campaign_id and l.status = 'pending' and l.is_waiting and l.next_call_at <= :now
              and :promotes
            order by l.next_call_at limit {MAX_PROMOTIONS} for update skip locked
        ))
        returning list_id, turn
    )
"""
"""Makes waiting leads of a campaign ready. Parameters: `:campaign_id`, `:now`, and whether it `:promotes` at all."""

# The least turn says in one descent of the index whether there is any, and whether callbacks are among them. What the
# same statement promotes is not seen there.
READY_LISTS = """
    select json_agg(json_build_array(ready.id, ready.weight, ready.turns_taken, ready.turn, there.localities))
    from (
        select s.id, s.weight, s.turns_taken, least(
                   (select min(l.turn) from leads l
                    where l.list_id = s.id and l.status = 'pending' and not l.is_waiting),
                   (select min(promoted.turn) from promoted where promoted.list_id = s.id)) as turn
        from lists s where s.campaign_id = :campaign_id and s.is_active
    ) as ready
    cross join lateral (
        select array_agg(p.locality_id) as localities from list_localities p where p.list_id = ready.id
    ) as there
    where ready.turn is not null
"""
"""A campaign's active lists that have leads ready, for `read_ready_lists`. Stands beside `PROMOTED`."""

FIRST_WAITING = """
    select min(l.next_call_at) from leads l
    where l.campaign_id = :campaign_id and l.status = 'pending' and l.is_waiting
"""
"""When the first of a campaign's waiting leads is due."""


def read_ready_lists(rows: Sequence[Sequence[Any]] | None) -> tuple[ReadyList, ...]:
    """What `READY_LISTS` found, each list with every locality in which leads of it are or once were."""
    return tuple(
        ReadyList(
            ListTurn(ListId(UUID(list_id)), weight, turns_taken, has_callbacks=turn == CALLBACKS), tuple(localities)
        )
        for list_id, weight, turns_taken, turn, localities in rows or ()
    )


def load_ready_lists(session: Session, *, campaign_id: CampaignId, now: datetime) -> tuple[ReadyList, ...]:
    """A campaign's active lists that have leads ready, after those whose time has come were made so. One statement."""
    values = {"campaign_id": campaign_id, "now": now, "promotes": True}
    return read_ready_lists(session.execute(_LOAD, values).scalar_one())


_LOAD = text(f"with {PROMOTED} {READY_LISTS}")


def find_ready_locality(session: Session, *, list_ids: Sequence[ListId], localities: Sequence[int]) -> int | None:
    """The first of these localities in which a lead of these lists is ready."""
    if not localities:
        return None
    row = session.execute(_FIND_READY, {"list_ids": list(list_ids), "localities": list(localities)}).first()
    return None if row is None else int(row.locality_id)


_FIND_READY = text(
    f"""
    select place.locality_id
    from unnest(cast(:localities as integer[])) as place (locality_id)
    cross join lateral (
        select 1
        from unnest(cast(:list_ids as uuid[])) as list (id) cross join generate_series(0, {LAST_TURN}) as turn (number)
        cross join lateral (
            select 1 from leads l
            where l.list_id = list.id and l.turn = turn.number and l.locality_id = place.locality_id
              and l.status = 'pending' and not l.is_waiting
            order by l.dial_key, l.id limit 1
        ) as lead
        limit 1
    ) as found
    limit 1
    """
)
