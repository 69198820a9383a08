"""Pages of other origins: none may read an answer, but those that the installation names (CORS_ORIGINS).

Tokens travel in a header that a page sets itself, so credentials are never allowed: no cookie is ours.
"""

from flask import Flask, Response, request

from api.wiring import ApiSettings

_METHODS = "GET, POST, PUT, PATCH, DELETE"
_ASKED = "Authorization, Content-Type, Range, X-Request-Id"
_TOLD = (
    "Accept-Ranges, Content-Disposition, Content-Range, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, "
    "X-RateLimit-Reset, X-Request-Id"
)
_SECONDS = "600"


def install(app: Flask, settings: ApiSettings) -> None:
    """Answer browsers' questions before a request, and name the page that may read an answer. Only under `/api`."""
    if not settings.cors_origins:
        return

    @app.before_request
    def answer_preflight() -> Response | None:
        if request.method != "OPTIONS" or not _may_read() or "Access-Control-Request-Method" not in request.headers:
            return None
        response = Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = _ASKED
        response.headers["Access-Control-Max-Age"] = _SECONDS
        return response

    @app.after_request
    def name_reader(response: Response) -> Response:
        if _is_api():
            response.vary.add("Origin")
        if _may_read():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = _TOLD
        return response

    def _may_read() -> bool:
        return _is_api() and request.headers.get("Origin") in settings.cors_origins


def _is_api() -> bool:
    return request.path == "/api" or request.path.startswith("/api/")
