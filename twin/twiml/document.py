"""Owns reading a TwiML document: from text to verbs, with Twilio's fatal errors and its mere warnings."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError  # nosec B405 # types; what parses is defusedxml

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from twin.errors import TwilioError
from twin.twiml.vocabulary import ATTRIBUTES, CHILDREN, UNCHECKED

Warn = Callable[[int, str], None]


@dataclass(frozen=True)
class Verb:
    """One element: a verb of the document, or a noun inside one."""

    name: str
    attributes: dict[str, str]
    text: str
    children: tuple[Verb, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def number(self, name: str, default: float) -> float:
        """Read a number that must not be negative; anything else counts as not given, as Twilio only warns."""
        try:
            value = float(self.attributes.get(name, default))
        except ValueError:
            return default
        return value if math.isfinite(value) and value >= 0 else default

    def flag(self, name: str, *, default: bool) -> bool:
        word = self.attributes.get(name, "").lower()
        return word == "true" if word in ("true", "false") else default

    def method(self, name: str = "method", default: str = "POST") -> str:
        word = self.attributes.get(name, default).upper()
        return word if word in ("GET", "POST") else default


def read_document(text: str, warn: Warn) -> list[Verb]:
    """Parse a document into its verbs. Raises 12100 when it is not XML or its root is not `<Response>`.

    What the schema does not know is warned about (12200) and left out; the rest runs.
    """
    try:
        root = fromstring(text.strip().encode())
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise TwilioError(12100, f"Error on line 1 of document: {error}") from error
    if root.tag != "Response":
        raise TwilioError(12100, f"Document root is <{root.tag}>, not <Response>")
    return _children_of(root, warn)


def _children_of(element: Element, warn: Warn) -> list[Verb]:
    allowed = CHILDREN.get(str(element.tag), frozenset())
    verbs = []
    for child in element:
        if not isinstance(child.tag, str):
            continue  # a comment or processing instruction
        if child.tag not in allowed:
            warn(12200, f"<{child.tag}> is not allowed in <{element.tag}>")
            continue
        verbs.append(_read(child, warn))
    return verbs


def _read(element: Element, warn: Warn) -> Verb:
    name = str(element.tag)
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    if name not in UNCHECKED:
        for unknown in sorted(set(attributes) - ATTRIBUTES[name]):
            warn(12200, f"Attribute '{unknown}' is not allowed to appear in element '{name}'")
            del attributes[unknown]
    if name == "Say":
        return Verb(name, attributes, " ".join("".join(element.itertext()).split()))
    if name in UNCHECKED:
        return Verb(name, attributes, (element.text or "").strip())
    return Verb(name, attributes, (element.text or "").strip(), tuple(_children_of(element, warn)))
