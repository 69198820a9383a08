"""Owns the XML that Twilio answers when an address does not end in .json."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape  # nosec B406 # writes, parses nothing


def to_xml(name: str, body: dict[str, Any]) -> str:
    inner = _element(name, body)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<TwilioResponse>{inner}</TwilioResponse>'


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        content = "".join(_element(_camel(key), part) for key, part in value.items())
    elif isinstance(value, list):
        content = "".join(_element("Item", part) for part in value)
    elif isinstance(value, bool):
        content = "true" if value else "false"
    else:
        content = "" if value is None else escape(str(value))
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _camel(key: str) -> str:
    return "".join(part.capitalize() for part in key.split("_"))
