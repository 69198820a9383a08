"""Imports in the background: whatever interrupts them, no row is lost and none is doubled."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Unavailable
from dialer.domain.ids import ImportId
from dialer.domain.imports import ImportStatus
from dialer.usecases import imports
from dialer.usecases.campaigns import cancel_campaign
from dialer.usecases.import_kinds import KINDS
from dialer.usecases.imports.run import _Run
from tests.builders.campaigns import make_campaign
from tests.builders.imports import in_batches, load, make_list, queue_list, run, upload_list
from tests.builders.leads import make_lead
from tests.store.races import at_once

ROWS = 100
BAD = (10, 55)


@pytest.fixture
def campaign(services: Any, ada: Any) -> Any:
    """A draft of Ada's."""
    return make_campaign(services, ada.tenant_id)


@pytest.fixture
def queued(services: Any, ada: Any, campaign: Any, queue: Any) -> ImportId:
    """An import of 100 rows, two of them bad, that nobody has begun."""
    import_id = queue_list(services, ada.principal, campaign.id, make_list(ROWS, bad=BAD))
    queue.clear()
    return import_id


def stumble(at: int) -> Callable[[int], None]:
    """Fail at a batch, with nothing that anybody foresaw."""

    def fail(batch: int) -> None:
        if batch == at:
            raise RuntimeError("somebody tripped over the cable")

    return fail


def numbers(owner_database: Any) -> list[str]:
    with owner_database.transaction() as tx:
        return list(tx.session.execute(text("select phone_normalized from leads order by id")).scalars())


def assert_complete(services: Any, ada: Any, import_id: ImportId, owner_database: Any) -> None:
    """Every row is dealt with, once."""
    found = load(services, ada.principal, import_id)
    assert (found.status, found.failure) == (ImportStatus.COMPLETED, None)
    assert (found.counts.total, found.counts.inserted, found.counts.invalid) == (ROWS, ROWS - 2, 2)
    stored = numbers(owner_database)
    assert len(stored) == len(set(stored)) == ROWS - 2
    report = imports.load_import(services, actor=ada.principal, import_id=import_id)
    assert [problem.number for problem in report.problems] == [12, 57]


def test_a_worker_imports_what_was_queued(services: Any, ada: Any, queued: ImportId, owner_database: Any) -> None:
    run(services, ada.principal, queued)
    assert_complete(services, ada, queued, owner_database)


