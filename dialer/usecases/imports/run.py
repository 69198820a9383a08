"""Running an import: read a batch, judge it, store it and move on, in one transaction for each batch.

Whatever ends a run, another goes on where the last stored batch ended: `rows_done` moves with the rows. Reading and
storing overlap, since storing is mostly PostgreSQL's work: while one batch is stored in a thread, the next is read.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog

from dialer.domain.errors import DialerError, Unavailable
from dialer.domain.ids import ImportId, TenantId
from dialer.domain.imports import MAX_TRIES, ImportStatus
from dialer.store import imports as store
from dialer.store.import_problems import ImportProblem, insert_problems
from dialer.store.imports import Import, sole_runner
from dialer.store.session import Transaction
from dialer.usecases.imports.progress import Teller
from dialer.usecases.imports.turns import ImportTurn
from dialer.usecases.imports.uploads import KeptFile
from dialer.usecases.imports.work import ImportKind, ImportWork, Kinds
from dialer.usecases.list_files import FileDialect, ListFile, RowBatch, open_list
from dialer.usecases.services import Services

log = structlog.get_logger()

RUN = "dialer.imports.run_import"
SWEEP = "dialer.imports.sweep_imports"


def run_import(
    services: Services,
    kinds: Kinds,
    *,
    tenant_id: TenantId,
    import_id: ImportId,
    workplace: str,
    seats: int,
    is_stopping: Callable[[], bool] = lambda: False,
    is_turn_over: Callable[[], bool] | None = None,
) -> None:
    """Begin an import, or go on with one that was left, until it is over or the workplace is about to stop.

    Does nothing when another runs it, when all seats of the workplace are taken, or when it is over. An unexpected
    error is noted and leaves the rest to a later try; after the third at one place the import fails and says so.
    When the workplace stops, the batch in hand is stored, and another worker is sent the rest. So it is when another
    tenant waits and this one has had its turn; then who is next is sent first.
    """
    is_turn_over = is_turn_over or ImportTurn(services, tenant_id).is_over
    with sole_runner(services.database, import_id, workplace=workplace, seats=seats) as is_mine:
        run = _Run(services, kinds, tenant_id, import_id, is_stopping, is_turn_over)
        was_left = is_mine and run.work()
    if run.has_yielded:
        services.queue.send(SWEEP)
    elif was_left:
        # Only now: who comes while it has a runner goes away again.
        services.queue.send(RUN, expires_seconds=60, tenant_id=str(tenant_id), import_id=str(import_id))


def end_import(
    services: Services,
    tx: Transaction,
    kind: ImportKind,
    found: Import,
    status: ImportStatus,
    failure: str | None = None,
) -> bool:
    """Within a transaction: end an open import, and let its kind do what belongs to that. False if it was over."""
    if not store.finish_import(tx.session, found.id, status, now=services.clock.now(), failure=failure):
        return False
    ended = store.find_import(tx.session, found.id)
    if ended is not None:
        kind.end(services, tx, ended)
        tx.after_commit(Teller(services).tell, ended, at_last=True)
        # Its file may go, and another may have waited for its seat.
        tx.after_commit(services.queue.send, SWEEP)
        tx.after_commit(log.info, "import_ended", import_id=str(found.id), status=str(status), **vars(ended.counts))
    return True


def where_it_stopped(found: Import) -> str:
    """Which rows are dealt with and which are not, in words."""
    first = int(found.options.get("dialect", {}).get("header_row") or 0) + 1
    if found.rows_done == 0:
        return "No row was imported"
    return (
        f"Rows {first:,} to {first + found.rows_done - 1:,} of the file are dealt with, "
        f"row {first + found.rows_done:,} and those after it are not"
    )


def note_guesses(tx: Transaction, file: ListFile, *, import_id: ImportId, tenant_id: TenantId) -> None:
    """Keep a warning if some of the file's text could only be guessed."""
    if file.has_guessed:
        insert_problems(tx.session, import_id, [_GUESSED], tenant_id=tenant_id)


class _Superseded(Exception):
    """The import was cancelled, or another runner stored the batch."""


class _Stopping(Exception):
    """This workplace is about to stop; what is stored is stored."""


class _TurnOver(Exception):
    """Another tenant is next; what is stored is stored."""


