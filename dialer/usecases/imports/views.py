"""Looking at imports, at what they refused, and cancelling them."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialer.domain import in_flight
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.ids import CampaignId, ImportId
from dialer.domain.imports import OPEN, ImportStatus, Progress, measure_progress
from dialer.domain.lead_rows import Severity
from dialer.domain.principals import Principal, Role
from dialer.store import import_problems
from dialer.store import imports as store
from dialer.store.import_problems import ImportProblem
from dialer.store.imports import Import
from dialer.usecases.imports.run import end_import, where_it_stopped
from dialer.usecases.imports.work import Kinds
from dialer.usecases.services import Services

SHOWN_PROBLEMS = 100
_PAGE = 2_000
SILENT_AFTER = in_flight.IMPORT_OPEN.expiry
"""A runner that was not seen for so long is taken for dead."""


@dataclass(frozen=True)
class ImportView:
    """An import as it is shown. `advice` says what to do about one that did not end well, or does not move."""

    stored: Import
    progress: Progress
    advice: str | None


@dataclass(frozen=True)
class ImportReport(ImportView):
    """An import with the first rows that it refused."""

    problems: tuple[ImportProblem, ...]
    has_more_problems: bool


@dataclass(frozen=True)
class ImportPage:
    """One page of imports, and how many there are."""

    imports: tuple[ImportView, ...]
    total: int


def list_imports(
    services: Services,
    *,
    actor: Principal,
    kind: str | None = None,
    campaign_id: CampaignId | None = None,
    status: ImportStatus | None = None,
    limit: int,
    offset: int,
) -> ImportPage:
    """List the tenant's imports, newest first."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        found = store.list_imports(
            tx.session, kind=kind, campaign_id=campaign_id, status=status, limit=limit, offset=offset
        )
        total = store.count_imports(tx.session, kind=kind, campaign_id=campaign_id, status=status)
    return ImportPage(tuple(_view(services, each) for each in found), total)


def load_import(services: Services, *, actor: Principal, import_id: ImportId) -> ImportReport:
    """Show one import with the first rows that it refused. Raises NotFound."""
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        found = _load(store.find_import(tx.session, import_id))
        problems = import_problems.list_problems(tx.session, import_id, severity="refused", limit=SHOWN_PROBLEMS + 1)
    view = _view(services, found)
    return ImportReport(**vars(view), problems=tuple(problems[:SHOWN_PROBLEMS]),
                        has_more_problems=len(problems) > SHOWN_PROBLEMS)  # fmt: skip


def cancel_import(services: Services, kinds: Kinds, *, actor: Principal, import_id: ImportId) -> ImportReport:
    """Stop an import. What it has stored stays; no batch is stored after this. Raises Conflict when it is over."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        # A batch that is being stored is waited for.
        store.allow_long_statements(tx.session)
        found = _load(store.find_import(tx.session, import_id, for_update=True))
        failure = f"{where_it_stopped(found)}: the import was cancelled."
        if not end_import(services, tx, kinds[found.kind], found, ImportStatus.CANCELLED, failure):
            raise Conflict(f"The import is {found.status} already.")
    return load_import(services, actor=actor, import_id=import_id)


def stream_problems(
    services: Services, *, actor: Principal, import_id: ImportId, severity: Severity | None = "refused"
) -> Iterator[ImportProblem]:
    """Every refused row, or every warning, or (None) both, in the order of the file. Raises NotFound at once.

    Read page by page in transactions of their own: whoever downloads slowly keeps none open.
    """
    actor.require(Role.SUPERVISOR)
    with services.transaction(actor.tenant_id) as tx:
        _load(store.find_import(tx.session, import_id))

    def pages() -> Iterator[ImportProblem]:
        after = (-1, -1)
        while True:
            with services.transaction(actor.tenant_id) as tx:
                page = import_problems.list_problems(tx.session, import_id, severity=severity, limit=_PAGE, after=after)
            yield from page
            if len(page) < _PAGE:
                return
            after = (page[-1].number, page[-1].position)

    return pages()


def _load(found: Import | None) -> Import:
    if found is None:
        raise NotFound("There is no import with this id.")
    return found


def _view(services: Services, found: Import) -> ImportView:
    progress = measure_progress(
        found.status,
        bytes_done=found.bytes_done,
        bytes_total=found.bytes_total,
        rows_done=found.rows_done,
        started_at=found.started_at,
        seen_at=found.finished_at or found.heartbeat_at,
    )
    return ImportView(found, progress, _advice(services, found))


def _advice(services: Services, found: Import) -> str | None:
    if found.status == ImportStatus.FAILED:
        return (
            "Mend the file and upload it again: rows that were imported are recognised and not imported twice. "
            "If the file is fine, upload it again as it is; should it fail at the same row, tell support this id."
        )
    if found.status == ImportStatus.CANCELLED:
        return "Upload the file again to import the rest: rows that were imported are recognised."
    if found.status not in OPEN:
        return None
    now = services.clock.now()
    seen_at = found.heartbeat_at or found.created_at
    if now < seen_at + 2 * SILENT_AFTER:
        return None
    if found.status == ImportStatus.QUEUED:
        return "It waits for a worker that is free for imports. If it does so for long, see whether workers run."
    return "Nobody has worked on it for a while. It goes on by itself as soon as a worker is free."
