"""Invitations into the tenant, for its admins. Accepting them is in `access`."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.invitations import (
    InvitationAnswer,
    InvitationOut,
    InvitationsAnswer,
    InvitationsQuery,
    InviteIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import AgentGroupId
from dialer.domain.principals import Role
from dialer.usecases import invitations as usecases

invitations = surface.resource("invitations", url_prefix="/invitations", tag="Users")


@invitations.get("", role=Role.ADMIN, query=InvitationsQuery, returns=InvitationsAnswer)
def list_invitations(query: InvitationsQuery) -> InvitationsAnswer:
    """List the tenant's invitations, the latest first."""
    page = usecases.list_invitations(services(), actor=principal(), **query.model_dump())
    shown = [InvitationOut.model_validate(invitation) for invitation in page.invitations]
    return InvitationsAnswer(invitations=shown, count=len(shown), total=page.total)


@invitations.post("", role=Role.ADMIN, body=InviteIn, returns=InvitationAnswer, status=201, errors=(409,))
def invite_user(body: InviteIn) -> InvitationAnswer:
    """Invite somebody by mail. The link is good for seven days and once; nobody invites to a role above their own."""
    agent = None
    if body.agent is not None:
        group_id = body.agent.agent_group_id
        agent = usecases.AgentProfile(body.agent.phone, None if group_id is None else AgentGroupId(group_id))
    invitation = usecases.invite(services(), actor=principal(), email=body.email, role=body.role, agent=agent)
    return InvitationAnswer(invitation=InvitationOut.model_validate(invitation))


@invitations.post("/<uuid:invitation_id>/resend", role=Role.ADMIN, returns=InvitationAnswer, errors=(409,))
def resend_invitation(invitation_id: UUID) -> InvitationAnswer:
    """Send another link, good for seven days; the one before is worthless."""
    invitation = usecases.resend_invitation(services(), actor=principal(), invitation_id=invitation_id)
    return InvitationAnswer(invitation=InvitationOut.model_validate(invitation))


@invitations.delete("/<uuid:invitation_id>", role=Role.ADMIN, returns=InvitationAnswer, errors=(409,))
def revoke_invitation(invitation_id: UUID) -> InvitationAnswer:
    """Withdraw an invitation: its link is worthless at once."""
    invitation = usecases.revoke_invitation(services(), actor=principal(), invitation_id=invitation_id)
    return InvitationAnswer(invitation=InvitationOut.model_validate(invitation))
