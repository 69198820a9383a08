"""What links and half-finished logins are worth, once; and requests for new passwords that a worker looks at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId, UserId

Purpose = Literal["password_reset", "second_factor"]


@dataclass(frozen=True)
class FoundToken:
    """A token that was issued once; whether it still holds is asked when it is used."""

    tenant_id: TenantId
    user_id: UserId
    token_id: UUID


@dataclass(frozen=True)
class ResetRequest:
    """Somebody wants a new password for the account with this address."""

    email: str
    requested_at: datetime
    tries: int


_INSERT = text("""
    insert into single_use_tokens (id, tenant_id, user_id, purpose, token_hash, created_at, expires_at, tries)
    values (:id, :tenant_id, :user_id, :purpose, :token_hash, :at, :expires_at, 0)
""")
_FIND = text("select tenant_id, user_id, token_id from find_single_use_token(:token_hash, :purpose)")
_USE = text("""
    update single_use_tokens set used_at = :at
    where id = :id and used_at is null and expires_at > :at returning user_id
""")
_TRY = text("""
    update single_use_tokens set tries = tries + 1
    where id = :id and used_at is null and expires_at > :at and tries < :max_tries returning user_id
""")
_IS_GOOD = text("select exists (select from single_use_tokens where id = :id and used_at is null and expires_at > :at)")
_WITHDRAW = text("""
    update single_use_tokens set used_at = :at where user_id = :user_id and purpose = :purpose and used_at is null
""")
_INSERT_REQUEST = text("""
    insert into password_reset_requests (id, email, address, requested_at, next_try_at, tries)
    values (:id, :email, :address, :at, :at, 0)
""")
_CLAIM_REQUEST = text("""
    update password_reset_requests set tries = tries + 1, next_try_at = :next_try_at
    where id = :id and next_try_at <= :at returning email, requested_at, tries
""")
_DUE_REQUESTS = text("""
    select id from password_reset_requests where next_try_at <= :at order by next_try_at limit :max_rows
""")
_DELETE_REQUEST = text("delete from password_reset_requests where id = :id")


def insert_token(
    session: Session,
    *,
    token_id: UUID,
    tenant_id: TenantId,
    user_id: UserId,
    purpose: Purpose,
    token_hash: bytes,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Keep the hash of a token that is being given out."""
    session.execute(
        _INSERT,
        {
            "id": token_id,
            "tenant_id": tenant_id,
            "user_id": user_id,
            "purpose": purpose,
            "token_hash": token_hash,
            "at": at,
            "expires_at": expires_at,
        },
    )


def find_token(session: Session, token_hash: bytes, purpose: Purpose) -> FoundToken | None:
    """Find whose token this is, in any tenant."""
    row = session.execute(_FIND, {"token_hash": token_hash, "purpose": purpose}).one_or_none()
    return None if row is None else FoundToken(*row)


def is_token_good(session: Session, token_id: UUID, *, at: datetime) -> bool:
    """Whether a token is neither used nor expired."""
    return bool(session.execute(_IS_GOOD, {"id": token_id, "at": at}).scalar_one())


def use_token(session: Session, token_id: UUID, *, at: datetime) -> bool:
    """Use a token up. False if it is used or expired: of two at once one gets True."""
    return session.execute(_USE, {"id": token_id, "at": at}).one_or_none() is not None


def try_token(session: Session, token_id: UUID, *, at: datetime, max_tries: int) -> bool:
    """Count one try against a token that stays good until it is used. False if it is not good, or was tried enough."""
    return session.execute(_TRY, {"id": token_id, "at": at, "max_tries": max_tries}).one_or_none() is not None


def withdraw_tokens(session: Session, user_id: UserId, purpose: Purpose, *, at: datetime) -> None:
    """Make every token of a user for this purpose worthless."""
    session.execute(_WITHDRAW, {"user_id": user_id, "purpose": purpose, "at": at})


def insert_reset_request(session: Session, request_id: UUID, *, email: str, address: str | None, at: datetime) -> None:
    """Note that somebody wants a new password."""
    session.execute(_INSERT_REQUEST, {"id": request_id, "email": email, "address": address, "at": at})


def claim_reset_request(
    session: Session, request_id: UUID, *, at: datetime, next_try_at: datetime
) -> ResetRequest | None:
    """Take a request that is due, until `next_try_at`; None if another worker has it, or it is done."""
    row = session.execute(_CLAIM_REQUEST, {"id": request_id, "at": at, "next_try_at": next_try_at}).one_or_none()
    return None if row is None else ResetRequest(*row)


def list_due_reset_requests(session: Session, *, at: datetime, max_rows: int) -> list[UUID]:
    """Requests that nobody has dealt with yet, or not with success."""
    return list(session.execute(_DUE_REQUESTS, {"at": at, "max_rows": max_rows}).scalars())


def delete_reset_request(session: Session, request_id: UUID) -> None:
    """Forget a request that is dealt with."""
    session.execute(_DELETE_REQUEST, {"id": request_id})
