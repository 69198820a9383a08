"""Lists of numbers as imports: of the suppression list, and of a version of a national registry."""

from collections import Counter
from dataclasses import dataclass
from typing import cast

import structlog

from dialer.domain.errors import Conflict
from dialer.domain.imports import ImportCounts, ImportStatus
from dialer.store import registries
from dialer.store.import_problems import ImportProblem
from dialer.store.imports import Import
from dialer.store.registries import Registry
from dialer.store.session import Transaction
from dialer.store.suppressions import SuppressionDraft
from dialer.usecases.imports import BatchOutcome, ImportKind
from dialer.usecases.list_files import ListFile, RowBatch
from dialer.usecases.number_files import NumberFile
from dialer.usecases.number_lists import ListedNumbers, read_listed
from dialer.usecases.registries import activate_registry
from dialer.usecases.services import Services
from dialer.usecases.suppressions import suppress_numbers

log = structlog.get_logger()

SUPPRESSIONS, REGISTRY = "suppressions", "registry"


@dataclass(frozen=True)
class _NumbersWork:
    """Reading is the same for both kinds."""

    file: NumberFile
    region: str
    batch_rows: int

    def read(self, batch: RowBatch) -> ListedNumbers:
        """Read the numbers of a batch."""
        return read_listed(self.file.numbers_of(batch), self.region)


@dataclass(frozen=True)
class SuppressionsWork(_NumbersWork):
    """One run of an import into the suppression list."""

    services: Services
    draft: SuppressionDraft

    def store(self, tx: Transaction, read: ListedNumbers) -> BatchOutcome:
        """Suppress a batch's numbers, with effect on leads and calls at once."""
        # In the order of the index, so that a batch's neighbours share its pages.
        numbers = sorted(set(read.numbers))
        added = len(suppress_numbers(self.services, tx, numbers, self.draft))
        counts = ImportCounts(
            total=read.total,
            valid=added,
            invalid=len(read.problems),
            duplicates=len(read.numbers) - len(numbers),
            dnc=len(numbers) - added,
            inserted=added,
        )
        return BatchOutcome(counts, _as_import_problems(read))


@dataclass(frozen=True)
class RegistryWork(_NumbersWork):
    """One run of an import into a version of a registry."""

    registry: Registry

    def store(self, tx: Transaction, read: ListedNumbers) -> BatchOutcome:
        """File a batch's numbers. Raises Conflict when somebody has removed the version."""
        registry = registries.find_registry(tx.session, self.registry.id, for_update=True)
        if registry is None or registry.status != "loading":
            raise Conflict("The registry was removed.")
        added = registries.add_registry_numbers(
            tx.session,
            registry_id=registry.id,
            serial=registry.serial,
            tenant_id=registry.tenant_id,
            numbers=[int(number) for number in read.numbers],
            problems=len(read.problems),
        )
        counts = ImportCounts(
            total=read.total,
            valid=added,
            invalid=len(read.problems),
            duplicates=len(read.numbers) - added,
            inserted=added,
        )
        return BatchOutcome(counts, _as_import_problems(read))


class SuppressionsKind:
    """Imports into the suppression list, a tenant's or one campaign's. `dnc` counts what was listed before."""

    def begin(self, services: Services, found: Import, file: ListFile) -> SuppressionsWork:
        """Prepare a run."""
        draft = SuppressionDraft(
            found.tenant_id, found.campaign_id, found.options["reason"], "upload", None, found.created_by
        )
        return SuppressionsWork(
            _numbers_of(found, file), found.options["region"], batch_rows=20_000, services=services, draft=draft
        )

    def end(self, services: Services, tx: Transaction, ended: Import) -> None:
        """Each batch has taken effect already."""


class RegistryKind:
    """Imports of a registry's version, which is consulted once all its numbers are there, and never before."""

    def begin(self, services: Services, found: Import, file: ListFile) -> RegistryWork:
        """Prepare a run. Raises Conflict when the version was removed meanwhile."""
        with services.transaction(found.tenant_id) as tx:
            registry = registries.find_registry_of_import(tx.session, found.id)
        if registry is None or registry.status != "loading":
            raise Conflict("The registry was removed.")
        return RegistryWork(_numbers_of(found, file), found.options["region"], batch_rows=200_000, registry=registry)

    def end(self, services: Services, tx: Transaction, ended: Import) -> None:
        """Put the version in the place of the last one, or give it up."""
        registry = registries.find_registry_of_import(tx.session, ended.id)
        if registry is not None:
            end_loading(services, tx, registry, is_whole=ended.status == ImportStatus.COMPLETED)


def end_loading(services: Services, tx: Transaction, registry: Registry, *, is_whole: bool) -> None:
    """Within the transaction that ends its loading: consult a version from now on, unless it is not to be trusted.

    One with fewer numbers than bad lines is not: it would lift the list that holds, and is probably no such list.
    """
    if registry.status != "loading":
        return
    if is_whole and registry.total > registry.problems:
        activate_registry(services, tx, registry)
    else:
        registries.end_registry(tx.session, registry.id, status="failed", now=services.clock.now())
        log.warning("registry_failed", registry_id=str(registry.id), total=registry.total, problems=registry.problems)


def number_options(file: NumberFile, region: str) -> dict[str, object]:
    """What an import has to remember about its file."""
    dialect = file.file.dialect.as_record()
    return {"dialect": dialect, "columns": list(file.columns), "is_split": file.is_split, "region": region}


def _numbers_of(found: Import, file: ListFile) -> NumberFile:
    return NumberFile(file, found.options["columns"], is_split=found.options["is_split"])


def _as_import_problems(read: ListedNumbers) -> list[ImportProblem]:
    positions: Counter[int] = Counter()
    found = []
    for problem in read.problems:
        found.append(
            ImportProblem(
                number=problem.row,
                position=positions[problem.row],
                severity="refused",
                field="phone",
                column_name="",
                code=problem.code,
                value=problem.value,
                message=problem.message,
            )
        )
        positions[problem.row] += 1
    return found


KINDS = cast("dict[str, ImportKind]", {SUPPRESSIONS: SuppressionsKind(), REGISTRY: RegistryKind()})
"""The kinds of this module by their names, for `usecases.import_kinds`."""
