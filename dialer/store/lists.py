"""Lists in SQL: the named parts of a campaign's leads, and how many leads each has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.errors import Conflict
from dialer.domain.ids import CampaignId, ListId, TenantId
from dialer.store.schema.base import new_id

_NAME_TAKEN = "The campaign has a list with this name already."


@dataclass(frozen=True)
class LeadList:
    """A named part of a campaign's leads, and how many it has by status."""

    id: ListId
    tenant_id: TenantId
    campaign_id: CampaignId
    name: str
    weight: int
    is_active: bool
    created_at: datetime
    updated_at: datetime
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many leads it has."""
        return sum(self.counts.values())


def insert_list(
    session: Session, *, campaign_id: CampaignId, name: str, weight: int, is_active: bool, now: datetime
) -> ListId:
    """Store a new list of a campaign that is locked against removal. Raises Conflict when the name is taken."""
    values = {"id": new_id(), "campaign_id": campaign_id, "name": name, "weight": weight, "is_active": is_active}
    created = session.execute(_INSERT, values | {"now": now}).scalar_one_or_none()
    if created is None:
        raise Conflict(_NAME_TAKEN)
    return ListId(created)


def find_list(session: Session, list_id: ListId) -> LeadList | None:
    """Read one list with its counts."""
    row = session.execute(text(f"{_SELECT} where list.id = :id"), {"id": list_id}).one_or_none()
    return None if row is None else _list(row)


def list_lists(session: Session, campaign_id: CampaignId) -> list[LeadList]:
    """A campaign's lists in the order in which they came, with their counts."""
    statement = text(f"{_SELECT} where list.campaign_id = :campaign_id order by list.created_at, list.id")
    return [_list(row) for row in session.execute(statement, {"campaign_id": campaign_id})]


def count_lists(session: Session, campaign_id: CampaignId) -> int:
    """How many lists a campaign has."""
    statement = text("select count(*) from lists where campaign_id = :campaign_id")
    return int(session.execute(statement, {"campaign_id": campaign_id}).scalar_one())


def lock_list(session: Session, list_id: ListId, *, against: Literal["change", "new leads"]) -> CampaignId | None:
    """Lock a list until the transaction ends; return its campaign, None if there is no such list."""
    row = session.execute(_LOCK[against], {"id": list_id}).first()
    return None if row is None else CampaignId(row.campaign_id)


def update_list(session: Session, list_id: ListId, *, name: str, weight: int, is_active: bool, now: datetime) -> None:
    """Write what of a list may change. Raises Conflict when the campaign has another list of this name."""
    values = {"id": list_id, "name": name, "weight": weight, "is_active": is_active, "now": now}
    try:
        with session.begin_nested():
            session.execute(_UPDATE, values)
    except IntegrityError:
        raise Conflict(_NAME_TAKEN) from None


def move_leads(session: Session, *, source: ListId, target: ListId, max_leads: int, now: datetime) -> bool:
    """Put a locked list's leads on another list of the same campaign; False, and none moved, if there are too many.

    Leads in the hopper or in a call move, too: on which list a lead stands concerns nobody who has it already.
    """
    values = {"source": source, "target": target, "max_leads": max_leads + 1, "now": now}
    if session.execute(_FIND_LEADS, values).scalar_one() > max_leads:
        return False
    session.execute(_MOVE, values)
    return True


def has_leads(session: Session, list_id: ListId) -> bool:
    """Tell whether a locked list has any lead."""
    return bool(session.execute(_FIND_LEADS, {"source": list_id, "max_leads": 1}).scalar_one())


def delete_list(session: Session, list_id: ListId) -> None:
    """Remove a list, and whatever leads it has."""
    session.execute(text("delete from lists where id = :id"), {"id": list_id})


def _list(row: Row[Any]) -> LeadList:
    return LeadList(**row._mapping)


# By status, list by list: that is how `ix_leads_gates` is sorted, so nothing else of the campaign is read.
_STATUSES = "unnest(array['pending', 'queued', 'calling', 'completed', 'failed', 'dnc']) as s (status)"
_SELECT = f"""
    select list.id, list.tenant_id, list.campaign_id, list.name, list.weight, list.is_active, list.created_at,
           list.updated_at, counted.counts
    from lists list
    cross join lateral (
        select jsonb_object_agg(s.status, (
            select count(*) from leads l
            where l.campaign_id = list.campaign_id and l.status = s.status and l.list_id = list.id)) as counts
        from {_STATUSES}
    ) as counted
"""
_LOCK = {
    "change": text("select campaign_id from lists where id = :id for no key update"),
    "new leads": text("select campaign_id from lists where id = :id for update"),
}
_INSERT = text(
    """
    insert into lists (id, tenant_id, campaign_id, name, weight, is_active, created_at, updated_at)
    select :id, tenant_id, id, :name, :weight, :is_active, :now, :now from campaigns where id = :campaign_id
    on conflict (campaign_id, name) do nothing
    returning id
    """
)
_UPDATE = text(
    "update lists set name = :name, weight = :weight, is_active = :is_active, updated_at = :now where id = :id"
)
_LEADS_OF = f"""
    select l.id from lists list cross join {_STATUSES}
    cross join lateral (
        select l.id from leads l
        where l.campaign_id = list.campaign_id and l.status = s.status and l.list_id = list.id limit :max_leads
    ) as l
    where list.id = :source limit :max_leads
"""
_FIND_LEADS = text(f"select count(*) from ({_LEADS_OF}) as found")
_MOVE = text(f"update leads set list_id = :target, updated_at = :now where id = any(array({_LEADS_OF}))")
