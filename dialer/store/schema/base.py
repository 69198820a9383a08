"""What every table shares: naming of constraints, ids that sort by time, instants with a zone."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from uuid_utils.compat import uuid7

Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
PrimaryKey = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=uuid7)]
TenantKey = Annotated[UUID, mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"))]
Json = Annotated[dict[str, object], mapped_column(JSONB)]


class Base(DeclarativeBase):
    """All tables of the product. Text columns are unbounded; lengths are checked where the text comes in."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, datetime: DateTime(timezone=True), UUID: Uuid}  # noqa: RUF012 - SQLAlchemy's own hook


def new_id() -> UUID:
    """A fresh UUIDv7: rows created later sort later, so indexes grow at one end."""
    return uuid7()
