"""Where a list's header is: in the first row, under a title, or nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.lead_rows import ALIASES, looks_like_phone, normalize_header
from dialer.domain.lead_rows.aliases import ALTERNATE_ALIASES, NUMBERED_ALTERNATES

_LOOKED_AT = 10
_KNOWN = frozenset(
    alias for aliases in (*ALIASES.values(), *NUMBERED_ALTERNATES.values(), ALTERNATE_ALIASES) for alias in aliases
)


@dataclass(frozen=True)
class HeaderPlace:
    """`row` as in `FileDialect.header_row`; `notes` say what was assumed."""

    row: int
    has_header: bool
    notes: tuple[str, ...] = ()


def find_header(rows: Sequence[Sequence[str]]) -> HeaderPlace:
    """Find the header among a file's first rows, blank ones included.

    The first row that is not blank is the header unless it holds a phone number. Rows that fill one cell only, where
    the row after them fills more, are a title; so is anything above a row of known headers that holds no number.
    """
    filled = [(number, _said(row)) for number, row in enumerate(rows, start=1) if _said(row)]
    if not filled:
        return HeaderPlace(1, has_header=True)
    for place, (number, cells) in enumerate(filled[:_LOOKED_AT]):
        if any(_is_number(cell) for cell in cells):
            break
        known = sum(1 for cell in cells if normalize_header(cell) in _KNOWN)
        if known >= 2 or (known == 1 and (place == 0 or len(cells) == 1)):
            return _header(number, filled[:place])
    return _first_row(filled)


def count_known(cells: Sequence[str]) -> int:
    """How many of these cells are headers that we know."""
    return sum(1 for cell in cells if normalize_header(cell) in _KNOWN)


def _first_row(filled: Sequence[tuple[int, list[str]]]) -> HeaderPlace:
    """Nothing in the first rows is a header that we know."""
    for place, (number, cells) in enumerate(filled[:_LOOKED_AT]):
        if any(_is_number(cell) for cell in cells):
            above = [each for each, _ in filled[:place]]
            note = "The file has no header row; its columns are named by their position"
            return HeaderPlace(above[-1] if above else 0, has_header=False, notes=(note,))
        wider = [len(other) for _, other in filled[place + 1 : place + 4]]
        if len(cells) > 1 or not wider or max(wider) == 1:
            return _header(number, filled[:place])
    return _header(filled[0][0], [])


def _header(number: int, above: Sequence[tuple[int, list[str]]]) -> HeaderPlace:
    if not above:
        return HeaderPlace(number, has_header=True)
    shown = "; ".join(repr(cells[0][:40]) for _, cells in above[:3])
    return HeaderPlace(
        number,
        has_header=True,
        notes=(f"Row {number} is taken for the header; what stands above it is left out: {shown}",),
    )


def _said(row: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _is_number(cell: str) -> bool:
    return looks_like_phone(cell) and sum(map(str.isdecimal, cell)) >= 9
