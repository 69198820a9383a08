"""Changing many leads of a campaign at once: a few within the request, more as a job that a worker carries on.

A job's leads are found once and done in batches, each in a transaction of its own that also counts them: a worker may
die at any moment, and another goes on with the next batch. Nobody waits for leads in the hopper or in a call.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from dialer.domain import in_flight
from dialer.domain.campaigns import CampaignStatus
from dialer.domain.errors import Conflict, DialerError, Invalid, NotFound, Unavailable
from dialer.domain.fair_shares import in_turn
from dialer.domain.ids import CampaignId, ListId, TenantId
from dialer.domain.lead_filters import LeadFilter, check_filter, with_parsed_phones
from dialer.domain.principals import Principal, Role
from dialer.store import bulk_jobs as store
from dialer.store import campaigns
from dialer.store.bulk_jobs import BATCH_LEADS
from dialer.store.bulk_jobs import BulkAction as BulkAction
from dialer.store.bulk_jobs import BulkJob as BulkJob
from dialer.store.bulk_jobs import BulkStatus as BulkStatus
from dialer.store.bulk_jobs import MatchedLead as MatchedLead
from dialer.store.campaigns import Campaign
from dialer.store.session import Transaction
from dialer.store.work_seats import take_seat
from dialer.usecases.bulk_actions import change_batch
from dialer.usecases.services import Services

log = structlog.get_logger()

RUN = "dialer.imports.run_bulk_job"
EXAMPLES = 5
STALLED = in_flight.BULK_JOB.expiry
"""A job that nobody has worked on for so long has lost its worker, or its task."""
MAX_ROWS = 100
TURN_SECONDS = 20.0
"""Then it is another tenant's turn, if one waits."""


@dataclass(frozen=True)
class BulkChange:
    """What is to become of the leads. `changes` go with the action update; `to_…` with move and copy.

    `with_history`: deleting a lead deletes its calls, too. Without it a lead with calls is emptied of its person
    instead, since calls have to stay on record for years (in the US five: TSR 310.5).
    """

    action: BulkAction
    changes: Mapping[str, Any]
    to_campaign_id: CampaignId | None = None
    to_list_id: ListId | None = None
    with_history: bool = False

    def to_json(self) -> dict[str, object]:
        """As it is kept with the job."""
        return {
            "changes": dict(self.changes),
            "to_campaign_id": None if self.to_campaign_id is None else str(self.to_campaign_id),
            "to_list_id": None if self.to_list_id is None else str(self.to_list_id),
            "with_history": self.with_history,
        }


@dataclass(frozen=True)
class BulkPreview:
    """How many leads a change would be about, and a few of them."""

    matched: int
    examples: tuple[MatchedLead, ...]


def preview_bulk_change(
    services: Services, *, actor: Principal, campaign_id: CampaignId, chosen: LeadFilter, change: BulkChange
) -> BulkPreview:
    """Count the leads that a change would be about, and change nothing. Raises what `start_bulk_change` raises."""
    with services.transaction(actor.tenant_id) as tx:
        store.allow_minutes(tx.session)
        chosen = _check(tx, actor, campaign_id, chosen, change)
        matched = store.count_matches(tx.session, campaign_id, chosen)
        examples = store.list_examples(tx.session, campaign_id, chosen, limit=EXAMPLES)
        return BulkPreview(matched, tuple(examples))


def start_bulk_change(
    services: Services, *, actor: Principal, campaign_id: CampaignId, chosen: LeadFilter, change: BulkChange
) -> BulkJob:
    """Change the leads that match: up to 5,000 at once, more in a worker. The job tells whether it is over.

    Raises NotFound for an unknown campaign, Invalid for a filter or change that makes no sense, Conflict for a target
    that takes no leads.
    """
    with services.transaction(actor.tenant_id) as tx:
        chosen = _check(tx, actor, campaign_id, chosen, change)
    is_small = _is_small(services, actor, campaign_id, chosen)
    with services.transaction(actor.tenant_id) as tx:
        job_id = store.insert_job(
            tx.session,
            tenant_id=actor.tenant_id,
            campaign_id=campaign_id,
            created_by=actor.user_id,
            action=change.action,
            chosen=chosen,
            changes=change.to_json(),
            now=services.clock.now(),
        )
        if not is_small:
            tx.after_commit(services.queue.send, RUN, tenant_id=str(actor.tenant_id), job_id=str(job_id))
    if is_small:
        run_bulk_job(services, tenant_id=actor.tenant_id, job_id=job_id)
    return load_bulk_job(services, actor=actor, job_id=job_id)