def test_people_stand_on_their_list_in_the_order_of_the_file(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    run(services, ada.principal, queued, in_batches(7))
    with owner_database.transaction() as tx:
        names = tx.session.execute(text("select first_name from leads order by id")).scalars().all()
    assert names == [f"Person {n}" for n in range(ROWS) if n not in BAD]


@pytest.mark.parametrize("at", [0, 1, 7])
def test_a_run_that_broke_off_is_taken_up_where_it_was(
    services: Any, ada: Any, queued: ImportId, owner_database: Any, at: int
) -> None:
    run(services, ada.principal, queued, in_batches(7, before_storing=stumble(at)))
    assert len(numbers(owner_database)) == at * 7 - (1 if at > 1 else 0), "what was stored before stays"
    run(services, ada.principal, queued, in_batches(9))
    assert_complete(services, ada, queued, owner_database)


def test_a_run_that_broke_off_while_reading_loses_nothing(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    run(services, ada.principal, queued, in_batches(7, before_reading=stumble(3)))
    run(services, ada.principal, queued)
    assert_complete(services, ada, queued, owner_database)


def test_what_fails_three_times_at_one_row_ends_there_and_says_so(services: Any, ada: Any, queued: ImportId) -> None:
    kinds = in_batches(10, before_storing=stumble(4))
    run(services, ada.principal, queued, kinds)
    assert load(services, ada.principal, queued).status == ImportStatus.RUNNING
    stuck = in_batches(10, before_storing=stumble(0))
    run(services, ada.principal, queued, stuck)
    assert load(services, ada.principal, queued).status == ImportStatus.RUNNING
    run(services, ada.principal, queued, stuck)
    report = imports.load_import(services, actor=ada.principal, import_id=queued)
    assert report.stored.status == ImportStatus.FAILED
    assert report.stored.failure == (
        "Rows 2 to 41 of the file are dealt with, row 42 and those after it are not: "
        "Something unexpected happened (RuntimeError)."
    )
    assert report.stored.counts.inserted == 39
    assert report.advice is not None
    assert "upload it again" in report.advice


def test_progress_in_between_begins_the_count_of_tries_anew(services: Any, ada: Any, queued: ImportId) -> None:
    for _ in range(4):
        run(services, ada.principal, queued, in_batches(10, before_storing=stumble(1)))
    found = load(services, ada.principal, queued)
    assert (found.status, found.rows_done) == (ImportStatus.RUNNING, 40)


def test_a_row_that_kills_its_worker_three_times_ends_the_import(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    with owner_database.transaction() as tx:
        tx.session.execute(text("update imports set tries = 3, status = 'running'"))
    run(services, ada.principal, queued)
    found = load(services, ada.principal, queued)
    assert found.status == ImportStatus.FAILED
    assert found.failure == "No row was imported: The import was stopped there three times."


def test_a_database_that_is_away_costs_a_try_and_nothing_else(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    def go_away(batch: int) -> None:
        if batch == 1:
            raise Unavailable("The database cannot be reached at the moment.")

    run(services, ada.principal, queued, in_batches(10, before_storing=go_away))
    found = load(services, ada.principal, queued)
    assert (found.status, found.failure, found.rows_done) == (ImportStatus.RUNNING, None, 10)
    run(services, ada.principal, queued)
    assert_complete(services, ada, queued, owner_database)


def test_a_restart_of_the_database_in_the_middle_loses_and_doubles_nothing(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    others = text(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
    )

    def restart(batch: int) -> None:
        if batch == 4:
            with services.transaction() as tx:
                tx.session.execute(others)

    run(services, ada.principal, queued, in_batches(10, before_storing=restart))
    services.database.dispose()
    assert load(services, ada.principal, queued).rows_done == 40
    run(services, ada.principal, queued)
    assert_complete(services, ada, queued, owner_database)


def test_two_runners_that_know_nothing_of_each_other_store_no_row_twice(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    """Past the lock that keeps them apart: the guard on the place in the file must do by itself."""
    at_once(*[_Run(services, in_batches(5), ada.tenant_id, queued).work for _ in range(2)])
    run(services, ada.principal, queued)
    assert_complete(services, ada, queued, owner_database)


def test_an_import_that_is_being_run_is_left_to_its_runner(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    tries = []

    def try_too(batch: int) -> None:
        run(services, ada.principal, queued)
        tries.append(load(services, ada.principal, queued).tries)

    run(services, ada.principal, queued, in_batches(50, before_reading=try_too))
    assert set(tries) == {1}
    assert_complete(services, ada, queued, owner_database)


def test_a_workplace_runs_no_more_imports_than_it_has_seats(
    services: Any, ada: Any, campaign: Any, queued: ImportId
) -> None:
    other = queue_list(services, ada.principal, campaign.id, make_list(3, first=500))
    statuses = []

    def try_other(batch: int) -> None:
        run(services, ada.principal, other)
        statuses.append(load(services, ada.principal, other).status)

    run(services, ada.principal, queued, in_batches(200, before_reading=try_other))
    assert set(statuses) == {ImportStatus.QUEUED}
    run(services, ada.principal, other)
    assert load(services, ada.principal, other).status == ImportStatus.COMPLETED


def test_cancelling_stops_before_the_next_batch_and_keeps_what_is_there(
    services: Any, ada: Any, queued: ImportId, owner_database: Any
) -> None:
    def cancel(batch: int) -> None:
        if batch == 3:
            imports.cancel_import(services, KINDS, actor=ada.principal, import_id=queued)

    run(services, ada.principal, queued, in_batches(10, before_reading=cancel))
    found = load(services, ada.principal, queued)
    assert found.status == ImportStatus.CANCELLED
    assert found.counts.total == found.rows_done == len(numbers(owner_database)) + found.counts.invalid
    assert found.rows_done in (20, 30), "the third batch was being stored, or was not yet"
    run(services, ada.principal, queued)
    assert load(services, ada.principal, queued).rows_done == found.rows_done


def test_a_campaign_that_is_cancelled_meanwhile_ends_its_import(
    services: Any, ada: Any, campaign: Any, queued: ImportId
) -> None:
    def cancel(batch: int) -> None:
        if batch == 2:
            cancel_campaign(services, actor=ada.principal, campaign_id=campaign.id)

    run(services, ada.principal, queued, in_batches(10, before_reading=cancel))
    found = load(services, ada.principal, queued)
    assert found.status == ImportStatus.FAILED
    assert "the campaign is cancelled" in (found.failure or "").lower()


def test_a_file_that_is_gone_is_asked_for_again(services: Any, ada: Any, queued: ImportId, owner_database: Any) -> None:
    with owner_database.transaction() as tx:
        tx.session.execute(text("delete from import_chunks"))
    run(services, ada.principal, queued)
    found = load(services, ada.principal, queued)
    assert (found.status, "upload it again" in (found.failure or "")) == (ImportStatus.FAILED, True)


def test_browsers_are_told_how_far_it_is_once_a_second_and_of_the_end(
    services: Any, ada: Any, queued: ImportId, feed: Any, clock: Any
) -> None:
    run(services, ada.principal, queued, in_batches(10, before_storing=lambda _: clock.advance(seconds=0.4)))
    told = [event.payload for event in feed.to_tenants if event.event == "import:progress"]
    assert [payload["status"] for payload in told] == ["running"] * (len(told) - 1) + ["completed"]
    assert 4 <= len(told) <= 6, "eleven batches in 4.4 seconds"
    assert told[-1]["percent"] == 100.0
    assert told[-1]["results"] == vars(load(services, ada.principal, queued).counts)
    assert feed.events[-1] == "import:progress"
    assert feed.events.count("leads:imported") == 1


def test_people_for_an_active_campaign_are_called_when_it_is_done(services: Any, ada: Any, queue: Any) -> None:
    active = make_campaign(services, ada.tenant_id, status="active")
    import_id = queue_list(services, ada.principal, active.id, make_list(3))
    queue.clear()
    run(services, ada.principal, import_id)
    assert "dialer.dialing.pace_campaign" in queue.names


def test_uploading_again_after_a_failure_brings_the_rest_and_nothing_twice(
    services: Any, ada: Any, campaign: Any, queued: ImportId, owner_database: Any
) -> None:
    run(services, ada.principal, queued, in_batches(10, before_storing=stumble(4)))
    again = upload_list(services, ada.principal, campaign.id, make_list(ROWS, bad=BAD))
    assert (again.stored.counts.inserted, again.stored.counts.duplicates) == (ROWS - 2 - 39, 39)
    assert len(set(numbers(owner_database))) == len(numbers(owner_database)) == ROWS - 2


def test_a_list_that_is_deleted_meanwhile_leaves_the_rest_to_the_first_list(
    services: Any, ada: Any, campaign: Any, owner_database: Any
) -> None:
    import_id = queue_list(services, ada.principal, campaign.id, make_list(20), list_name="Autumn")
    make_lead(services, ada.tenant_id, campaign_id=campaign.id)
    with owner_database.transaction() as tx:
        tx.session.execute(text("delete from lists where name = 'Autumn'"))
    run(services, ada.principal, import_id)
    with owner_database.transaction() as tx:
        lists = tx.session.execute(text("select distinct list_id from leads")).scalars().all()
    assert lists == [campaign.id]


def test_a_file_that_cannot_be_read_to_its_end_keeps_what_was_read_and_says_where_it_stopped(
    services: Any, ada: Any, campaign: Any
) -> None:
    content = make_list(300) + b"+14155550000," + b"x" * 1_500_000 + b"\n" + make_list(50, first=300)
    import_id = queue_list(services, ada.principal, campaign.id, content)
    run(services, ada.principal, import_id, in_batches(100))
    found = load(services, ada.principal, import_id)
    assert found.status == ImportStatus.FAILED
    assert found.counts.inserted == found.rows_done > 0
    assert f"row {found.rows_done + 2} and those after it are not" in (found.failure or "")
    assert "a line of more than a million characters" in (found.failure or "")


def test_characters_that_could_only_be_guessed_are_pointed_out(services: Any, ada: Any, campaign: Any) -> None:
    content = make_list(20_000) + "+14155550199,Zoë\n".encode("cp1252")
    import_id = queue_list(services, ada.principal, campaign.id, content)
    run(services, ada.principal, import_id)
    warned = imports.stream_problems(services, actor=ada.principal, import_id=import_id, severity="warning")
    assert [problem.code for problem in warned] == ["unreadable_characters"]


def test_a_file_of_bad_rows_alone_is_completed_with_every_reason(services: Any, ada: Any, campaign: Any) -> None:
    import_id = queue_list(services, ada.principal, campaign.id, make_list(50, bad=range(50)))
    run(services, ada.principal, import_id, in_batches(20))
    found = load(services, ada.principal, import_id)
    assert (found.status, found.counts.invalid, found.counts.inserted) == (ImportStatus.COMPLETED, 50, 0)
    assert len(list(imports.stream_problems(services, actor=ada.principal, import_id=import_id))) == 50
