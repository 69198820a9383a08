"""Reading a carrier's request: its form, its ids, and the means to check its signature."""

import re
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, request

from api.context import api_settings, dependencies
from dialer.domain.errors import Forbidden, Invalid
from dialer.ports import CarrierAccount, CarrierWebhooks
from dialer.usecases.webhook_calls import Authenticate

WEBHOOKS = "webhooks"
# HMAC-SHA1 in base64.
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")


def carrier() -> CarrierWebhooks:
    """The carrier's dialect, as the application was wired."""
    found = dependencies().carrier_webhooks
    if found is None:
        raise RuntimeError("the application was built without a carrier")
    return found


def signed_url() -> str:
    """The address that the carrier called and signed: our public one, with path and query exactly as they arrived.

    What proxies make of scheme, host and port counts for nothing. A prefix of the path is the public address' own: a
    proxy that leaves it on tells the server of it (SCRIPT_NAME), one that takes it off need not.
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    parts = urlsplit(raw)
    path = parts.path.removeprefix(request.root_path)
    return api_settings().public_url + path + (f"?{parts.query}" if parts.query else "")


def authenticator() -> Authenticate:
    """A check of this request's signature, once it is known whose account should have signed it."""
    url, signature, verify = signed_url(), request.headers.get("X-Twilio-Signature"), carrier().is_genuine
    form = request.form.to_dict(flat=False)
    body = request.get_data().decode(errors="replace") if request.is_json else None

    def authenticate(account: CarrierAccount) -> bool:
        claimed = request.form.get("AccountSid")
        if claimed is not None and claimed != account.account_sid:
            return False
        return verify(account, url=url, form=form, signature=signature, body=body)

    return authenticate


def require_signature() -> None:
    """Refuse a request without anything that could be a signature before it costs more than this."""
    if not _SIGNATURE.fullmatch(request.headers.get("X-Twilio-Signature", "")):
        raise Forbidden("The request is not signed.")


def is_ours() -> bool:
    """Whether the platform's own account signed the request: only then may one that makes no sense be told why."""
    return authenticator()(dependencies().services.platform_account)


def query_id(name: str) -> UUID:
    """An id from the query string."""
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        raise Invalid.field(name, "must be a UUID") from None


def form_text(name: str) -> str | None:
    """A form value; blank counts as absent. PostgreSQL stores no NUL."""
    return request.form.get(name, "").replace("\0", "") or None


def form_number(name: str) -> int | None:
    """A whole number; anything else counts as absent, because the carrier may add or change fields any day."""
    value = request.form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def required_text(name: str) -> str:
    """A form value without which the request means nothing."""
    value = form_text(name)
    if value is None:
        raise Invalid.field(name, "is required")
    return value


def payload() -> dict[str, object]:
    """The whole form, for the record. PostgreSQL stores no NUL."""
    return {key.replace("\0", ""): value.replace("\0", "") for key, value in request.form.items()}


def xml_answer(document: str) -> Response:
    """A TwiML document."""
    return Response(document, mimetype="text/xml")


def text_answer(message: str, status: int) -> Response:
    """A refusal, for the carrier's debugger."""
    return Response(message + "\n", status, mimetype="text/plain")


def nothing_to_say() -> Response:
    """Recorded: 204."""
    return Response(status=204)
