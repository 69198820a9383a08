"""The users of a tenant, for its admins."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.access import (
    RevokedAnswer,
    SessionsAnswer,
    UpdateUserIn,
    UserAnswer,
    UserOut,
    UsersAnswer,
    UsersQuery,
)
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.sessions import shown_sessions
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import UserId
from dialer.domain.principals import Role
from dialer.usecases import access as usecases
from dialer.usecases import second_factors, sessions

users = surface.resource("users", url_prefix="/users", tag="Users")


@users.get("", role=Role.ADMIN, query=UsersQuery, returns=UsersAnswer)
def list_users(query: UsersQuery) -> UsersAnswer:
    """List the users of the tenant, by name."""
    page = usecases.list_users(services(), actor=principal(), **query.model_dump())
    shown = [UserOut.model_validate(user) for user in page.users]
    return UsersAnswer(users=shown, count=len(shown), total=page.total)


@users.get("/<uuid:user_id>", role=Role.ADMIN, returns=UserAnswer)
def show_user(user_id: UUID) -> UserAnswer:
    """Show one user."""
    user = usecases.show_user(services(), actor=principal(), user_id=UserId(user_id))
    return UserAnswer(user=UserOut.model_validate(user))


@users.put("/<uuid:user_id>", role=Role.ADMIN, body=UpdateUserIn, returns=UserAnswer, errors=(409,))
def change_user(user_id: UUID, body: UpdateUserIn) -> UserAnswer:
    """Change a user's role, activity or name.

    Deactivating a user ends every session of theirs at once. Nobody changes a user above themselves, gives a role above
    their own, or takes away their own role or access.
    """
    user = usecases.change_user(services(), actor=principal(), user_id=UserId(user_id), **body.model_dump())
    return UserAnswer(user=UserOut.model_validate(user))


@users.get("/<uuid:user_id>/sessions", role=Role.ADMIN, returns=SessionsAnswer)
def list_user_sessions(user_id: UUID) -> SessionsAnswer:
    """List a colleague's open login sessions."""
    found = sessions.list_sessions_of(services(), actor=principal(), user_id=UserId(user_id))
    return shown_sessions(found, principal())


@users.delete("/<uuid:user_id>/sessions", role=Role.ADMIN, returns=RevokedAnswer)
def revoke_user_sessions(user_id: UUID) -> RevokedAnswer:
    """End every login session of a colleague at once. Nobody does so to somebody above themselves."""
    ended = sessions.revoke_sessions_of(services(), actor=principal(), user_id=UserId(user_id))
    return RevokedAnswer(message="Sessions ended", ended=ended)


@users.delete("/<uuid:user_id>/second-factor", role=Role.ADMIN, returns=Message, errors=(409,))
def reset_second_factor(user_id: UUID) -> Message:
    """Take off the second factor of a colleague who has lost it; their sessions end."""
    second_factors.reset_second_factor(services(), actor=principal(), user_id=UserId(user_id))
    return Message(message="Second factor taken off")
