"""A page of a campaign's leads in any order and by any filter, in the same time however many leads there are.

What few leads fit is found by an index of its own and sorted. What many fit is read in the order wanted, a few rows
beyond the page: a walk merges the branches of an index, and stops when it has looked at some thousands. A page
may then hold less than was asked for though there are more: its position says where to go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId
from dialer.domain.lead_search import STATUSES, LeadSearch, LeadSort, Position, SearchText, SortKey
from dialer.store.lead_sections import Section, key_columns, sections_of

FEW = 4_000
"""So many leads are fetched and sorted without further ado."""
MOST_AT_FIRST = 1_500
"""So many leads a walk looks at, which do where many fit; if not, it looks at `deepest` of its section."""
MAX_COUNTED = 10_000


@dataclass(frozen=True)
class FoundPage:
    """Ids in order; `after`: where the next page begins, None at the end. `total`: None if nobody asked."""

    ids: tuple[UUID, ...]
    after: Position | None
    total: int | None
    is_exact: bool


def search_leads(
    session: Session,
    campaign_id: CampaignId,
    wanted: LeadSearch,
    *,
    sort: LeadSort,
    after: Position | None,
    limit: int,
    counts: bool,
) -> FoundPage:
    """One page. `counts`: also how many leads fit, exact if that could be found out quickly."""
    values = _values(campaign_id, wanted)
    few = _find_few(session, wanted, values, sort)
    if few is not None:
        return _page_of_few(session, few, wanted, values, sort, after, limit)
    rows, position = _walk(session, wanted, values, sort, after, limit)
    total, is_exact = _count(session, wanted, values) if counts else (None, False)
    return FoundPage(tuple(row.lead_id for row in rows), position, total, is_exact)


def _values(campaign_id: CampaignId, wanted: LeadSearch) -> dict[str, object]:
    sought = wanted.text or SearchText("")
    values: dict[str, object] = {
        "campaign_id": campaign_id,
        "list_ids": [str(list_id) for list_id in wanted.list_ids] or None,
        "statuses": list(wanted.wanted_statuses()),
        "priorities": list(wanted.priorities or (0, 1, 2)),
        "uncalled": [True, False] if wanted.was_called is None else [not wanted.was_called],
        "countries": list(wanted.countries),
        "beginnings": list(sought.beginnings) or None,
        "ending": sought.ending,
        "external": sought.text or None,
    }
    values |= {f"beginning_{number}": beginning for number, beginning in enumerate(sought.beginnings)}
    return values | {f"word_{number}": word for number, word in enumerate(sought.words)}


def _conditions(wanted: LeadSearch) -> list[str]:
    """What no branch of an index can tell."""
    found = []
    if wanted.countries:
        found.append("l.country = any(cast(:countries as text[]))")
    if wanted.has_callback is not None:
        found.append(f"l.callback_at is {'not ' if wanted.has_callback else ''}null")
    if wanted.text is not None:
        found.append(f"({_fits_text(wanted.text)} or l.external_id = :external)")
    return found


def _standing(wanted: LeadSearch) -> list[str]:
    """What the branches of `ix_leads_standing` tell, as conditions."""
    found = []
    if len(wanted.wanted_statuses()) < len(STATUSES):
        found.append("l.status = any(cast(:statuses as text[]))")
    if wanted.list_ids:
        found.append("l.list_id = any(cast(:list_ids as uuid[]))")
    if wanted.priorities:
        found.append("l.priority = any(cast(:priorities as smallint[]))")
    if wanted.was_called is not None:
        found.append("(l.last_call_at is null) = any(cast(:uncalled as boolean[]))")
    return found


def _fits_text(sought: SearchText) -> str:
    if sought.words:
        return "(" + " and ".join(_fits_word(f":word_{number}") for number in range(len(sought.words))) + ")"
    fits = [f"starts_with(l.phone_normalized, :beginning_{number})" for number in range(len(sought.beginnings))]
    if sought.ending is not None:
        fits.append("right(l.phone_normalized, length(:ending)) = :ending")
    return " or ".join([*fits, f"l.id = any(array({_BY_FURTHER_PHONE}))"])


def _fits_word(parameter: str) -> str:
    word = f"lower(cast({parameter} as text) collate person_names)"
    names = ("last_name", "first_name", "email")
    return "(" + " or ".join(f"starts_with(lower(l.{name} collate person_names), {word})" for name in names) + ")"


def _find_few(session: Session, wanted: LeadSearch, values: dict[str, object], sort: LeadSort) -> Sequence[UUID] | None:
    """The leads among which all are that fit, if they are few; None if no condition makes them so."""
    if not values["statuses"]:
        return ()
    ways = []
    if wanted.text is not None:
        # The word that fewest share finds them; which that is only looking tells.
        ways += [_BY_TEXT.format(word=f":word_{number}") for number in range(len(wanted.text.words))]
        ways += [] if wanted.text.words else [_BY_TEXT.format(word="null")]
    if wanted.has_callback:
        ways.append(_BY_CALLBACK)
    if wanted.countries:
        ways.append(_BY_COUNTRY)
    # The walks by these two read the whole campaign in their order, whatever status and list are wanted.
    if sort in ("name", "next_call") and _standing(wanted):
        ways.append(_BY_STANDING)
    for way in ways:
        found = session.execute(text(way), {**values, "most": FEW + 1}).scalars().all()
        if len(found) <= FEW:
            return found
    return None


def _page_of_few(
    session: Session,
    few: Sequence[UUID],
    wanted: LeadSearch,
    values: dict[str, object],
    sort: LeadSort,
    after: Position | None,
    limit: int,
) -> FoundPage:
    columns, order = key_columns(sort)
    where = " and ".join(["l.campaign_id = :campaign_id", *_standing(wanted), *_conditions(wanted)])
    statement = f"""
        select l.id as lead_id, {columns} from leads l
        where l.id = any(cast(:few as uuid[])) and {where} order by {order}
    """
    found = [] if not few else session.execute(text(statement), {**values, "few": [str(one) for one in few]}).all()
    rows = [_Row(row.lead_id, row.section, _key(row)) for row in found]
    left = rows if after is None else [row for row in rows if _comes_after(row, after)]
    page = left[:limit]
    position = _position(sort, page[-1]) if len(left) > limit else None
    return FoundPage(tuple(row.lead_id for row in page), position, len(rows), is_exact=True)


@dataclass(frozen=True)
class _Row:
    lead_id: UUID
    section: int
    key: SortKey


def _walk(
    session: Session,
    wanted: LeadSearch,
    values: dict[str, object],
    sort: LeadSort,
    after: Position | None,
    limit: int,
) -> tuple[list[_Row], Position | None]:
    """The next leads in order, and where to go on."""
    rows: list[_Row] = []
    conditions, standing = _conditions(wanted), _standing(wanted)
    for section in sections_of(sort):
        if after is not None and section.number < after.section:
            continue
        if section.priority is not None and wanted.priorities and section.priority not in wanted.priorities:
            continue
        begins = after if after is not None and after.section == section.number else None
        found, edge = _read(session, section, conditions, standing, values, begins, limit + 1 - len(rows))
        rows += found
        if len(rows) > limit:
            return rows[:limit], _position(sort, rows[limit - 1])
        if edge is not None:
            return rows, _position(sort, edge)
    return rows, None


def _read(
    session: Session,
    section: Section,
    conditions: list[str],
    standing: list[str],
    values: dict[str, object],
    after: Position | None,
    wanted: int,
) -> tuple[list[_Row], _Row | None]:
    """Leads of one section in order, and the last that was looked at if there is more behind it."""
    tests = [*conditions, *(() if section.has_standing else standing), *section.conditions]
    bound = dict(values) | section.bound(after) | {
        "wanted": wanted,
        # Without further conditions each lead that is looked at fits.
        "most_branches": None if tests else wanted,
    }  # fmt: skip
    statement = text(section.statement(" and ".join(tests) or "true", begins=after is not None))
    rows: list[_Row] = []
    edge: _Row | None = None
    for examined in (MOST_AT_FIRST, section.deepest) if tests else (0,):
        rows, edge = [], None
        for row in session.execute(statement, {**bound, "examined": examined}):
            found = _Row(row.lead_id, section.number, _key(row))
            if row.is_edge:
                edge = found
            else:
                rows.append(found)
        if len(rows) >= wanted or edge is None:
            return rows, None
    return rows, edge


def _key(row: Any) -> SortKey:
    if getattr(row, "last", None) is not None:
        return (row.last, row.first)
    at: datetime | None = getattr(row, "at", None)
    return at


def _position(sort: LeadSort, row: _Row) -> Position:
    return Position(sort, row.section, row.key, row.lead_id)


def _comes_after(row: _Row, position: Position) -> bool:
    if row.section != position.section:
        return row.section > position.section
    own, other = (row.key, row.lead_id), (position.key, position.lead_id)
    is_backwards = position.sort == "-created" or (position.sort == "-last_called" and position.section == 0)
    if row.key is None or position.key is None:
        return row.lead_id < position.lead_id if is_backwards else row.lead_id > position.lead_id
    return own < other if is_backwards else own > other


def _count(session: Session, wanted: LeadSearch, values: dict[str, object]) -> tuple[int, bool]:
    statement = _COUNT.format(conditions=" and ".join(_conditions(wanted)) or "true")
    most = FEW if _conditions(wanted) else MAX_COUNTED
    row = session.execute(text(statement), {**values, "examined": most + 1}).one()
    return min(row.fitting, most), row.examined <= most


_BRANCHES = """
    lists cross join unnest(cast(:statuses as text[])) as s (status)
    cross join unnest(cast(:priorities as smallint[])) as p (priority)
    cross join unnest(cast(:uncalled as boolean[])) as u (uncalled)
