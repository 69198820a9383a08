"""What campaigns put on their agents' desks, as rows: script and dispositions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId, UserId

SAMPLE = 500
"""So many leads are looked at for the names of custom fields: those of one file all have the same."""


@dataclass(frozen=True)
class CampaignDesk:
    """A campaign with what its agents have before them. `dispositions` None: the product's own."""

    campaign_id: CampaignId
    campaign_name: str
    script: str | None
    script_updated_at: datetime | None
    script_updated_by: UserId | None
    dispositions: Sequence[Mapping[str, Any]] | None


def find_desk(session: Session, campaign_id: CampaignId, *, lock: bool = False) -> CampaignDesk | None:
    """The desk of a campaign; None if there is no such campaign. Locked, nobody else changes it meanwhile."""
    if lock and session.execute(_LOCK, {"campaign_id": campaign_id}).first() is None:
        return None
    row = session.execute(_FIND, {"campaign_id": campaign_id}).one_or_none()
    return None if row is None else CampaignDesk(*row)


_LOCK = text("select from campaigns where id = :campaign_id for no key update")
_FIND = text("""
    select m.id, m.name, d.script, d.script_updated_at, d.script_updated_by, d.dispositions
    from campaigns m left join campaign_desks d on d.id = m.id where m.id = :campaign_id
""")


def save_script(
    session: Session, *, tenant_id: TenantId, campaign_id: CampaignId, script: str | None, by: UserId, now: datetime
) -> None:
    """Write the script; None takes it away."""
    session.execute(
        _SAVE_SCRIPT,
        {"tenant_id": tenant_id, "campaign_id": campaign_id, "script": script, "by": by, "now": now},
    )


_SAVE_SCRIPT = text("""
    insert into campaign_desks as d (id, tenant_id, script, script_updated_at, script_updated_by,
                                     created_at, updated_at)
    values (:campaign_id, :tenant_id, :script, :now, :by, :now, :now)
    on conflict (id) do update set script = excluded.script, script_updated_at = excluded.script_updated_at,
                                   script_updated_by = excluded.script_updated_by, updated_at = excluded.updated_at
""")


def save_dispositions(
    session: Session,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    dispositions: Sequence[Mapping[str, object]] | None,
    now: datetime,
) -> None:
    """Write the list; None goes back to the product's own."""
    stored = None if dispositions is None else json.dumps(dispositions)
    session.execute(
        _SAVE_DISPOSITIONS,
        {"tenant_id": tenant_id, "campaign_id": campaign_id, "dispositions": stored, "now": now},
    )


_SAVE_DISPOSITIONS = text("""
    insert into campaign_desks as d (id, tenant_id, dispositions, created_at, updated_at)
    values (:campaign_id, :tenant_id, cast(:dispositions as jsonb), :now, :now)
    on conflict (id) do update set dispositions = excluded.dispositions, updated_at = excluded.updated_at
""")


def copy_desk(session: Session, *, source: CampaignId, target: CampaignId, now: datetime) -> None:
    """Give a campaign that has none the desk of another one."""
    session.execute(_COPY, {"source": source, "target": target, "now": now})


_COPY = text("""
    insert into campaign_desks (id, tenant_id, script, script_updated_at, script_updated_by, dispositions,
                                created_at, updated_at)
    select :target, tenant_id, script, script_updated_at, script_updated_by, dispositions, :now, :now
    from campaign_desks where id = :source
""")


def list_custom_fields(session: Session, campaign_id: CampaignId) -> list[str]:
    """The names of custom fields that leads of the campaign have, by a sample of them."""
    rows = session.execute(_CUSTOM_FIELDS, {"campaign_id": campaign_id, "sample": SAMPLE})
    return [row.name for row in rows]


_CUSTOM_FIELDS = text("""
    select distinct k.name
    from (select l.custom_fields from leads l where l.campaign_id = :campaign_id limit :sample) sampled
    cross join lateral jsonb_object_keys(sampled.custom_fields) as k (name)
    order by k.name
""")
