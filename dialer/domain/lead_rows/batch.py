"""A batch of rows under judgement: its cells by target, the rows refused so far, and the warnings."""

from collections.abc import Collection, Iterator, Sequence

from dialer.domain.lead_rows.aliases import ALTERNATES, CUSTOM_PREFIX, KEPT_AS_CUSTOM
from dialer.domain.lead_rows.cells import is_spreadsheet_error
from dialer.domain.lead_rows.drafts import RowProblem
from dialer.domain.lead_rows.mapping import ColumnMapping
from dialer.domain.spreadsheet_cells import restore

_MAX_LENGTH = {
    "first_name": 200, "last_name": 200, "email": 320, "country": 100, "type": 100, "notes": 10_000,
    "external_id": 200, "state": 100, "postal_code": 20, "time_zone": 100,
    **dict.fromkeys(KEPT_AS_CUSTOM, 5_000),
}  # fmt: skip
_MAX_CUSTOM_LENGTH = 5_000
_MAX_OTHER_LENGTH = 1_000
_SHOWN = 100


class Batch:
    """The cells by target, stripped, and what was found wrong.

    A refused row keeps its first problem; a warning about a row that is refused afterwards is dropped.
    """

    def __init__(self, mapping: ColumnMapping, *, size: int):
        self.size = size
        self.custom: dict[str, list[str]] = {}
        self._mapping = mapping
        self._texts: dict[str, list[str]] = {}
        self._refused: dict[int, RowProblem] = {}
        self._warnings: list[RowProblem] = []

    def take(self, columns: Sequence[Sequence[str]]) -> None:
        """Take in the cells; refuse rows or warn for what is wrong with a cell whatever it means."""
        for cells, target in zip(columns, self._mapping.targets, strict=False):
            if target is not None:
                self._take(target, [cell.strip() for cell in cells])

    @property
    def refused(self) -> Collection[int]:
        """The rows that become no lead."""
        return self._refused.keys()

    def has(self, target: str) -> bool:
        """Tell whether a column fills this target."""
        return target in self._texts

    def texts(self, target: str) -> list[str]:
        """The cells of a target, empty where nothing was said."""
        return self._texts.get(target) or [""] * self.size

    def said(self, target: str) -> Iterator[tuple[int, str]]:
        """The cells of a target that are not empty, with their rows."""
        return ((index, text) for index, text in enumerate(self._texts.get(target, ())) if text)

    def refuse(self, index: int, target: str, code: str, value: str, message: str) -> None:
        """Make this row no lead, unless it is none already."""
        if index not in self._refused:
            column = self._header(target)
            self._refused[index] = RowProblem(target, code, value[:_SHOWN], message, column, "refused", index)

    def warn(self, index: int, target: str, code: str, value: str, message: str) -> None:
        """Say that a cell of this row was left out."""
        self._warnings.append(RowProblem(target, code, value[:_SHOWN], message, self._header(target), "warning", index))

    def problems(self) -> list[RowProblem]:
        """Everything found, in the order of the rows."""
        kept = [warning for warning in self._warnings if warning.index not in self._refused]
        return sorted([*self._refused.values(), *kept], key=lambda problem: problem.index)

    def _take(self, target: str, cells: list[str]) -> None:
        together = "".join(cells)
        if "'" in together:
            cells = [restore(cell) for cell in cells]
        if "#" in together:
            self._leave_out_errors(target, cells)
        custom_name = target.removeprefix(CUSTOM_PREFIX)
        if custom_name != target or target in KEPT_AS_CUSTOM:
            self.custom[custom_name] = cells
        else:
            self._texts[target] = cells
        longest = _MAX_LENGTH.get(target, _MAX_CUSTOM_LENGTH if custom_name != target else _MAX_OTHER_LENGTH)
        if max(map(len, cells), default=0) > longest:
            self._refuse_longer(target, cells, longest)

    def _leave_out_errors(self, target: str, cells: list[str]) -> None:
        message = "A spreadsheet wrote an error here instead of a value"
        for index, cell in enumerate(cells):
            if is_spreadsheet_error(cell):
                complain = self.refuse if target == "phone" else self.warn
                complain(index, target, "spreadsheet_error", cell, message)
                cells[index] = ""

    def _refuse_longer(self, target: str, cells: list[str], longest: int) -> None:
        for index, cell in enumerate(cells):
            if len(cell) <= longest:
                continue
            if target in ALTERNATES:
                self.warn(index, target, "too_long", cell, f"Longer than {longest} characters")
                cells[index] = ""
            else:
                self.refuse(index, target, "too_long", cell, f"Longer than {longest} characters")

    def _header(self, target: str) -> str:
        column = self._mapping.column_of(target)
        return self._mapping.header_of(column) if column is not None else ""