"""
_OF_BRANCH = """
    l.list_id = lists.id and l.status = s.status and l.priority = p.priority and (l.last_call_at is null) = u.uncalled
"""
_WANTED_LISTS = """
    lists.campaign_id = :campaign_id
    and (cast(:list_ids as uuid[]) is null or lists.id = any(cast(:list_ids as uuid[])))
"""
_BY_FURTHER_PHONE = f"""
    select p.lead_id from unnest(cast(:beginnings as text[])) as b (beginning)
    join lead_phones p on p.phone_normalized between b.beginning and b.beginning || '999999999999999'
    where p.position > 0 limit {FEW}
"""
_BY_TEXT = """
    select lead_id from find_leads_of_campaign(
        :campaign_id, cast({word} as text), cast(:beginnings as text[]), cast(:ending as text), cast(:external as text),
        :most)
"""
_BY_CALLBACK = "select id from leads where campaign_id = :campaign_id and callback_at is not null limit :most"
# Not country by country: the planner must see which they are, as it reads the whole table for one that most have.
_BY_COUNTRY = """
    select id from leads where campaign_id = :campaign_id and country = any(cast(:countries as text[])) limit :most
"""
_BY_STANDING = f"""
    select l.id from {_BRANCHES} cross join lateral (select l.id from leads l where {_OF_BRANCH} limit :most) as l
    where {_WANTED_LISTS} limit :most
"""
_COUNT = f"""
    select count(*) as examined, count(*) filter (where fits) as fitting
    from (select l.fits from {_BRANCHES}
          cross join lateral (select {{conditions}} as fits from leads l where {_OF_BRANCH} limit :examined) as l
          where {_WANTED_LISTS} limit :examined) as looked_at
"""
