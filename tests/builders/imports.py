"""Imports for tests: lists as bytes, queued like large ones, run batch by batch as a worker would."""

from collections.abc import Callable, Iterable
from typing import Any

from dialer.domain.ids import CampaignId, ImportId
from dialer.domain.imports import ImportChoices
from dialer.domain.principals import Principal
from dialer.store import imports as store
from dialer.store.session import Transaction
from dialer.usecases import imports, lead_import
from dialer.usecases.import_kinds import KINDS
from dialer.usecases.imports import BatchOutcome, ImportReport, ImportWork, Kinds, Upload
from dialer.usecases.lead_import import ImportRequest
from dialer.usecases.lead_import.plan import plan_import
from dialer.usecases.lead_import.upload import queue_import
from dialer.usecases.list_files import RowBatch
from dialer.usecases.services import Services


def make_list(rows: int, *, first: int = 0, bad: Iterable[int] = ()) -> bytes:
    """A CSV of so many people, the n-th with the number that `phone_of` gives; `bad` rows have none."""
    without = set(bad)
    lines = [f"{'none' if n in without else phone_of(n)},Person {n}" for n in range(first, first + rows)]
    return "\n".join(["phone,first_name", *lines, ""]).encode()


def phone_of(n: int) -> str:
    """A valid American number; scattered, so that files are in no order."""
    return f"+1415{2_000_000 + n * 7_919 % 7_000_000:07d}"


def upload_list(
    services: Services, actor: Principal, campaign_id: CampaignId, content: bytes, **options: Any
) -> ImportReport:
    """Import a list as the API does; `options` are those of ImportRequest and ImportChoices."""
    return lead_import.import_leads(
        services, actor=actor, request=_request(campaign_id, options), upload=Upload.of_bytes("list.csv", content)
    )


def queue_list(
    services: Services, actor: Principal, campaign_id: CampaignId, content: bytes, **options: Any
) -> ImportId:
    """Queue a list, however small, as a large one would be."""
    request, file = _request(campaign_id, options), Upload.of_bytes("list.csv", content)
    plan = plan_import(services, actor=actor, request=request, upload=file)
    return queue_import(services, actor=actor, plan=plan)


def _request(campaign_id: CampaignId, options: dict[str, Any]) -> ImportRequest:
    chosen = {name: options.pop(name) for name in list(options) if name in ImportChoices.__dataclass_fields__}
    return ImportRequest(campaign_id, **options, choices=ImportChoices(**chosen))


def run(services: Services, actor: Principal, import_id: ImportId, kinds: Kinds = KINDS, *, seats: int = 1) -> None:
    """Run an import as a worker does."""
    imports.run_import(services, kinds, tenant_id=actor.tenant_id, import_id=import_id, workplace="test", seats=seats)


def in_batches(
    rows: int,
    *,
    before_reading: Callable[[int], object] = lambda batch: None,
    before_storing: Callable[[int], object] = lambda batch: None,
) -> Kinds:
    """Leads in batches of so few rows; the callables are told the number of each batch, from 0, in its own thread."""
    return {"leads": _SmallBatches(rows, before_reading, before_storing)}


class _SmallBatches:
    def __init__(self, rows: int, before_reading: Callable[[int], object], before_storing: Callable[[int], object]):
        self._rows = rows
        self._before_reading = before_reading
        self._before_storing = before_storing

    def begin(self, services: Services, found: store.Import, file: Any) -> ImportWork:
        work = KINDS["leads"].begin(services, found, file)
        return _Stepwise(work, self._rows, self._before_reading, self._before_storing)

    def end(self, services: Services, tx: Transaction, ended: store.Import) -> None:
        KINDS["leads"].end(services, tx, ended)


class _Stepwise:
    def __init__(
        self,
        work: ImportWork,
        rows: int,
        before_reading: Callable[[int], object],
        before_storing: Callable[[int], object],
    ):
        self.batch_rows = rows
        self._work = work
        self._before_reading = before_reading
        self._before_storing = before_storing
        self._read = self._stored = 0

    def read(self, batch: RowBatch) -> Any:
        self._before_reading(self._read)
        self._read += 1
        return self._work.read(batch)

    def store(self, tx: Transaction, read: Any) -> BatchOutcome:
        self._before_storing(self._stored)
        self._stored += 1
        return self._work.store(tx, read)


def load(services: Services, actor: Principal, import_id: ImportId) -> store.Import:
    """The import as stored."""
    return imports.load_import(services, actor=actor, import_id=import_id).stored
