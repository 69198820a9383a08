"""Invitations in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import AgentGroupId, TenantId, UserId


@dataclass(frozen=True)
class Invitation:
    """Somebody is asked to join a tenant."""

    id: UUID
    tenant_id: TenantId
    email: str
    role: str
    is_agent: bool
    agent_phone: str | None
    agent_group_id: AgentGroupId | None
    invited_by: UserId | None
    created_at: datetime
    expires_at: datetime
    mailed_at: datetime | None
    accepted_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Neither accepted nor revoked; it may have expired."""
        return self.accepted_at is None and self.revoked_at is None


@dataclass(frozen=True)
class InvitationMail:
    """What the mail of an invitation says."""

    invitation: Invitation
    tenant_name: str
    tries: int


@dataclass(frozen=True)
class Inviter:
    """Who invites, and into what; nobody, once the user is gone."""

    tenant_name: str
    invited_by_name: str | None


_COLUMNS = (
    "id, tenant_id, email, role, is_agent, agent_phone, agent_group_id, invited_by, created_at, expires_at, mailed_at, "
    "accepted_at, revoked_at"
)
_INSERT = text(f"""
    insert into invitations (id, tenant_id, email, role, is_agent, agent_phone, agent_group_id, invited_by, created_at,
        expires_at, mail_wanted_at, mail_tries)
    values (:id, :tenant_id, :email, :role, :is_agent, :agent_phone, :agent_group_id, :invited_by, :at,
        :expires_at, :at, 0)
    on conflict (tenant_id, lower(email)) where accepted_at is null and revoked_at is null do nothing
    returning {_COLUMNS}
""")
_FIND = text(f"select {_COLUMNS} from invitations where id = :id")
_STATES = {
    "open": "accepted_at is null and revoked_at is null and expires_at > :at",
    "expired": "accepted_at is null and revoked_at is null and expires_at <= :at",
    "accepted": "accepted_at is not null",
    "revoked": "revoked_at is not null",
}
_RESEND = text(f"""
    update invitations set expires_at = :expires_at, mail_wanted_at = :at, mail_tries = 0
    where id = :id and accepted_at is null and revoked_at is null returning {_COLUMNS}
""")
_REVOKE = text(f"""
    update invitations set revoked_at = :at, mail_wanted_at = null
    where id = :id and accepted_at is null and revoked_at is null returning {_COLUMNS}
""")
_FIND_BY_TOKEN = text("select tenant_id, invitation_id from find_invitation(:token_hash)")
_FIND_INVITER = text("""
    select t.name, nullif(trim(u.first_name || ' ' || u.last_name), '')
    from invitations i join tenants t on t.id = i.tenant_id left join users u on u.id = i.invited_by
    where i.id = :id
""")
_ACCEPT = text(f"""
    update invitations set accepted_at = :at, mail_wanted_at = null
    where id = :id and token_hash = :token_hash and accepted_at is null and revoked_at is null and expires_at > :at
    returning {_COLUMNS}
""")
_NOTE_WHO = text("update invitations set accepted_by = :user_id where id = :id")
_DUE = text("select tenant_id, invitation_id from invitations_to_mail(:at, :max_rows)")
_CLAIM = text(f"""
    with mine as (
        update invitations set token_hash = :token_hash, mail_wanted_at = :next_try_at, mail_tries = mail_tries + 1
        where id = :id and mail_wanted_at <= :at and accepted_at is null and revoked_at is null and expires_at > :at
        returning {_COLUMNS}, mail_tries
    )
    select mine.*, t.name as tenant_name from mine join tenants t on t.id = mine.tenant_id
""")
_NOTE_MAILED = text("""
    update invitations set mail_wanted_at = null, mailed_at = :mailed_at where id = :id and token_hash = :token_hash
""")

_TRY_LATER = text("update invitations set mail_wanted_at = :at where id = :id and token_hash = :token_hash")


def insert_invitation(session: Session, values: dict[str, object]) -> Invitation | None:
    """Invite somebody; None if there is an open invitation for this address, whether or not it has expired."""
    return _view(session.execute(_INSERT, values).one_or_none())


