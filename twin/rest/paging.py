"""Owns lists: slicing, page tokens, and the address of every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from twin.errors import TwilioError
from twin.rest.request import Answer, RestRequest

DEFAULT_SIZE, MAX_SIZE = 50, 1000
T = TypeVar("T")
_PAGING_NAMES = ("PageSize", "Page", "PageToken")


def page_answer(
    request: RestRequest,
    key: str,
    items: Sequence[T],
    sid_of: Callable[[T], str],
    present: Callable[[T], dict[str, Any]],
) -> Answer:
    """Answer one page of `items`, which must be newest first.

    The token names the record a page continues after (`PA`) or ends before (`PB`), so that records arriving
    meanwhile shift nothing.
    """
    size = _whole(request, "PageSize", DEFAULT_SIZE, 1, MAX_SIZE)
    page = _whole(request, "Page", 0, 0, 10_000_000)
    token = request.query.get("PageToken")
    first = _first_index(items, sid_of, token, size) if token else page * size
    shown = items[first : first + size]
    following = before = None
    if first + size < len(items):
        following = _uri(request, size, page + 1, "PA" + sid_of(shown[-1]))
    if first > 0 and shown:
        before = _uri(request, size, max(0, page - 1), "PB" + sid_of(shown[0]))
    start = page * size
    body: dict[str, Any] = {
        key: [present(item) for item in shown],
        "first_page_uri": _uri(request, size, 0, None),
        "next_page_uri": following,
        "previous_page_uri": before,
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(shown) - 1),
        "uri": _uri(request, size, page, token),
    }
    return Answer(body=body, name=key.title().replace("_", ""))


def _first_index(items: Sequence[T], sid_of: Callable[[T], str], token: str, size: int) -> int:
    way, sid = token[:2], token[2:]
    for index, item in enumerate(items):
        if sid_of(item) == sid:
            return index + 1 if way == "PA" else max(0, index - size)
    raise TwilioError(21481)


def _whole(request: RestRequest, name: str, default: int, low: int, high: int) -> int:
    text = request.query.get(name)
    if not text:
        return default
    if not text.isdigit() or int(text) < low:
        raise TwilioError(20001, f"{name} is out of range: {text}")
    return min(int(text), high)


def _uri(request: RestRequest, size: int, page: int, token: str | None) -> str:
    pairs = [(name, value) for name, value in request.query.items() if name not in _PAGING_NAMES]
    pairs += [("PageSize", str(size)), ("Page", str(page))]
    if token:
        pairs.append(("PageToken", token))
    return f"{request.path}?{urlencode(pairs)}"


def in_time_window(request: RestRequest, name: str, instant: datetime | None) -> bool:
    """Apply `Name`, `Name<` (on or before) and `Name>` (on or after); the sign is part of the parameter's name."""
    exact, before, after = (request.query.get(name + sign) for sign in ("", "<", ">"))
    if not (exact or before or after):
        return True
    if instant is None:
        return False
    if exact:
        low, high = _span(name, exact)
        if not low <= instant <= high:
            return False
    if before and instant > _span(name, before)[1]:
        return False
    return not (after and instant < _span(name, after)[0])


def _span(name: str, text: str) -> tuple[datetime, datetime]:
    """A day is all of it; an instant, being written in whole seconds, lasts one."""
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise TwilioError(20001, f"{name} is not a date: {text}") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    length = timedelta(days=1) if len(text) == 10 else timedelta(seconds=1)
    return instant, instant + length - timedelta(microseconds=1)
