"""`/api/leads/upload` and `/api/leads/imports`: lists brought by file."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast
from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message, PageQuery
from api.surfaces.dialer.schemas.imports import (
    ErrorsQuery,
    ImportAnswer,
    ImportDetailsOut,
    ImportOut,
    ImportQueuedAnswer,
    ImportsAnswer,
    ImportsQuery,
    LeadUploadAnswer,
    LeadUploadIn,
    MappingOut,
    MappingsAnswer,
    PreviewAnswer,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId, ImportId
from dialer.domain.imports import MAX_FILE_BYTES, OPEN
from dialer.domain.principals import Role
from dialer.domain.spreadsheet_cells import neutralise
from dialer.usecases import imports as usecases
from dialer.usecases import lead_import
from dialer.usecases.audit_log import record_download
from dialer.usecases.import_kinds import KINDS
from dialer.usecases.imports import ImportProblem, Upload

imports = surface.resource("imports", url_prefix="/leads", tag="Imports")

# The file and what a form writes around it.
_MAX_BYTES = MAX_FILE_BYTES + 1_000_000


@imports.get("/template/csv", role=Role.AGENT, produces="text/csv")
def download_lead_template() -> Response:
    """Download an empty CSV file with the headers that an upload understands."""
    headers = {"Content-Disposition": 'attachment; filename="leads-template.csv"'}
    return Response(lead_import.TEMPLATE, mimetype="text/csv", headers=headers)


@imports.post(
    "/upload",
    role=Role.ADMIN,
    form=LeadUploadIn,
    files=("file",),
    returns=LeadUploadAnswer,
    queued=ImportQueuedAnswer,
    max_bytes=_MAX_BYTES,
    errors=(404, 409, 413, 415),
)
def upload_leads(form: LeadUploadIn, file: FileStorage) -> LeadUploadAnswer | ImportQueuedAnswer:
    """Import a CSV, TSV or XLSX file into a campaign: up to 1 GiB.

    Up to 10,000 rows and 5 MB the answer says what became of every row. A larger file is answered with 202 and
    imported in the background; `GET /api/leads/imports/{id}` shows how far it is.

    Rows without a callable number, people who are in the campaign already and numbers on the do-not-call list are left
    out and reported. When the file itself makes no sense nothing is stored. Uploading a file again adds nothing.
    """
    with file.stream:
        report = lead_import.import_leads(services(), actor=principal(), request=form.request(), upload=_upload(file))
    if report.stored.status in OPEN:
        return ImportQueuedAnswer(import_id=report.stored.id, status_url=f"/api/leads/imports/{report.stored.id}")
    return LeadUploadAnswer.of(report)


@imports.post(
    "/imports/preview",
    role=Role.ADMIN,
    form=LeadUploadIn,
    files=("file",),
    returns=PreviewAnswer,
    max_bytes=_MAX_BYTES,
    errors=(404, 409, 413, 415),
)
def preview_lead_import(form: LeadUploadIn, file: FileStorage) -> PreviewAnswer:
    """Look at a file before it is uploaded: how it is read, and what would become of its first 10,000 rows.

    Takes what an upload takes and stores nothing.
    """
    with file.stream:
        preview = lead_import.preview_import(
            services(), actor=principal(), request=form.request(), upload=_upload(file)
        )
    return PreviewAnswer.of(preview)


@imports.get("/imports", role=Role.SUPERVISOR, query=ImportsQuery, returns=ImportsAnswer)
def list_lead_imports(query: ImportsQuery) -> ImportsAnswer:
    """List imports, newest first."""
    page = usecases.list_imports(
        services(),
        actor=principal(),
        kind=query.kind,
        campaign_id=CampaignId(query.campaign_id) if query.campaign_id is not None else None,
        status=query.status,
        limit=query.limit,
        offset=query.offset,
    )
    shown = [ImportOut.of(view) for view in page.imports]
    return ImportsAnswer(imports=shown, count=len(shown), total=page.total)


@imports.get("/imports/mappings", role=Role.SUPERVISOR, query=PageQuery, returns=MappingsAnswer)
def list_import_mappings(query: PageQuery) -> MappingsAnswer:
    """List how columns of earlier files were mapped.

    A file with the same headers is mapped in the same way unless an upload says otherwise.
    """
    page = lead_import.list_mappings(services(), actor=principal(), limit=query.limit, offset=query.offset)
    shown = [MappingOut.of(mapping) for mapping in page.mappings]
    return MappingsAnswer(mappings=shown, count=len(shown), total=page.total)


@imports.delete("/imports/mappings/<uuid:mapping_id>", role=Role.ADMIN, returns=Message, errors=(404,))
def forget_import_mapping(mapping_id: UUID) -> Message:
    """Forget how the columns of files with these headers were mapped."""
    lead_import.forget_mapping(services(), actor=principal(), mapping_id=mapping_id)
    return Message(message="Forgotten")


@imports.get("/imports/<uuid:import_id>", role=Role.SUPERVISOR, returns=ImportAnswer, errors=(404,))
def show_lead_import(import_id: UUID) -> ImportAnswer:
    """Show one import: how far it is, what became of its rows, and the first that were refused."""
    report = usecases.load_import(services(), actor=principal(), import_id=ImportId(import_id))
    return ImportAnswer(import_=ImportDetailsOut.of_report(report))


@imports.post("/imports/<uuid:import_id>/cancel", role=Role.ADMIN, returns=ImportAnswer, errors=(404, 409))
def cancel_lead_import(import_id: UUID) -> ImportAnswer:
    """Stop an import. What it has stored stays."""
    report = usecases.cancel_import(services(), KINDS, actor=principal(), import_id=ImportId(import_id))
    return ImportAnswer(import_=ImportDetailsOut.of_report(report))


@imports.get(
    "/imports/<uuid:import_id>/errors.csv",
    role=Role.SUPERVISOR,
    query=ErrorsQuery,
    produces="text/csv",
    errors=(404,),
)
def download_import_errors(import_id: UUID, query: ErrorsQuery) -> Response:
    """Download every refused row with its number, column, code, value and message.

    Cells that a spreadsheet would evaluate begin with an apostrophe.
    """
    problems = usecases.stream_problems(
        services(),
        actor=principal(),
        import_id=ImportId(import_id),
        severity=None if query.severity == "all" else query.severity,
    )
    record_download(
        services(), actor=principal(), action="import_errors.exported", object_type="import", object_id=import_id
    )
    headers = {"Content-Disposition": f'attachment; filename="import-{import_id}-errors.csv"'}
    return Response(_csv(problems), mimetype="text/csv", headers=headers)


def _upload(file: FileStorage) -> Upload:
    return Upload.of_stream(file.filename or "", cast("BinaryIO", file.stream))


def _csv(problems: Iterable[ImportProblem]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("row", "column", "code", "value", "message"))
    for problem in problems:
        cells = (problem.column_name or problem.field, problem.code, problem.value, problem.message)
        writer.writerow((problem.number, *map(neutralise, cells)))
        if buffer.tell() > 32_768:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
