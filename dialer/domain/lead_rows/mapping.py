"""Which column of a list means what: what the caller said, what was said last time, known headers, and the values."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dialer.domain.errors import Invalid
from dialer.domain.lead_columns import ours_alone
from dialer.domain.lead_rows.aliases import (
    ALIASES,
    ALTERNATE_ALIASES,
    ALTERNATES,
    CUSTOM_PREFIX,
    IGNORED,
    KEPT_AS_CUSTOM,
    LESSER_PHONES,
    NUMBERED_ALTERNATES,
    TARGETS,
    normalize_header,
)

How = Literal["explicit", "remembered", "header", "values", "custom"]
_MADE_UP = re.compile(r"column \d+")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_PHONE_SHAPE = re.compile(r"['=\"]*\+?[\d\s().\-/\u00a0]{7,24}(?:(?:x|ext\.?)\s*\d{1,6})?\"?", re.IGNORECASE)
_DATE_SHAPE = re.compile(r"\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2\d{2,4}")
_LEAST_SHARE = 0.6


@dataclass(frozen=True)
class ColumnMapping:
    """For each column of a file, by position, the target it fills: a field, `custom_fields.<name>`, or nothing."""

    targets: tuple[str | None, ...]
    headers: tuple[str, ...] = ()

    def column_of(self, target: str) -> int | None:
        """The position of the column that fills `target`, or None."""
        return self.targets.index(target) if target in self.targets else None

    def header_of(self, column: int) -> str:
        """What stands above a column, for messages."""
        return self.headers[column].strip()[:100] if column < len(self.headers) else ""

    def as_record(self) -> dict[str, Any]:
        """As JSON."""
        return {"targets": list(self.targets), "headers": list(self.headers)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "ColumnMapping":
        """What `as_record` wrote."""
        return cls(tuple(record["targets"]), tuple(record["headers"]))


@dataclass(frozen=True)
class ColumnProposal:
    """What one column is taken for, and why. `target` is None for a column that is left out."""

    header: str
    target: str | None
    how: How


@dataclass(frozen=True)
class MappingProposal:
    """What every column is taken for. `problems` are sentences for whoever looks at the preview."""

    columns: tuple[ColumnProposal, ...]
    problems: tuple[str, ...] = ()

    @property
    def mapping(self) -> ColumnMapping:
        """The mapping that rows are judged by if the proposal is accepted."""
        return ColumnMapping(
            tuple(column.target for column in self.columns), tuple(column.header for column in self.columns)
        )

    @property
    def is_certain(self) -> bool:
        """Whether the phone column was named by someone or by its header. Otherwise ask before importing."""
        return any(column.target == "phone" and column.how != "values" for column in self.columns)

    def as_remembered(self) -> dict[str, str | None]:
        """What to keep for the next file of this kind: targets by normalized header."""
        named = ((normalize_header(column.header), column.target) for column in self.columns)
        return {name: target for name, target in named if name and not _MADE_UP.fullmatch(name)}


def propose_mapping(
    header: Sequence[str],
    sample_rows: Sequence[Sequence[str]] = (),
    *,
    remembered: Mapping[str, str | None] | None = None,
    explicit: Mapping[str, str | None] | None = None,
) -> MappingProposal:
    """Decide what each column means: what the caller said, what was remembered, known headers, then the values.

    Columns that nothing explains become custom fields. Raises Invalid for repeated headers, for an explicit mapping
    that names an unknown column or target or one target twice, and when no column holds the phone number.
    """
    _refuse_repeated(header)
    choice = _Choice(header)
    choice.follow(explicit or {})
    choice.recall(remembered or {})
    choice.know_our_exports()
    choice.know()
    choice.look_at(sample_rows)
    choice.keep_the_rest()
    if "phone" not in choice.targets:
        seen = ", ".join(repr(name.strip()[:40]) for name in header[:30])
        raise Invalid.field("file", f"no phone column found among the headers {seen}; name it with field_mapping")
    return choice.proposal()


def looks_like_phone(cell: str) -> bool:
    """Tell whether a cell is shaped like a phone number, in whatever country. Not whether it is one."""
    text = cell.strip()
    if not _PHONE_SHAPE.fullmatch(text) or _DATE_SHAPE.fullmatch(text):
        return False
    return 7 <= sum(map(str.isdecimal, text)) <= 18


class _Choice:
    """The targets chosen so far, column by column."""

    def __init__(self, headers: Sequence[str]):
        self.headers = headers
        self.targets: list[str | None] = [None] * len(headers)
        self._how: list[How | None] = [None] * len(headers)
        self._problems: list[str] = []

    def follow(self, explicit: Mapping[str, str | None]) -> None:
        """Take what the caller said, or refuse it."""
        for name, wanted in explicit.items():
            column = _find_column(self.headers, name)
            if self._how[column] is not None:
                raise Invalid.field("field_mapping", f"the column {name[:100]!r} is mapped twice")
            self._set(column, _check_target(wanted, taken=self.targets), "explicit")

    def recall(self, remembered: Mapping[str, str | None]) -> None:
        """Take what still fits of a mapping that was used before."""
        for column, header in enumerate(self.headers):
            name = normalize_header(header)
            if self._how[column] is not None or name not in remembered or _MADE_UP.fullmatch(name):
                continue
            target = remembered[name]
            if target is None or (target not in self.targets and _is_target(target)):
                self._set(column, target, "remembered")

    def know_our_exports(self) -> None:
        """Take custom fields by the names that exports give them, and leave out what tells of the dialer alone."""
        for column in ours_alone(self.headers):
            if self._is_free(column):
                self._set(column, None, "header")
        for column, header in enumerate(self.headers):
            name = header.strip()
            is_custom = name.startswith(CUSTOM_PREFIX) and _is_target(name)
            if is_custom and self._is_free(column) and name not in self.targets:
                self._set(column, name, "header")

    def know(self) -> None:
        """Take the columns whose headers are known, each target's best."""
        named = {normalize_header(header): column for column, header in reversed(list(enumerate(self.headers)))}
        for target, aliases in {**ALIASES, **NUMBERED_ALTERNATES}.items():
            split_names = "first_name" in self.targets or "last_name" in self.targets
            if self._is_taken(target) or (target == "full_name" and split_names):
                continue
            column = next((named[alias] for alias in aliases if alias in named and self._is_free(named[alias])), None)
            if column is not None:
                self._set(column, target, "header")
        self._know_alternates()

    def _is_taken(self, target: str) -> bool:
        return target in self.targets or (target in KEPT_AS_CUSTOM and CUSTOM_PREFIX + target in self.targets)

    def _know_alternates(self) -> None:
        names = (*ALTERNATE_ALIASES, *LESSER_PHONES)
        columns = [
            column
            for column, header in enumerate(self.headers)
            if self._is_free(column) and normalize_header(header) in names
        ]
        for column in columns:
            free = (target for target in ("phone", *ALTERNATES) if target not in self.targets)
            target = next(free, None)
            if target is not None:
                self._set(column, target, "header")

    def look_at(self, rows: Sequence[Sequence[str]]) -> None:
        """Find phone and e-mail columns by what stands in them, where no header told."""
        if "phone" not in self.targets:
            column = self._best(rows, looks_like_phone)
            if column is not None:
                self._set(column, "phone", "values")
                name = self.headers[column].strip()[:40] or f"column {column + 1}"
                self._problems.append(
                    f"No header names a phone; {name!r} was taken because its values look like phones"
                )
        elif rows and self._share(self.targets.index("phone"), rows, looks_like_phone) == 0:
            name = self.headers[self.targets.index("phone")].strip()[:40]
            self._problems.append(f"No value in {name!r} looks like a phone number")
        if "email" not in self.targets:
            column = self._best(rows, lambda cell: _EMAIL.fullmatch(cell.strip()) is not None)
            if column is not None:
                self._set(column, "email", "values")

    def keep_the_rest(self) -> None:
        """Make custom fields of what nothing explained."""
        for column, header in enumerate(self.headers):
            if self._is_free(column):
                self._set(
                    column, CUSTOM_PREFIX + self._custom_name(header.strip()[:90] or f"column_{column + 1}"), "custom"
                )

    def _custom_name(self, name: str) -> str:
        """The name, or one like it that no other column's values are kept under."""
        targets = {target for target in self.targets if target is not None}
        taken = {target.removeprefix(CUSTOM_PREFIX) for target in targets - TARGETS} | (targets & {*KEPT_AS_CUSTOM})
        names = itertools.chain([name], (f"{name} ({n})" for n in itertools.count(2)))
        return next(each for each in names if each not in taken)

    def proposal(self) -> MappingProposal:
        """The choices, in the order of the columns."""
        chosen = zip(self.headers, self.targets, self._how, strict=True)
        return MappingProposal(
            tuple(ColumnProposal(header, target, how or "custom") for header, target, how in chosen),
            tuple(self._problems),
        )

    def _set(self, column: int, target: str | None, how: How) -> None:
        self.targets[column] = target
        self._how[column] = how

    def _is_free(self, column: int) -> bool:
        return self._how[column] is None

    def _best(self, rows: Sequence[Sequence[str]], fits: Callable[[str], bool]) -> int | None:
        shares = {
            column: self._share(column, rows, fits) for column in range(len(self.headers)) if self._is_free(column)
        }
        best = max(shares, key=lambda column: shares[column], default=None)
        return best if best is not None and shares[best] >= _LEAST_SHARE else None

    def _share(self, column: int, rows: Sequence[Sequence[str]], fits: Callable[[str], bool]) -> float:
        cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
        return sum(1 for cell in cells if fits(cell)) / len(cells) if cells else 0.0


