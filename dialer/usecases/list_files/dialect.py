"""How a list file is written: what must be known to read it again, by another process, in the same way."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Format = Literal["csv", "xlsx"]


@dataclass(frozen=True)
class FileDialect:
    """How a file is written.

    `header_row` is the spreadsheet row of the header, blank and title rows before it counted; what stands above it is
    not read. Without a header it is the number of rows to leave out, usually 0. For a workbook that was not seen
    whole it is 0 with `has_header`: the header is then found on opening, see `ListFile.dialect`.

    `alternatives` are other encodings that the bytes may be meant in, and `notes` sentences on what was assumed; both
    are for the preview.
    """

    format: Format
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True
    header_row: int = 1
    sheet: str | None = None
    alternatives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "alternatives": list(self.alternatives), "notes": list(self.notes)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "FileDialect":
        """What `as_record` wrote."""
        lists = {name: tuple(record.get(name, ())) for name in ("alternatives", "notes")}
        return cls(**{**record, **lists})
