"""Authenticator apps and recovery codes of users, in SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId, UserId


@dataclass(frozen=True)
class StoredFactor:
    """A user's authenticator app."""

    secret_encrypted: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class FactorStanding:
    """Whether a user has a second factor, how many recovery codes are left, and whether the tenant insists."""

    is_enabled: bool
    recovery_codes_left: int
    is_required: bool


# A confirmed app stays until it is taken off; one that never was gives way to the next.
_ENROL = text("""
    insert into second_factors as f (user_id, tenant_id, secret_encrypted, created_at)
    values (:user_id, :tenant_id, :secret, :at)
    on conflict (user_id) do update set secret_encrypted = :secret, created_at = :at, last_step = null
        where f.confirmed_at is null
    returning user_id
""")
_FIND = text("select secret_encrypted, confirmed_at from second_factors where user_id = :user_id")
_CONFIRM = text("""
    update second_factors set confirmed_at = :at, last_step = :step
    where user_id = :user_id and confirmed_at is null and secret_encrypted = :secret returning user_id
""")
_TAKE_STEP = text("""
    update second_factors set last_step = :step
    where user_id = :user_id and confirmed_at is not null and last_step < :step returning user_id
""")
_REMOVE = text("delete from second_factors where user_id = :user_id returning confirmed_at is not null")
_REMOVE_CODES = text("delete from recovery_codes where user_id = :user_id")
_INSERT_CODE = text("""
    insert into recovery_codes (user_id, code_hash, tenant_id) values (:user_id, :code_hash, :tenant_id)
""")
_USE_CODE = text("""
    update recovery_codes set used_at = :at
    where user_id = :user_id and code_hash = :code_hash and used_at is null returning user_id
""")
_STANDING = text("""
    select exists (select from second_factors where user_id = u.id and confirmed_at is not null),
        (select count(*) from recovery_codes where user_id = u.id and used_at is null),
        u.role in ('owner', 'admin') and t.admins_need_second_factor
    from users u join tenants t on t.id = u.tenant_id where u.id = :user_id
""")
_FIND_REQUIREMENT = text("select admins_need_second_factor from tenants where id = :tenant_id")
_SET_REQUIREMENT = text("update tenants set admins_need_second_factor = :wanted where id = :tenant_id")


def enrol(session: Session, user_id: UserId, *, tenant_id: TenantId, secret_encrypted: str, at: datetime) -> bool:
    """Keep the secret of an app that is to be confirmed. False if the user has a confirmed one."""
    values = {"user_id": user_id, "tenant_id": tenant_id, "secret": secret_encrypted, "at": at}
    return session.execute(_ENROL, values).one_or_none() is not None


def find_factor(session: Session, user_id: UserId) -> StoredFactor | None:
    """A user's app, confirmed or not."""
    row = session.execute(_FIND, {"user_id": user_id}).one_or_none()
    return None if row is None else StoredFactor(*row)


def confirm(session: Session, user_id: UserId, *, secret_encrypted: str, step: int, at: datetime) -> bool:
    """Confirm the app with this very secret; its code of `step` is used up. False if it was confirmed or replaced."""
    values = {"user_id": user_id, "secret": secret_encrypted, "step": step, "at": at}
    return session.execute(_CONFIRM, values).one_or_none() is not None


def take_step(session: Session, user_id: UserId, *, step: int) -> bool:
    """Use up the code of a step. False if it, or a later one, was used before: of two at once one gets True."""
    return session.execute(_TAKE_STEP, {"user_id": user_id, "step": step}).one_or_none() is not None


def remove(session: Session, user_id: UserId) -> bool:
    """Take a user's app and recovery codes away. False if there was no confirmed app."""
    session.execute(_REMOVE_CODES, {"user_id": user_id})
    return bool(session.execute(_REMOVE, {"user_id": user_id}).scalar_one_or_none())


def replace_recovery_codes(
    session: Session, user_id: UserId, *, tenant_id: TenantId, code_hashes: Collection[bytes]
) -> None:
    """Keep the hashes of fresh recovery codes; the older ones are worthless."""
    session.execute(_REMOVE_CODES, {"user_id": user_id})
    for code_hash in code_hashes:
        session.execute(_INSERT_CODE, {"user_id": user_id, "code_hash": code_hash, "tenant_id": tenant_id})


def use_recovery_code(session: Session, user_id: UserId, code_hash: bytes, *, at: datetime) -> bool:
    """Use a recovery code up. False if it is none, or was used."""
    values = {"user_id": user_id, "code_hash": code_hash, "at": at}
    return session.execute(_USE_CODE, values).one_or_none() is not None


def load_standing(session: Session, user_id: UserId) -> FactorStanding:
    """How a user stands with second factors."""
    return FactorStanding(*session.execute(_STANDING, {"user_id": user_id}).one())


def is_required_for_admins(session: Session, tenant_id: TenantId) -> bool:
    """Whether a tenant insists on second factors for its admins."""
    return bool(session.execute(_FIND_REQUIREMENT, {"tenant_id": tenant_id}).scalar_one())


def require_for_admins(session: Session, tenant_id: TenantId, *, wanted: bool) -> None:
    """Insist on second factors for admins, or no longer."""
    session.execute(_SET_REQUIREMENT, {"tenant_id": tenant_id, "wanted": wanted})
