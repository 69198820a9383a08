"""What each kind of import brings to the machinery they share: what to do with the rows of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dialer.domain.imports import ImportCounts
from dialer.store.import_problems import ImportProblem
from dialer.store.imports import Import
from dialer.store.session import Transaction
from dialer.usecases.list_files import ListFile, RowBatch
from dialer.usecases.services import Services


@dataclass(frozen=True)
class BatchOutcome:
    """What became of the rows of a batch. `problems` are in no order, and unique by row and position."""

    counts: ImportCounts
    problems: Sequence[ImportProblem] = ()


class ImportWork(Protocol):
    """One run of an import. `read` and `store` are called in turn for each batch, in two threads: while one batch is
    being stored, the next is read. What `read` returns is handed to `store` and to nobody else."""

    @property
    def batch_rows(self) -> int:
        """How many rows to a batch."""

    def read(self, batch: RowBatch) -> Any:
        """Judge rows. May look something up in transactions of its own, and must not store anything about rows."""

    def store(self, tx: Transaction, read: Any) -> BatchOutcome:
        """Store what was read, within the transaction that also moves the import on. Raises a DialerError that is not
        Unavailable when there is no use in going on; the import then fails with its message."""


class ImportKind(Protocol):
    """A kind of import. `options["dialect"]` of its imports says how to read the file."""

    def begin(self, services: Services, found: Import, file: ListFile) -> ImportWork:
        """Prepare a run, the first or one that goes on after `rows_done`."""

    def end(self, services: Services, tx: Transaction, ended: Import) -> None:
        """Within the transaction that ends an import, however it ended; its status says how."""


Kinds = Mapping[str, ImportKind]
"""Kinds by their name, `imports.kind`."""
