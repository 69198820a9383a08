"""Importing a list: at once when it is small, in the background when it is not."""

from collections.abc import Sequence

from dialer.domain.errors import Conflict
from dialer.domain.ids import ImportId, ListId
from dialer.domain.imports import ImportStatus
from dialer.domain.lead_lists import MAX_LISTS
from dialer.domain.principals import Principal, Role
from dialer.store import import_problems, list_names, lists
from dialer.store import imports as store
from dialer.store.imports import ImportDraft
from dialer.store.schema.base import new_id
from dialer.store.session import Transaction
from dialer.usecases.imports import RUN, ImportReport, Upload, keep_file, load_import, note_guesses
from dialer.usecases.lead_import.plan import (
    KIND,
    ImportPlan,
    ImportRequest,
    load_open_campaign,
    plan_import,
    require_certain,
)
from dialer.usecases.lead_import.work import LeadImports, begin_work
from dialer.usecases.list_files import ListFile, RowBatch
from dialer.usecases.services import Services

MAX_ROWS_AT_ONCE = 10_000
MAX_BYTES_AT_ONCE = 5 * 1024 * 1024
# Headers only: an example row would be called by whoever uploads the template as it is.
TEMPLATE = (
    "phone,first_name,last_name,email,country,type,priority,notes,state,postal_code,time_zone,external_id,phone2,consent"
    "\r\n"
)


def import_leads(
    services: Services, *, actor: Principal, request: ImportRequest, upload: Upload, runs_elsewhere: bool = True
) -> ImportReport:
    """Add a file's people to a campaign; callable at once if it is active.

    Up to 10,000 rows and 5 MB it is done on return, all of it or, after an error, nothing. A larger file is kept and
    `queued`: a worker imports it batch by batch, unless `runs_elsewhere` is False: then it is for the caller to run.

    Refused, each with its reason: rows that name no callable number, people who are in the file, the campaign or (by
    choice) any campaign already, and suppressed numbers. Importing the same file again adds nothing. Raises Invalid
    for a file, mapping or choices that make no sense, TooLarge over 1 GiB, NotFound, or Conflict for a cancelled
    campaign: nothing is stored then.
    """
    actor.require(Role.ADMIN)
    plan = plan_import(services, actor=actor, request=request, upload=upload)
    require_certain(plan.proposal)
    batches = read_small(plan.file) if upload.size <= MAX_BYTES_AT_ONCE else None
    if batches is None:
        import_id = queue_import(services, actor=actor, plan=plan, runs_elsewhere=runs_elsewhere)
    else:
        import_id = _import_now(services, actor, plan, batches)
    return load_import(services, actor=actor, import_id=import_id)


def read_small(file: ListFile) -> list[RowBatch] | None:
    """All rows of a file that has at most 10,000; None for a larger one."""
    batches: list[RowBatch] = []
    for batch in file.batches(batch_rows=MAX_ROWS_AT_ONCE + 1):
        batches.append(batch)
        if sum(map(len, batches)) > MAX_ROWS_AT_ONCE:
            return None
    return batches


def queue_import(services: Services, *, actor: Principal, plan: ImportPlan, runs_elsewhere: bool = True) -> ImportId:
    """Keep a file, of whatever size, for a worker."""
    with services.transaction(actor.tenant_id) as tx:
        list_id = _ensure_list(services, tx, plan)
        draft = _draft(actor, plan, list_id)
        import_id = store.insert_import(tx.session, draft, status=ImportStatus.QUEUED, now=services.clock.now())
        keep_file(tx, plan.upload, import_id=import_id, tenant_id=actor.tenant_id)
        if runs_elsewhere:
            tx.after_commit(services.queue.send, RUN, tenant_id=str(actor.tenant_id), import_id=str(import_id))
    return import_id


def _import_now(services: Services, actor: Principal, plan: ImportPlan, batches: Sequence[RowBatch]) -> ImportId:
    """In one transaction: a request that breaks off leaves nothing behind."""
    import_id = ImportId(new_id())
    work = begin_work(services, plan, import_id=import_id)
    # Before the transaction, which would otherwise hold its connection while this one asks for another.
    read = [work.read(batch) for batch in batches]
    with services.transaction(actor.tenant_id) as tx:
        store.allow_long_statements(tx.session)
        work.list_id = _ensure_list(services, tx, plan)
        draft, now = _draft(actor, plan, work.list_id), services.clock.now()
        store.insert_import(tx.session, draft, status=ImportStatus.RUNNING, now=now, import_id=import_id)
        for rows, batch in zip(read, batches, strict=True):
            outcome = work.store(tx, rows)
            import_problems.insert_problems(tx.session, import_id, outcome.problems, tenant_id=actor.tenant_id)
            store.record_batch(
                tx.session,
                import_id,
                outcome.counts,
                rows_done=batch.records_read,
                bytes_done=plan.upload.size,
                now=services.clock.now(),
            )
        note_guesses(tx, plan.file, import_id=import_id, tenant_id=actor.tenant_id)
        _end(services, tx, import_id)
    return import_id


def _end(services: Services, tx: Transaction, import_id: ImportId) -> None:
    now = services.clock.now()
    store.finish_import(tx.session, import_id, ImportStatus.COMPLETED, now=now)
    store.mark_cleared(tx.session, import_id, now=now)
    ended = store.find_import(tx.session, import_id)
    if ended is not None:
        LeadImports().end(services, tx, ended)


def _ensure_list(services: Services, tx: Transaction, plan: ImportPlan) -> ListId:
    """The list to fill, made if it is not there yet. Raises Conflict when the campaign has a hundred lists."""
    campaign = load_open_campaign(tx, plan.campaign.id)
    if plan.list_name is None:
        return plan.list_id or ListId(campaign.id)
    found = list_names.find_list(tx.session, campaign.id, plan.list_name)
    if found is not None:
        return found
    if lists.count_lists(tx.session, campaign.id) >= MAX_LISTS:
        raise Conflict(f"A campaign has at most {MAX_LISTS} lists.")
    return lists.insert_list(
        tx.session,
        campaign_id=campaign.id,
        name=plan.list_name,
        weight=1,
        is_active=True,
        now=services.clock.now(),
    )


def _draft(actor: Principal, plan: ImportPlan, list_id: ListId) -> ImportDraft:
    return ImportDraft(
        tenant_id=actor.tenant_id,
        kind=KIND,
        filename=plan.upload.filename,
        created_by=actor.user_id,
        options=plan.options(),
        bytes_total=plan.upload.size,
        campaign_id=plan.campaign.id,
        list_id=list_id,
    )
