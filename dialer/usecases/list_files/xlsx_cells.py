"""The rows of a sheet as the texts that a CSV would hold, without the damage that saving as CSV does."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from dialer.usecases.list_files.xlsx_parts import Shown, unescape

_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384  # Excel's own
_WHOLE = re.compile(r"\d{1,15}")
_EXACT = 10**15


class RowHandler:
    """Collects the rows of a sheet from its `first` on. Rows that the file leaves out are there, and empty."""

    def __init__(self, texts: Sequence[str], styles: Sequence[Shown], *, is_1904: bool, first: int):
        self.rows: list[list[str]] = []
        self._texts = texts
        self._styles = styles
        self._epoch = MAC_EPOCH if is_1904 else WINDOWS_EPOCH
        self._next = first
        self._number = 0
        self._row: list[str] = []
        self._is_wanted = False
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._is_value = False
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell or its value."""
        tag = name.rpartition(":")[2]
        if tag in ("v", "t"):
            self._is_value = self._is_wanted
        elif tag == "c":
            if self._is_wanted:
                self._begin_cell(attributes)
        elif tag == "row":
            # A number that goes back would make one row of two.
            self._number = max(int(attributes.get("r", 0)), self._number + 1)
            if self._number > _MAX_ROWS:
                raise ValueError("more rows than a sheet has")
            self._is_wanted = self._number >= self._next
            self._row = []

    def end(self, name: str) -> None:
        """End a value, a cell or a row."""
        tag = name.rpartition(":")[2]
        if tag in ("v", "t"):
            self._is_value = False
        elif tag == "c":
            if self._pieces:
                self._row[-1] = self._text("".join(self._pieces))
                self._pieces.clear()
        elif tag == "row" and self._is_wanted:
            self.rows.extend([] for _ in range(self._number - self._next))
            self.rows.append(self._row)
            self._next = self._number + 1

    def text(self, data: str) -> None:
        """Take a piece of a value."""
        if self._is_value:
            self._pieces.append(data)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        place = attributes.get("r")
        if place is not None:
            column = self._column(place.rstrip("0123456789"))
            self._row.extend("" for _ in range(column - len(self._row)))
        self._row.append("")
        self._pieces.clear()

    def _column(self, letters: str) -> int:
        """How many columns are to the left of the one with these letters."""
        if letters not in self._columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            if not 0 < number <= _MAX_COLUMNS:
                raise ValueError("no such column")
            self._columns[letters] = number - 1
        return self._columns[letters]

    def _text(self, value: str) -> str:
        kind = self._kind
        if kind == "s":
            return self._texts[int(value)]
        if kind == "n":
            return self._number_text(value)
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return value if kind == "d" else unescape(value)

    def _number_text(self, value: str) -> str:
        style = int(self._style or -1)
        # Some programs name styles that they do not describe.
        shown = self._styles[style] if 0 <= style < len(self._styles) else None
        if shown is not None and shown.is_date:
            # A phone number in a column that is shown as dates is none, and too large for one.
            with suppress(OverflowError, ValueError):
                return _of_time(from_excel(float(value), self._epoch))
        if _WHOLE.fullmatch(value):
            whole = value
        else:
            number = float(value)
            if not abs(number) < _EXACT:
                # A spreadsheet keeps fifteen digits; written so, the loss is seen, and refused by whoever needs them.
                return f"{number:.14E}"
            if number != int(number):
                return repr(number)
            whole = str(int(number))
        return whole.zfill(shown.digits) if shown is not None and shown.digits and whole[0] != "-" else whole


def _of_time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
