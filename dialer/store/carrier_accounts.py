"""Carrier accounts of tenants, as stored: secrets sealed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId
from dialer.store.schema.base import new_id


@dataclass(frozen=True)
class StoredAccount:
    """A row of `carrier_accounts`."""

    account_sid: str
    auth_token_encrypted: str
    secondary_auth_token_encrypted: str | None
    api_key_sid: str | None
    api_key_secret_encrypted: str | None
    twiml_app_sid: str | None
    calls_per_second: float
    max_lines: int
    updated_at: datetime


def find_account(session: Session) -> StoredAccount | None:
    """The account of the tenant that the transaction is confined to, or None: then the platform's is used."""
    row = session.execute(
        text(
            """
            select account_sid, auth_token_encrypted, secondary_auth_token_encrypted, api_key_sid,
                   api_key_secret_encrypted, twiml_app_sid, calls_per_second, max_lines, updated_at
            from carrier_accounts
            """
        )
    ).first()
    return None if row is None else StoredAccount(*row)


def save_account(session: Session, *, tenant_id: TenantId, account: StoredAccount) -> None:
    """Create or replace the tenant's account."""
    session.execute(
        text(
            """
            insert into carrier_accounts (id, tenant_id, account_sid, auth_token_encrypted,
                secondary_auth_token_encrypted, api_key_sid, api_key_secret_encrypted, twiml_app_sid,
                calls_per_second, max_lines, created_at, updated_at)
            values (:id, :tenant_id, :account_sid, :auth_token_encrypted,
                :secondary_auth_token_encrypted, :api_key_sid, :api_key_secret_encrypted, :twiml_app_sid,
                :calls_per_second, :max_lines, :updated_at, :updated_at)
            on conflict (tenant_id) do update set account_sid = excluded.account_sid,
                auth_token_encrypted = excluded.auth_token_encrypted,
                secondary_auth_token_encrypted = excluded.secondary_auth_token_encrypted,
                api_key_sid = excluded.api_key_sid,
                api_key_secret_encrypted = excluded.api_key_secret_encrypted, twiml_app_sid = excluded.twiml_app_sid,
                calls_per_second = excluded.calls_per_second, max_lines = excluded.max_lines,
                updated_at = excluded.updated_at
            """
        ),
        {"id": new_id(), "tenant_id": tenant_id, **account.__dict__},
    )


def delete_account(session: Session) -> bool:
    """Remove the tenant's account, back to the platform's; tell whether there was one."""
    return session.execute(text("delete from carrier_accounts returning id")).first() is not None
