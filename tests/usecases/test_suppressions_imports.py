"""Lists of numbers that workers go through: resumed where they were, each number counted once, in effect at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dialer.domain.ids import ImportId
from dialer.store.imports import Import
from dialer.store.session import Transaction
from dialer.usecases import imports, suppressions_uploads
from dialer.usecases import suppressions_imports as kinds
from dialer.usecases.imports import Upload
from dialer.usecases.list_files import ListFile, RowBatch
from dialer.usecases.services import Services
from dialer.usecases.suppressions_uploads import QueuedUpload
from tests.builders.floor import Floor, open_floor
from tests.builders.leads import make_lead
from tests.builders.registries import make_registry
from tests.store.suppressed import held_among

NUMBERS = [f"+141555526{ending:02}" for ending in range(10)]
LIST = "\n".join([*NUMBERS, NUMBERS[0], "bad"]).encode() + b"\n"


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions_uploads, "MAX_NUMBERS_AT_ONCE", 0)


@pytest.fixture
def floor(services: Services, ada: Any) -> Floor:
    return open_floor(services, ada.tenant_id)


@dataclass
class Fragile:
    """A kind of import with three rows to a batch, whose worker is killed after some batches."""

    kind: Any
    batches_until_death: int

    def begin(self, services: Services, found: Import, file: ListFile) -> Any:
        return _FragileWork(self, replace(self.kind.begin(services, found, file), batch_rows=3))

    def end(self, services: Services, tx: Transaction, ended: Import) -> None:
        self.kind.end(services, tx, ended)


@dataclass
class _FragileWork:
    kind: Fragile
    work: Any
    batch_rows: int = 3

    def read(self, batch: RowBatch) -> Any:
        return self.work.read(batch)

    def store(self, tx: Transaction, read: Any) -> Any:
        outcome = self.work.store(tx, read)
        self.kind.batches_until_death -= 1
        if self.kind.batches_until_death < 0:
            # Stored, and not committed.
            raise ConnectionError("the worker is killed")
        return outcome


def run(services: Services, caller: Any, import_id: ImportId, *, batches_until_death: int = 100) -> Import:
    """One worker's turn; the import as it stands then."""
    fragile = {name: Fragile(kind, batches_until_death) for name, kind in kinds.KINDS.items()}
    imports.run_import(services, fragile, tenant_id=caller.tenant_id, import_id=import_id, workplace="here", seats=1)
    return imports.load_import(services, actor=caller.principal, import_id=import_id).stored


def upload_list(services: Services, caller: Any, content: bytes = LIST, **how: Any) -> ImportId:
    queued = suppressions_uploads.upload_suppressions(
        services, actor=caller.principal, upload=Upload.of_bytes("dnc.csv", content), **{"campaign_id": None, **how}
    )
    assert isinstance(queued, QueuedUpload)
    return queued.import_id


def upload_registry(services: Services, caller: Any, content: bytes = LIST) -> Any:
    return suppressions_uploads.upload_registry(
        services, actor=caller.principal, upload=Upload.of_bytes("ndnc.txt", content), name="NDNC",
        jurisdiction="US", published_on=services.clock.now().date(),
    )  # fmt: skip


def statuses(floor: Floor) -> Iterator[str]:
    return (row.status for row in floor.rows("select status from dnc_registries order by serial"))


@pytest.mark.parametrize("batches_until_death", [0, 1, 3])
def test_a_list_whose_worker_is_killed_is_finished_by_the_next_with_every_number_counted_once(
    services: Services, ada: Any, floor: Floor, batches_until_death: int
) -> None:
    import_id = upload_list(services, ada)
    halfway = run(services, ada, import_id, batches_until_death=batches_until_death)
    assert (halfway.status, halfway.rows_done) == ("running", 3 * batches_until_death)
    done = run(services, ada, import_id)
    assert (done.status, done.counts.total, done.counts.inserted) == ("completed", 12, 10)
    # The repeated number came in a later batch: by then it was on the list.
    assert (done.counts.dnc, done.counts.duplicates, done.counts.invalid) == (1, 0, 1)
    assert [row.phone_normalized for row in floor.rows("select * from suppressions order by 4")] == NUMBERS


