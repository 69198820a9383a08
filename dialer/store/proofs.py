"""Stored verdicts: what was decided about each attempt, and by which rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AttemptId, CallId, CampaignId, LeadId
from dialer.domain.spans import Span

PAGE = 2_000


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


def list_proofs(session: Session, campaign_id: CampaignId, *, span: Span) -> Iterator[Proof]:
    """Every decision of a campaign within a span, oldest first, a page at a time."""
    after = None
    while True:
        values = {
            "campaign_id": campaign_id, "since": span.since, "until": span.until, "after": after, "limit": PAGE,
        }  # fmt: skip
        rows = session.execute(_LIST, values).all()
        for row in rows:
            yield Proof(**row._mapping)
        if len(rows) < PAGE:
            return
        after = rows[-1].call_id


_COLUMNS = """
    c.id as call_id, a.id as attempt_id, a.lead_id, a.campaign_id, a.number as attempt_number, c.to_number, c.state,
    a.planned_at, a.decided_at, c.placing_at, a.allowed, a.verdict
"""
_FIND = text(f"select {_COLUMNS} from calls c join attempts a on a.id = c.attempt_id where c.id = :call_id")
_LIST = text(
    f"""
    select {_COLUMNS} from calls c join attempts a on a.id = c.attempt_id
    where c.campaign_id = :campaign_id and a.decided_at is not null
      and (cast(:since as timestamptz) is null or a.decided_at >= :since)
      and (cast(:until as timestamptz) is null or a.decided_at < :until)
      and (cast(:after as uuid) is null or c.id > :after)
    order by c.id limit :limit
    """
)
