"""Sweeping imports, keeping their files, and the tasks that do it."""

import io
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Invalid, TooLarge
from dialer.domain.ids import ImportId
from dialer.domain.imports import MAX_FILE_BYTES, ImportStatus
from dialer.store import import_files
from dialer.usecases import imports
from dialer.usecases.imports import KeptFile, Upload
from tests.builders.campaigns import make_campaign
from tests.builders.imports import in_batches, load, make_list, queue_list, run
from workers import imports as tasks


@pytest.fixture
def queued(services: Any, ada: Any) -> ImportId:
    """An import of thirty rows that nobody has begun."""
    campaign = make_campaign(services, ada.tenant_id)
    return queue_list(services, ada.principal, campaign.id, make_list(30))


def chunks(owner_database: Any) -> int:
    with owner_database.transaction() as tx:
        return int(tx.session.execute(text("select count(*) from import_chunks")).scalar_one())


def sent(queue: Any, import_id: ImportId) -> list[str]:
    return [each.task for each in queue.sent if each.arguments.get("import_id") == str(import_id)]


def test_an_upload_is_sent_to_a_worker_and_found_again_when_the_message_is_lost(
    services: Any, queue: Any, queued: ImportId
) -> None:
    assert sent(queue, queued) == ["dialer.imports.run_import"]
    queue.clear()
    imports.sweep_imports(services)
    assert sent(queue, queued) == ["dialer.imports.run_import"]


def test_an_import_whose_runner_is_silent_for_half_a_minute_is_run_again(
    services: Any, ada: Any, queue: Any, queued: ImportId, clock: Any
) -> None:
    def vanish(batch: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(services, ada.principal, queued, in_batches(10, before_storing=vanish))
    queue.clear()
    clock.advance(seconds=29)
    imports.sweep_imports(services)
    assert sent(queue, queued) == []
    clock.advance(seconds=2)
    imports.sweep_imports(services)
    assert sent(queue, queued) == ["dialer.imports.run_import"]


def test_a_finished_imports_file_is_removed_and_its_record_stays(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    run(services, ada.principal, queued)
    assert chunks(owner_database) == 1
    for _ in range(2):
        imports.sweep_imports(services)
    assert chunks(owner_database) == 0
    assert load(services, ada.principal, queued).counts.inserted == 30


def test_a_failed_imports_file_is_kept_for_a_week(
    services: Any, queued: ImportId, owner_database: Any, clock: Any
) -> None:
    with owner_database.transaction() as tx:
        tx.session.execute(text("update imports set status = 'failed', finished_at = :now"), {"now": clock.now()})
    clock.advance(days=6)
    imports.sweep_imports(services)
    assert chunks(owner_database) == 1
    clock.advance(days=1, seconds=1)
    imports.sweep_imports(services)
    assert chunks(owner_database) == 0


def test_an_open_imports_file_is_never_removed(
    services: Any, queued: ImportId, owner_database: Any, clock: Any
) -> None:
    clock.advance(days=30)
    imports.sweep_imports(services)
    assert chunks(owner_database) == 1


def test_the_end_of_an_import_lets_the_next_one_begin(services: Any, ada: Any, queue: Any, queued: ImportId) -> None:
    queue.clear()
    run(services, ada.principal, queued)
    assert queue.names[-1] == "dialer.imports.sweep_imports"


def test_tasks_run_and_sweep(
    services: Any, ada: Any, queued: ImportId, monkeypatch: pytest.MonkeyPatch, owner_database: Any
) -> None:
    monkeypatch.setattr(tasks, "services", lambda: services)
    for _ in range(2):
        tasks.run_import(tenant_id=str(ada.tenant_id), import_id=str(queued))
    assert load(services, ada.principal, queued).status == ImportStatus.COMPLETED
    for _ in range(2):
        tasks.sweep_imports()
    assert chunks(owner_database) == 0


@pytest.mark.parametrize("size", [1, 1024 * 1024, 1024 * 1024 + 1, 2_500_000])
def test_a_kept_file_is_read_as_it_was_uploaded(
    services: Any, ada: Any, queued: ImportId, owner_database: Any, size: int
) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    with owner_database.transaction() as tx:
        tx.session.execute(text("delete from import_chunks"))
    with services.transaction(ada.tenant_id) as tx:
        upload = Upload.of_stream("a.csv", io.BytesIO(content))
        imports.keep_file(tx, upload, import_id=queued, tenant_id=ada.tenant_id)
    kept = KeptFile(services, tenant_id=ada.tenant_id, import_id=queued, size=size)
    for _ in range(2):
        with kept.source() as stream:
            assert stream.read(100) + stream.read() == content
    assert kept.bytes_read == size
    assert chunks(owner_database) == -(-size // import_files.CHUNK_BYTES)


def test_cleo_reads_no_piece_of_adas_files(services: Any, cleo: Any, queued: ImportId) -> None:
    kept = KeptFile(services, tenant_id=cleo.tenant_id, import_id=queued, size=10)
    with kept.source() as stream, pytest.raises(Invalid):
        stream.read()


def test_a_file_over_a_gigabyte_is_refused_before_it_is_read() -> None:
    def never() -> Any:
        raise AssertionError("it was read")

    with pytest.raises(TooLarge, match="1 GiB"):
        Upload("a.csv", MAX_FILE_BYTES + 1, never).head()


def test_a_file_without_a_byte_is_refused() -> None:
    with pytest.raises(Invalid, match="is empty"):
        Upload.of_bytes("a.csv", b"").head()


def test_a_files_name_is_kept_as_far_as_it_can_be_printed() -> None:
    assert Upload.of_bytes("li\u0000st\n\u202e.csv" + "x" * 400, b"x").filename == ("list.csv" + "x" * 400)[:300]
