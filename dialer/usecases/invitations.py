"""Invitations: how people get into a tenant that exists."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from dialer.domain.agents import parse_agent_phone
from dialer.domain.errors import Conflict, Invalid, MailRefused, NotFound, Unavailable
from dialer.domain.ids import AgentGroupId, TenantId
from dialer.domain.login_throttles import token_throttle
from dialer.domain.principals import Principal, Role
from dialer.ports import Mail
from dialer.store import agents, users
from dialer.store import invitations as store
from dialer.store.agent_groups import exists_agent_group
from dialer.store.invitations import Invitation
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.usecases.access import NewUser, draft_user, insert_user
from dialer.usecases.one_time_links import fresh_token, hash_of
from dialer.usecases.services import Services
from dialer.usecases.sessions import Login
from dialer.usecases.throttling import count_try

log = structlog.get_logger("access")

LIFETIME = timedelta(days=7)
SEND_INVITATION = "dialer.integrations.send_invitation"
InvitationState = Literal["open", "expired", "accepted", "revoked"]
_FIRST_RETRY = timedelta(minutes=1)
_MAX_RETRY_DOUBLINGS = 8
_NO_GOOD = "is not valid, was used, was revoked, or has expired: ask for another invitation"


@dataclass(frozen=True)
class AgentProfile:
    """The agent that somebody is to work as. Without a phone they work from the console."""

    phone: str | None = None
    agent_group_id: AgentGroupId | None = None


@dataclass(frozen=True)
class InvitationPage:
    """A part of the invitations of a tenant, and how many there are in all."""

    invitations: tuple[Invitation, ...]
    total: int


@dataclass(frozen=True)
class ShownInvitation:
    """What somebody who holds the link is told before they accept."""

    email: str
    role: Role
    is_agent: bool
    tenant_name: str
    invited_by_name: str | None
    expires_at: datetime
    is_registered: bool


def invite(
    services: Services, *, actor: Principal, email: str, role: Role, agent: AgentProfile | None = None
) -> Invitation:
    """Invite somebody by mail; the link holds for seven days. Nobody invites to a role above their own.

    Raises Conflict if the address belongs to a colleague or is invited already, Invalid for an unknown group.
    """
    actor.require(Role.ADMIN)
    actor.require(role)
    now = services.clock.now()
    phone = None if agent is None or agent.phone is None else parse_agent_phone(agent.phone)
    with services.transaction(actor.tenant_id) as tx:
        group_id = None if agent is None else agent.agent_group_id
        if group_id is not None and not exists_agent_group(tx.session, group_id):
            raise Invalid.field("agent.agent_group_id", "there is no such group")
        # Whether the address is registered with somebody else's tenant is none of this tenant's business.
        if users.find_user_by_email(tx.session, email) is not None:
            raise Conflict("This address belongs to a user of this tenant already.")
        invitation = store.insert_invitation(
            tx.session,
            {
                "id": new_id(), "tenant_id": actor.tenant_id, "email": email, "role": role,
                "is_agent": agent is not None, "agent_phone": phone, "agent_group_id": group_id,
                "invited_by": actor.user_id, "at": now, "expires_at": now + LIFETIME,
            },
        )  # fmt: skip
        if invitation is None:
            raise Conflict("This address is invited already: resend the invitation, or revoke it first.")
        _send_later(services, tx, invitation)
    return invitation


def list_invitations(
    services: Services, *, actor: Principal, state: InvitationState | None, limit: int, offset: int
) -> InvitationPage:
    """The tenant's invitations, the latest first."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        found, total = store.list_invitations(
            tx.session, state=state, at=services.clock.now(), limit=limit, offset=offset
        )
    return InvitationPage(found, total)


def resend_invitation(services: Services, *, actor: Principal, invitation_id: UUID) -> Invitation:
    """Send another link, good for seven days; the one before is worthless. Raises NotFound, Forbidden, Conflict."""
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        _load(tx, actor, invitation_id)
        invitation = store.resend(tx.session, invitation_id, at=now, expires_at=now + LIFETIME)
        if invitation is None:
            raise Conflict("This invitation was accepted or revoked.")
        _send_later(services, tx, invitation)
    return invitation


def revoke_invitation(services: Services, *, actor: Principal, invitation_id: UUID) -> Invitation:
    """Withdraw an invitation: its link is worthless at once. Raises NotFound, Forbidden, Conflict."""
    with services.transaction(actor.tenant_id) as tx:
        _load(tx, actor, invitation_id)
        invitation = store.revoke(tx.session, invitation_id, at=services.clock.now())
        if invitation is None:
            raise Conflict("This invitation was accepted or revoked.")
    return invitation


def show_invitation(services: Services, *, token: str) -> ShownInvitation:
    """Who invites whom into what, for the holder of the link. Raises Invalid for one that is no good.

    That the address is registered already, wherever, is told to nobody but whoever reads its mail.
    """
    now = services.clock.now()
    invitation = _find(services, hash_of(token))
    if not invitation.is_open or invitation.expires_at <= now:
        raise Invalid.field("token", _NO_GOOD)
    with services.transaction(invitation.tenant_id) as tx:
        inviter = store.load_inviter(tx.session, invitation.id)
        known = users.find_login(tx.session, invitation.email, place="", seen_since=now)
    return ShownInvitation(
        email=invitation.email, role=Role(invitation.role), is_agent=invitation.is_agent,
        tenant_name=inviter.tenant_name, invited_by_name=inviter.invited_by_name,
        expires_at=invitation.expires_at, is_registered=known is not None,
    )  # fmt: skip


