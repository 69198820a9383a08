"""`/api/dnc`: the suppression list, under the name its users know it by."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.context import principal, services
from api.surfaces.dialer.schemas.registries import RegistryOut
from api.surfaces.dialer.schemas.suppressions import (
    AddSuppressionIn,
    CheckSuppressionAnswer,
    CheckSuppressionQuery,
    RemovedSuppressionAnswer,
    RemoveSuppressionQuery,
    SuppressionAnswer,
    SuppressionOut,
    SuppressionsAnswer,
    SuppressionsQuery,
    SuppressionUploadAnswer,
    SuppressionUploadIn,
)
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.usecases import suppressions as usecases
from dialer.usecases import suppressions_uploads as uploads
from dialer.usecases.imports import Upload
from dialer.usecases.suppressions_uploads import SuppressionUpload

suppressions = surface.resource("suppressions", url_prefix="/dnc", tag="Do-not-call list")


@suppressions.get("", role=Role.AGENT, query=SuppressionsQuery, returns=SuppressionsAnswer)
def list_suppressions(query: SuppressionsQuery) -> SuppressionsAnswer:
    """List entries, newest first."""
    page = usecases.list_suppressions(
        services(),
        actor=principal(),
        search=query.search,
        campaign_id=CampaignId(query.campaign_id) if query.campaign_id else None,
        limit=query.limit,
        offset=query.offset,
    )
    shown = [SuppressionOut.model_validate(entry) for entry in page.entries]
    return SuppressionsAnswer(entries=shown, count=len(shown), total=page.total)


@suppressions.post(
    "", role=Role.AGENT, body=AddSuppressionIn, returns=SuppressionAnswer, status=201, also=(200,), errors=(404,)
)
def add_suppression(body: AddSuppressionIn) -> SuppressionAnswer | Response:
    """Never call a number again.

    Leads that wait to be called are taken off their lists at once. A number that is listed already answers 200 with
    its entry.
    """
    added = usecases.add_suppression(
        services(),
        actor=principal(),
        phone=body.phone,
        campaign_id=CampaignId(body.campaign_id) if body.campaign_id else None,
        reason=body.reason,
        note=body.note,
        expires_at=body.expires_at,
    )
    entry = SuppressionOut.model_validate(added.entry)
    if added.is_new:
        return SuppressionAnswer(message="The number will not be called", entry=entry)
    known = SuppressionAnswer(message="The number is listed already", entry=entry)
    return Response(known.model_dump_json(), 200, mimetype="application/json")


@suppressions.get("/check", role=Role.AGENT, query=CheckSuppressionQuery, returns=CheckSuppressionAnswer)
def check_suppression(query: CheckSuppressionQuery) -> CheckSuppressionAnswer:
    """Tell whether a number may be called, and name every list that holds it."""
    check = usecases.check_suppression(services(), actor=principal(), phone=query.phone)
    return CheckSuppressionAnswer(
        phone=check.phone_normalized,
        suppressed=check.is_suppressed,
        entries=[SuppressionOut.model_validate(entry) for entry in check.entries],
        registries=[RegistryOut.model_validate(registry) for registry in check.registries],
        erased=check.is_erased,
    )


@suppressions.post(
    "/upload",
    role=Role.ADMIN,
    form=SuppressionUploadIn,
    files=("file",),
    returns=SuppressionUploadAnswer,
    also=(202,),
    errors=(404, 413, 415),
)
def upload_suppressions(form: SuppressionUploadIn, file: FileStorage) -> SuppressionUploadAnswer | Response:
    """Suppress every number of a file: CSV or XLSX with a phone column, or plainly one number a line.

    Up to 100,000 numbers are listed at once, all or none. A larger file answers 202 with the id of an import that goes
    through it; its numbers hold batch by batch, and `GET /api/leads/imports/{id}` tells how far it is.
    """
    # Closed at once: a big file lies in a temporary one.
    with file.stream:
        upload = uploads.upload_suppressions(
            services(),
            actor=principal(),
            upload=Upload.of_stream(file.filename or "", cast("BinaryIO", file.stream)),
            campaign_id=CampaignId(form.campaign_id) if form.campaign_id else None,
            reason=form.reason,
            default_region=form.default_region,
        )
    if isinstance(upload, SuppressionUpload):
        return SuppressionUploadAnswer.of(upload)
    queued = SuppressionUploadAnswer.queued(upload.import_id)
    return Response(queued.model_dump_json(), 202, mimetype="application/json")


@suppressions.delete(
    "/<uuid:entry_id>", role=Role.ADMIN, query=RemoveSuppressionQuery, returns=RemovedSuppressionAnswer, errors=(404,)
)
def remove_suppression(entry_id: UUID, query: RemoveSuppressionQuery) -> RemovedSuppressionAnswer:
    """Remove an entry.

    Leads that it took off their lists stay off, unless `restore_leads=true`: then those come back whom no other entry
    holds. Leads that were left out of an import because of it were never there.
    """
    restored = usecases.remove_suppression(
        services(), actor=principal(), suppression_id=entry_id, restore_leads=query.restore_leads
    )
    words = f"leads put back: {restored}" if query.restore_leads else "leads marked do-not-call stay so"
    return RemovedSuppressionAnswer(message=f"The entry was removed; {words}", leads_restored=restored)
