"""Login sessions and the places they were opened from, in SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentId, TenantId, UserId
from dialer.store.users import COLUMNS, UserView


@dataclass(frozen=True)
class SessionDraft:
    """A session to be opened."""

    id: UUID
    tenant_id: TenantId
    user_id: UserId
    refresh_token_id: UUID
    created_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


@dataclass(frozen=True)
class SessionUser:
    """The user behind an open session, the agent they work as, and whether a second factor is still missing."""

    view: UserView
    agent_id: AgentId | None
    lacks_second_factor: bool


@dataclass(frozen=True)
class RefreshState:
    """Which refresh tokens of a session are, or just were, good."""

    current: UUID
    previous: UUID | None
    rotated_at: datetime | None


@dataclass(frozen=True)
class SessionView:
    """An open session, as shown to whoever it belongs to."""

    id: UUID
    user_id: UserId
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


# Admins of a tenant that wants second factors lack theirs until it is confirmed.
_LACKS = """u.role in ('owner', 'admin') and t.admins_need_second_factor
    and not exists (select from second_factors f where f.user_id = u.id and f.confirmed_at is not null)"""
_INSERT = text("""
    insert into login_sessions
        (id, tenant_id, user_id, refresh_token_id, created_at, expires_at, address, user_agent)
    values (:id, :tenant_id, :user_id, :refresh_token_id, :created_at, :expires_at, :address, :user_agent)
""")
_FIND_USER = text(f"""
    select {", ".join(f"u.{column}" for column in COLUMNS.split(", "))}, a.id as agent_id, {_LACKS} as lacks
    from login_sessions s
    join users u on u.id = s.user_id
    join tenants t on t.id = s.tenant_id
    left join agents a on a.user_id = u.id
    where s.id = :id and s.user_id = :user_id and s.ended_at is null and s.expires_at > :at and u.is_active
""")
_LIST_ROLES = text(f"""
    select s.id, case when {_LACKS} then 'agent' else u.role end as role
    from login_sessions s join users u on u.id = s.user_id join tenants t on t.id = s.tenant_id
    where s.id = any(:ids) and s.ended_at is null and s.expires_at > :at and u.is_active
""")
_LOCK_REFRESH = text("""
    select refresh_token_id, previous_refresh_token_id, rotated_at from login_sessions
    where id = :id and ended_at is null for update
""")
_ROTATE = text("""
    update login_sessions set previous_refresh_token_id = refresh_token_id, refresh_token_id = :fresh,
        rotated_at = :at, expires_at = :expires_at
    where id = :id
""")
_LIST = text("""
    select id, user_id, created_at, coalesce(rotated_at, created_at), expires_at, address, user_agent
    from login_sessions where user_id = :user_id and ended_at is null and expires_at > :at
    order by coalesce(rotated_at, created_at) desc, id limit 100
""")
_END = text("""
    update login_sessions set ended_at = :at, end_reason = :reason
    where id = :id and ended_at is null and (cast(:user_id as uuid) is null or user_id = :user_id) returning id
""")
_END_ALL_OF = text("""
    update login_sessions set ended_at = :at, end_reason = :reason
    where user_id = :user_id and ended_at is null and (cast(:spared as uuid) is null or id <> :spared) returning id
""")
_REMEMBER_PLACE = text("""
    insert into login_places (user_id, place, tenant_id, last_at) values (:user_id, :place, :tenant_id, :at)
    on conflict (user_id, place) do update set last_at = excluded.last_at
""")
_FORGET = text("select forget_past_access(:before, :places_before)")


def insert_session(session: Session, draft: SessionDraft) -> None:
    """Open a login session."""
    session.execute(_INSERT, vars(draft))


def find_session_user(session: Session, session_id: UUID, *, user_id: UserId, at: datetime) -> SessionUser | None:
    """Find the active user behind a session that is open at `at`."""
    row = session.execute(_FIND_USER, {"id": session_id, "user_id": user_id, "at": at}).one_or_none()
    return None if row is None else SessionUser(UserView(*row[:-2]), row.agent_id, row.lacks)


def list_session_roles(session: Session, session_ids: Collection[UUID], *, at: datetime) -> dict[UUID, str]:
    """Those of these sessions that are open, each with what its user may do today."""
    rows = session.execute(_LIST_ROLES, {"ids": list(session_ids), "at": at})
    return {row.id: row.role for row in rows}


def lock_refresh_state(session: Session, session_id: UUID) -> RefreshState | None:
    """Which refresh tokens of an open session are good; nobody else exchanges one until the transaction ends."""
    row = session.execute(_LOCK_REFRESH, {"id": session_id}).one_or_none()
    return None if row is None else RefreshState(*row)


def rotate_refresh_token(
    session: Session, session_id: UUID, *, fresh: UUID, at: datetime, expires_at: datetime
) -> None:
    """Put a fresh refresh token in the place of the one that is good; the session must be locked."""
    session.execute(_ROTATE, {"id": session_id, "fresh": fresh, "at": at, "expires_at": expires_at})


def list_sessions(session: Session, user_id: UserId, *, at: datetime) -> tuple[SessionView, ...]:
    """A user's open sessions, the last used first."""
    rows = session.execute(_LIST, {"user_id": user_id, "at": at})
    return tuple(SessionView(*row) for row in rows)


def end_session(
    session: Session, session_id: UUID, *, reason: str, at: datetime, user_id: UserId | None = None
) -> bool:
    """End one session, of this user if one is named. False if there is none that is open."""
    done = session.execute(_END, {"id": session_id, "reason": reason, "at": at, "user_id": user_id})
    return done.one_or_none() is not None


def end_sessions_of(session: Session, user_id: UserId, *, reason: str, at: datetime, spared: UUID | None = None) -> int:
    """End every open session of a user but the one that is spared; return how many those were."""
    done = session.execute(_END_ALL_OF, {"user_id": user_id, "reason": reason, "at": at, "spared": spared})
    return len(done.all())


def remember_place(session: Session, user_id: UserId, *, tenant_id: TenantId, place: str, at: datetime) -> None:
    """Note that a user has proven who they are from this network."""
    session.execute(_REMEMBER_PLACE, {"user_id": user_id, "place": place, "tenant_id": tenant_id, "at": at})


def forget_past_access(session: Session, *, before: datetime, places_before: datetime) -> int:
    """Delete sessions and tokens that were over before `before`, and places not used since; of every tenant."""
    return int(session.execute(_FORGET, {"before": before, "places_before": places_before}).scalar_one())
