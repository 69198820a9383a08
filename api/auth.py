"""Access and refresh tokens, and the principal behind a request. `dialer.usecases.access` decides who may log in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import structlog
from flask import Flask, request
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import ExpiredSignatureError, PyJWTError

from api.context import api_settings, services
from api.wiring import ApiSettings
from dialer.domain.errors import Unauthenticated
from dialer.domain.ids import TenantId, UserId
from dialer.domain.principals import Principal
from dialer.usecases import access
from dialer.usecases.services import Services


class TokenExpired(Unauthenticated):
    """The token was good once: a client should refresh it."""

    code = "token_expired"


@dataclass(frozen=True)
class Claims:
    """What a genuine token of ours says. Whether it still holds is in the database."""

    user_id: UserId
    tenant_id: TenantId
    session_id: UUID
    token_id: UUID


@dataclass(frozen=True)
class Tokens:
    """What a client gets for a login session."""

    token: str
    refresh_token: str
    expires_in: int


def init_tokens(app: Flask, settings: ApiSettings) -> None:
    """Fix algorithm, secret and lifetimes."""
    app.config.update(
        JWT_SECRET_KEY=settings.jwt_secret_key,
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=settings.access_token_minutes),
        JWT_REFRESH_TOKEN_EXPIRES=access.SESSION_LIFETIME,
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ENCODE_NBF=False,
    )
    JWTManager(app)


def issue_tokens(login: access.Login) -> Tokens:
    """Write both tokens of a login session. The session, not the token, decides how long they hold."""
    claims = {"tenant_id": str(login.user.tenant_id), "sid": str(login.session_id), "role": login.user.role}
    identity = str(login.user.id)
    return Tokens(
        token=create_access_token(identity, additional_claims=claims),
        refresh_token=create_refresh_token(identity, additional_claims={**claims, "rid": str(login.refresh_token_id)}),
        expires_in=api_settings().access_token_minutes * 60,
    )


def authenticate_token(services: Services, token: str) -> Principal:
    """Find the principal behind an access token: a genuine one, of an open session of an active user.

    For HTTP and Socket.IO alike; needs an application context. Raises Unauthenticated, or TokenExpired.
    """
    claims = read_claims(token, "access")
    return access.load_principal(
        services, tenant_id=claims.tenant_id, user_id=claims.user_id, session_id=claims.session_id
    )


def authenticate_request() -> Principal:
    """Find the principal behind the Authorization header."""
    token = bearer_token()
    if token is None:
        raise Unauthenticated("Log in first: this needs an Authorization header with a Bearer token.")
    principal = authenticate_token(services(), token)
    structlog.contextvars.bind_contextvars(tenant_id=principal.tenant_id, user_id=principal.user_id)
    return principal


def bearer_token() -> str | None:
    """The token of the Authorization header, if there is a Bearer one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def read_claims(token: str, kind: Literal["access", "refresh"]) -> Claims:
    """Check signature, algorithm, expiry and kind of a token, all without the database."""
    try:
        found = decode_token(token)
        if found["type"] != kind:
            raise Unauthenticated(_INVALID)
        return Claims(
            user_id=UserId(UUID(found["sub"])),
            tenant_id=TenantId(UUID(found["tenant_id"])),
            session_id=UUID(found["sid"]),
            token_id=UUID(found["rid" if kind == "refresh" else "jti"]),
        )
    except ExpiredSignatureError:
        raise TokenExpired("The token has expired.") from None
    except (JWTExtendedException, PyJWTError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
        # Whatever is wrong with it, a forger learns nothing from the answer.
        raise Unauthenticated(_INVALID) from None


_INVALID = "The token is not valid."