def _refuse_repeated(headers: Sequence[str]) -> None:
    places: dict[str, list[int]] = {}
    for column, header in enumerate(headers, start=1):
        name = header.strip().casefold()
        if name:
            places.setdefault(name, []).append(column)
    repeated = [numbers for numbers in places.values() if len(numbers) > 1]
    if repeated:
        told = "; ".join(
            f"{headers[numbers[0] - 1].strip()[:40]!r} (columns {', '.join(map(str, numbers[:10]))})"
            for numbers in repeated[:5]
        )
        raise Invalid.field("file", f"a header appears more than once: {told}; give every column its own")


def _find_column(headers: Sequence[str], name: str) -> int:
    for same in (str.strip, normalize_header):
        wanted = same(name)
        for column, header in enumerate(headers):
            if wanted and same(header) == wanted:
                return column
    raise Invalid.field("field_mapping", f"the file has no column {name[:100]!r}")


def _is_target(target: str) -> bool:
    custom = target.removeprefix(CUSTOM_PREFIX)
    return target in TARGETS or (custom != target and 0 < len(custom) <= 100 and custom.isprintable())


def _check_target(target: str | None, *, taken: Sequence[str | None]) -> str | None:
    if target is None or target in ("", IGNORED):
        return None
    if not _is_target(target):
        allowed = ", ".join(sorted(TARGETS))
        message = f"{target[:100]!r} is no lead field; use {allowed} or {CUSTOM_PREFIX}<name>"
        raise Invalid.field("field_mapping", message)
    if target in taken:
        raise Invalid.field("field_mapping", f"two columns are mapped to {target!r}")
    return target
