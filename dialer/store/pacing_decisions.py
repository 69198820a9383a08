"""Kept decisions of pacing: for whoever asks why, and for deciding again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, TenantId


@dataclass(frozen=True)
class KeptDecision:
    """One tick that was worth keeping. `snapshot` and `checkpoint` are left out where nobody decides again."""

    id: int
    at: datetime
    dial_mode: str
    effective_mode: str
    engine: str | None
    settings: Mapping[str, Any]
    snapshot: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    wanted: int
    allowed: int
    planned: int
    bound_by: str
    note: str
    started_afresh: bool
    is_saved: bool
    position: str
    checkpoint: Mapping[str, Any] | None


def find_last_decision(session: Session, *, campaign_id: CampaignId) -> KeptDecision | None:
    """The newest kept decision of a campaign, without the floor it saw."""
    row = session.execute(_LAST, {"campaign_id": campaign_id}).first()
    return None if row is None else _decision(row)


_COLUMNS = """
    id, at, dial_mode, effective_mode, engine, settings, decision, wanted, allowed, planned, bound_by, note,
    started_afresh, is_saved, position
"""
_LAST = text(
    f"""
    select {_COLUMNS}, null as snapshot, null as checkpoint from pacing_decisions
    where campaign_id = :campaign_id order by at desc, id desc limit 1
    """
)


def iterate_decisions(
    session: Session, *, campaign_id: CampaignId, since: datetime, until: datetime
) -> Iterator[KeptDecision]:
    """Kept decisions from `since` to `until` in the order in which they were made, with all it takes to decide again.

    A day of a large floor does not fit into memory: rows are fetched as they are taken.
    """
    rows = session.execute(
        _LIST.execution_options(yield_per=200), {"campaign_id": campaign_id, "since": since, "until": until}
    )
    for row in rows:
        yield _decision(row)


_LIST = text(
    f"""
    select {_COLUMNS}, snapshot, checkpoint from pacing_decisions
    where campaign_id = :campaign_id and at >= :since and at <= :until order by id
    """
)


def find_replay_start(session: Session, *, campaign_id: CampaignId, since: datetime) -> datetime | None:
    """When the last decision before `since` was that carries the whole state or began without any; else the first one
    after it. None if there is none to begin with."""
    at: datetime | None = session.scalar(_START, {"campaign_id": campaign_id, "since": since})
    return at


_START = text(
    """
    select coalesce(
        (select max(at) from pacing_decisions
         where campaign_id = :campaign_id and at <= :since and (checkpoint is not null or started_afresh)),
        (select min(at) from pacing_decisions
         where campaign_id = :campaign_id and at > :since and (checkpoint is not null or started_afresh)))
    """
)


def find_tenant_of_campaign(session: Session, *, campaign_id: CampaignId) -> TenantId | None:
    """Whose campaign this is; for the owner of the tables, who sees every tenant."""
    tenant_id = session.scalar(
        text("select tenant_id from campaigns where id = :campaign_id"), {"campaign_id": campaign_id}
    )
    return None if tenant_id is None else TenantId(tenant_id)


def _decision(row: Row[Any]) -> KeptDecision:
    return KeptDecision(**{name: getattr(row, name) for name in KeptDecision.__dataclass_fields__})
