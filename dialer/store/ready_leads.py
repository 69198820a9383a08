"""Ready leads: promotion of those whose time has come, lists that have some, and the choice of the next ones.

A pending lead is either waiting for its `next_call_at` or ready. Ready ones are looked for by list, turn and locality.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, ListId
from dialer.domain.list_turns import CALLBACKS, LAST_TURN, ListTurn, divide_calls, line_up

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


def choice_values(lists: Sequence[ReadyList], max_leads: int) -> dict[str, object]:
    """The parameters of `next_leads` and of `MOVE_LISTS`."""
    line = line_up([ready.turn for ready in lists])
    portions = divide_calls(line, max_leads)
    # Arrays as text: seven hundred numbers are read faster as one word of the statement than as seven hundred.
    localities = {ready.turn.list_id: "{" + ",".join(map(str, ready.localities)) + "}" for ready in lists}
    return {
        "list_ids": [portion.list_id for portion in portions],
        "calls": [portion.calls for portion in portions],
        "passed_over": [portion.passed_over for portion in portions],
        "first_turns": [portion.first_turn for portion in portions],
        "last_turns": [portion.last_turn for portion in portions],
        "localities": [localities[portion.list_id] for portion in portions],
        "max_leads": max_leads,
        "list_line": [turn.list_id for turn in line],
        "turns_taken": [turn.turns_taken for turn in line],
    }


FEW = 200
"""A turn of a list with no more ready leads than this is read whole: cheaper than asking for each locality."""
SAMPLE = 8
"""Of many places one in so many is looked at first: how early their leads are bounds what is read of the others."""
MANY_PLACES = 64
SPARE = 20
"""So many leads more are looked at than are wanted, for those that others hold."""


def next_leads(condition: str = "true") -> str:
    """SQL that locks the next ready leads `l` for which the condition holds, and returns their ids.

    Each portion is taken from its list in order: by turn, then by `dial_key` and id. It takes as long with ten million
    leads as with ten thousand, since no step reads leads that wait or live where it is night: each turn is a descent of
    `ix_leads_ready`, and a turn with many leads one more for each open locality, to its first leads. How far these are
    read is bounded by what is known to come before: first by a `sample` of the localities, then by the `wanted` best
    of all; a locality whose own first lead is the n-th has at most `wanted - n + 1` of the best.
    Parameters: `choice_values`.
    """
    ready = f"l.status = 'pending' and not l.is_waiting and {condition}"
    there = f"l.list_id = portion.list_id and l.turn = turn.number and {ready}"
    return f"""
        with portion as materialized (
            select p.*, 1 + 2 * p.wanted / greatest(cardinality(p.localities), 1) as depth,
                   1 + 2 * p.wanted * {SAMPLE} / greatest(cardinality(p.localities), 1) as sample_depth
            from (
                select list_id, first_turn, last_turn, calls, passed_over, calls + passed_over + {SPARE} as wanted,
                       cast(places as integer[]) as localities
                from unnest(cast(:list_ids as uuid[]), cast(:first_turns as integer[]), cast(:last_turns as integer[]),
                            cast(:calls as integer[]), cast(:passed_over as integer[]), cast(:localities as text[]))
                     as given (list_id, first_turn, last_turn, calls, passed_over, places)
            ) as p
        )
        select taken.id
        from portion cross join lateral (
            select held.id
            from (
                select turn.number, chosen.dial_key, chosen.id
                from generate_series(portion.first_turn, portion.last_turn) as turn (number)
                cross join lateral (
                    with few as (
                        select l.locality_id, l.dial_key, l.id from leads l where {there}
                        order by l.locality_id, l.dial_key, l.id limit {FEW} + 1
                    ), sample as (
                        select first.dial_key
                        from unnest(portion.localities) with ordinality as place (locality_id, n)
                        cross join lateral (
                            select l.dial_key from leads l where {there} and l.locality_id = place.locality_id
                            order by l.dial_key, l.id limit portion.sample_depth
                        ) as first
                        where mod(place.n, {SAMPLE}) = 0 and cardinality(portion.localities) >= {MANY_PLACES}
                        order by first.dial_key limit 1 offset portion.wanted - 1
                    ), best as (
                        select head.*, row_number() over (order by head.dial_key, head.id) as n
                        from (
                            select place.locality_id, first.dial_key, first.id
                            from unnest(portion.localities) as place (locality_id)
                            cross join lateral (
                                select l.dial_key, l.id from leads l
                                where {there} and l.locality_id = place.locality_id
                                  and l.dial_key <= (select coalesce(max(sample.dial_key), 'infinity') from sample)
                                order by l.dial_key, l.id limit portion.depth
                            ) as first
                            order by first.dial_key, first.id limit portion.wanted
                        ) as head
                    )
                    select few.dial_key, few.id from few
                    where (select count(*) from few) <= {FEW} and few.locality_id = any(portion.localities)
                    union all
                    select near.dial_key, near.id
                    from (select locality_id, min(n) as n from best group by locality_id) as place
                    cross join lateral (
                        select l.dial_key, l.id from leads l
                        where {there} and l.locality_id = place.locality_id
                          and l.dial_key <= (select case when count(*) < portion.wanted then 'infinity'
                                                         else max(best.dial_key) end from best)
                        order by l.dial_key, l.id limit portion.wanted - place.n + 1
                    ) as near
                    where (select count(*) from few) > {FEW}
                    order by dial_key, id
                    limit portion.wanted
                ) as chosen
                limit portion.wanted
            ) as candidate
            cross join lateral (
                select l.id from leads l where l.id = candidate.id and {ready} for update skip locked
            ) as held
            limit portion.calls offset portion.passed_over
        ) as taken
        limit :max_leads
    """


# A list that somebody is changing at this moment is left where it was, not waited for.
MOVE_LISTS = """
    moved as (
        update lists set turns_taken = line.turns_taken + line.taken / cast(lists.weight as double precision)
        from (
            select given.list_id, given.turns_taken,
                   (select count(*) from claimed where claimed.list_id = given.list_id) as taken
            from unnest(cast(:list_line as uuid[]), cast(:turns_taken as double precision[]))
                 as given (list_id, turns_taken)
        ) as line
        where lists.id = line.list_id
          and lists.id in (select id from lists where id = any(cast(:list_line as uuid[]))
                           for no key update skip locked)
    ),
"""
"""Beside `claimed`, which has the `list_id` of each lead taken: how far that has moved the lists. For several lists."""
