"""What the pacer may learn from, what it has learned, and what it decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, TenantKey

_KINDS = (
    "'dialed', 'answered', 'unanswered', 'connected', 'abandoned', 'cleared', 'talk_ended', 'wrap_up_ended', "
    "'agent_joined', 'agent_left'"
)


class PacingEvent(Base):
    """One fact for the pacer, written by triggers on calls and agents; kept for two days.

    `recorded_xid` is the transaction that wrote the row: by it a reader tells what it has not seen yet, although rows
    become visible in another order than that of their ids. Agents' events belong to no campaign.
    """

    __tablename__ = "pacing_events"
    __table_args__ = (
        CheckConstraint(f"kind in ({_KINDS})", name="kind"),
        Index("ix_pacing_events_campaign_id_recorded_xid", "campaign_id", "recorded_xid"),
        Index("ix_pacing_events_of_agents", "tenant_id", "recorded_xid", postgresql_where="campaign_id is null"),
        Index("ix_pacing_events_at", "at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID | None]
    agent_group_id: Mapped[UUID | None]
    kind: Mapped[str]
    call_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    at: Mapped[datetime]
    detail: Mapped[str | None]
    recorded_xid: Mapped[int] = mapped_column(BigInteger)


class PacingState(Base):
    """What a campaign's pacer has learned, up to `position`: the snapshot of PostgreSQL that had the last event seen.

    `reason` and `decided_at` are of the last decision that was kept; `standing`: the abandonment account as last read.
    """

    __tablename__ = "pacing_states"
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[TenantKey]
    # Not JSONB, which sorts keys: sums in another order are other sums, and a replay must come to the same.
    state: Mapped[dict[str, object] | None] = mapped_column(JSON)
    position: Mapped[str | None]
    observed_until: Mapped[float] = mapped_column(Double)
    saved_at: Mapped[datetime]
    checkpoint_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    standing: Mapped[dict[str, object] | None] = mapped_column(JSONB)


class PacingDecision(Base):
    """A tick worth remembering, with all it takes to decide again: kept for a day.

    `is_saved` marks those that saved the pacer's state, and `checkpoint` holds it now and then.
    """

    __tablename__ = "pacing_decisions"
    __table_args__ = (
        Index("ix_pacing_decisions_campaign_id_at", "campaign_id", "at"),
        Index("ix_pacing_decisions_at", "at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    dial_mode: Mapped[str]
    effective_mode: Mapped[str]
    engine: Mapped[str | None]
    settings: Mapped[dict[str, object]] = mapped_column(JSONB)
    snapshot: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    decision: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    wanted: Mapped[int]
    allowed: Mapped[int]
    planned: Mapped[int]
    bound_by: Mapped[str]
    note: Mapped[str]
    started_afresh: Mapped[bool]
    is_saved: Mapped[bool]
    position: Mapped[str]
    checkpoint: Mapped[dict[str, object] | None] = mapped_column(JSON)
