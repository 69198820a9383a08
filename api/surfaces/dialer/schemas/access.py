"""Logging in, and the users of a tenant. Registration takes and gives the fields of both documents at `/api`."""

import re
from typing import Annotated, Self
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
