"""The web, as far as users' addresses lead there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.domain.destinations import DestinationRefused, DestinationUnreachable, parse_destination
from dialer.ports import WebAnswer


@dataclass
class FakeWeb:
    """`pages` answers by address; one that is not there is unreachable, one that is an exception is raised.

    `asked` are the addresses that were asked for, each with its time-out.
    """

    pages: dict[str, WebAnswer | Exception] = field(default_factory=dict)
    asked: list[tuple[str, float]] = field(default_factory=list)

    def refusal(self, url: str) -> str | None:
        try:
            parse_destination(url)
        except DestinationRefused as refused:
            return str(refused)
        return None

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float = 10.0,
        max_bytes: int = 65_536,
        max_redirects: int = 3,
    ) -> WebAnswer:
        self.asked.append((url, timeout_seconds))
        page = self.pages.get(url, DestinationUnreachable("nobody answers there"))
        if isinstance(page, Exception):
            raise page
        return page

    def shows(self, url: str, *, status: int = 200, media_type: str = "audio/mpeg", body: bytes = b"ID3") -> None:
        """A file at this address from now on."""
        self.pages[url] = WebAnswer(url, status, {"content-type": media_type}, body[:1024])
