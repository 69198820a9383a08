"""Stored verdicts: what was decided about each attempt, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AttemptId, CallId, CampaignId, LeadId
from dialer.domain.spans import Span

PAGE = 500
"""A verdict is some kilobytes."""
Place = tuple[datetime, CallId]
"""How far a table has been read: when the last call was planned, and its id."""


@dataclass(frozen=True)
class Proof:
    """The decision about one attempt. `verdict` is as it was stored; None while the call is still planned."""

    call_id: CallId
    attempt_id: AttemptId
    lead_id: LeadId
    campaign_id: CampaignId
    attempt_number: int
    to_number: str
    state: str
    planned_at: datetime
    decided_at: datetime | None
    placing_at: datetime | None
    allowed: bool | None
    verdict: Mapping[str, Any] | None


def find_proof(session: Session, call_id: CallId) -> Proof | None:
    """The decision about a call; None if there is no such call."""
    row = session.execute(_FIND, {"call_id": call_id}).one_or_none()
    return None if row is None else Proof(**row._mapping)


def list_proofs(
    session: Session, campaign_id: CampaignId, *, span: Span, after: Place | None
) -> tuple[list[Proof], Place | None]:
    """One page of a campaign's decisions within a span, oldest first, and what the next one comes after, if any."""
    at, call_id = after or (None, None)
    values = {
        "campaign_id": campaign_id, "since": span.since, "until": span.until, "at": at, "call_id": call_id,
        "limit": PAGE,
    }  # fmt: skip
    rows = session.execute(_LIST, values).all()
    page = [Proof(**{name: value for name, value in row._mapping.items() if name != "created_at"}) for row in rows]
    return page, (rows[-1].created_at, rows[-1].call_id) if len(rows) == PAGE else None


_COLUMNS = """
    c.id as call_id, a.id as attempt_id, a.lead_id, a.campaign_id, a.number as attempt_number, c.to_number, c.state,
    a.planned_at, a.decided_at, c.placing_at, a.allowed, a.verdict
"""
_FIND = text(f"select {_COLUMNS} from calls c join attempts a on a.id = c.attempt_id where c.id = :call_id")
# A call is decided within seconds after it was planned, and that moment leads an index: a page is found where the last
# ended.
_LIST = text(
    f"""
    select {_COLUMNS}, c.created_at from calls c join attempts a on a.id = c.attempt_id
    where c.campaign_id = :campaign_id and a.decided_at is not null
      and (cast(:since as timestamptz) is null
           or a.decided_at >= :since and c.created_at > cast(:since as timestamptz) - interval '1 day')
      and (cast(:until as timestamptz) is null or a.decided_at < :until and c.created_at < :until)
      and (cast(:at as timestamptz) is null or (c.created_at, c.id) > (:at, cast(:call_id as uuid)))
    order by c.created_at, c.id limit :limit
    """
)
