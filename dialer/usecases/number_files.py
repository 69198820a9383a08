"""Files that are lists of phone numbers: a table with a phone column, or just one number a line."""

from collections.abc import Iterator

from dialer.domain.errors import Invalid, TooLarge
from dialer.domain.lead_rows import ALIASES, normalize_header
from dialer.usecases.csv_files import CsvRow, read_rows

MAX_NUMBERS = 100_000


def read_numbers(content: bytes) -> Iterator[tuple[int, str]]:
    """The cells that should hold numbers, with their rows. Without a header that we know, the first column is taken.

    Raises Invalid when the file has several columns and none is called a phone; TooLarge over 100,000 rows.
    """
    rows = read_rows(content)
    first = next(rows, None)
    if first is None:
        raise Invalid.field("file", "is empty")
    column = _phone_column(first)
    if column is None and len(first.cells) > 1:
        raise Invalid.field("file", "no phone column found; name it in the header, or upload one number a line")
    if column is None:
        yield first.number, first.cells[0]
    for count, row in enumerate(rows, start=1):
        if count > MAX_NUMBERS:
            raise TooLarge(f"The file has more than {MAX_NUMBERS:,} rows; split it.")
        yield row.number, row.cells[column or 0]


def _phone_column(header: CsvRow) -> int | None:
    names = [normalize_header(cell) for cell in header.cells]
    return next((names.index(alias) for alias in ALIASES["phone"] if alias in names), None)
