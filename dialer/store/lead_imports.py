"""Imports in SQL: one row for each uploaded file, with what became of its rows."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, ImportId, TenantId, UserId
from dialer.domain.lead_rows import ImportCounts
from dialer.store.schema.base import new_id


def insert_import(
    session: Session,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    created_by: UserId | None,
    filename: str,
    now: datetime,
) -> ImportId:
    """Record that an import began."""
    import_id = ImportId(new_id())
    values = {
        "id": import_id, "tenant_id": tenant_id, "campaign_id": campaign_id, "created_by": created_by,
        "filename": filename, "now": now,
    }  # fmt: skip
    session.execute(_INSERT, values)
    return import_id


def finish_import(session: Session, import_id: ImportId, counts: ImportCounts, *, now: datetime) -> None:
    """Record what became of the rows."""
    session.execute(_FINISH, {**vars(counts), "id": import_id, "now": now})


_INSERT = text(
    """
    insert into imports (id, tenant_id, campaign_id, created_by, filename, total, valid, invalid, duplicates, dnc,
                         inserted, created_at)
    values (:id, :tenant_id, :campaign_id, :created_by, :filename, 0, 0, 0, 0, 0, 0, :now)
    """
)
_FINISH = text(
    """
    update imports set total = :total, valid = :valid, invalid = :invalid, duplicates = :duplicates, dnc = :dnc,
                       inserted = :inserted, finished_at = :now
    where id = :id
    """
)
