"""What is done to a batch of leads at once. Nobody waits for leads in the hopper, in a call or locked by others."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, LeadId, ListId
from dialer.domain.lead_filters import LeadFilter
from dialer.store.lead_matches import matches
from dialer.store.schema.base import new_id
from dialer.store.suppressions import SUPPRESSED_AMONG

T = TypeVar("T")
_TRIES = 3


@dataclass(frozen=True)
class BatchLead:
    """A lead of a batch that still matches its job's filter. `is_barred`: he asked not to be called."""

    id: LeadId
    is_barred: bool


@dataclass(frozen=True)
class Batch:
    """The leads of a batch that can be dealt with, and how many cannot, by reason."""

    leads: Sequence[BatchLead]
    skipped: Mapping[str, int]

    def without(self, ids: Collection[LeadId], reason: str) -> "Batch":
        """The same with these leads among the skipped."""
        kept = [lead for lead in self.leads if lead.id not in ids]
        return Batch(kept, {**self.skipped, reason: self.skipped.get(reason, 0) + len(self.leads) - len(kept)})

    @property
    def ids(self) -> list[LeadId]:
        """The ids of its leads, in order."""
        return [lead.id for lead in self.leads]

    @property
    def barred(self) -> set[LeadId]:
        """The ids of those who asked not to be called."""
        return {lead.id for lead in self.leads if lead.is_barred}


@dataclass(frozen=True)
class Destination:
    """Where leads go. `keeps_locality`: both campaigns find out in the same way where people are."""

    campaign_id: CampaignId
    list_id: ListId
    keeps_locality: bool


def read_batch(
    session: Session, campaign_id: CampaignId, chosen: LeadFilter, ids: Sequence[LeadId], *, lock: bool
) -> Batch:
    """Read the leads of a batch that still match, locked if they are to be changed.

    `gone`: deleted or erased; `changed`: it matches no more; `in_a_call`: in the hopper or in a call, or somebody else
    is changing it at this moment.
    """
    where, parameters = matches(chosen)
    values = {**parameters, "campaign_id": campaign_id, "batch": [str(lead_id) for lead_id in ids]}
    seen = session.execute(text(_CLASSIFY.format(where=where)), values).one()
    skipped = {"gone": len(ids) - seen.existing}
    if lock:
        rows = session.execute(text(_LOCK.format(where=where)), values).all()
        skipped |= {
            "changed": seen.existing - seen.busy - seen.free,
            "in_a_call": seen.busy + max(0, seen.free - len(rows)),
        }
    else:
        rows = session.execute(text(_READ.format(where=where)), values).all()
        skipped["changed"] = seen.existing - len(rows)
    leads = [BatchLead(LeadId(row.id), row.is_barred) for row in rows]
    return Batch(leads, {reason: count for reason, count in skipped.items() if count > 0})


def list_suppressed(session: Session, ids: Sequence[LeadId], *, campaign_id: CampaignId, now: datetime) -> set[LeadId]:
    """Which of these people this campaign may never call, by any of their phones."""
    values = {"ids": _texts(ids), "campaign_id": campaign_id, "now": now}
    return {LeadId(row.lead_id) for row in session.execute(_SUPPRESSED, values)}


def list_numbers(session: Session, ids: Sequence[LeadId]) -> list[str]:
    """All phones of these people."""
    return list(session.execute(_NUMBERS, {"ids": _texts(ids)}).scalars())


def update_leads(session: Session, ids: Sequence[LeadId], changes: Mapping[str, Any], *, now: datetime) -> None:
    """Write columns of locked leads. `custom_fields` are added to those there are; null removes one."""
    values: dict[str, Any] = {**changes, "ids": _texts(ids), "now": now}
    assignments = ["updated_at = :now"]
    for name in changes:
        if name not in _UPDATABLE:
            raise ValueError(f"not a column for many leads: {name}")
        assignments.append(_CUSTOM_FIELDS if name == "custom_fields" else f"{name} = :{name}")
    if "custom_fields" in changes:
        values["custom_fields"] = json.dumps(changes["custom_fields"])
        values["removed"] = [name for name, value in changes["custom_fields"].items() if value is None]
    session.execute(text(f"update leads set {', '.join(assignments)} where id = any(cast(:ids as uuid[]))"), values)


def complete_leads(session: Session, ids: Sequence[LeadId], *, now: datetime) -> None:
    """Be done with locked leads."""
    session.execute(_COMPLETE, {"ids": _texts(ids), "now": now})


def reset_leads(session: Session, ids: Sequence[LeadId], *, now: datetime) -> None:
    """Start over with locked leads: due at once, attempts counted from zero. Promised callbacks stay promised."""
    session.execute(_RESET, {"ids": _texts(ids), "now": now})


def move_to_list(session: Session, ids: Sequence[LeadId], list_id: ListId, *, now: datetime) -> None:
    """Put locked leads on another list of their campaign."""
    session.execute(_MOVE_TO_LIST, {"ids": _texts(ids), "list_id": list_id, "now": now})


def move_to_campaign(session: Session, ids: Sequence[LeadId], to: Destination, *, now: datetime) -> int:
    """Put locked leads into another campaign; return how many moved. A number that it has already stays behind.

    Attempts are counted from zero there; calls made so far stay calls of the campaign that made them.
    """
    values = {**vars(to), "ids": _texts(ids), "now": now}
    return _in_peace(session, lambda: len(session.execute(_MOVE_TO_CAMPAIGN, values).all()))


def copy_leads(session: Session, ids: Sequence[LeadId], to: Destination, *, now: datetime) -> int:
    """Copy people with all their phones to another campaign, fresh and uncalled; return how many it did not have."""
    values = {**vars(to), "ids": _texts(ids), "new_ids": [str(new_id()) for _ in ids], "now": now}
    return len(session.execute(_COPY, values).all())


