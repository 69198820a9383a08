"""`/api/dnc`: the suppression list, under the name its users know it by."""

from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.context import principal, services
from api.surfaces.dialer.schemas.base import Message
from api.surfaces.dialer.schemas.suppressions import (
    AddSuppressionIn,
    CheckSuppressionAnswer,
    CheckSuppressionQuery,
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
    """Tell whether a number may be called."""
    check = usecases.check_suppression(services(), actor=principal(), phone=query.phone)
    return CheckSuppressionAnswer(
        phone=check.phone_normalized,
        suppressed=check.is_suppressed,
        entries=[SuppressionOut.model_validate(entry) for entry in check.entries],
    )


@suppressions.post(
    "/upload",
    role=Role.ADMIN,
    form=SuppressionUploadIn,
    files=("file",),
    returns=SuppressionUploadAnswer,
    errors=(404, 413, 415),
)
def upload_suppressions(form: SuppressionUploadIn, file: FileStorage) -> SuppressionUploadAnswer:
    """Suppress every number of a file: a CSV with a phone column, or one number a line; up to 100,000 rows."""
    upload = usecases.upload_suppressions(
        services(),
        actor=principal(),
        content=_content(file),
        campaign_id=CampaignId(form.campaign_id) if form.campaign_id else None,
        reason=form.reason,
        default_region=form.default_region,
    )
    return SuppressionUploadAnswer.of(upload)


@suppressions.delete("/<uuid:entry_id>", role=Role.ADMIN, returns=Message, errors=(404,))
def remove_suppression(entry_id: UUID) -> Message:
    """Remove an entry. Leads that it took off their lists stay off."""
    usecases.remove_suppression(services(), actor=principal(), suppression_id=entry_id)
    return Message(message="The entry was removed; leads marked do-not-call stay so")


def _content(file: FileStorage) -> bytes:
    """Everything in the file, which is closed at once: a big one lies in a temporary file."""
    with file.stream:
        return file.stream.read()