class _Run:
    def __init__(
        self,
        services: Services,
        kinds: Kinds,
        tenant_id: TenantId,
        import_id: ImportId,
        is_stopping: Callable[[], bool] = lambda: False,
        is_turn_over: Callable[[], bool] = lambda: False,
    ):
        self.has_yielded = False
        self._is_stopping = is_stopping
        self._is_turn_over = is_turn_over
        self._services = services
        self._kinds = kinds
        self._tenant_id = tenant_id
        self._import_id = import_id
        self._teller = Teller(services)

    def work(self) -> bool:
        """Do what is left of the import. True if some of it is left for another workplace, because this one stops."""
        with self._services.transaction(self._tenant_id) as tx:
            found = store.begin_run(tx.session, self._import_id, now=self._services.clock.now())
        if found is None:
            return False
        if found.tries > MAX_TRIES:
            self._fail(found.failure or "The import was stopped there three times.")
            return False
        try:
            self._store_all(found)
        except _Stopping:
            with self._services.transaction(self._tenant_id) as tx:
                store.leave_run(tx.session, self._import_id)
            log.info("import_left_at_a_batch", import_id=str(self._import_id))
            return True
        except _TurnOver:
            with self._services.transaction(self._tenant_id) as tx:
                store.yield_run(tx.session, self._import_id, now=self._services.clock.now())
            self.has_yielded = True
            log.info("import_yielded", import_id=str(self._import_id))
        except _Superseded:
            log.info("import_left_to_others", import_id=str(self._import_id))
        except Unavailable as trouble:
            log.warning("import_interrupted", import_id=str(self._import_id), error=str(trouble.__cause__ or trouble))
        except DialerError as refusal:
            self._fail(refusal.message)
        except Exception as error:
            log.exception("import_failed", import_id=str(self._import_id))
            self._note(f"Something unexpected happened ({type(error).__name__}).")
        return False

    def _store_all(self, found: Import) -> None:
        kept = KeptFile(self._services, tenant_id=self._tenant_id, import_id=self._import_id, size=found.bytes_total)
        dialect = FileDialect.from_record(found.options["dialect"])
        file = open_list(kept.source, dialect)
        work = self._kinds[found.kind].begin(self._services, found, file)
        begun = rows_done = found.rows_done
        pending: Future[None] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="import") as writer:
            for batch in file.batches(batch_rows=work.batch_rows, skip_rows=rows_done):
                read = work.read(batch)
                # A workbook is read whole before its first row: how much of it was read says nothing.
                bytes_done = kept.bytes_read if dialect.format == "csv" else 0
                if pending is not None:
                    pending.result()
                if self._is_stopping():
                    raise _Stopping
                if rows_done > begun and self._is_turn_over():
                    raise _TurnOver
                pending = writer.submit(self._store, work, read, rows_done, batch, bytes_done)
                rows_done = batch.records_read
            if pending is not None:
                pending.result()
        log.info("import_read", import_id=str(self._import_id), rows=rows_done - begun)
        self._complete(found, file)

    def _store(self, work: ImportWork, read: Any, rows_done: int, batch: RowBatch, bytes_done: int) -> None:
        with self._services.transaction(self._tenant_id) as tx:
            store.allow_long_statements(tx.session)
            if not store.claim_batch(tx.session, self._import_id, rows_done=rows_done):
                raise _Superseded
            outcome = work.store(tx, read)
            insert_problems(tx.session, self._import_id, outcome.problems, tenant_id=self._tenant_id)
            moved = store.record_batch(
                tx.session,
                self._import_id,
                outcome.counts,
                rows_done=batch.records_read,
                bytes_done=bytes_done,
                now=self._services.clock.now(),
            )
            tx.after_commit(self._teller.tell, moved)

    def _complete(self, found: Import, file: ListFile) -> None:
        with self._services.transaction(self._tenant_id) as tx:
            note_guesses(tx, file, import_id=self._import_id, tenant_id=self._tenant_id)
            end_import(self._services, tx, self._kinds[found.kind], found, ImportStatus.COMPLETED)

    def _note(self, failure: str) -> None:
        with self._services.transaction(self._tenant_id) as tx:
            now = self._services.clock.now()
            store.note_failed_try(tx.session, self._import_id, failure, now=now)
            found = store.find_import(tx.session, self._import_id)
        if found is not None and found.tries >= MAX_TRIES:
            self._fail(failure)

    def _fail(self, why: str) -> None:
        with self._services.transaction(self._tenant_id) as tx:
            found = store.find_import(tx.session, self._import_id, for_update=True)
            if found is not None:
                failure = f"{where_it_stopped(found)}: {why}"
                end_import(self._services, tx, self._kinds[found.kind], found, ImportStatus.FAILED, failure)


_GUESSED = ImportProblem(
    number=0,
    position=0,
    severity="warning",
    field="file",
    column_name="",
    code="unreadable_characters",
    value="",
    message="Some characters were written in another encoding than the rest; look at names with accents",
)
