"""The clock: one leader sends, the others stand by, and take over when he is gone."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from dialer.store.session import Database
from scheduler.jobs import JOBS, Job
from scheduler.leadership import LOCK_KEY, Leadership
from scheduler.main import LEADERSHIP_SECONDS, Clockwork, build_scheduler
from tests.conftest import DatabaseUrls
from tests.fakes import RecordingQueue


@pytest.fixture
def pair(fresh_database_urls: DatabaseUrls) -> Iterator[tuple[Leadership, Leadership]]:
    """Two schedulers on one database of their own."""
    both = (Leadership(fresh_database_urls.application), Leadership(fresh_database_urls.application))
    yield both
    for leadership in both:
        leadership.release()


def cut_off(urls: DatabaseUrls) -> int:
    """End every scheduler's connection that holds the lock; return how many there were."""
    database = Database(urls.application, pool_size=1)
    with database.transaction() as tx:
        ended = tx.session.execute(
            text(
                "select pg_terminate_backend(l.pid, 5000) from pg_locks l join pg_database d on d.oid = l.database "
                "where l.locktype = 'advisory' and l.granted and d.datname = current_database() "
                "and ((l.classid::bigint << 32) | l.objid::bigint) = :key"
            ),
            {"key": LOCK_KEY},
        ).all()
    database.dispose()
    return len(ended)


def leads_soon(leadership: Leadership) -> bool:
    """The server frees a lock when it has noticed that the connection was closed: a matter of milliseconds."""
    deadline = time.monotonic() + 5
    while not leadership.hold() and time.monotonic() < deadline:
        time.sleep(0.01)
    return leadership.hold()


def clockwork(leadership: Leadership) -> tuple[Clockwork, RecordingQueue, list[str]]:
    queue, beats = RecordingQueue(), []
    return Clockwork(queue, leadership, lambda: beats.append("beat")), queue, beats


def test_one_of_two_leads_and_goes_on_leading(pair: tuple[Leadership, Leadership]) -> None:
    first, second = pair
    for _ in range(3):
        assert (first.hold(), second.hold()) == (True, False)


def test_the_other_takes_over_when_the_leader_is_cut_off_and_there_is_never_a_second(
    pair: tuple[Leadership, Leadership], fresh_database_urls: DatabaseUrls
) -> None:
    first, second = pair
    assert (first.hold(), second.hold()) == (True, False)
    assert cut_off(fresh_database_urls) == 1
    assert second.hold(), "the next look is enough"
    assert not first.hold(), "it notices that it lost the lock"
    assert not first.hold(), "and stands by"
    second.release()
    assert leads_soon(first), "it can lead again"


def test_a_leader_who_is_cut_off_may_lead_again_if_nobody_else_does(
    pair: tuple[Leadership, Leadership], fresh_database_urls: DatabaseUrls
) -> None:
    first, _ = pair
    first.hold()
    cut_off(fresh_database_urls)
    assert not first.hold()
    assert first.hold()


def test_a_leader_who_leaves_frees_the_lock_at_once(pair: tuple[Leadership, Leadership]) -> None:
    first, second = pair
    first.hold()
    first.release()
    first.release()
    assert leads_soon(second)


def test_nobody_leads_without_a_database() -> None:
    assert not Leadership("postgresql://nobody@127.0.0.1:1/nothing").hold()


def test_the_server_too_notices_a_leader_whose_machine_is_gone(
    pair: tuple[Leadership, Leadership], fresh_database_urls: DatabaseUrls
) -> None:
    first, _ = pair
    first.hold()
    connection = first._connection
    assert connection is not None
    with connection.cursor() as cursor:
        cursor.execute("select name from pg_settings where name like 'tcp_%' and source = 'client'")
        set_by_us = {row[0] for row in cursor.fetchall()}
    assert set_by_us == {"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout"}


def test_only_the_leader_sends_and_both_say_that_they_live(pair: tuple[Leadership, Leadership]) -> None:
    (leader, sent, beats), (other, unsent, other_beats) = clockwork(pair[0]), clockwork(pair[1])
    for each in (leader, other):
        each.send(JOBS[0])
        each.watch()
        each.send(JOBS[0])
    assert (sent.names, unsent.names) == ([JOBS[0].task], [])
    assert (beats, other_beats) == (["beat"], ["beat"])


@pytest.mark.parametrize(("seconds", "expiry"), [(1, 2.0), (5, 5), (30, 30)])
def test_a_message_that_nobody_takes_until_the_next_one_expires(
    pair: tuple[Leadership, Leadership], seconds: float, expiry: float
) -> None:
    leader, queue, _ = clockwork(pair[0])
    leader.watch()
    leader.send(Job("dialer.calls.sweep_calls", seconds))
    assert [sent.expires_seconds for sent in queue.sent] == [expiry]


def test_the_table_becomes_jobs_none_of_which_runs_twice_at_once(pair: tuple[Leadership, Leadership]) -> None:
    leader, _, _ = clockwork(pair[0])
    scheduler = build_scheduler(leader)
    jobs = {job.id: job for job in scheduler.get_jobs()}
    assert set(jobs) == {"leadership", *(job.task for job in JOBS)}
    assert jobs["leadership"].trigger.interval.total_seconds() == LEADERSHIP_SECONDS
    assert {job.task: jobs[job.task].trigger.interval.total_seconds() for job in JOBS} == {
        job.task: job.seconds for job in JOBS
    }
    defaults = scheduler._job_defaults
    assert (defaults["coalesce"], defaults["max_instances"]) == (True, 1)


def test_takeover_takes_less_than_ten_seconds() -> None:
    assert LEADERSHIP_SECONDS + 8 <= 10, "the server's time-out for a vanished leader, and the look of the next"


def test_the_lock_is_free_for_others_with_another_key(
    pair: tuple[Leadership, Leadership], fresh_database_urls: DatabaseUrls
) -> None:
    pair[0].hold()
    database = Database(fresh_database_urls.application, pool_size=1)
    with database.transaction() as tx:
        tried = text("select pg_try_advisory_xact_lock(:key)")
        assert [tx.session.scalar(tried, {"key": key}) for key in (LOCK_KEY, LOCK_KEY + 1)] == [False, True]
    database.dispose()
