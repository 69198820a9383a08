"""So many requests per minute and user under `/api`; by client address where nobody is logged in."""

import math
from typing import Literal

import structlog
from flask import Flask, Response, g, request

from api.auth import bearer_token, read_claims
from api.context import dependencies
from api.wiring import ApiSettings
from dialer.domain.errors import RateLimited, Unauthenticated, Unavailable
from dialer.domain.rate_limits import Standing

log = structlog.get_logger("api")

WINDOW_SECONDS = 60


def install(app: Flask, settings: ApiSettings) -> None:
    """Count before the view, tell on every answer. Health, metrics and webhooks are outside `/api`."""

    @app.before_request
    def count_request() -> None:
        if not _is_limited():
            return
        standing = _ask("count", _caller(), settings.requests_per_minute, WINDOW_SECONDS)
        if standing is not None:
            g.standing = standing
            if standing.is_over:
                raise too_often(f"More than {standing.limit} requests in a minute.", standing)

    @app.after_request
    def tell_standing(response: Response) -> Response:
        standing: Standing | None = g.get("standing")
        if standing is not None:
            response.headers["X-RateLimit-Limit"] = str(standing.limit)
            response.headers["X-RateLimit-Remaining"] = str(standing.remaining)
            response.headers["X-RateLimit-Reset"] = str(math.ceil(standing.reset_seconds))
        return response


def too_often(message: str, standing: Standing) -> RateLimited:
    """The refusal, with the seconds after which to come back."""
    return RateLimited(message, details={"retry_after_seconds": max(1, math.ceil(standing.reset_seconds))})


def _is_limited() -> bool:
    # Looking at the API's page loads half a dozen files, which cost nothing.
    is_page = request.path == "/api/docs" or request.path.startswith("/api/docs/")
    return (request.path == "/api" or request.path.startswith("/api/")) and not is_page


def _caller() -> str:
    """The user of a genuine token, whatever else is wrong with it; else the client's address."""
    token = bearer_token()
    if token is not None:
        try:
            return f"user:{read_claims(token, 'access').user_id}"
        except Unauthenticated:
            pass
    return f"address:{request.remote_addr}"


def _ask(question: Literal["count", "peek"], key: str, limit: int, window_seconds: int) -> Standing | None:
    """Fails open: with Redis down, answering without a limit beats not answering."""
    limiter = dependencies().rate_limiter
    try:
        ask = limiter.count if question == "count" else limiter.peek
        return ask(key, limit=limit, window_seconds=window_seconds)
    except Unavailable:
        log.warning("rate_limit_not_enforced", reason="redis unavailable")
        return None
