"""Jobs that change many leads: their rows, and their leads in batches."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from dialer.domain.ids import CampaignId, LeadId, TenantId, UserId
from dialer.domain.lead_filters import LeadFilter
from dialer.store.lead_matches import matches
from dialer.store.schema.base import new_id

BATCH_LEADS = 5_000
BulkAction = Literal["update", "move", "copy", "delete", "reset", "do_not_call"]
BulkStatus = Literal["finding", "running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class BulkJob:
    """A job as stored. `matched` is None until its leads were found; `skipped` counts the others by reason.

    `done` includes the `anonymised`: leads with calls that were to be deleted, whose records have to stay.
    """

    id: UUID
    campaign_id: CampaignId
    created_by: UserId | None
    action: BulkAction
    chosen: LeadFilter
    changes: Mapping[str, Any]
    status: BulkStatus
    matched: int | None
    done: int
    anonymised: int
    skipped: Mapping[str, int]
    failure: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done."""
        return self.status not in ("finding", "running")


@dataclass(frozen=True)
class BatchOutcome:
    """What became of some of a job's leads."""

    done: int
    skipped: Mapping[str, int]
    anonymised: int = 0


@dataclass(frozen=True)
class MatchedLead:
    """A lead that a filter matches, as an example."""

    id: LeadId
    phone_normalized: str
    first_name: str | None
    last_name: str | None
    status: str


def allow_minutes(session: Session) -> None:
    """Reading every lead of a large campaign takes longer than a statement usually may."""
    session.execute(text("set local statement_timeout = '300s'"))


def count_matches(session: Session, campaign_id: CampaignId, chosen: LeadFilter, *, up_to: int | None = None) -> int:
    """How many leads match, but no more than `up_to`."""
    where, parameters = matches(chosen)
    limit = "" if up_to is None else f" limit {up_to}"
    sql = text(f"select count(*) from (select 1 from leads l where {where}{limit}) found")
    return int(session.execute(sql, {**parameters, "campaign_id": campaign_id}).scalar_one())


def list_examples(session: Session, campaign_id: CampaignId, chosen: LeadFilter, *, limit: int) -> list[MatchedLead]:
    """A few of the leads that match."""
    where, parameters = matches(chosen)
    columns = "l.id, l.phone_normalized, l.first_name, l.last_name, l.status"
    rows = session.execute(
        text(f"select {columns} from leads l where {where} limit {limit}"), {**parameters, "campaign_id": campaign_id}
    )
    return [MatchedLead(**row._mapping) for row in rows]


def insert_job(
    session: Session,
    *,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    created_by: UserId | None,
    action: BulkAction,
    chosen: LeadFilter,
    changes: Mapping[str, object],
    now: datetime,
) -> UUID:
    """Store a job whose leads are to be found."""
    job_id = new_id()
    values = {
        "id": job_id, "tenant_id": tenant_id, "campaign_id": campaign_id, "created_by": created_by, "action": action,
        "filter": json.dumps(chosen.to_json()), "changes": json.dumps(changes), "now": now,
    }  # fmt: skip
    session.execute(_INSERT, values)
    return job_id


def find_job(session: Session, job_id: UUID) -> BulkJob | None:
    """Read one job."""
    return _job(session.execute(text(f"select {_COLUMNS} from bulk_jobs where id = :id"), {"id": job_id}).one_or_none())


def lock_job(session: Session, job_id: UUID, *, wait: bool) -> BulkJob | None:
    """Lock a job, so that nobody else works on it; without `wait`, None also when somebody does."""
    sql = f"select {_COLUMNS} from bulk_jobs where id = :id for update{'' if wait else ' skip locked'}"
    return _job(session.execute(text(sql), {"id": job_id}).one_or_none())


def find_leads(session: Session, job: BulkJob, *, tenant_id: TenantId, now: datetime) -> None:
    """Find the leads of a locked job and write down which they are, in batches; forget what named people one by one."""
    where, parameters = matches(job.chosen)
    values = {**parameters, "campaign_id": job.campaign_id, "job_id": job.id, "tenant_id": tenant_id}
    session.execute(text(_FIND_LEADS.format(where=where)), values)
    kept = json.dumps(job.chosen.without_people().to_json())
    session.execute(_FOUND, {"id": job.id, "filter": kept, "now": now})


