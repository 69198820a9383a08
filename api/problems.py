"""One neutral description of everything that can go wrong in a request; dialects write it in their own shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dialer.domain.errors import CarrierError, Category, DialerError, FieldError

# Everything a surface renders. Never `Exception`: a bug must reach Flask, which logs it and raises InternalServerError.
FAMILIES: tuple[type[Exception], ...] = (
    DialerError,
    CarrierError,
    ValidationError,
    JWTExtendedException,
    PyJWTError,
    HTTPException,
)


@dataclass(frozen=True)
class Problem:
    """What a client is told. `status` is set only where HTTP itself knows better than the category."""

    category: Category | Literal["internal"]
    code: str
    message: str
    fields: tuple[FieldError, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


# Statuses that HTTP machinery raises by itself, in words of our own: werkzeug's name internals.
_HTTP: dict[int, Problem] = {
    400: Problem("invalid", "invalid", "The request could not be understood."),
    404: Problem("not_found", "not_found", "There is nothing at this address."),
    405: Problem("invalid", "method_not_allowed", "This address does not take this method.", status=405),
    413: Problem("too_large", "too_large", "The body is larger than this address takes."),
    415: Problem("invalid", "unsupported_media_type", "The body must be sent as application/json.", status=415),
}
MAX_FIELDS = 100
"""That many wrong fields are named: an answer is not to be a hundred times the request."""
_INTERNAL = Problem("internal", "internal_error", "Something went wrong on our side. It has been logged.")
_UNAUTHENTICATED = Problem("unauthenticated", "unauthenticated", "The token is not valid.")
_CARRIER = Problem("unavailable", "carrier_unavailable", "The telephone carrier did not take this. Try again shortly.")


def to_problem(error: Exception) -> Problem:
    """Describe any exception. What is not foreseen becomes an internal error that tells nothing."""
    match error:
        case DialerError():
            return Problem(
                error.category, error.code, error.message, error.fields, error.details, headers=_headers(error)
            )
        case CarrierError():
            return _CARRIER
        case ValidationError():
            return from_validation(error)
        case JWTExtendedException() | PyJWTError():
            return _UNAUTHENTICATED
        case HTTPException():
            return _from_http(error)
    return _INTERNAL


def from_validation(error: ValidationError) -> Problem:
    """Name every attribute that pydantic found wrong, by the name the client knows."""
    fields = tuple(
        FieldError(_path(found), _message(found)) for found in error.errors(include_url=False, include_context=False)
    )
    first = fields[0]
    text = f"{first.field}: {first.message}" if first.field else first.message
    if len(fields) > 1:
        text += f" (and {len(fields) - 1} more)"
    return Problem("invalid", "invalid", text, fields[:MAX_FIELDS])


def _path(found: ErrorDetails) -> str:
    return ".".join(str(part) for part in found["loc"])


def _message(found: ErrorDetails) -> str:
    texts = {
        "extra_forbidden": "is not a known field",
        "missing": "is required",
        "json_invalid": "The body is not valid JSON.",
        "model_type": "The body must be a JSON object." if not found["loc"] else "must be an object",
        "uuid_parsing": "must be a UUID",
        "uuid_type": "must be a UUID",
    }
    return texts.get(found["type"]) or found["msg"].removeprefix("Value error, ")


def _headers(error: DialerError) -> dict[str, str]:
    if error.category == "unauthenticated":
        return {"WWW-Authenticate": "Bearer"}
    seconds = error.details.get("retry_after_seconds")
    return {"Retry-After": str(seconds)} if isinstance(seconds, int) else {}


def _from_http(error: HTTPException) -> Problem:
    status = error.code or 500
    if status >= 500:
        return _INTERNAL
    known = _HTTP.get(status) or Problem("invalid", "invalid", "The request could not be served.", status=status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        allowed = ", ".join(sorted(error.valid_methods))
        return Problem(
            known.category, known.code, f"{known.message} It takes {allowed}.", status=405, headers={"Allow": allowed}
        )
    return known
