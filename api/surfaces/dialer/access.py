"""Registering, logging in and out."""

from api.auth import authenticate_request, bearer_token, issue_tokens, read_claims
from api.context import principal, services
from api.rate_limit import check_failed_logins, count_failed_login
from api.surfaces.dialer.schemas.access import (
    ChangePasswordIn,
    LoginAnswer,
    LoginIn,
    MeAnswer,
    RefreshIn,
    RegisterIn,
    UserOut,
)
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.surface import surface
from dialer.domain.errors import Unauthenticated
from dialer.domain.ids import TenantId
from dialer.domain.principals import Role
from dialer.usecases import access as usecases

access = surface.resource("auth", url_prefix="/auth", tag="Authentication")


@access.post("/register", public=True, body=RegisterIn, returns=LoginAnswer, status=201, errors=(401, 403, 409))
def register_user(body: RegisterIn) -> LoginAnswer:
    """Register a user.

    Without `tenant_id` this founds a tenant, and the user is its owner whatever role is asked for. With `tenant_id` it
    needs the token of an admin or owner of that tenant.
    """
    first_name, last_name = body.names()
    new = usecases.NewUser(body.email, body.password, first_name, last_name, body.phone)
    if body.tenant_id is None:
        return _logged_in(usecases.found_tenant(services(), new=new), "User registered successfully")
    actor = authenticate_request() if bearer_token() else None
    login = usecases.register_user(
        services(), actor=actor, tenant_id=TenantId(body.tenant_id), new=new, role=body.role or Role.AGENT
    )
    return _logged_in(login, "User registered successfully")


@access.post("/login", public=True, body=LoginIn, returns=LoginAnswer, errors=(401,))
def log_in(body: LoginIn) -> LoginAnswer:
    """Log in."""
    check_failed_logins(body.email)
    try:
        login = usecases.log_in(services(), email=body.email, password=body.password)
    except Unauthenticated:
        count_failed_login(body.email)
        raise
    return _logged_in(login, "Logged in successfully")


@access.post("/refresh", public=True, body=RefreshIn, returns=LoginAnswer, errors=(401,))
def refresh_login(body: RefreshIn) -> LoginAnswer:
    """Exchange a refresh token for a new pair of tokens.

    Each refresh token is good once. One that comes a second time ends the whole session.
    """
    claims = read_claims(body.refresh_token, "refresh")
    login = usecases.renew_login(
        services(),
        tenant_id=claims.tenant_id,
        user_id=claims.user_id,
        session_id=claims.session_id,
        refresh_token_id=claims.token_id,
    )
    return _logged_in(login, "Token refreshed successfully")


@access.post("/logout", role=Role.AGENT, returns=Message)
def log_out() -> Message:
    """Log out: the session's access and refresh tokens are refused from now on."""
    usecases.log_out(services(), actor=principal())
    return Message(message="Logged out successfully")


@access.put("/password", role=Role.AGENT, body=ChangePasswordIn, returns=Message)
def change_password(body: ChangePasswordIn) -> Message:
    """Change one's own password: every other session of the user ends."""
    usecases.change_password(services(), actor=principal(), current=body.current_password, new=body.new_password)
    return Message(message="Password changed successfully")


@access.get("/me", role=Role.AGENT, returns=MeAnswer)
def show_me() -> MeAnswer:
    """Show who is logged in."""
    user = usecases.show_user(services(), actor=principal(), user_id=principal().user_id)
    return MeAnswer(
        user=UserOut.model_validate(user), id=user.id, email=user.email, name=user.name, created_at=user.created_at
    )


def _logged_in(login: usecases.Login, message: str) -> LoginAnswer:
    tokens = issue_tokens(login)
    return LoginAnswer(
        message=message,
        token=tokens.token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
        user=UserOut.model_validate(login.user),
    )