def test_numbers_of_a_list_hold_as_soon_as_their_batch_is_stored(services: Services, ada: Any, floor: Floor) -> None:
    early, late = (
        make_lead(services, ada.tenant_id, campaign_id=floor.campaign_id, phone=number)
        for number in (NUMBERS[0], NUMBERS[9])
    )
    import_id = upload_list(services, ada, reason="register")
    run(services, ada, import_id, batches_until_death=1)
    assert [floor.lead(lead.id).status for lead in (early, late)] == ["dnc", "pending"]
    run(services, ada, import_id)
    assert floor.lead(late.id).status == "dnc"
    assert {row.reason for row in floor.rows("select reason from suppressions")} == {"register"}


def test_a_campaigns_list_is_its_own(services: Services, ada: Any, floor: Floor) -> None:
    run(services, ada, upload_list(services, ada, campaign_id=floor.campaign_id))
    other = open_floor(services, ada.tenant_id)
    assert len(held_among(services, ada.tenant_id, NUMBERS, campaign_id=floor.campaign_id)) == 10
    assert held_among(services, ada.tenant_id, NUMBERS, campaign_id=other.campaign_id) == {}


def test_bad_lines_are_reported_with_their_rows(services: Services, ada: Any) -> None:
    import_id = upload_list(services, ada, b"phone,mobile\nbad,worse\n4155552671,x\n")
    run(services, ada, import_id)
    problems = imports.load_import(services, actor=ada.principal, import_id=import_id).problems
    assert [(problem.number, problem.value, problem.code) for problem in problems] == [
        (2, "bad", "not_a_number"), (2, "worse", "not_a_number"), (3, "x", "not_a_number"),
    ]  # fmt: skip


@pytest.mark.parametrize("batches_until_death", [0, 2])
def test_a_half_loaded_registry_is_consulted_by_nobody_and_the_whole_one_by_all(
    services: Services, ada: Any, floor: Floor, batches_until_death: int
) -> None:
    make_registry(services, ada.tenant_id, ["+14155550199"], name="NDNC")
    registry = upload_registry(services, ada)
    run(services, ada, registry.import_id, batches_until_death=batches_until_death)
    assert list(statuses(floor)) == ["active", "loading"]
    assert set(held_among(services, ada.tenant_id, [*NUMBERS, "+14155550199"])) == {"+14155550199"}
    run(services, ada, registry.import_id)
    assert list(statuses(floor)) == ["superseded", "active"]
    assert set(held_among(services, ada.tenant_id, [*NUMBERS, "+14155550199"])) == set(NUMBERS)
    (loaded,) = floor.rows("select total, problems from dnc_registries where status = 'active'")
    assert (loaded.total, loaded.problems) == (10, 1)


def test_a_registry_of_mostly_bad_lines_does_not_lift_the_one_that_holds(
    services: Services, ada: Any, floor: Floor
) -> None:
    make_registry(services, ada.tenant_id, NUMBERS, name="NDNC")
    registry = upload_registry(services, ada, b"4155550199\n" + b"bad\n" * 3)
    run(services, ada, registry.import_id)
    assert list(statuses(floor)) == ["active", "failed"]


def test_a_registry_whose_import_is_cancelled_or_that_is_removed_is_given_up(
    services: Services, ada: Any, floor: Floor
) -> None:
    from dialer.usecases import registries

    cancelled, removed = upload_registry(services, ada), upload_registry(services, ada)
    imports.cancel_import(services, kinds.KINDS, actor=ada.principal, import_id=cancelled.import_id)
    run(services, ada, removed.import_id, batches_until_death=1)
    registries.remove_registry(services, actor=ada.principal, registry_id=removed.id)
    ended = run(services, ada, removed.import_id)
    assert list(statuses(floor)) == ["failed", "removed"]
    assert (ended.status, "removed" in str(ended.failure)) == ("failed", True)


def test_planned_calls_to_numbers_of_a_new_registry_are_looked_at_again(
    services: Services, ada: Any, floor: Floor
) -> None:
    floor.change("update campaigns set consent_on_record = false")
    floor.console_agent()
    floor.leads(1, phone=NUMBERS[3])
    (planned,) = floor.plan()
    run(services, ada, upload_registry(services, ada).import_id)
    assert floor.call(planned).state == "cancelled"
