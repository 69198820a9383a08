"""The orders of a table of leads, each as a few sections that an index can be read through."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.lead_search import LeadSort, Position

_FIRST_POSSIBLE = "00000000-0000-0000-0000-000000000000"
_NAMES = """lower(l.last_name collate person_names) as last,
            lower(coalesce(l.first_name, '') collate person_names) as first"""
_IS_WAITING = "(l.status = 'pending' and l.is_waiting)"


@dataclass(frozen=True)
class Section:
    """A part of an order. `key`: by what its leads are ordered before their id; None: by id alone.

    `branches` and `there`: what an index is read by, one branch after the other; the rest is tested lead by lead, with
    the section's own `conditions`. `deepest`: how many are looked at at most; by name each lies on a page of its own.
    `has_standing`: the branches tell status, list, priority and called or never.
    """

    number: int
    key: str | None = None
    is_backwards: bool = False
    branches: str = ""
    there: str = ""
    has_standing: bool = True
    conditions: tuple[str, ...] = ()
    deepest: int = 5_000
    priority: int | None = None

    def bound(self, after: Position | None) -> dict[str, object]:
        """Parameters of its own."""
        values: dict[str, object] = {}
        if self.priority is not None:
            values["priorities"] = [self.priority]
        if after is not None:
            values |= {"after_id": after.lead_id, "after_at": after.key if isinstance(after.key, datetime) else None}
        last, first = after.key if after is not None and isinstance(after.key, tuple) else ("", "")
        values |= {"after_last": last, "after_first": first}
        return values if after is not None else values | {"after_id": _FIRST_POSSIBLE}

    def statement(self, tests: str, *, begins: bool) -> str:
        """SQL that reads the section in order, from after the position on if it `begins` there.

        Returns `lead_id` and key of the leads that fit, and with `is_edge` the first lead beyond which some branch was
        not looked at: leads behind it are not returned.
        """
        direction, beyond = ("desc", "<") if self.is_backwards else ("asc", ">")
        key = f"l.{self.key}" if self.key else "cast(null as timestamptz)"
        order = f"l.{self.key} {direction}, l.id {direction}" if self.key else f"l.id {direction}"
        before = ""
        if begins:
            before = (
                f"and (l.{self.key}, l.id) {beyond} (cast(:after_at as timestamptz), cast(:after_id as uuid))"
                if self.key
                else f"and l.id {beyond} cast(:after_id as uuid)"
            )
        merged = f"at {direction}, lead_id {direction}"
        return f"""
            with branch as materialized (
                select b.*, head.at, head.lead_id
                from ({self.branches}) as b
                cross join lateral (
                    select {key} as at, l.id as lead_id from leads l
                    where {self.there} {before} order by {order} limit 1
                ) as head
                order by {merged} limit :most_branches
            ), depth as materialized (
                select greatest(:wanted, :examined / greatest(count(*), 1)) as leads from branch
            ), looked_at as materialized (
                select l.* from branch b cross join lateral (
                    select {key} as at, l.id as lead_id, ({tests}) as fits, row_number() over (order by {order}) as n
                    from leads l where {self.there} {before} order by {order} limit (select leads from depth)
                ) as l
            ), edge as (
                select at, lead_id from looked_at where n = (select leads from depth) order by {merged} limit 1
            ), found as (
                select at, lead_id from looked_at
                where fits and not exists (select from edge where {_behind("looked_at", beyond, self.key)})
                order by {merged} limit :wanted
            )
            select at, lead_id, false as is_edge from found
            union all
            select at, lead_id, true from edge
            order by is_edge, {merged}
        """


class NamedSection(Section):
    """Those who have last names, by these: read by a function, since letters are compared behind row-level security."""

    def statement(self, tests: str, *, begins: bool) -> str:
        """As of any section."""
        del begins  # the function begins before everybody when nothing is said
        return f"""
            with walked as materialized (
                select w.lead_id, w.n from leads_by_name(:campaign_id, :after_last, :after_first,
                                                         cast(:after_id as uuid), greatest(:wanted, :examined))
                     with ordinality as w (lead_id, n)
            ), looked_at as (
                select w.n, l.id as lead_id, {_NAMES}, ({tests}) as fits from walked w join leads l on l.id = w.lead_id
            ), found as (
                select n, lead_id, last, first from looked_at where fits order by n limit :wanted
            )
            select n, lead_id, last, first, false as is_edge from found
            union all
            (select n, lead_id, last, first, true from looked_at where n = greatest(:wanted, :examined))
            order by is_edge, n
        """


_STANDING = """
    select lists.id as list_id, s.status, p.priority, u.uncalled
    from lists cross join unnest(cast(:statuses as text[])) as s (status)
    cross join unnest(cast(:priorities as smallint[])) as p (priority)
    cross join unnest(cast(:uncalled as boolean[])) as u (uncalled)
    where lists.campaign_id = :campaign_id
      and (cast(:list_ids as uuid[]) is null or lists.id = any(cast(:list_ids as uuid[])))
