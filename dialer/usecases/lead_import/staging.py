"""From drafts to the rows that PostgreSQL copies in, and from its verdicts to problems that people can read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring

from uuid_utils import uuid7

from dialer.domain.imports import ImportCounts
from dialer.domain.lead_rows import ColumnMapping, LeadDraft, RowProblem
from dialer.store.import_problems import ImportProblem
from dialer.store.staged_leads import StagedVerdict, encode_rows

_SHOWN = 100
MAX_WARNINGS = 10_000
"""Kept of an import; a column of nonsense would otherwise bring a warning for every row."""
_FLAGS = {True: "t", False: "f", None: None}


@dataclass(frozen=True)
class ReadRows:
    """A batch that was judged by itself: rows to be staged, and what is wrong with them and with others."""

    encoded: bytes
    total: int
    phones: Mapping[int, str]
    """What the file said, by row, of the rows that are staged."""
    refused: Sequence[ImportProblem]
    warnings: Sequence[ImportProblem]
    phone_column: str
    has_alternates: bool


@dataclass(frozen=True)
class Said:
    """Which cells of a batch are not empty, by place in the batch, where a draft cannot tell."""

    priority: Sequence[bool]
    country: Sequence[bool]

    @classmethod
    def of(cls, columns: Sequence[Sequence[str]], mapping: ColumnMapping, size: int) -> "Said":
        """Look at the cells."""

        def said(target: str) -> list[bool]:
            column = mapping.column_of(target)
            if column is None or column >= len(columns):
                return [False] * size
            return [bool(cell.strip()) for cell in columns[column]]

        return cls(said("priority"), said("country"))

    def at(self, places: Sequence[int]) -> "Said":
        """Of these rows only."""
        return Said([self.priority[place] for place in places], [self.country[place] for place in places])


def encode_drafts(
    numbers: Sequence[int],
    drafts: Sequence[LeadDraft],
    *,
    localities: Sequence[int],
    said: Said,
    by_external_id: bool,
    has_consent: bool | None,
) -> bytes:
    """Drafts as rows to be staged, in the order of STAGED_COLUMNS. `numbers` are their rows in the file."""
    default_consent = _FLAGS[has_consent]
    return encode_rows(
        [
            [str(number) for number in numbers],
            [str(uuid7()) for _ in drafts],
            [draft.phone for draft in drafts],
            [draft.phone_normalized for draft in drafts],
            [draft.external_id for draft in drafts],
            [draft.first_name for draft in drafts],
            [draft.last_name for draft in drafts],
            [draft.email for draft in drafts],
            [draft.country for draft in drafts],
            [draft.state for draft in drafts],
            [draft.postal_code for draft in drafts],
            [draft.time_zone for draft in drafts],
            [_FLAGS[draft.consent] or default_consent for draft in drafts],
            [draft.type for draft in drafts],
            [str(draft.priority) for draft in drafts],
            [_json(draft.custom_fields) for draft in drafts],
            [draft.notes for draft in drafts],
            [_FLAGS[draft.do_not_call] for draft in drafts],
            ["{" + ",".join(draft.alternates) + "}" if draft.alternates else None for draft in drafts],
            [str(locality) for locality in localities],
            _repeated(drafts, by_external_id=by_external_id),
            [_FLAGS[each] for each in said.priority],
            [_FLAGS[each] for each in said.country],
        ]
    )


def _json(fields: Mapping[str, str]) -> str:
    """A flat object of texts; half the time of `json.dumps`, once for every row."""
    said = [f"{encode_basestring(name)}:{encode_basestring(text)}" for name, text in fields.items()]
    return "{" + ",".join(said) + "}"


def _repeated(drafts: Sequence[LeadDraft], *, by_external_id: bool) -> list[str | None]:
    """Which drafts name a person whom an earlier one names."""
    seen: set[str] = set()
    flags: list[str | None] = []
    for draft in drafts:
        is_repeated = draft.phone_normalized in seen
        seen.add(draft.phone_normalized)
        if by_external_id and draft.external_id is not None:
            key = "id " + draft.external_id
            is_repeated = is_repeated or key in seen
            seen.add(key)
        flags.append("t" if is_repeated else "f")
    return flags


def sort_problems(
    problems: Sequence[RowProblem], numbers: Sequence[int]
) -> tuple[list[ImportProblem], list[ImportProblem]]:
    """The problems of a batch as they are kept: refusals, and warnings about rows that are not refused."""
    refused: list[ImportProblem] = []
    warnings: list[ImportProblem] = []
    positions: dict[int, int] = {}
    for problem in problems:
        number = numbers[problem.index]
        is_refusal = problem.severity == "refused"
        position = 0 if is_refusal else positions.get(number, 0) + 1
        positions[number] = position
        kept = ImportProblem(
            number, position, problem.severity, problem.field, problem.column, problem.code, problem.value,
            problem.message,
        )  # fmt: skip
        (refused if is_refusal else warnings).append(kept)
    return refused, warnings


def explain(verdict: StagedVerdict, read: ReadRows) -> ImportProblem:
    """Why a staged row becomes no new lead."""
    message = _MESSAGES[verdict.code].format(reason=verdict.reason)
    # An erased number is not written down again, not even as refused.
    value = "" if verdict.code == "erased" else read.phones[verdict.number][:_SHOWN]
    return ImportProblem(verdict.number, 0, "refused", "phone", read.phone_column, verdict.code, value, message)


_MESSAGES = {
    "dnc": "The number is on the do-not-call list",
    "erased": "The person with this number was erased and is not called again",
    "dnc_registry": "The number is on the national do-not-call list {reason}, and the row says nothing of consent",
    "duplicate_in_file": "An earlier row of the file names the same person",
    "duplicate_in_campaign": "The campaign has this number already",
    "duplicate_in_tenant": "A campaign of yours got this number a short time ago",
}


def count(read: ReadRows, problems: Sequence[ImportProblem], *, updated: int, warnings: int) -> ImportCounts:
    """What became of a batch. `problems` are all refusals."""
    codes = [problem.code for problem in problems]
    duplicates = sum(1 for code in codes if code.startswith("duplicate"))
    dnc = sum(1 for code in codes if code.startswith("dnc") or code == "erased")
    valid = read.total - len(codes)
    return ImportCounts(
        total=read.total,
        valid=valid,
        invalid=len(codes) - duplicates - dnc,
        duplicates=duplicates,
        dnc=dnc,
        inserted=valid - updated,
        updated=updated,
        warnings=warnings,
    )
