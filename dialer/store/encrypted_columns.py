"""Every column that holds something encrypted with the field encryption keys, and how keys are changed under them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId


@dataclass(frozen=True)
class EncryptedColumn:
    """One column, and the column that names its row."""

    table: str
    column: str
    key: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


ENCRYPTED_COLUMNS: tuple[EncryptedColumn, ...] = (
    EncryptedColumn("carrier_accounts", "auth_token_encrypted", "id"),
    EncryptedColumn("carrier_accounts", "secondary_auth_token_encrypted", "id"),
    EncryptedColumn("carrier_accounts", "api_key_secret_encrypted", "id"),
    EncryptedColumn("second_factors", "secret_encrypted", "user_id"),
)
"""A column whose name ends in `_encrypted` belongs here; a test compares."""


def list_tenants(session: Session) -> list[TenantId]:
    """Every tenant there is."""
    return [TenantId(tenant_id) for tenant_id in session.scalars(text("select tenant_id from all_tenants()"))]


@dataclass(frozen=True)
class SealedValue:
    """What one row has in an encrypted column."""

    key: str
    sealed: str


def list_sealed(session: Session, column: EncryptedColumn, *, after: str | None, limit: int) -> Sequence[SealedValue]:
    """The values of a column among the tenant's rows, in the order of their keys, from beyond `after` on."""
    query = text(
        f"""
        select cast({column.key} as text) as key, {column.column} as sealed from {column.table}
        where {column.column} is not null and (cast(:after as uuid) is null or {column.key} > cast(:after as uuid))
        order by {column.key} limit :limit
        """
    )
    return [SealedValue(row.key, row.sealed) for row in session.execute(query, {"after": after, "limit": limit})]


def replace_sealed(session: Session, column: EncryptedColumn, *, value: SealedValue, renewed: str) -> bool:
    """Put a value sealed anew in place of the old, unless somebody has changed it since; tell whether it was done."""
    done = session.execute(
        text(
            f"""
            update {column.table} set {column.column} = :renewed
            where {column.key} = cast(:key as uuid) and {column.column} = :sealed returning 1
            """
        ),
        {"key": value.key, "sealed": value.sealed, "renewed": renewed},
    )
    return done.first() is not None