def load_bulk_job(services: Services, *, actor: Principal, job_id: UUID) -> BulkJob:
    """How far a job has come. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        return _required(store.find_job(tx.session, job_id))


def cancel_bulk_job(services: Services, *, actor: Principal, job_id: UUID) -> BulkJob:
    """Stop a job after the batch it is at; what is done stays done. Raises NotFound, and Conflict when it is over."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        job = _required(store.lock_job(tx.session, job_id, wait=True))
        if job.is_over:
            raise Conflict(f"The job is over: {job.status}.")
        store.end_job(tx.session, job_id, "cancelled", now=services.clock.now())
        return _required(store.find_job(tx.session, job_id))


def run_bulk_job(
    services: Services,
    *,
    tenant_id: TenantId,
    job_id: UUID,
    seconds: float = 300.0,
    is_stopping: Callable[[], bool] = lambda: False,
    sends_again: bool = True,
) -> bool:
    """Carry a job on until it is over; after so long, or when its worker is about to stop, have another task do so.

    Safe to run twice: a job is worked on by one, and a batch that is done is nobody's any more. A change that cannot be
    made any more ends the job with a word; what has been done stays. Tells whether there was anything to do here.
    """
    end = time.monotonic() + seconds
    has_worked = False
    try:
        while _advance(services, tenant_id, job_id):
            has_worked = True
            if time.monotonic() > end or is_stopping():
                if sends_again:
                    services.queue.send(RUN, tenant_id=str(tenant_id), job_id=str(job_id))
                break
    except Unavailable:
        log.warning("bulk_job_interrupted", job_id=str(job_id))
    except DialerError as refusal:
        _fail(services, tenant_id, job_id, refusal.message)
    except Exception:
        _fail(services, tenant_id, job_id, "Something went wrong on our side; what was not done stays as it was.")
        raise
    return has_worked


