"""Owns one REST request as handlers see it, and the answer they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from multidict import MultiDict, MultiMapping

from twin.accounts import Account
from twin.errors import TwilioError, not_found

if TYPE_CHECKING:
    from twin.world import World


@dataclass
class RestRequest:
    world: World
    account: Account
    method: str
    path: str  # with its extension, as it was asked for
    query: MultiMapping[str]
    form: MultiMapping[str] = field(default_factory=MultiDict)
    ids: dict[str, str] = field(default_factory=dict)
    extension: str = "json"

    def text(self, name: str) -> str | None:
        """One form value; an empty one counts as not given."""
        return self.form.get(name) or None

    def texts(self, name: str) -> list[str]:
        return [value for value in self.form.getall(name, []) if value]

    def missing(self) -> TwilioError:
        return not_found(self.path)


@dataclass
class Answer:
    status: int = 200
    body: dict[str, Any] | None = None
    media: bytes | None = None
    media_type: str = ""
    name: str = "Resource"  # the element's name, should XML be asked for
    headers: dict[str, str] = field(default_factory=dict)
