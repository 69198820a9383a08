"""Tasks about many leads, erased people and old data, as the broker delivers them."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from dialer.domain.lead_filters import LeadFilter
from dialer.domain.principals import Principal, Role
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
