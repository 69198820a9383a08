"""Everything that can be refused, as one tree. No status numbers here: surfaces translate the category.

DialerError
  Invalid            the request itself is wrong            (field errors in `fields`)
  Unauthenticated    nobody, or nobody we believe
  Forbidden          known, but not allowed to
    SecondFactorNeeded   not before a second factor is set up
  NotFound           there is no such thing, or not in this tenant
  Conflict           the thing is not in a state that allows it, or exists already
  RateLimited        too often
  Unavailable        something outside is down; try again
MailRefused          what the mailer port raises: this message will never be taken
CarrierError         what the carrier port raises, never shown to API users as such
  CarrierRefused         definitely not accepted (permanent: this number or setting will never work)
  CarrierUnavailable     definitely not accepted, now; try again later
  CarrierOutcomeUnknown  may have been accepted: look it up, never repeat blindly
  CallNotInProgress      the call is over already; whoever wanted it gone has what they want
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

Category = Literal[
    "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited", "unavailable", "too_large"
]


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one named attribute of a request."""

    field: str
    message: str


class DialerError(Exception):
    """Base of everything a user of the product can be told. `code` is stable and machine-readable."""

    code: ClassVar[str] = "error"
    category: ClassVar[Category] = "invalid"

    def __init__(
        self, message: str, *, fields: tuple[FieldError, ...] = (), details: Mapping[str, object] | None = None
    ):
        super().__init__(message)
        self.message = message
        self.fields = fields
        self.details = dict(details or {})


class Invalid(DialerError):
    """The request is wrong in itself, whatever the state of things."""

    code = "invalid"

    @classmethod
    def field(cls, name: str, message: str) -> "Invalid":
        """Name the one attribute that is wrong."""
        return cls(f"{name}: {message}", fields=(FieldError(name, message),))


class Unauthenticated(DialerError):
    """No credentials, or none that we believe. Never says which part was wrong."""

    code = "unauthenticated"
    category = "unauthenticated"


class Forbidden(DialerError):
    """The principal is known and may not do this."""

    code = "forbidden"
    category = "forbidden"


class SecondFactorNeeded(Forbidden):
    """An admin of a tenant that wants second factors has none yet."""

    code = "second_factor_needed"


class NotFound(DialerError):
    """There is no such thing in this tenant. The same answer whether it exists elsewhere or nowhere."""

    code = "not_found"
    category = "not_found"


class Conflict(DialerError):
    """The thing exists already, or its state does not allow this."""

    code = "conflict"
    category = "conflict"


class TooLarge(DialerError):
    """A body or file over the documented limit."""

    code = "too_large"
    category = "too_large"


class RateLimited(DialerError):
    """Too many requests; `retry_after_seconds` is in the details."""

    code = "rate_limited"
    category = "rate_limited"


class Unavailable(DialerError):
    """Something this needs is down at the moment."""

    code = "unavailable"
    category = "unavailable"


class MailRefused(Exception):
    """The mail server will not take this message, now or later: an address that does not exist, for example."""


class CarrierError(Exception):
    """Base of what the carrier port raises. `carrier_code` is the vendor's number, for logs and reports."""

    def __init__(self, message: str, *, carrier_code: int | None = None):
        super().__init__(message)
        self.carrier_code = carrier_code


class CarrierRefused(CarrierError):
    """The carrier definitely did not accept.

    `scope` says what is dead: the `number` called, the `caller_id` shown, the `account`, or the `request` (our bug).
    """

    def __init__(
        self,
        message: str,
        *,
        scope: Literal["number", "caller_id", "account", "request"],
        carrier_code: int | None = None,
    ):
        super().__init__(message, carrier_code=carrier_code)
        self.scope = scope


class CarrierUnavailable(CarrierError):
    """The carrier definitely did not accept, for now: limits, outage before the request was sent."""


class CarrierOutcomeUnknown(CarrierError):
    """The request may have been accepted: time-out, reset or server error after sending."""


class CallNotInProgress(CarrierError):
    """The call had ended before the request arrived."""