def take_batch(session: Session, job_id: UUID) -> Sequence[LeadId] | None:
    """The next leads of a locked job, which are its leads no more if the transaction commits; None at the end."""
    row = session.execute(_TAKE_BATCH, {"id": job_id}).one_or_none()
    return None if row is None else [LeadId(lead_id) for lead_id in row.lead_ids]


def record_batch(session: Session, job: BulkJob, outcome: BatchOutcome, *, now: datetime) -> None:
    """Count what became of a batch of a locked job, in the transaction that did it."""
    skipped = {
        reason: job.skipped.get(reason, 0) + outcome.skipped.get(reason, 0)
        for reason in {**job.skipped, **outcome.skipped}
        if job.skipped.get(reason, 0) + outcome.skipped.get(reason, 0)
    }
    counts = {"done": outcome.done, "anonymised": outcome.anonymised, "skipped": json.dumps(skipped)}
    session.execute(_RECORD_BATCH, {**counts, "id": job.id, "now": now})


def end_job(session: Session, job_id: UUID, status: BulkStatus, *, now: datetime, failure: str | None = None) -> None:
    """Nothing more will be done, and the leads that are left are forgotten."""
    session.execute(text("delete from bulk_batches where job_id = :id"), {"id": job_id})
    session.execute(_END, {"id": job_id, "status": status, "failure": failure, "now": now})


def list_stalled_jobs(session: Session, *, before: datetime, max_rows: int) -> list[tuple[TenantId, UUID]]:
    """Jobs of all tenants that nobody has worked on since."""
    rows = session.execute(
        text("select tenant_id, job_id from stalled_bulk_jobs(:before, :max_rows)"),
        {"before": before, "max_rows": max_rows},
    )
    return [(TenantId(row.tenant_id), row.job_id) for row in rows]


def _job(row: Row[Any] | None) -> BulkJob | None:
    if row is None:
        return None
    columns = dict(row._mapping)
    return BulkJob(chosen=LeadFilter.from_json(columns.pop("filter")), **columns)


_COLUMNS = """
    id, campaign_id, created_by, action, filter, changes, status, matched, done, anonymised, skipped, failure,
    created_at, updated_at, finished_at
"""
_INSERT = text(
    """
    insert into bulk_jobs (id, tenant_id, campaign_id, created_by, action, filter, changes, status, created_at,
                           updated_at)
    values (:id, :tenant_id, :campaign_id, cast(:created_by as uuid), :action, cast(:filter as jsonb),
            cast(:changes as jsonb), 'finding', :now, :now)
    """
)
_FIND_LEADS = f"""
    insert into bulk_batches (job_id, number, tenant_id, lead_ids)
    select :job_id, found.number, :tenant_id, array_agg(found.id order by found.id)
    from (select l.id, (row_number() over (order by l.id) - 1) / {BATCH_LEADS} as number from leads l
          where {{where}}) found
    group by found.number
"""
_FOUND = text(
    """
    update bulk_jobs
    set status = 'running', filter = cast(:filter as jsonb), updated_at = :now,
        matched = (select coalesce(sum(cardinality(lead_ids)), 0) from bulk_batches where job_id = :id)
    where id = :id
    """
)
_TAKE_BATCH = text(
    """
    delete from bulk_batches
    where job_id = :id and number = (select min(number) from bulk_batches where job_id = :id)
    returning lead_ids
    """
)
_RECORD_BATCH = text(
    """
    update bulk_jobs set done = done + :done, anonymised = anonymised + :anonymised,
                         skipped = cast(:skipped as jsonb), updated_at = :now
    where id = :id
    """
)
_END = text(
    """
    update bulk_jobs set status = :status, failure = cast(:failure as text), finished_at = :now, updated_at = :now
    where id = :id
    """
)