def find_invitation(session: Session, invitation_id: UUID) -> Invitation | None:
    """Find one invitation of the tenant."""
    return _view(session.execute(_FIND, {"id": invitation_id}).one_or_none())


def list_invitations(
    session: Session, *, state: str | None, at: datetime, limit: int, offset: int
) -> tuple[tuple[Invitation, ...], int]:
    """A page of invitations, the latest first, and how many there are in this state."""
    where = "true" if state is None else _STATES[state]
    rows = session.execute(
        text(f"select {_COLUMNS} from invitations where {where} order by id desc limit :limit offset :offset"),
        {"at": at, "limit": limit, "offset": offset},
    )
    total = session.execute(text(f"select count(*) from invitations where {where}"), {"at": at}).scalar_one()
    return tuple(Invitation(*row) for row in rows), int(total)


def resend(session: Session, invitation_id: UUID, *, at: datetime, expires_at: datetime) -> Invitation | None:
    """Begin the invitation anew; None unless it is open or expired. The mail brings another link."""
    return _view(session.execute(_RESEND, {"id": invitation_id, "at": at, "expires_at": expires_at}).one_or_none())


def revoke(session: Session, invitation_id: UUID, *, at: datetime) -> Invitation | None:
    """Withdraw an invitation; None unless it is open or expired."""
    return _view(session.execute(_REVOKE, {"id": invitation_id, "at": at}).one_or_none())


def find_by_token(session: Session, token_hash: bytes) -> tuple[TenantId, UUID] | None:
    """Find the tenant and id of an invitation by its link, in any tenant."""
    row = session.execute(_FIND_BY_TOKEN, {"token_hash": token_hash}).one_or_none()
    return None if row is None else (row.tenant_id, row.invitation_id)


def load_inviter(session: Session, invitation_id: UUID) -> Inviter:
    """Who invites, and into what. The invitation must exist."""
    return Inviter(*session.execute(_FIND_INVITER, {"id": invitation_id}).one())


def accept(session: Session, invitation_id: UUID, *, token_hash: bytes, at: datetime) -> Invitation | None:
    """Use an invitation up; None if it was used, has expired or was revoked: of two at once one gets it."""
    return _view(session.execute(_ACCEPT, {"id": invitation_id, "token_hash": token_hash, "at": at}).one_or_none())


def note_who_accepted(session: Session, invitation_id: UUID, *, user_id: UserId) -> None:
    """Note the user that an invitation has become."""
    session.execute(_NOTE_WHO, {"id": invitation_id, "user_id": user_id})


def list_due_mails(session: Session, *, at: datetime, max_rows: int) -> list[tuple[TenantId, UUID]]:
    """Invitations of every tenant whose mail has not been sent."""
    return [(tenant_id, found) for tenant_id, found in session.execute(_DUE, {"at": at, "max_rows": max_rows})]


def claim_mail(
    session: Session, invitation_id: UUID, *, token_hash: bytes, at: datetime, next_try_at: datetime
) -> InvitationMail | None:
    """Take an invitation whose mail is due, with a fresh link; None if another worker has it or it is done."""
    values = {"id": invitation_id, "token_hash": token_hash, "at": at, "next_try_at": next_try_at}
    row = session.execute(_CLAIM, values).one_or_none()
    return None if row is None else InvitationMail(Invitation(*row[:-2]), row.tenant_name, row.mail_tries)


def note_mailed(session: Session, invitation_id: UUID, *, token_hash: bytes, mailed_at: datetime | None) -> None:
    """The mail with this link has been handed over; or, without an instant, never will be."""
    session.execute(_NOTE_MAILED, {"id": invitation_id, "token_hash": token_hash, "mailed_at": mailed_at})


def try_mail_later(session: Session, invitation_id: UUID, *, token_hash: bytes, at: datetime) -> None:
    """The mail with this link could not be handed over: the next try is at `at`."""
    session.execute(_TRY_LATER, {"id": invitation_id, "token_hash": token_hash, "at": at})


def _view(row: Row[*tuple[Any, ...]] | None) -> Invitation | None:
    return None if row is None else Invitation(*row)
