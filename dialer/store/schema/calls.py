"""Attempts, calls, call events and the ledger of live answers."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.calls import CallState
from dialer.store.schema.base import Base, PrimaryKey, TenantKey

_STATES = ", ".join(f"'{state}'" for state in CallState)
_FINAL = "'completed', 'busy', 'no_answer', 'failed', 'cancelled', 'abandoned'"


class Attempt(Base):
    """Our decision to dial a lead at one moment, with the compliance verdict that allowed or stopped it."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("lead_id", "number"),)
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    number: Mapped[int]
    planned_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    allowed: Mapped[bool | None]
    verdict: Mapped[dict[str, object] | None] = mapped_column(JSONB)


class Call(Base):
    """A carrier session with a lead. `state` only moves forward; the instants are facts that are filled once."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint(f"state in ({_STATES})", name="state"),
        CheckConstraint("direction in ('outbound', 'inbound')", name="direction"),
        # Invariant 1: a lead never has two calls in flight. PostgreSQL refuses the second.
        Index("uq_calls_lead_in_flight", "lead_id", unique=True, postgresql_where=f"state not in ({_FINAL})"),
        # Nor has a person on two lists: one number is called by one tenant once at a time.
        Index(
            "uq_calls_number_in_flight",
            "tenant_id",
            "to_number",
            unique=True,
            postgresql_where=f"state not in ({_FINAL})",
        ),
        Index("uq_calls_call_sid", "call_sid", unique=True),
        Index("uq_calls_attempt_id", "attempt_id", unique=True),
        Index("ix_calls_in_flight", "tenant_id", "campaign_id", "state", postgresql_where=f"state not in ({_FINAL})"),
        Index("ix_calls_overdue", "state", "state_changed_at", postgresql_where=f"state not in ({_FINAL})"),
        Index("ix_calls_tenant_id_to_number", "tenant_id", "to_number", "placing_at"),
        Index("ix_calls_tenant_id_created_at", "tenant_id", "created_at"),
        Index("ix_calls_campaign_id_created_at", "campaign_id", "created_at"),
        Index("ix_calls_agent_id_created_at", "agent_id", "created_at"),
        Index("ix_calls_lead_id", "lead_id"),
        Index(
            "ix_calls_unpriced",
            "ended_at",
            postgresql_where="cost is null and answered_at is not null and ended_at is not null",
        ),
        Index("ix_calls_end_unknown", "state_changed_at", postgresql_where="state = 'abandoned' and ended_at is null"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id", ondelete="SET NULL"))
    state: Mapped[str]
    state_changed_at: Mapped[datetime]
    direction: Mapped[str]
    from_number: Mapped[str]
    to_number: Mapped[str]
    call_sid: Mapped[str | None]
    conference_name: Mapped[str | None]
    conference_sid: Mapped[str | None]
    place_before: Mapped[datetime]
    created_at: Mapped[datetime]
    placing_at: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer_deadline_at: Mapped[datetime | None]
    agent_reserved_at: Mapped[datetime | None]
    bridged_at: Mapped[datetime | None]
    screen_popped_at: Mapped[datetime | None]
    twiml_milliseconds: Mapped[float | None]
    ended_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    disposition: Mapped[str | None]
    agent_disposition: Mapped[str | None]
    hangup_cause: Mapped[str | None]
    duration_seconds: Mapped[int | None]
    talk_seconds: Mapped[int | None]
    recording_sid: Mapped[str | None]
    recording_url: Mapped[str | None]
    recording_seconds: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 5))
    cost_unit: Mapped[str | None]
    cost_checked_at: Mapped[datetime | None]
    reconciled_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    held_since: Mapped[datetime | None]
    hold_seconds: Mapped[int] = mapped_column(server_default=text("0"))
    recording_paused_at: Mapped[datetime | None]
    notes: Mapped[str | None]
    call_metadata: Mapped[dict[str, object]] = mapped_column("metadata", JSONB)
    disposition_key: Mapped[str | None]
    disposition_label: Mapped[str | None]
    notes_revision: Mapped[int] = mapped_column(server_default="0")


class CallEvent(Base):
    """One fact about a call as somebody reported it. The same report twice is one row."""

    __tablename__ = "call_events"
    __table_args__ = (
        UniqueConstraint("call_id", "event_key"),
        Index("ix_call_events_tenant_id_received_at", "tenant_id", "received_at"),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[TenantKey]
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    event_key: Mapped[str]
    kind: Mapped[str]
    verdict: Mapped[str | None]
    payload: Mapped[dict[str, object]] = mapped_column(JSONB)
    received_at: Mapped[datetime]


class LiveAnswer(Base):
    """The abandonment ledger: one row for each person who answered, with the measured wait for an agent.

    `clock` says from when: the carrier's report of the answer, or the end of the callee's greeting.
    """

    __tablename__ = "live_answers"
    __table_args__ = (
        CheckConstraint("outcome in ('reached', 'abandoned', 'hung_up', 'late')", name="outcome"),
        CheckConstraint("clock in ('answer', 'greeting')", name="clock"),
        Index("ix_live_answers_campaign_id_answered_at", "campaign_id", "answered_at"),
    )
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    answered_at: Mapped[datetime]
    waited_milliseconds: Mapped[int]
    outcome: Mapped[str]
    message_played: Mapped[bool]
    recorded_at: Mapped[datetime]
    clock: Mapped[str] = mapped_column(server_default=text("'answer'"))


class LiveAnswerHour(Base):
    """The ledger summed by hour and campaign: a cache, from which any change of a line removes the line's hour."""

    __tablename__ = "live_answer_hours"
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    tenant_id: Mapped[TenantKey]
    reached: Mapped[int]
    abandoned: Mapped[int]