"""
_STANDING_THERE = """l.list_id = b.list_id and l.status = b.status and l.priority = b.priority
                     and (l.last_call_at is null) = b.uncalled"""
_BY_STATUS = "select s.status from unnest(cast(:statuses as text[])) as s (status)"
_CALLED_THERE = "l.campaign_id = :campaign_id and l.status = b.status and l.last_call_at is not null"
_WAITING_THERE = "l.campaign_id = :campaign_id and l.status = 'pending' and l.is_waiting"


def _standing(number: int, **more: object) -> Section:
    return Section(number, branches=_STANDING, there=_STANDING_THERE, **more)  # type: ignore[arg-type]


def _last_called(*, is_backwards: bool) -> tuple[Section, ...]:
    called = Section(
        0, key="last_call_at", is_backwards=is_backwards, branches=_BY_STATUS, there=_CALLED_THERE, has_standing=False
    )
    never = f"{_STANDING} and u.uncalled"
    return (called, Section(1, branches=never, there=_STANDING_THERE))


_SECTIONS: dict[LeadSort, tuple[Section, ...]] = {
    "created": (_standing(0),),
    "-created": (_standing(0, is_backwards=True),),
    "priority": tuple(_standing(priority, priority=priority) for priority in (0, 1, 2)),
    "last_called": _last_called(is_backwards=False),
    "-last_called": _last_called(is_backwards=True),
    "next_call": (
        Section(0, key="next_call_at", branches="select 1 as one", there=_WAITING_THERE, has_standing=False),
        _standing(1, conditions=(f"not {_IS_WAITING}",)),
    ),
    "name": (NamedSection(0, has_standing=False, deepest=2_000), _standing(1, conditions=("l.last_name is null",))),
}


def sections_of(sort: LeadSort) -> tuple[Section, ...]:
    """The sections of an order, one after the other."""
    return _SECTIONS[sort]


def key_columns(sort: LeadSort) -> tuple[str, str]:
    """Section and key of any lead `l` as columns, and the order by them."""
    at = "cast(null as timestamptz) as at"
    if sort in ("created", "-created"):
        return f"0 as section, {at}", "l.id" + (" desc" if sort == "-created" else "")
    if sort == "priority":
        return f"l.priority as section, {at}", "l.priority, l.id"
    if sort == "next_call":
        waits = f"case when {_IS_WAITING} then l.next_call_at end"
        return f"case when {_IS_WAITING} then 0 else 1 end as section, {waits} as at", f"section, {waits}, l.id"
    if sort == "name":
        return f"case when l.last_name is null then 1 else 0 end as section, {_NAMES}", "section, last, first, l.id"
    section = "case when l.last_call_at is null then 1 else 0 end as section, l.last_call_at as at"
    if sort == "last_called":
        return section, "section, l.last_call_at, l.id"
    # Who was never called comes last and in the order in which they came, whichever way the others are turned.
    return section, "section, l.last_call_at desc nulls last, case when l.last_call_at is null then l.id end, l.id desc"


def _behind(row: str, beyond: str, key: str | None) -> str:
    """SQL: whether a row lies behind the edge."""
    if key is None:
        return f"{row}.lead_id {beyond} edge.lead_id"
    return f"({row}.at, {row}.lead_id) {beyond} (edge.at, edge.lead_id)"
