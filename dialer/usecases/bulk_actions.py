"""What a bulk job does to one batch of its leads, inside the batch's transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dialer.domain.campaigns import CampaignStatus
from dialer.domain.errors import Conflict
from dialer.domain.ids import CampaignId, LeadId, ListId, TenantId
from dialer.domain.lead_rows import PRIORITIES
from dialer.store import anonymising, campaigns
from dialer.store import bulk_leads as store
from dialer.store.bulk_jobs import BatchOutcome, BulkAction, BulkJob
from dialer.store.bulk_leads import Batch, Destination
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.services import Services
from dialer.usecases.suppressions import suppress_numbers


@dataclass(frozen=True)
class _Work:
    """A batch with all that an action may need."""

    services: Services
    tx: Transaction
    tenant_id: TenantId
    job: BulkJob
    batch: Batch
    now: datetime

    @property
    def changes(self) -> Mapping[str, Any]:
        """The values of an update."""
        changes: Mapping[str, Any] = self.job.changes["changes"]
        return changes


def change_batch(
    services: Services, tx: Transaction, tenant_id: TenantId, job: BulkJob, ids: Sequence[LeadId]
) -> BatchOutcome:
    """Do a job's action to these leads. Raises Conflict when it cannot be done any more."""
    locks = job.action not in ("copy", "do_not_call")
    batch = store.read_batch(tx.session, job.campaign_id, job.chosen.without_people(), ids, lock=locks)
    return _ACTIONS[job.action](_Work(services, tx, tenant_id, job, batch, services.clock.now()))


def _update(work: _Work) -> BatchOutcome:
    session, changes = work.tx.session, dict(work.changes)
    status, list_id = changes.pop("status", None), changes.pop("list_id", None)
    if "priority" in changes:
        changes["priority"] = PRIORITIES[changes["priority"]]
    batch = work.batch
    if status is not None:
        batch = batch.without(batch.barred, "do_not_call")
    if status == "pending":
        batch = _without_suppressed(work, batch, work.job.campaign_id)
        store.reset_leads(session, batch.ids, now=work.now)
    elif status == "completed":
        store.complete_leads(session, batch.ids, now=work.now)
    if list_id is not None:
        store.move_to_list(session, batch.ids, ListId(UUID(list_id)), now=work.now)
    if changes:
        store.update_leads(session, batch.ids, changes, now=work.now)
    return BatchOutcome(len(batch.leads), batch.skipped)


def _reset(work: _Work) -> BatchOutcome:
    batch = work.batch.without(work.batch.barred, "do_not_call")
    batch = _without_suppressed(work, batch, work.job.campaign_id)
    store.reset_leads(work.tx.session, batch.ids, now=work.now)
    return BatchOutcome(len(batch.leads), batch.skipped)


def _move(work: _Work) -> BatchOutcome:
    to = _destination(work)
    if to.campaign_id == work.job.campaign_id:
        store.move_to_list(work.tx.session, work.batch.ids, to.list_id, now=work.now)
        return BatchOutcome(len(work.batch.leads), work.batch.skipped)
    batch = _without_suppressed(work, work.batch.without(work.batch.barred, "do_not_call"), to.campaign_id)
    moved = store.move_to_campaign(work.tx.session, batch.ids, to, now=work.now)
    return BatchOutcome(moved, {**batch.skipped, "duplicate": len(batch.leads) - moved})


def _copy(work: _Work) -> BatchOutcome:
    to = _destination(work)
    batch = _without_suppressed(work, work.batch.without(work.batch.barred, "do_not_call"), to.campaign_id)
    copied = store.copy_leads(work.tx.session, batch.ids, to, now=work.now)
    return BatchOutcome(copied, {**batch.skipped, "duplicate": len(batch.leads) - copied})


def _delete(work: _Work) -> BatchOutcome:
    session, batch = work.tx.session, work.batch
    kept = set() if work.job.changes["with_history"] else store.list_called(session, batch.ids)
    store.delete_leads(session, [lead_id for lead_id in batch.ids if lead_id not in kept])
    emptied = anonymising.anonymise_leads(session, sorted(kept), reason="deleted", now=work.now)
    return BatchOutcome(len(batch.leads), batch.skipped, anonymised=emptied)


def _stop_calling(work: _Work) -> BatchOutcome:
    numbers = store.list_numbers(work.tx.session, work.batch.ids)
    draft = SuppressionDraft(work.tenant_id, None, "requested", "bulk", None, work.job.created_by)
    suppress_numbers(work.services, work.tx, numbers, draft)
    return BatchOutcome(len(work.batch.leads), work.batch.skipped)


_ACTIONS: Mapping[BulkAction, Callable[[_Work], BatchOutcome]] = {
    "update": _update,
    "move": _move,
    "copy": _copy,
    "delete": _delete,
    "reset": _reset,
    "do_not_call": _stop_calling,
}


def _destination(work: _Work) -> Destination:
    """Where the leads go, as it is now: somebody may have cancelled the campaign or removed the list since."""
    source = campaigns.find_campaign(work.tx.session, work.job.campaign_id)
    target_id = CampaignId(UUID(work.job.changes["to_campaign_id"] or str(work.job.campaign_id)))
    target = campaigns.find_campaign(work.tx.session, target_id, lock="against removal")
    if source is None or target is None or target.status == CampaignStatus.CANCELLED:
        raise Conflict("The target campaign takes no more leads.")
    list_id = ListId(UUID(work.job.changes["to_list_id"] or str(target_id)))
    if not campaigns.has_list(work.tx.session, target_id, list_id):
        raise Conflict("The target list is gone.")
    same = source.settings.calling_profile == target.settings.calling_profile
    return Destination(target_id, list_id, keeps_locality=same)


def _without_suppressed(work: _Work, batch: Batch, campaign_id: CampaignId) -> Batch:
    barred = store.list_suppressed(work.tx.session, batch.ids, campaign_id=campaign_id, now=work.now)
    return batch.without(barred, "suppressed")
