"""Logging in, and the users of a tenant. Registration takes and gives the fields of both documents at `/api`."""

import re
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.domain.principals import Role

# RFC 5321 lengths, one "@", a dotted domain of letters, digits and hyphens. Whether mail arrives only mail can tell.
_EMAIL = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)


def _is_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("must be an e-mail address")
    return text


Email = Annotated[
    str, StringConstraints(max_length=254), AfterValidator(_is_email), Field(examples=["ada@example.com"])
]
# Spaces in a password are the user's own.
Password = Annotated[str, StringConstraints(min_length=8, max_length=200, strip_whitespace=False)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
# What a mail or the first half of a login gave out. Any text may be sent; one that is none of ours is told so.
Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]
OwnPassword = Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)]


class RegisterIn(In):
    """A new user: with `tenant_id` in that tenant, without it as the owner of a new one."""

    email: Email
    password: Password
    first_name: Name | None = None
    last_name: Annotated[str, StringConstraints(max_length=100)] | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="Instead of first_name and last_name."
    )
    phone: Annotated[str, StringConstraints(max_length=40)] | None = Field(None, examples=["+14155551234"])
    role: Role | None = Field(None, description="In an existing tenant; agent if not given.")
    tenant_id: UUID | None = None
    invitation_token: Token | None = Field(None, description="From the mail of an invitation into this tenant.")
    company: Name | None = Field(None, description="What the tenant that is founded is called; else its owner's name.")

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.first_name is None and self.name is None:
            raise ValueError("first_name is required")
        return self

    def names(self) -> tuple[str, str]:
        """First and last name; a single name is split at its first space."""
        if self.first_name is not None:
            return self.first_name, self.last_name or ""
        first, _, last = (self.name or "").partition(" ")
        return first, last.strip()


class LoginIn(In):
    """Credentials."""

    email: Annotated[str, StringConstraints(max_length=254)]
    password: Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)]


class RefreshIn(In):
    """The latest refresh token of the session."""

    refresh_token: Annotated[str, StringConstraints(max_length=4096)]


class ChallengeAnswer(Answer):
    """The password is right; the second factor is wanted at `/auth/login/second-factor`."""

    message: str
    second_factor_required: Literal[True] = True
    challenge_token: str
    expires_in: int = Field(description="Seconds until the challenge expires.")


class SecondFactorIn(In):
    """The second step of a login."""

    challenge_token: Token
    code: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(
        description="Six digits of the authenticator app, or a recovery code.", examples=["123456"]
    )


class CodeIn(In):
    """A code of the authenticator app."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(examples=["123456"])


class OwnPasswordIn(In):
    """The password of whoever is logged in."""

    password: OwnPassword


class ResetRequestIn(In):
    """For which address a new password is wanted."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]


class ResetIn(In):
    """The token from the mail, and the password from now on."""

    token: Token
    new_password: Password


class SessionOut(Out):
    """An open login session."""

    id: UUID
    created_at: Instant
    last_used_at: Instant = Field(description="When it was opened or last refreshed.")
    expires_at: Instant
    address: str | None = Field(description="The network address it was opened from.")
    user_agent: str | None
    is_current: bool = Field(description="Whether this very request belongs to it.")


class SessionsAnswer(Answer):
    """Open login sessions, the last used first."""

    sessions: list[SessionOut]
    count: int


class RevokedAnswer(Answer):
    """How many sessions were ended."""

    message: str
    ended: int


class FactorOut(Answer):
    """How one stands with one's second factor."""

    is_enabled: bool
    is_required: bool = Field(description="Whether the tenant wants one of its admins, and one is an admin.")
    recovery_codes_left: int


class EnrolmentAnswer(Answer):
    """What goes into the authenticator app; `otpauth_url` is what a QR code should say. Shown once."""

    secret: str
    otpauth_url: str


class RecoveryCodesAnswer(Answer):
    """Each takes the place of the app once. Shown once."""

    message: str
    recovery_codes: list[str]


class AccessSettingsIn(In):
    """How a tenant's people get in."""

    admins_need_second_factor: bool


class AccessSettingsAnswer(Answer):
    """How a tenant's people get in."""

    admins_need_second_factor: bool


class ChangePasswordIn(In):
    """The password so far, and the one from now on."""

    current_password: Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)]
    new_password: Password


class UserOut(Out):
    """A user."""

    id: UUID
    email: str
    role: Role
    tenant_id: UUID
    first_name: str
    last_name: str
    name: str
    phone: str | None
    is_active: bool
    created_at: Instant
    last_login_at: Instant | None


class LoginAnswer(Answer):
    """A login session: the access token for requests, the refresh token for the next access token."""

    message: str
    token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds until the access token expires.")
    user: UserOut


class MeAnswer(Answer):
    """Who is logged in; the bare fields are those of the other document at this address."""

    user: UserOut
    id: UUID
    email: str
    name: str
    created_at: Instant


class UserAnswer(Answer):
    """One user."""

    user: UserOut


class UsersAnswer(Answer):
    """A page of users."""

    users: list[UserOut]
    count: int
    total: int


class UsersQuery(PageQuery):
    """Which users."""

    role: Role | None = None
    is_active: bool | None = None


class UpdateUserIn(In):
    """What to change of a user; what is not sent stays."""

    role: Role | None = None
    is_active: bool | None = None
    first_name: Name | None = None
    last_name: Annotated[str, StringConstraints(max_length=100)] | None = None
