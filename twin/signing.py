"""Owns X-Twilio-Signature: HMAC-SHA1 over the exact URL and the sorted form fields (twilio.com/docs/usage/security)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

Fields = list[tuple[str, str]]


def sign(auth_token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """Sign a form POST; for GET and WebSocket requests leave the fields out, the URL carries everything."""
    values: dict[str, list[str]] = {}
    for key, value in fields:
        known = values.setdefault(key, [])
        if value not in known:
            known.append(value)
    text = url + "".join(key + value for key in sorted(values) for value in sorted(values[key]))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()
