"""Invitations into a tenant."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.surfaces.dialer.schemas.access import Email, Name, Password, Token
from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.domain.principals import Role


class AgentProfileIn(In):
    """The agent that somebody is to work as."""

    phone: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = Field(
        None, description="Where to ring them; without it they work from the console.", examples=["+14155551234"]
    )
    agent_group_id: UUID | None = None


class InviteIn(In):
    """Who is to join the tenant, and as what."""

    email: Email
    role: Role = Role.AGENT
    agent: AgentProfileIn | None = Field(None, description="With it, accepting makes them an agent, too.")


class AcceptInvitationIn(In):
    """Who accepts an invitation."""

    token: Token
    password: Password
    first_name: Name
    last_name: Annotated[str, StringConstraints(max_length=100)] = ""
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None


class ShowInvitationIn(In):
    """The token of the link."""

    token: Token


class ShownInvitationAnswer(Answer):
    """What an invitation is for, before it is accepted."""

    email: str
    role: Role
    is_agent: bool
    tenant_name: str
    invited_by_name: str | None = Field(description="Null once that user is gone.")
    expires_at: Instant
    is_registered: bool = Field(description="Whether the address has a login already: then it cannot accept.")


class InvitationOut(Out):
    """An invitation."""

    id: UUID
    email: str
    role: Role
    is_agent: bool
    agent_group_id: UUID | None
    invited_by: UUID | None
    created_at: Instant
    expires_at: Instant
    mailed_at: Instant | None = Field(description="When the last mail was handed over; null while it waits.")
    accepted_at: Instant | None
    revoked_at: Instant | None


class InvitationAnswer(Answer):
    """One invitation."""

    invitation: InvitationOut


class InvitationsAnswer(Answer):
    """A page of invitations, the latest first."""

    invitations: list[InvitationOut]
    count: int
    total: int


class InvitationsQuery(PageQuery):
    """Which invitations."""

    state: Literal["open", "expired", "accepted", "revoked"] | None = None
