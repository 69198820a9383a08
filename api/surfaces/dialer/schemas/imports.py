"""Imports of lists on the dialer surface."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, Json, JsonValue

from api.surfaces.dialer.schemas.base import Answer, In, Instant, Out, PageQuery
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.imports import ImportChoices, ImportStatus, MatchBy, OnDuplicate
from dialer.usecases.imports import ImportReport, ImportView
from dialer.usecases.lead_import import ImportMapping, ImportPreview, ImportRequest, ShownRow

_empty_is_none = BeforeValidator(lambda text: text or None)
_CHOICES = frozenset(ImportChoices.__dataclass_fields__)


class LeadUploadIn(In):
    """The form fields beside the file."""

    campaign_id: UUID
    list_id: Annotated[UUID | None, _empty_is_none] = Field(None, description="A list of the campaign; else its first.")
    list_name: Annotated[str | None, _empty_is_none] = Field(
        None, max_length=200, description="The campaign's list of this name; made if there is none."
    )
    field_mapping: Annotated[Json[dict[str, str | None]] | None, _empty_is_none] = Field(
        None,
        description="JSON object from column header to lead field; null or `ignore` skips a column, "
        "`custom_fields.<name>` keeps it under that name. Columns not named are recognised or kept as custom fields. "
        "Remembered for the next file with the same headers.",
    )
    on_duplicate: OnDuplicate = Field(
        OnDuplicate.SKIP,
        description="`update` writes the cells that are not empty to the lead that the campaign has already; its "
        "status and attempts stay.",
    )
    match_by: MatchBy = Field(MatchBy.PHONE, description="By what a person is recognised.")
    tenant_duplicates_days: Annotated[int | None, _empty_is_none] = Field(
        None, ge=1, le=3650, description="Numbers that any campaign got within so many days are duplicates, too."
    )
    default_region: Annotated[str | None, _empty_is_none] = Field(
        None, max_length=40, description="Country of numbers written without one: the campaign's, else US."
    )
    consent: Annotated[bool | None, _empty_is_none] = Field(
        None, description="What rows that say nothing about consent say."
    )
    try_plus: bool = Field(default=False, description="Digits that are no number may be one without its plus sign.")
    encoding: Annotated[str | None, _empty_is_none] = Field(None, max_length=40, description="Else found out.")
    delimiter: Annotated[str | None, _empty_is_none] = Field(
        None, max_length=10, description="One character, or `tab`; else found out."
    )
    has_header: Annotated[bool | None, _empty_is_none] = Field(None, description="Else found out.")
    sheet: Annotated[str | None, _empty_is_none] = Field(
        None, max_length=100, description="Of a workbook; else the first with something in it."
    )

    def request(self) -> ImportRequest:
        """As the use case wants it."""
        chosen = {name: value for name, value in dict(self).items() if name in _CHOICES}
        return ImportRequest(
            campaign_id=CampaignId(self.campaign_id),
            list_id=ListId(self.list_id) if self.list_id is not None else None,
            list_name=self.list_name,
            field_mapping=self.field_mapping or {},
            choices=ImportChoices(**chosen, has_consent=self.consent),
        )


class ImportCountsOut(Out):
    """What became of the rows: total is valid, invalid, duplicates and dnc together, valid inserted and updated."""

    total: int
    valid: int
    invalid: int
    duplicates: int
    dnc: int
    inserted: int
    updated: int
    warnings: int = Field(description="Cells that were left out of rows that are valid.")


class RowErrorOut(Out):
    """A row that was left out, by its number in a spreadsheet (the header is row 1)."""

    row: int = Field(validation_alias="number")
    field: str
    column: str = Field(validation_alias="column_name", description="The header above the cell.")
    value: str
    error: str = Field(validation_alias="message")
    code: str


class LeadUploadAnswer(Answer):
    """What became of an uploaded file."""

    message: str = "CSV processed successfully"
    import_id: UUID
    results: ImportCountsOut
    errors: list[RowErrorOut] = Field(description="The first hundred rows that were left out.")
    errors_truncated: bool

    @classmethod
    def of(cls, report: ImportReport) -> "LeadUploadAnswer":
        """Present an import that is done."""
        return cls(
            import_id=report.stored.id,
            results=ImportCountsOut.model_validate(report.stored.counts),
            errors=[RowErrorOut.model_validate(problem) for problem in report.problems],
            errors_truncated=report.has_more_problems,
        )


class ImportQueuedAnswer(Answer):
    """A large file that is imported in the background."""

    message: str = "The file is being imported; see status_url"
    import_id: UUID
    status_url: str


class ImportOut(Out):
    """An import, and how far it is."""

    id: UUID
    kind: str = Field(description="What its rows are: leads, or numbers not to be called.")
    campaign_id: UUID | None
    list_id: UUID | None
    created_by: UUID | None
    filename: str
    status: ImportStatus
    bytes_total: int
    rows_done: int = Field(description="Records of the file that are dealt with, blank ones among them.")
    percent: float | None
    rows_per_second: float | None
    results: ImportCountsOut
    options: dict[str, JsonValue] = Field(description="What was chosen when it was uploaded.")
    failure: str | None = Field(description="Why it ended early, or what went wrong the last time it was tried.")
    advice: str | None = Field(description="What to do about that.")
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None

    @classmethod
    def of(cls, view: ImportView) -> "ImportOut":
        """Present an import."""
        stored = view.stored
        shown = {
            "results": stored.counts,
            "options": stored.options.get("choices", {}),
            "percent": view.progress.percent,
            "rows_per_second": view.progress.rows_per_second,
            "advice": view.advice,
        }
        return cls.model_validate({**vars(stored), **shown})


class ImportDetailsOut(ImportOut):
    """An import with the first rows that were refused."""

    errors: list[RowErrorOut] = Field(description="The first hundred; all of them are in errors.csv.")
    errors_truncated: bool

    @classmethod
    def of_report(cls, report: ImportReport) -> "ImportDetailsOut":
        """Present an import with its problems."""
        errors = [RowErrorOut.model_validate(problem) for problem in report.problems]
        return cls(**dict(ImportOut.of(report)), errors=errors, errors_truncated=report.has_more_problems)


class ImportAnswer(Answer):
    """One import."""

    import_: ImportDetailsOut = Field(serialization_alias="import")


class ImportsAnswer(Answer):
    """A page of imports."""

    imports: list[ImportOut]
    count: int
    total: int


class ImportsQuery(PageQuery):
    """Which imports are wanted."""

    campaign_id: UUID | None = None
    status: ImportStatus | None = None
    kind: str | None = Field(None, max_length=40)


class ErrorsQuery(In):
    """Which problems are wanted."""

    severity: Literal["refused", "warning", "all"] = Field(
        "refused", description="Rows that were refused, cells that were left out of others, or both."
    )


class MappingOut(Out):
    """How the columns of a file were mapped the last time."""

    id: UUID
    headers: list[str] = Field(description="Normalised; their order does not matter.")
    field_mapping: dict[str, str | None]
    used_at: Instant
    created_at: Instant

    @classmethod
    def of(cls, mapping: ImportMapping) -> "MappingOut":
        """Present a remembered mapping."""
        return cls.model_validate({**vars(mapping), "field_mapping": dict(mapping.targets)})


class MappingsAnswer(Answer):
    """A page of remembered mappings."""

    mappings: list[MappingOut]
    count: int
    total: int


class DialectOut(Out):
    """How a file is written, as far as that was found out or said."""

    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    has_header: bool
    header_row: int = Field(description="In a spreadsheet's numbering; without a header: rows left out above.")
    encoding_alternatives: list[str]


class ColumnOut(Out):
    """What a column is taken for. `how`: explicit, remembered, header, values, or custom where nothing told."""

    header: str
    target: str | None
    how: str
    samples: list[str]


class PreviewRowOut(Out):
    """A row as the lead that it would become by itself; null and why not. Duplicates and others are in `errors`."""

    row: int
    cells: list[str] = Field(description="As they are written, in the order of `columns`, long ones cut off.")
    lead: dict[str, JsonValue] | None
    problems: list[str]

    @classmethod
    def of(cls, shown: ShownRow) -> "PreviewRowOut":
        """Present a row."""
        draft = shown.draft
        lead = None if draft is None else {name: _shown(getattr(draft, name)) for name in draft.__dataclass_fields__}
        return cls(row=shown.number, cells=list(shown.cells), lead=lead, problems=list(shown.problems))


class PreviewAnswer(Answer):
    """What would become of a file; nothing is stored."""

    filename: str
    bytes_total: int
    dialect: DialectOut
    columns: list[ColumnOut]
    notes: list[str] = Field(description="What was assumed, and what looks odd.")
    needs_mapping: bool = Field(description="Which column is the phone was only guessed: an upload must name it.")
    rows: list[PreviewRowOut] = Field(description="The first twenty.")
    rows_examined: int
    is_whole_file: bool
    results: ImportCountsOut = Field(description="Of the rows examined.")
    errors: list[RowErrorOut]
    runs_at_once: bool = Field(description="An upload would be done within its request, and not answered with 202.")

    @classmethod
    def of(cls, preview: ImportPreview) -> "PreviewAnswer":
        """Present a preview."""
        dialect = preview.dialect
        shown = {
            "encoding": dialect.encoding or None,
            "delimiter": dialect.delimiter or None,
            "encoding_alternatives": dialect.alternatives,
        }
        return cls(
            filename=preview.filename,
            bytes_total=preview.bytes_total,
            dialect=DialectOut.model_validate({**vars(dialect), **shown}),
            columns=[ColumnOut.model_validate(column) for column in preview.columns],
            notes=list(preview.notes),
            needs_mapping=not preview.is_certain,
            rows=[PreviewRowOut.of(row) for row in preview.rows],
            rows_examined=preview.rows_examined,
            is_whole_file=preview.is_whole,
            results=ImportCountsOut.model_validate(preview.counts),
            errors=[RowErrorOut.model_validate(problem) for problem in preview.problems],
            runs_at_once=preview.runs_at_once,
        )


def _shown(value: Any) -> JsonValue:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
