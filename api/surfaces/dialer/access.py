"""Registering, logging in and out."""

from api.auth import authenticate_request, bearer_token, issue_tokens, read_claims
from api.context import principal, services
from api.surfaces.dialer.schemas.access import (
    ChallengeAnswer,
    ChangePasswordIn,
    LoginAnswer,
    LoginIn,
    MeAnswer,
    RefreshIn,
    RegisterIn,
    ResetIn,
    ResetRequestIn,
    SecondFactorIn,
    UserOut,
)
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.invitations import AcceptInvitationIn, ShowInvitationIn, ShownInvitationAnswer
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import TenantId
from dialer.domain.principals import Role
from dialer.usecases import access as usecases
from dialer.usecases import invitations, password_resets, second_factors, sessions

access = surface.resource("auth", url_prefix="/auth", tag="Authentication")


@access.post("/register", public=True, body=RegisterIn, returns=LoginAnswer, status=201, errors=(401, 403, 409))
def register_user(body: RegisterIn) -> LoginAnswer:
    """Register a user.

    Without `tenant_id` this founds a tenant, and the user is its owner whatever role is asked for. With `tenant_id` it
    needs the token of an admin or owner of that tenant, or the token of an invitation into it for this very address.
    """
    first_name, last_name = body.names()
    new = usecases.NewUser(body.email, body.password, first_name, last_name, body.phone)
    if body.tenant_id is None:
        return _logged_in(
            usecases.found_tenant(services(), new=new, company=body.company), "User registered successfully"
        )
    if body.invitation_token is not None:
        return _logged_in(
            invitations.accept_invitation(
                services(), token=body.invitation_token, password=body.password, first_name=first_name,
                last_name=last_name, phone=body.phone, tenant_id=TenantId(body.tenant_id), email=body.email,
            ),
            "User registered successfully",
        )  # fmt: skip
    actor = authenticate_request() if bearer_token() else None
    login = usecases.register_user(
        services(), actor=actor, tenant_id=TenantId(body.tenant_id), new=new, role=body.role or Role.AGENT
    )
    return _logged_in(login, "User registered successfully")


@access.post("/invitations/show", public=True, body=ShowInvitationIn, returns=ShownInvitationAnswer)
def show_invitation(body: ShowInvitationIn) -> ShownInvitationAnswer:
    """Show who invites whom into what, to the holder of the link. Nothing changes."""
    shown = invitations.show_invitation(services(), token=body.token)
    return ShownInvitationAnswer(**vars(shown))


@access.post(
    "/invitations/accept", public=True, body=AcceptInvitationIn, returns=LoginAnswer, status=201, errors=(409,)
)
def accept_invitation(body: AcceptInvitationIn) -> LoginAnswer:
    """Accept an invitation: choose a name and a password, and be logged in."""
    login = invitations.accept_invitation(services(), **body.model_dump())
    return _logged_in(login, "User registered successfully")


@access.post("/login", public=True, body=LoginIn, returns=LoginAnswer, queued=ChallengeAnswer, errors=(401,))
def log_in(body: LoginIn) -> LoginAnswer | ChallengeAnswer:
    """Log in.

    Users with a second factor get 202 and a challenge, which is taken with a code to `/auth/login/second-factor`.
    Failures make the next try wait, the longer the more there were: then the answer is 429 and says for how long.
    """
    login = usecases.log_in(services(), email=body.email, password=body.password)
    if isinstance(login, sessions.Challenge):
        return ChallengeAnswer(
            message="A code is wanted", challenge_token=login.token, expires_in=login.expires_in_seconds
        )
    return _logged_in(login, "Logged in successfully")


@access.post("/login/second-factor", public=True, body=SecondFactorIn, returns=LoginAnswer, errors=(401, 503))
def finish_login(body: SecondFactorIn) -> LoginAnswer:
    """Finish a login with a code of the authenticator app, or with a recovery code."""
    login = second_factors.finish_login(services(), challenge=body.challenge_token, code=body.code)
    return _logged_in(login, "Logged in successfully")


@access.post("/password-reset", public=True, body=ResetRequestIn, returns=Message, status=202)
def request_password_reset(body: ResetRequestIn) -> Message:
    """Ask for a new password.

    The answer is the same whether or not there is such a user; the mail goes to the address alone.
    """
    password_resets.request_password_reset(services(), email=body.email)
    return Message(message="If there is a user with this address, a mail is on its way")


@access.post("/password-reset/confirm", public=True, body=ResetIn, returns=Message)
def confirm_password_reset(body: ResetIn) -> Message:
    """Set a new password with the token from the mail, which is good for an hour, and once.

    Every session of the user ends.
    """
    password_resets.confirm_password_reset(services(), token=body.token, new_password=body.new_password)
    return Message(message="Password changed successfully")


@access.post("/refresh", public=True, body=RefreshIn, returns=LoginAnswer, errors=(401,))
def refresh_login(body: RefreshIn) -> LoginAnswer:
    """Exchange a refresh token for a new pair of tokens.

    Each refresh token is good once; for ten seconds it gives the same next one again, in case the answer was lost. One
    that comes after that ends the whole session.
    """
    claims = read_claims(body.refresh_token, "refresh")
    login = sessions.renew_login(
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
    sessions.log_out(services(), actor=principal())
    return Message(message="Logged out successfully")


@access.put("/password", role=Role.AGENT, body=ChangePasswordIn, returns=Message, errors=(409,))
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
