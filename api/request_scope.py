"""What every request gets: an id for logs and support, one log line, and headers that keep browsers careful."""

import re
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

log = structlog.get_logger("api")

_FOREIGN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Agents talk in the browser; nothing else of it is needed.
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
}
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
# Asked every few seconds by machines: not worth a line each.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def install(app: Flask, *, is_https: bool) -> None:
    """Bind the request id before anything else and write the line after everything else."""
    headers = _HEADERS | (_HTTPS_ONLY if is_https else {})

    @app.before_request
    def open_scope() -> None:
        offered = request.headers.get("X-Request-Id", "")
        g.request_id = offered if _FOREIGN_ID.fullmatch(offered) else uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if not request.query_string.isascii():
            # An address is ASCII; whatever reads its parameters would stumble over anything else.
            raise BadRequest

    @app.after_request
    def close_scope(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.path not in _QUIET:
            log.info(
                "request_answered",
                method=request.method,
                route=route_template(),
                status=response.status_code,
                milliseconds=round((time.perf_counter() - g.began) * 1000, 1),
            )
        return response

    @app.teardown_request
    def leave_scope(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()


def route_template() -> str:
    """The route of this request with its parameters unfilled, so that logs and metrics hold no ids."""
    return request.url_rule.rule if request.url_rule else "(unknown)"