def take_turn_at_bulk_job(
    services: Services,
    *,
    tenant_id: TenantId,
    job_id: UUID,
    workplace: str,
    seats: int,
    seconds: float = TURN_SECONDS,
    is_stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Work on a job for one turn, on one of the workplace's seats; then whoever has waited longest is next.

    Without a free seat nothing is done: who holds one sends for those that wait. The tenant's other jobs wait with it,
    so that many jobs of one do not come before the only one of another. Safe to run twice, as `run_bulk_job` is.
    """
    with take_seat(services.database, workplace=workplace, kind="bulk", seats=seats) as has_seat:
        has_worked = has_seat and run_bulk_job(
            services, tenant_id=tenant_id, job_id=job_id, seconds=seconds, is_stopping=is_stopping, sends_again=False
        )
    if not has_worked:
        return  # or messages about a job that another works on would beget messages
    with services.transaction() as tx:
        # Also those that were worked on just now: they are the last.
        before = services.clock.now() + timedelta(seconds=1)
        waiting = store.list_stalled_jobs(tx.session, before=before, max_rows=MAX_ROWS)
    for tenant, job in in_turn(waiting)[: seats + 1]:
        services.queue.send(RUN, tenant_id=str(tenant), job_id=str(job))


def sweep_bulk_jobs(services: Services) -> int:
    """Have workers carry on jobs that nobody works on; return how many."""
    with services.transaction() as tx:
        before = services.clock.now() - STALLED
        stalled = store.list_stalled_jobs(tx.session, before=before, max_rows=MAX_ROWS)
    for tenant_id, job_id in stalled:
        services.queue.send(RUN, tenant_id=str(tenant_id), job_id=str(job_id))
    return len(stalled)


def _advance(services: Services, tenant_id: TenantId, job_id: UUID) -> bool:
    """One step, in one transaction; False when nothing is left to do here."""
    with services.transaction(tenant_id) as tx:
        now = services.clock.now()
        job = store.lock_job(tx.session, job_id, wait=False)
        if job is None or job.is_over:
            return False
        if job.status == "finding":
            store.allow_minutes(tx.session)
            store.find_leads(tx.session, job, tenant_id=tenant_id, now=now)
            return True
        batch = store.take_batch(tx.session, job_id)
        if batch is None:
            store.end_job(tx.session, job_id, "done", now=now)
            return False
        outcome = change_batch(services, tx, tenant_id, job, batch)
        store.record_batch(tx.session, job, outcome, now=now)
        return True


def _fail(services: Services, tenant_id: TenantId, job_id: UUID, failure: str) -> None:
    log.warning("bulk_job_failed", job_id=str(job_id), failure=failure)
    with services.transaction(tenant_id) as tx:
        job = store.lock_job(tx.session, job_id, wait=True)
        if job is not None and not job.is_over:
            store.end_job(tx.session, job_id, "failed", failure=failure, now=services.clock.now())


def _is_small(services: Services, actor: Principal, campaign_id: CampaignId, chosen: LeadFilter) -> bool:
    """Whether one batch will do. What takes too long to find out is not small."""
    try:
        with services.transaction(actor.tenant_id) as tx:
            return store.count_matches(tx.session, campaign_id, chosen, up_to=BATCH_LEADS + 1) <= BATCH_LEADS
    except Unavailable:
        return False


def _check(
    tx: Transaction, actor: Principal, campaign_id: CampaignId, chosen: LeadFilter, change: BulkChange
) -> LeadFilter:
    actor.require(Role.ADMIN)
    check_filter(chosen)
    campaign = _campaign(tx, campaign_id, "campaign_id")
    _check_change(tx, campaign, change)
    return with_parsed_phones(chosen, campaign.settings.default_region or "US")


def _check_change(tx: Transaction, campaign: Campaign, change: BulkChange) -> None:
    if change.action == "update" and not change.changes:
        raise Invalid.field("changes", "says nothing")
    if change.action != "update" and change.changes:
        raise Invalid.field("changes", f"go with update, not with {change.action}")
    if change.with_history and change.action != "delete":
        raise Invalid.field("with_history", "goes with delete")
    goes_elsewhere = change.to_campaign_id not in (None, campaign.id)
    has_target = change.to_campaign_id is not None or change.to_list_id is not None
    if change.action not in ("move", "copy"):
        if has_target:
            raise Invalid.field("target", f"goes with move and copy, not with {change.action}")
        _check_list(tx, campaign.id, change.changes.get("list_id"), "changes.list_id")
        return
    if change.action == "copy" and not goes_elsewhere:
        raise Invalid.field("target.campaign_id", "must be another campaign")
    if not goes_elsewhere and change.to_list_id is None:
        raise Invalid.field("target", "say another campaign, or a list")
    target = _campaign(tx, change.to_campaign_id or campaign.id, "target.campaign_id")
    if target.status == CampaignStatus.CANCELLED:
        raise Conflict("The target campaign is cancelled; it takes no more leads.")
    _check_list(tx, target.id, change.to_list_id, "target.list_id")


def _campaign(tx: Transaction, campaign_id: CampaignId, field: str) -> Campaign:
    campaign = campaigns.find_campaign(tx.session, campaign_id)
    if campaign is None and field == "campaign_id":
        raise NotFound("There is no campaign with this id.")
    if campaign is None:
        raise Invalid.field(field, "there is no campaign with this id")
    return campaign


def _check_list(tx: Transaction, campaign_id: CampaignId, list_id: str | ListId | None, field: str) -> None:
    if list_id is not None and not campaigns.has_list(tx.session, campaign_id, ListId(UUID(str(list_id)))):
        raise Invalid.field(field, "must be a list of that campaign")


def _required(job: BulkJob | None) -> BulkJob:
    if job is None:
        raise NotFound("There is no job with this id.")
    return job
