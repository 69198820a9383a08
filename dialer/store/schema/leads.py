"""Leads, the lists they stand on, where they may be, and their further phones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.schema.base import Base, PrimaryKey, TenantKey


class LeadList(Base):
    """A named part of a campaign's leads. Each campaign has one list from the start, which bears its id.

    Active lists take turns by weight: `turns_taken` grows by 1 / weight with each lead taken, and the least goes first.
    """

    __tablename__ = "lists"
    __table_args__ = (
        UniqueConstraint("campaign_id", "name"),
        UniqueConstraint("id", "campaign_id", "tenant_id"),
        CheckConstraint("weight between 1 and 100", name="weight"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[TenantKey]
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    name: Mapped[str]
    weight: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    turns_taken: Mapped[float] = mapped_column(Double, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Locality(Base):
    """Where a callee may be; facts that all tenants share. Number 0: not determined yet."""

    __tablename__ = "localities"
    __table_args__ = (UniqueConstraint("signature"),)
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    signature: Mapped[str]
    jurisdictions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    time_zones: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ListLocality(Base):
    """A locality in which leads of a list are or once were; dialling looks for leads by these pairs."""

    __tablename__ = "list_localities"
    list_id: Mapped[UUID] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True)
    locality_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[TenantKey]


class Lead(Base):
    """One person on a campaign's list.

    `pending` leads are callable from `next_call_at` on: until then they are waiting, afterwards ready once they have
    been promoted. `queued` ones are in the hopper until `claimed_until`; `calling` ones have a call in flight.
    `call_attempts` counts since `attempts_reset_at`. `priority`: 0 high, 1 normal, 2 low.
    They are called by `turn`, within it by `dial_key`, which the campaign's `lead_order` decides.
    `next_phone` is an alternate to be tried instead of the lead's own number.
    `erased_at`: the person was removed from it; its number is none, and what was done about it remains.
    """

    __tablename__ = "leads"
    __table_args__ = (
        CheckConstraint("status in ('pending', 'queued', 'calling', 'completed', 'failed', 'dnc')", name="status"),
        CheckConstraint("priority between 0 and 2", name="priority"),
        UniqueConstraint("campaign_id", "phone_normalized"),
        # One key says it all: a key to each of the three would double the cost of storing a lead.
        ForeignKeyConstraint(
            ["list_id", "campaign_id", "tenant_id"],
            ["lists.id", "lists.campaign_id", "lists.tenant_id"],
            name="fk_leads_list_id_lists",
            ondelete="CASCADE",
        ),
        Index(
            "ix_leads_ready",
            "list_id",
            "turn",
            "locality_id",
            "dial_key",
            "id",
            postgresql_where="status = 'pending' and not is_waiting",
        ),
        Index(
            "ix_leads_in_order",
            "list_id",
            "turn",
            "dial_key",
            "id",
            postgresql_where="status = 'pending' and not is_waiting and turn >= 0",
        ),
        Index("ix_leads_waiting", "campaign_id", "next_call_at", postgresql_where="status = 'pending' and is_waiting"),
        Index(
            "ix_leads_promised",
            "campaign_id",
            "next_call_at",
            postgresql_where="status = 'pending' and is_waiting and callback_at is not null",
        ),
        Index(
            "ix_leads_gates",
            "campaign_id",
            "status",
            "list_id",
            "locality_id",
            "is_waiting",
            "consent",
            "status_reason",
            postgresql_include=["tenant_id"],
        ),
        Index("ix_leads_external_id", "tenant_id", "external_id", postgresql_where="external_id is not null"),
        Index("ix_leads_tenant_id_phone_normalized", "tenant_id", "phone_normalized"),
        Index("ix_leads_claimed_until", "claimed_until", postgresql_where="status = 'queued'"),
        Index(
            "ix_leads_retention",
            "tenant_id",
            text("(greatest(created_at, last_call_at))"),
            postgresql_where="erased_at is null and status in ('completed', 'failed', 'dnc')",
        ),
        # What tables of leads are read by: see `dialer.store.lead_search`.
        Index("ix_leads_standing", "list_id", "status", "priority", text("(last_call_at is null)"), "id"),
        Index(
            "ix_leads_last_called",
            "campaign_id",
            "status",
            "last_call_at",
            "id",
            postgresql_where="last_call_at is not null",
        ),
        Index(
            "ix_leads_name",
            "campaign_id",
            text("lower(last_name collate person_names)"),
            text("lower(coalesce(first_name, '') collate person_names)"),
            "id",
            postgresql_where="last_name is not null",
        ),
        Index(
            "ix_leads_first_name",
            "campaign_id",
            text("lower(first_name collate person_names)"),
            postgresql_where="first_name is not null",
        ),
        Index(
            "ix_leads_email",
            "campaign_id",
            text("lower(email collate person_names)"),
            postgresql_where="email is not null",
        ),
        Index("ix_leads_phone_end", "campaign_id", text('"right"(phone_normalized, 4)')),
        Index("ix_leads_country", "campaign_id", "country"),
        Index("ix_leads_callback", "campaign_id", "callback_at", "id", postgresql_where="callback_at is not null"),
    )
    id: Mapped[PrimaryKey]
    tenant_id: Mapped[UUID]
    campaign_id: Mapped[UUID]
    list_id: Mapped[UUID]
    # The import that brought it; it may be gone.
    import_id: Mapped[UUID | None]
    locality_id: Mapped[int] = mapped_column(server_default="0")
    external_id: Mapped[str | None]
    phone: Mapped[str]
    phone_normalized: Mapped[str]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    country: Mapped[str | None]
    state: Mapped[str | None]
    postal_code: Mapped[str | None]
    time_zone: Mapped[str | None]
    consent: Mapped[bool | None]
    type: Mapped[str | None]
    priority: Mapped[int] = mapped_column(SmallInteger)
    custom_fields: Mapped[dict[str, object]] = mapped_column(JSONB)
    notes: Mapped[str | None]
    status: Mapped[str]
    status_reason: Mapped[str | None]
    call_attempts: Mapped[int]
    attempts_reset_at: Mapped[datetime | None]
    last_attempt_number: Mapped[int]
    last_call_at: Mapped[datetime | None]
    next_call_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    do_not_call: Mapped[bool]
    next_phone: Mapped[str | None]
    callback_at: Mapped[datetime | None]
    is_waiting: Mapped[bool] = mapped_column(server_default="false")
    dial_key: Mapped[float] = mapped_column(Double, server_default="0")
    day_parts_tried: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    turn: Mapped[int] = mapped_column(
        SmallInteger,
        Computed(
            "case when callback_at is not null then 0 "
            "else 1 + 2 * priority + case when call_attempts = 0 then 1 else 0 end end",
            persisted=True,
        ),
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class LeadPhone(Base):
    """One of several phones of a person: position 0 is the lead's own, the others are tried after it, in this order."""

    __tablename__ = "lead_phones"
    __table_args__ = (
        UniqueConstraint("lead_id", "phone_normalized"),
        Index("ix_lead_phones_tenant_id_phone_normalized", "tenant_id", "phone_normalized"),
    )
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[TenantKey]
    phone_normalized: Mapped[str]
    is_usable: Mapped[bool] = mapped_column(server_default="true")
