"""A release that meets an older database than it needs refuses work and says so, until the database has been upgraded.

A newer database is nothing to refuse: migrations are written so that the release before them works on.
"""

import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

_ALWAYS = ("/healthz", "/readyz", "/metrics")
_LOOK_AGAIN_SECONDS = 1.0


class SchemaGate:
    """Around the application: 503 to everything but the health pages while `find_trouble` finds some.

    Asked once a second at most while there is trouble, and never again when there is none: a schema does not get older.
    """

    def __init__(self, application: "WSGIApplication", find_trouble: Callable[[], str | None]):
        self._application = application
        self._find_trouble = find_trouble
        self._trouble: str | None = None
        self._is_open = False
        self._looked_at = float("-inf")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if self._is_open or environ.get("PATH_INFO") in _ALWAYS or self._look() is None:
            return self._application(environ, start_response)
        body = json.dumps({"success": False, "error": self._trouble, "code": "unavailable"}).encode()
        start_response(
            "503 SERVICE UNAVAILABLE",
            [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Retry-After", "5")],
        )
        return [body]

    def _look(self) -> str | None:
        if time.monotonic() - self._looked_at >= _LOOK_AGAIN_SECONDS:
            self._looked_at = time.monotonic()
            self._trouble = self._find_trouble()
            self._is_open = self._trouble is None
            if self._trouble is not None:
                log.error("work_refused", why=self._trouble)
        return self._trouble
