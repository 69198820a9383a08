"""Tasks about many leads, erased people and old data, as the broker delivers them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dialer.domain.ids import TenantId
from dialer.domain.lead_filters import LeadFilter
from dialer.domain.principals import Principal, Role
from dialer.store import bulk_jobs
from dialer.store.work_seats import take_seat
from dialer.usecases import bulk_leads, erasure, retention
from dialer.usecases.bulk_leads import BulkChange
from dialer.usecases.retention import RetentionDays
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.fakes import FrozenClock
from workers import app

app.loader.import_default_modules()
NAMES = sorted(name for name, task in app.tasks.items() if task.__module__ == "workers.bulk" and "sweep" in name)


@pytest.fixture
def floor(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    """The floor that the tasks of this process work on."""
    monkeypatch.setattr("workers.bulk.services", lambda: services)
    return open_floor(services)


@pytest.fixture
def admin(floor: Floor) -> Principal:
    """Somebody who may."""
    return Principal(floor.tenant_id, None, Role.ADMIN, session_id="")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_sweeps_may_run_at_any_time_and_twice(floor: Floor, clock: FrozenClock, name: str) -> None:
    call_id, _ = open_conversation(floor)
    before = floor.call(call_id)
    clock.advance(seconds=1)
    for _ in range(2):
        app.tasks[name]()
    assert floor.call(call_id) == before


def test_a_job_is_carried_on_by_its_task_and_found_by_its_sweep(
    floor: Floor, admin: Principal, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_leads, "BATCH_LEADS", 1)
    floor.leads(2, status="failed")
    job = bulk_leads.start_bulk_change(
        floor.services, actor=admin, campaign_id=floor.campaign_id, chosen=LeadFilter(), change=BulkChange("reset", {})
    )
    clock.advance(seconds=61)
    floor.queue.sent.clear()
    app.tasks["dialer.imports.sweep_bulk_jobs"]()
    (sent,) = floor.queue.sent
    for _ in range(2):
        app.tasks[sent.task](**sent.arguments)
    assert sent.arguments == {"tenant_id": str(floor.tenant_id), "job_id": str(job.id)}
    assert [(row.status, row.done) for row in floor.rows("select status, done from bulk_jobs")] == [("done", 2)]


@pytest.fixture
def jobs(floor: Floor, admin: Principal, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Two jobs of one tenant, then one of Cleo's: the arguments of their tasks."""
    monkeypatch.setattr(bulk_leads, "BATCH_LEADS", 1)
    cleo = open_floor(floor.services)
    arguments = []
    for owner in (floor, floor, cleo):
        owner.leads(2, status="failed")
        actor = replace(admin, tenant_id=owner.tenant_id)
        floor.services.clock.advance(seconds=1)  # type: ignore[attr-defined]
        job = bulk_leads.start_bulk_change(
            floor.services, actor=actor, campaign_id=owner.campaign_id, chosen=LeadFilter(),
            change=BulkChange("reset", {}),
        )  # fmt: skip
        arguments.append({"tenant_id": str(owner.tenant_id), "job_id": str(job.id)})
    floor.services.clock.advance(seconds=1)  # type: ignore[attr-defined]
    floor.queue.sent.clear()
    return arguments


def take_turn(floor: Floor, job: dict[str, str], *, seconds: float = 20.0) -> list[str]:
    """Work on a job for one turn at a worker with one seat; whose jobs are sent for next."""
    floor.queue.clear()
    bulk_leads.take_turn_at_bulk_job(
        floor.services, tenant_id=TenantId(UUID(job["tenant_id"])), job_id=UUID(job["job_id"]), workplace="here",
        seats=1, seconds=seconds,
    )  # fmt: skip
    return [str(sent.arguments["job_id"]) for sent in floor.queue.sent]


def test_after_a_turn_the_job_of_another_tenant_is_next_and_nobodys_is_forgotten(
    floor: Floor, jobs: list[dict[str, str]]
) -> None:
    first, second, cleos = (job["job_id"] for job in jobs)
    assert take_turn(floor, jobs[0], seconds=-1) == [second, cleos]
    floor.services.clock.advance(seconds=1)  # type: ignore[attr-defined]
    assert take_turn(floor, jobs[2], seconds=-1) == [second, cleos], "the first of its tenant is the longest untouched"
    assert take_turn(floor, jobs[2]) == [second, first]
    assert take_turn(floor, jobs[1]) == [first]
    assert take_turn(floor, jobs[0]) == []


def test_without_a_free_seat_a_job_waits_and_nobody_is_sent_for(floor: Floor, jobs: list[dict[str, str]]) -> None:
    with take_seat(floor.services.database, workplace="here", kind="bulk", seats=1) as has_seat:
        assert has_seat
        assert take_turn(floor, jobs[0]) == []
        with take_seat(floor.services.database, workplace="here", kind="import", seats=1) as has_another:
            assert has_another, "imports have seats of their own"
    assert len(take_turn(floor, jobs[0])) == 2


def test_a_message_about_a_job_that_another_works_on_begets_no_messages(
    floor: Floor, jobs: list[dict[str, str]]
) -> None:
    with floor.services.transaction(floor.tenant_id) as tx:
        assert bulk_jobs.lock_job(tx.session, UUID(jobs[0]["job_id"]), wait=True) is not None
        assert take_turn(floor, jobs[0]) == []


def test_erased_people_old_leads_and_their_recordings_go_by_their_tasks(
    floor: Floor, admin: Principal, clock: FrozenClock
) -> None:
    (called,) = floor.leads(1)
    floor.console_agent()
    call_id = floor.dial()
    erasure.erase_person(floor.services, actor=admin, lead_id=called)
    (old,) = floor.leads(1, status="completed")
    floor.change("update calls set state = 'failed', recording_sid = 'RE1' where id = :id", id=call_id)
    floor.change("update leads set status = 'failed' where id = :id", id=called)
    floor.change("update leads set created_at = created_at - interval '2 days' where id = :id", id=old)
    retention.set_retention(floor.services, actor=admin, days=RetentionDays(leads_days=1))
    clock.advance(seconds=timedelta(seconds=6).total_seconds())
    for name in ("sweep_erasures", "sweep_retention", "sweep_recordings"):
        app.tasks[f"dialer.imports.{name}"]()
    bare = {UUID(str(row.id)) for row in floor.rows("select id from leads where erased_at is not null")}
    assert bare == {called, old}
    assert floor.carrier.done == [("delete_recording", "RE1", "")]
