"""`/api/leads/bulk`: one change to many leads."""

from uuid import UUID

from flask import Response

from api.context import principal, services
from api.surfaces.dialer.schemas.bulk_leads import BulkAnswer, BulkIn, BulkJobAnswer, BulkJobOut
from api.surfaces.dialer.surface import surface
from dialer.domain.ids import CampaignId
from dialer.domain.principals import Role
from dialer.usecases import bulk_leads as usecases

bulk = surface.resource("bulk_leads", url_prefix="/leads/bulk", tag="Leads")


@bulk.post("", role=Role.ADMIN, body=BulkIn, returns=BulkAnswer, also=(202,), errors=(404, 409))
def change_leads(body: BulkIn) -> BulkAnswer | Response:
    """Update, move, copy, delete, reset or suppress the leads that a filter matches.

    Up to 5,000 are dealt with at once; for more the answer is 202 with a job that a worker carries on. Leads that are
    in a call or about to be are skipped. A lead that moves keeps its calls with the campaign that made them.
    """
    asked = {
        "actor": principal(),
        "campaign_id": CampaignId(body.campaign_id),
        "chosen": body.filter.to_filter(),
        "change": body.to_change(),
    }
    if body.dry_run:
        return BulkAnswer.of_preview(usecases.preview_bulk_change(services(), **asked))  # type: ignore[arg-type]
    job = usecases.start_bulk_change(services(), **asked)  # type: ignore[arg-type]
    answer = BulkAnswer(dry_run=False, matched=job.matched, job=BulkJobOut.of(job))
    return Response(answer.model_dump_json(), 200 if job.is_over else 202, mimetype="application/json")


@bulk.get("/<uuid:job_id>", role=Role.ADMIN, returns=BulkJobAnswer, errors=(404,))
def show_bulk_job(job_id: UUID) -> BulkJobAnswer:
    """Show how far a job has come."""
    return BulkJobAnswer(job=BulkJobOut.of(usecases.load_bulk_job(services(), actor=principal(), job_id=job_id)))


@bulk.post("/<uuid:job_id>/cancel", role=Role.ADMIN, returns=BulkJobAnswer, errors=(404, 409))
def cancel_bulk_job(job_id: UUID) -> BulkJobAnswer:
    """Stop a job after the batch it is at. What it has done stays done."""
    return BulkJobAnswer(job=BulkJobOut.of(usecases.cancel_bulk_job(services(), actor=principal(), job_id=job_id)))
