"""Twilio's errors as the carrier port's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from requests import exceptions as http
from twilio.base.exceptions import TwilioException, TwilioRestException

from dialer.domain.errors import (
    CallNotInProgress,
    CarrierError,
    CarrierOutcomeUnknown,
    CarrierRefused,
    CarrierUnavailable,
)
from dialer.integrations.carriers.twilio.words import NOT_IN_PROGRESS, REFUSALS, TRY_LATER


@contextmanager
def translated() -> Iterator[None]:
    """Let whatever goes wrong inside come out as the carrier port's error."""
    try:
        yield
    except Exception as error:
        raise translate(error) from error


def translate(error: Exception) -> CarrierError:
    """What a vendor or network error means: refused, unavailable, or nobody knows.

    Only an answer that says so, or a connection that was never made, proves that nothing was accepted.
    """
    if isinstance(error, TwilioRestException):
        return _from_answer(error.status, error.code, error.msg)
    if isinstance(error, TwilioException):
        status = getattr(error, "status_code", None) or getattr(error, "status", None)
        code = getattr(error, "code", None)
        if isinstance(status, int):
            return _from_answer(status, code if isinstance(code, int) else None, str(error))
        return _from_page(error)
    if isinstance(error, (http.ConnectTimeout, http.InvalidURL, http.MissingSchema)):
        return CarrierUnavailable(f"no connection: {type(error).__name__}")
    if isinstance(error, http.ConnectionError) and _was_never_connected(error):
        return CarrierUnavailable("no connection")
    return CarrierOutcomeUnknown(type(error).__name__)


def _from_answer(status: int, code: int | None, message: str) -> CarrierError:
    if code == NOT_IN_PROGRESS:
        return CallNotInProgress(message, carrier_code=code)
    if status == 429 or code in TRY_LATER:
        return CarrierUnavailable(message, carrier_code=code)
    if code is not None and code in REFUSALS:
        return CarrierRefused(message, scope=REFUSALS[code], carrier_code=code)
    if status in (401, 403):
        return CarrierRefused(message, scope="account", carrier_code=code)
    if 400 <= status < 500:
        return CarrierRefused(message, scope="request", carrier_code=code)
    return CarrierOutcomeUnknown(message, carrier_code=code)


def _from_page(error: TwilioException) -> CarrierError:
    """A page of a list that was refused comes as the bare answer, not as the error that it is elsewhere."""
    answer = error.args[1] if len(error.args) > 1 else None
    status = getattr(answer, "status_code", None)
    if not isinstance(status, int) or status < 400:
        return CarrierOutcomeUnknown(str(error))
    try:
        code = json.loads(answer.text).get("code")  # type: ignore[union-attr]
    except (ValueError, AttributeError):
        code = None
    return _from_answer(status, code if isinstance(code, int) else None, str(error))


def _was_never_connected(error: http.ConnectionError) -> bool:
    """urllib3 wraps a refused or unresolved connection in NewConnectionError; a reset in mid-request is another."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}
