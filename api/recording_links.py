"""Links to recordings: signed by us, for one user of one tenant and one call, good for minutes and for one login."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from dialer.domain.errors import Forbidden
from dialer.domain.ids import CallId, TenantId, UserId
from dialer.domain.principals import Principal

LIFETIME = timedelta(minutes=10)
"""Long enough to listen and to seek, short enough that a link which was passed on is worth nothing."""
_INVALID = "The link is not valid any more. Ask for a new one."


@dataclass(frozen=True)
class RecordingLink:
    """Who may hear the recording of which call, and until when."""

    tenant_id: TenantId
    user_id: UserId
    session_id: UUID
    call_id: CallId
    expires_at: datetime


def link_for(principal: Principal, call_id: CallId, *, now: datetime) -> RecordingLink:
    """A link for somebody who is logged in; when the login ends, so does the link."""
    expires_at = (now + LIFETIME).replace(microsecond=0)
    return RecordingLink(principal.tenant_id, principal.user_id, UUID(principal.session_id), call_id, expires_at)


def address_of(call_id: UUID, *, public_url: str) -> str:
    """Where somebody who is logged in gets a link to the recording of a call."""
    return f"{public_url}/api/calls/{call_id}/recording"


def sign_link(link: RecordingLink, secret: str) -> str:
    """The link as the last part of an address."""
    ids = [str(part) for part in (link.tenant_id, link.user_id, link.session_id, link.call_id)]
    return str(_signer(secret).dumps([*ids, int(link.expires_at.timestamp())]))


def read_link(signed: str, secret: str, *, now: datetime) -> RecordingLink:
    """The link that we signed. Raises Forbidden for any other, and once it has expired."""
    try:
        tenant_id, user_id, session_id, call_id, expires = _signer(secret).loads(signed)
    except BadSignature:
        raise Forbidden(_INVALID) from None
    link = RecordingLink(
        TenantId(UUID(tenant_id)),
        UserId(UUID(user_id)),
        UUID(session_id),
        CallId(UUID(call_id)),
        datetime.fromtimestamp(expires, UTC),
    )
    if now >= link.expires_at:
        raise Forbidden(_INVALID)
    return link


def _signer(secret: str) -> URLSafeSerializer:
    # A salt of its own: nothing else that is signed with this secret is a link, nor the other way round.
    return URLSafeSerializer(secret, salt="dialer.recording-link", signer_kwargs={"digest_method": sha256})
