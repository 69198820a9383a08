"""The users of a tenant, for its admins."""

from uuid import UUID

from api.context import principal, services
from api.surfaces.dialer.schemas.access import UpdateUserIn, UserAnswer, UserOut, UsersAnswer, UsersQuery
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import UserId
from dialer.domain.principals import Role
from dialer.usecases import access as usecases

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