def delete_leads(session: Session, ids: Sequence[LeadId]) -> None:
    """Remove locked leads with their attempts and calls."""
    session.execute(text("delete from leads where id = any(cast(:ids as uuid[]))"), {"ids": _texts(ids)})


def list_called(session: Session, ids: Sequence[LeadId]) -> set[LeadId]:
    """Which of these leads have been called."""
    return {LeadId(row.lead_id) for row in session.execute(_CALLED, {"ids": _texts(ids)})}


def _in_peace(session: Session, change: Callable[[], T]) -> T:
    """Try again when somebody else has just given the campaign one of the numbers."""
    for left in reversed(range(_TRIES)):
        try:
            with session.begin_nested():
                return change()
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def _texts(ids: Sequence[LeadId]) -> list[str]:
    return [str(lead_id) for lead_id in ids]


_UPDATABLE = frozenset({"priority", "notes", "type", "custom_fields"})
_CUSTOM_FIELDS = "custom_fields = (custom_fields || cast(:custom_fields as jsonb)) - cast(:removed as text[])"
_BARRED = "(l.do_not_call or l.status = 'dnc') as is_barred"
_CLASSIFY = """
    select count(*) as existing, count(*) filter (where l.status in ('queued', 'calling')) as busy,
           count(*) filter (where l.status not in ('queued', 'calling') and {where}) as free
    from leads l where l.id = any(cast(:batch as uuid[])) and l.erased_at is null
"""
_READ = f"select l.id, {_BARRED} from leads l where l.id = any(cast(:batch as uuid[])) and {{where}} order by l.id"
_LOCK = f"""
    select l.id, {_BARRED} from leads l
    where l.id = any(cast(:batch as uuid[])) and l.status not in ('queued', 'calling') and {{where}}
    order by l.id for update of l skip locked
"""
_PHONES = """
    select l.id as lead_id, l.phone_normalized from leads l where l.id = any(cast(:ids as uuid[]))
    union all
    select p.lead_id, p.phone_normalized from lead_phones p where p.lead_id = any(cast(:ids as uuid[]))
"""
# What holds until some time only, or for one number unless consent lifts it, is for placing to decide.
_SUPPRESSED = text(
    f"""
    with phones as materialized ({_PHONES}), held as ({SUPPRESSED_AMONG.format(staged="phones")})
    select distinct phones.lead_id from phones join held on held.phone_normalized = phones.phone_normalized
    where held.kind <> 'registry' and held.expires_at is null
    """
)
_NUMBERS = text(f"select distinct phone_normalized from ({_PHONES}) phones")
_COMPLETE = text(
    """
    update leads set status = 'completed', status_reason = 'set by hand', updated_at = :now
    where id = any(cast(:ids as uuid[]))
    """
)
_RESET = text(
    """
    update leads set status = 'pending', status_reason = null, call_attempts = 0, attempts_reset_at = :now,
                     next_call_at = coalesce(callback_at, :now), next_phone = null, day_parts_tried = 0,
                     updated_at = :now
    where id = any(cast(:ids as uuid[]))
    """
)
_MOVE_TO_LIST = text("update leads set list_id = :list_id, updated_at = :now where id = any(cast(:ids as uuid[]))")
_MOVE_TO_CAMPAIGN = text(
    """
    update leads l set campaign_id = :campaign_id, list_id = :list_id, call_attempts = 0, attempts_reset_at = :now,
                       locality_id = case when :keeps_locality then l.locality_id else 0 end,
                       next_phone = null, day_parts_tried = 0, updated_at = :now
    where l.id = any(cast(:ids as uuid[]))
      and not exists (select from leads there
                      where there.campaign_id = :campaign_id and there.phone_normalized = l.phone_normalized)
    returning l.id
    """
)
_COPY = text(
    """
    with copied as (
        insert into leads (id, tenant_id, campaign_id, list_id, locality_id, external_id, phone, phone_normalized,
                           first_name, last_name, email, country, state, postal_code, time_zone, consent, type,
                           priority, custom_fields, notes, status, call_attempts, last_attempt_number, next_call_at,
                           do_not_call, dial_key, created_at, updated_at)
        select pair.new_id, c.tenant_id, c.id, :list_id,
               case when :keeps_locality then l.locality_id else 0 end, l.external_id, l.phone, l.phone_normalized,
               l.first_name, l.last_name, l.email, l.country, l.state, l.postal_code, l.time_zone, l.consent, l.type,
               l.priority, l.custom_fields, l.notes, 'pending', 0, 0, :now, false,
               lead_dial_key(c.lead_order, c.lead_order_field, :now, :now, null, l.custom_fields), :now, :now
        from unnest(cast(:ids as uuid[]), cast(:new_ids as uuid[])) as pair (id, new_id)
        join leads l on l.id = pair.id join campaigns c on c.id = :campaign_id
        on conflict (campaign_id, phone_normalized) do nothing
        returning id, tenant_id
    ), phones as (
        insert into lead_phones (lead_id, position, tenant_id, phone_normalized, is_usable)
        select copied.id, p.position, copied.tenant_id, p.phone_normalized, p.is_usable
        from copied join unnest(cast(:ids as uuid[]), cast(:new_ids as uuid[])) as pair (id, new_id)
          on pair.new_id = copied.id
        join lead_phones p on p.lead_id = pair.id
    )
    select id from copied
    """
)
_CALLED = text(
    """
    select distinct c.lead_id from calls c
    where c.lead_id = any(cast(:ids as uuid[])) and c.placing_at is not null
    """
)