def accept_invitation(
    services: Services,
    *,
    token: str,
    password: str,
    first_name: str,
    last_name: str,
    phone: str | None = None,
    tenant_id: TenantId | None = None,
    email: str | None = None,
) -> Login:
    """Become the user that an invitation is for, and log in. `tenant_id` and `email`, if given, must be its own.

    Raises Invalid for a link that is no good or a password that will not do, Conflict if the address is registered.
    """
    token_hash, now = hash_of(token), services.clock.now()
    invitation = _find(services, token_hash)
    is_address = email is None or email.lower() == invitation.email.lower()
    is_meant = is_address and tenant_id in (None, invitation.tenant_id)
    if not is_meant or not invitation.is_open or invitation.expires_at <= now:
        raise Invalid.field("token", _NO_GOOD)
    new = NewUser(invitation.email, password, first_name, last_name, phone)
    draft = draft_user(services, new, invitation.tenant_id, Role(invitation.role))
    with services.transaction(invitation.tenant_id) as tx:
        if store.accept(tx.session, invitation.id, token_hash=token_hash, at=now) is None:
            raise Invalid.field("token", _NO_GOOD)
        login = insert_user(services, tx, draft)
        store.note_who_accepted(tx.session, invitation.id, user_id=login.user.id)
        if invitation.is_agent:
            _add_agent(services, tx, invitation, login)
    return login


def send_invitation(services: Services, *, tenant_id: TenantId, invitation_id: UUID) -> None:
    """Send the mail of an invitation that waits for it. Safe to run twice: one of two workers takes it.

    The link is made here and kept as a hash; one that could not be sent is tried again with another link.
    """
    now, token = services.clock.now(), fresh_token()
    token_hash = hash_of(token)
    with services.transaction(tenant_id) as tx:
        wanted = store.claim_mail(
            tx.session, invitation_id, token_hash=token_hash, at=now, next_try_at=now + _FIRST_RETRY
        )
    if wanted is None:
        return
    mailed_at: datetime | None = now
    try:
        services.mailer.send(_mail(services.public_url, wanted.invitation.email, wanted.tenant_name, token))
    except Unavailable as trouble:
        wait = _FIRST_RETRY * 2 ** min(wanted.tries - 1, _MAX_RETRY_DOUBLINGS)
        log.warning("mail_not_sent", kind="invitation", tries=wanted.tries, reason=trouble.message)
        with services.transaction(tenant_id) as tx:
            store.try_mail_later(tx.session, invitation_id, token_hash=token_hash, at=now + wait)
        return
    except MailRefused as refused:
        log.warning("mail_refused", kind="invitation", invitation_id=invitation_id, reason=str(refused))
        mailed_at = None
    with services.transaction(tenant_id) as tx:
        store.note_mailed(tx.session, invitation_id, token_hash=token_hash, mailed_at=mailed_at)


def _load(tx: Transaction, actor: Principal, invitation_id: UUID) -> Invitation:
    actor.require(Role.ADMIN)
    invitation = store.find_invitation(tx.session, invitation_id)
    if invitation is None:
        raise NotFound("There is no invitation with this id.")
    actor.require(Role(invitation.role))
    return invitation


def _find(services: Services, token_hash: bytes) -> Invitation:
    with services.transaction() as tx:
        found = store.find_by_token(tx.session, token_hash)
        if found is None:
            address = services.deed.address if services.deed else None
            count_try(tx, token_throttle(address), services.clock.now())
    if found is None:
        raise Invalid.field("token", _NO_GOOD)
    tenant_id, invitation_id = found
    with services.transaction(tenant_id) as tx:
        invitation = store.find_invitation(tx.session, invitation_id)
    if invitation is None:
        raise Invalid.field("token", _NO_GOOD)
    return invitation


def _add_agent(services: Services, tx: Transaction, invitation: Invitation, login: Login) -> None:
    agents.insert_agent(
        tx.session,
        values={
            "id": new_id(), "tenant_id": invitation.tenant_id, "user_id": login.user.id, "email": invitation.email,
            "name": login.user.name, "phone": invitation.agent_phone, "agent_group_id": invitation.agent_group_id,
            "max_concurrent_calls": 1, "working_hours": {},
        },
        now=services.clock.now(),
    )  # fmt: skip


def _send_later(services: Services, tx: Transaction, invitation: Invitation) -> None:
    tx.after_commit(
        services.queue.send,
        SEND_INVITATION,
        tenant_id=str(invitation.tenant_id),
        invitation_id=str(invitation.id),
    )


def _mail(public_url: str, email: str, tenant_name: str, token: str) -> Mail:
    return Mail(
        to=email,
        subject=f"You are invited to {' '.join(tenant_name.split())[:100]}",
        text=(
            f"Hello,\n\nyou are invited to work with {tenant_name}. Choose your name and password here within a week:"
            f"\n\n{public_url}/console/#/accept-invitation?token={token}\n\n"
            f"If the page asks for the code, it is:\n\n{token}\n\n"
            "If you did not expect this, do nothing.\n"
        ),
    )
