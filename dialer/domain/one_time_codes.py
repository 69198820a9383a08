"""Codes of authenticator apps: TOTP by RFC 6238 over HOTP by RFC 4226, with SHA-1, 6 digits and steps of 30 s.

Those are the values that every app assumes, whatever the otpauth address says.
"""

import base64
import hashlib
import hmac
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
# A clock that is wrong by up to 30 s is let pass; RFC 6238 (5.2) advises one step at the most.
_STEPS_OFF = (0, -1, 1)


def present_secret(secret: bytes) -> str:
    """A secret as people type it into an app: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def parse_secret(text: str) -> bytes:
    """The other way round."""
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226, 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(at: datetime) -> int:
    """The step that is running at an instant."""
    return int(at.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """The step whose code this is, at this instant or one step off; None if it is no such code."""
    now = step_at(at)
    for off in _STEPS_OFF:
        if hmac.compare_digest(code_at(secret, now + off).encode(), code.encode()):
            return now + off
    return None


def otpauth_url(secret: bytes, *, email: str, issuer: str) -> str:
    """What an app reads from a QR code."""
    label = quote(f"{issuer}:{email}", safe="")
    return f"otpauth://totp/{label}?" + urlencode({"secret": present_secret(secret), "issuer": issuer})
