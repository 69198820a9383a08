"""The choice of the next leads: in order, within each list's share, where people may be called now, from any number.

It takes as long with ten million leads as with ten thousand, since no step reads leads that wait, and none reads far
into those who sleep: the first leads of a turn are read from `ix_leads_in_order`. Where too many of them live where it
is night, each open locality is asked for its first leads instead, one descent of `ix_leads_ready` each, and these bound
what is read further.
"""

from collections.abc import Sequence

from dialer.domain.list_turns import divide_calls, line_up
from dialer.store.ready_leads import ReadyList

LINE = 4
"""So many times the leads that are wanted are read in order before the localities are asked one by one."""
SPARE = 20
"""So many leads more are looked at than are wanted, for those that others hold."""


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


def next_leads(condition: str = "true") -> str:
    """SQL that locks the next ready leads `l` for which the condition holds, and returns their ids.

    Each portion is taken from its list in order: by turn, then by `dial_key` and id. Leads that others hold are passed
    over. Parameters: `choice_values`.
    """
    ready = f"l.status = 'pending' and not l.is_waiting and {condition}"
    return f"""
        with portion as materialized ({_portions()})
        select taken.id
        from portion cross join lateral (
            select held.id
            from (
                select turn.number, chosen.dial_key, chosen.id
                from generate_series(portion.first_turn, portion.last_turn) as turn (number)
                cross join lateral ({_first_of_turn(ready)}) as chosen
                limit portion.wanted
            ) as candidate
            cross join lateral (
                select l.id from leads l where l.id = candidate.id and {ready} for update skip locked
            ) as held
            limit portion.calls offset portion.passed_over
        ) as taken
        limit :max_leads
    """


def _portions() -> str:
    """SQL for the portions. `depth`: how many leads of each locality are looked at first; few localities have many each
    among the best. `wanted` includes some for those that others hold."""
    return f"""
    select p.*, 1 + 2 * p.wanted / greatest(cardinality(p.localities), 1) as depth
    from (
        select list_id, first_turn, last_turn, calls, passed_over, calls + passed_over + {SPARE} as wanted,
               cast(places as integer[]) as localities
        from unnest(cast(:list_ids as uuid[]), cast(:first_turns as integer[]), cast(:last_turns as integer[]),
                    cast(:calls as integer[]), cast(:passed_over as integer[]), cast(:localities as text[]))
             as given (list_id, first_turn, last_turn, calls, passed_over, places)
    ) as p
    """


def _first_of_turn(ready: str) -> str:
    """SQL for the first `wanted` leads of one turn of a portion, in order.

    `line`: the first leads wherever they are; they do if enough of them are awake, or if there are no others. If not,
    `best`: the first leads of each locality, the `wanted` best of which are a bound for all. A locality whose own first
    lead is the n-th of them has at most `wanted - n + 1` of the leads that are looked for.

    `turn >= 0` always holds. Only who says so may use `ix_leads_in_order`: by places it would read all who sleep.
    """
    there = f"l.list_id = portion.list_id and l.turn = turn.number and {ready}"
    in_place = f"{there} and l.locality_id = place.locality_id"
    return f"""
        with line as (
            select l.locality_id, l.dial_key, l.id from leads l where {there} and l.turn >= 0
            order by l.dial_key, l.id limit {LINE} * portion.wanted
        ), awake as (
            select line.dial_key, line.id from line where line.locality_id = any(portion.localities)
        ), judged as (
            select (select count(*) from awake) >= portion.wanted
                   or (select count(*) from line) < {LINE} * portion.wanted as is_enough
        ), best as (
            select head.*, row_number() over (order by head.dial_key, head.id) as n
            from (
                select place.locality_id, first.dial_key, first.id
                from unnest(portion.localities) as place (locality_id)
                cross join lateral (
                    select l.dial_key, l.id from leads l where {in_place}
                    order by l.dial_key, l.id limit portion.depth
                ) as first
                order by first.dial_key, first.id limit portion.wanted
            ) as head
        )
        select awake.dial_key, awake.id from awake where (select is_enough from judged)
        union all
        select near.dial_key, near.id
        from (select locality_id, min(n) as n from best group by locality_id) as place
        cross join lateral (
            select l.dial_key, l.id from leads l
            where {in_place} and l.dial_key <= (select case when count(*) < portion.wanted then 'infinity'
                                                            else max(best.dial_key) end from best)
            order by l.dial_key, l.id limit portion.wanted - place.n + 1
        ) as near
        where not (select is_enough from judged)
        order by dial_key, id
        limit portion.wanted
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
