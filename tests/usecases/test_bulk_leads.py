"""Changing many leads: moves, copies, deletions, and jobs that outlive their workers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dialer.domain.ids import CampaignId, LeadId, ListId
from dialer.domain.lead_filters import LeadFilter
from dialer.domain.principals import Principal, Role
from dialer.store import bulk_jobs
from dialer.store.bulk_jobs import BulkJob
from dialer.store.leads import insert_phones
from dialer.usecases import bulk_actions, bulk_leads
from dialer.usecases.bulk_leads import BulkChange
from tests.builders.calls import make_conversation
from tests.builders.campaigns import make_campaign
from tests.builders.floor import Floor
from tests.builders.leads import make_lead
from tests.store.races import at_once


@pytest.fixture
def admin(floor: Floor) -> Principal:
    """Somebody who may."""
    (user,) = floor.rows("insert into users (id, tenant_id, email, password_hash, first_name, last_name, role, "
                         "is_active, created_at) values (gen_random_uuid(), :tenant, 'dana@example.com', '', 'Dana', "
                         "'', 'admin', true, now()) returning id", tenant=floor.tenant_id)  # fmt: skip
    return Principal(floor.tenant_id, user.id, Role.ADMIN, session_id="")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two leads to a batch, and more than two are a job for a worker."""
    monkeypatch.setattr(bulk_leads, "BATCH_LEADS", 2)
    monkeypatch.setattr(bulk_jobs, "_FIND_LEADS", bulk_jobs._FIND_LEADS.replace("/ 5000", "/ 2"))


def start(floor: Floor, admin: Principal, change: BulkChange, chosen: LeadFilter | None = None) -> BulkJob:
    return bulk_leads.start_bulk_change(
        floor.services, actor=admin, campaign_id=floor.campaign_id, chosen=chosen or LeadFilter(), change=change
    )


def run(floor: Floor, job: BulkJob) -> None:
    bulk_leads.run_bulk_job(floor.services, tenant_id=floor.tenant_id, job_id=job.id)


def load(floor: Floor, admin: Principal, job: BulkJob) -> BulkJob:
    return bulk_leads.load_bulk_job(floor.services, actor=admin, job_id=job.id)


def move_to(campaign_id: CampaignId, **more: Any) -> BulkChange:
    return BulkChange("move", {}, to_campaign_id=campaign_id, **more)


RESET = BulkChange("reset", {})
SWEEP = {"dialer.imports.run_bulk_job"}


def test_a_lead_moves_with_all_but_its_history(floor: Floor, admin: Principal) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    (lead_id,) = floor.leads(1, call_attempts=2, custom_fields={"a": 1}, locality_id=0)
    call_id = make_conversation(
        floor.services.database, tenant_id=floor.tenant_id, agent_id=floor.console_agent(),
        campaign_id=floor.campaign_id, lead_id=lead_id,
    )  # fmt: skip
    job = start(floor, admin, move_to(other.id))
    lead = floor.lead(lead_id)
    assert (job.status, job.done) == ("done", 1)
    assert (lead.campaign_id, lead.list_id, lead.call_attempts, lead.custom_fields) == (other.id, other.id, 0, {"a": 1})
    assert floor.call(call_id).campaign_id == floor.campaign_id
    assert floor.rows("select 1 from list_localities where list_id = :id", id=other.id)


def test_where_a_callee_is_is_found_out_anew_if_the_campaigns_differ_in_how(floor: Floor, admin: Principal) -> None:
    loose = make_campaign(floor.services, floor.tenant_id, calling_profile="address_first")
    floor.change("insert into localities (signature, jurisdictions, time_zones) values ('x', '{US}', '{UTC}') "
                 "on conflict do nothing")  # fmt: skip
    (place,) = floor.rows("select id from localities where signature = 'x'")
    (lead_id,) = floor.leads(1)
    floor.change("update leads set locality_id = :place", place=place.id)
    start(floor, admin, move_to(loose.id))
    assert floor.lead(lead_id).locality_id == 0
    start_back = BulkChange("copy", {}, to_campaign_id=floor.campaign_id)
    bulk_leads.start_bulk_change(
        floor.services, actor=admin, campaign_id=loose.id, chosen=LeadFilter(), change=start_back
    )
    assert {row.locality_id for row in floor.rows("select locality_id from leads")} == {0}


def test_a_number_that_the_campaign_has_stays_behind(floor: Floor, admin: Principal) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    known, new = floor.leads(2)
    make_lead(floor.services, floor.tenant_id, campaign_id=other.id, phone=floor.lead(known).phone_normalized)
    job = start(floor, admin, move_to(other.id))
    assert (job.done, dict(job.skipped)) == (1, {"duplicate": 1})
    assert (floor.lead(known).campaign_id, floor.lead(new).campaign_id) == (floor.campaign_id, other.id)


def test_whom_a_campaign_may_not_call_does_not_move_there(floor: Floor, admin: Principal) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    barred, by_alternate, free = floor.leads(3)
    with floor.services.transaction(floor.tenant_id) as tx:
        insert_phones(tx.session, {by_alternate: ["+14155550001", "+14155559999"]}, tenant_id=floor.tenant_id)
    for number in (floor.lead(barred).phone_normalized, "+14155559999"):
        floor.change(
            "insert into suppressions (id, tenant_id, campaign_id, phone_normalized, reason, source, created_at) "
            "values (gen_random_uuid(), :tenant, :campaign, :number, 'requested', 'api', now())",
            tenant=floor.tenant_id, campaign=other.id, number=number,
        )  # fmt: skip
    job = start(floor, admin, move_to(other.id))
    assert (job.done, dict(job.skipped)) == (1, {"suppressed": 2})
    assert floor.lead(free).campaign_id == other.id


def test_a_lead_moves_to_another_list_whatever_its_state(floor: Floor, admin: Principal) -> None:
    (row,) = floor.rows(
        "insert into lists (id, tenant_id, campaign_id, name, created_at, updated_at) "
        "values (gen_random_uuid(), :tenant, :campaign, 'Second', now(), now()) returning id",
        tenant=floor.tenant_id, campaign=floor.campaign_id,
    )  # fmt: skip
    floor.leads(1, status="dnc", do_not_call=True)
    job = start(floor, admin, BulkChange("move", {}, to_list_id=ListId(row.id)))
    assert job.done == 1
    assert [lead.list_id for lead in floor.rows("select list_id from leads")] == [row.id]


def test_a_copy_is_fresh_and_has_every_phone(floor: Floor, admin: Principal) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    (tired,) = floor.leads(1, status="failed", call_attempts=3, external_id="7")
    floor.leads(1, status="dnc", do_not_call=True)
    (talking,) = floor.leads(1, status="calling")
    phones = [floor.lead(tired).phone_normalized, "+14155559999"]
    with floor.services.transaction(floor.tenant_id) as tx:
        insert_phones(tx.session, {tired: phones}, tenant_id=floor.tenant_id)
    copy = BulkChange("copy", {}, to_campaign_id=other.id)
    job = start(floor, admin, copy)
    assert (job.done, dict(job.skipped)) == (2, {"do_not_call": 1})
    fresh = floor.rows("select * from leads where campaign_id = :id order by id", id=other.id)
    assert [(lead.status, lead.call_attempts, lead.external_id) for lead in fresh] == [
        ("pending", 0, "7"), ("pending", 0, None),
    ]  # fmt: skip
    copied = floor.rows(
        "select phone_normalized from lead_phones where lead_id = :id order by position", id=fresh[0].id
    )
    assert [row.phone_normalized for row in copied] == phones
    assert floor.lead(talking).status == "calling"
    again = start(floor, admin, copy)
    assert (again.done, dict(again.skipped)) == (0, {"do_not_call": 1, "duplicate": 2})


def test_a_deleted_lead_with_calls_leaves_its_records_without_its_person(floor: Floor, admin: Principal) -> None:
    called, never = floor.leads(2, last_name="Ahmed", email="sara@example.com", custom_fields={"a": 1}, notes="VIP")
    number = floor.lead(called).phone_normalized
    call_id = make_conversation(
        floor.services.database, tenant_id=floor.tenant_id, agent_id=floor.console_agent(),
        campaign_id=floor.campaign_id, lead_id=called,
    )  # fmt: skip
    job = start(floor, admin, BulkChange("delete", {}))
    assert (job.done, job.anonymised) == (2, 1)
    assert floor.rows("select 1 from leads where id = :id", id=never) == []
    bare = floor.lead(called)
    assert (bare.phone, bare.first_name, bare.last_name, bare.email, bare.notes) == ("", None, None, None, None)
    assert (bare.custom_fields, bare.status_reason, bare.phone_normalized[:2]) == ({}, "deleted", "+0")
    assert (floor.call(call_id).to_number, floor.call(call_id).talk_seconds) == (number, 60)
    make_lead(floor.services, floor.tenant_id, campaign_id=floor.campaign_id, phone=number)


def test_with_history_nothing_is_left(floor: Floor, admin: Principal) -> None:
    (lead_id,) = floor.leads(1)
    make_conversation(
        floor.services.database, tenant_id=floor.tenant_id, agent_id=floor.console_agent(),
        campaign_id=floor.campaign_id, lead_id=lead_id,
    )  # fmt: skip
    job = start(floor, admin, BulkChange("delete", {}, with_history=True))
    assert (job.done, job.anonymised) == (1, 0)
    assert floor.rows("select 1 from leads") == []
    assert floor.rows("select 1 from calls") == []


def test_more_leads_than_a_batch_are_a_worker_s_work(floor: Floor, admin: Principal, small_batches: None) -> None:
    floor.leads(5, status="failed")
    job = start(floor, admin, RESET)
    assert (job.status, job.matched, job.done) == ("finding", None, 0)
    (sent,) = [task for task in floor.queue.sent if task.task in SWEEP]
    assert sent.arguments == {"tenant_id": str(floor.tenant_id), "job_id": str(job.id)}
    run(floor, job)
    done = load(floor, admin, job)
    assert (done.status, done.matched, done.done, done.finished_at) == ("done", 5, 5, floor.services.clock.now())
    assert {lead.status for lead in floor.rows("select status from leads")} == {"pending"}
    assert floor.rows("select 1 from bulk_batches") == []


def test_a_killed_worker_s_job_goes_on_at_the_next_batch(
    floor: Floor, admin: Principal, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.leads(5, call_attempts=1)
    job = start(floor, admin, BulkChange("update", {"custom_fields": {"n": "x"}}))
    whole, batches = bulk_leads.change_batch, []

    def dies(*arguments: Any) -> Any:
        outcome = whole(*arguments)
        batches.append(arguments[-1])
        if len(batches) == 2:
            raise KeyboardInterrupt
        return outcome

    monkeypatch.setattr(bulk_leads, "change_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        run(floor, job)
    half = load(floor, admin, job)
    assert (half.status, half.matched, half.done) == ("running", 5, 2)
    assert len(floor.rows("select 1 from leads where custom_fields ->> 'n' = 'x'")) == 2
    run(floor, job)
    assert (load(floor, admin, job).done, batches[1] == batches[2]) == (5, True)


def test_a_job_that_nobody_works_on_is_taken_up_again(floor: Floor, admin: Principal, small_batches: None) -> None:
    floor.leads(3)
    job = start(floor, admin, RESET)
    floor.queue.sent.clear()
    assert bulk_leads.sweep_bulk_jobs(floor.services) == 0
    floor.services.clock.advance(seconds=61)  # type: ignore[attr-defined]
    assert bulk_leads.sweep_bulk_jobs(floor.services) == 1
    assert [task.arguments["job_id"] for task in floor.queue.sent] == [str(job.id)]
    run(floor, job)
    floor.services.clock.advance(seconds=61)  # type: ignore[attr-defined]
    assert bulk_leads.sweep_bulk_jobs(floor.services) == 0


def test_two_workers_at_one_job_do_each_batch_once(floor: Floor, admin: Principal, small_batches: None) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    floor.leads(9)
    job = start(floor, admin, BulkChange("copy", {}, to_campaign_id=other.id))
    at_once(lambda: run(floor, job), lambda: run(floor, job))
    run(floor, job)
    done = load(floor, admin, job)
    assert (done.status, done.done, dict(done.skipped)) == ("done", 9, {})
    assert len(floor.rows("select 1 from leads where campaign_id = :id", id=other.id)) == 9


def test_a_cancelled_job_stops_and_keeps_what_it_did(floor: Floor, admin: Principal, small_batches: None) -> None:
    floor.leads(5, status="failed")
    job = start(floor, admin, RESET)
    bulk_leads._advance(floor.services, floor.tenant_id, job.id)
    bulk_leads._advance(floor.services, floor.tenant_id, job.id)
    bulk_leads.cancel_bulk_job(floor.services, actor=admin, job_id=job.id)
    run(floor, job)
    assert (load(floor, admin, job).status, load(floor, admin, job).done) == ("cancelled", 2)
    assert len(floor.rows("select 1 from leads where status = 'failed'")) == 3


def test_a_lead_that_matches_no_more_when_its_turn_comes_is_left_alone(
    floor: Floor, admin: Principal, small_batches: None
) -> None:
    first, second, third = floor.leads(3, status="failed")
    job = start(floor, admin, RESET, LeadFilter(statuses=("failed",)))
    bulk_leads._advance(floor.services, floor.tenant_id, job.id)
    floor.change("update leads set status = 'completed' where id = :id", id=first)
    floor.change("update leads set status = 'queued' where id = :id", id=second)
    floor.change("delete from leads where id = :id", id=third)
    run(floor, job)
    done = load(floor, admin, job)
    assert (done.done, dict(done.skipped)) == (0, {"changed": 1, "in_a_call": 1, "gone": 1})


def test_a_lead_that_somebody_is_changing_is_not_waited_for(floor: Floor, admin: Principal) -> None:
    held, _ = floor.leads(2)
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select 1 from leads where id = :id for update"), {"id": held})
        job = start(floor, admin, BulkChange("update", {"priority": "high"}))
    assert (job.done, dict(job.skipped)) == (1, {"in_a_call": 1})


def test_a_target_that_is_gone_ends_the_job_with_a_word(floor: Floor, admin: Principal, small_batches: None) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    floor.leads(3)
    job = start(floor, admin, move_to(other.id))
    floor.change("update campaigns set status = 'cancelled' where id = :id", id=other.id)
    run(floor, job)
    failed = load(floor, admin, job)
    assert (failed.status, failed.failure) == ("failed", "The target campaign takes no more leads.")
    assert floor.rows("select 1 from bulk_batches") == []


def test_what_goes_wrong_in_a_batch_ends_the_job_and_changes_nothing_of_it(
    floor: Floor, admin: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.leads(1, status="failed")

    def breaks(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(bulk_actions._ACTIONS, "reset", breaks)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        start(floor, admin, RESET)
    (job,) = floor.rows("select status, done from bulk_jobs")
    assert (job.status, job.done) == ("failed", 0)


def test_a_job_forgets_whom_it_was_told_one_by_one(floor: Floor, admin: Principal) -> None:
    (lead_id,) = floor.leads(1)
    chosen = LeadFilter(ids=(UUID(str(lead_id)),), phones=(floor.lead(lead_id).phone_normalized,), states=())
    job = start(floor, admin, RESET, chosen)
    assert (job.done, job.chosen) == (1, LeadFilter())
    assert floor.rows("select filter from bulk_jobs")[0].filter == {}


def test_a_long_job_goes_on_in_another_task(floor: Floor, admin: Principal, small_batches: None) -> None:
    floor.leads(3)
    job = start(floor, admin, RESET)
    floor.queue.sent.clear()
    bulk_leads.run_bulk_job(floor.services, tenant_id=floor.tenant_id, job_id=job.id, seconds=-1)
    assert load(floor, admin, job).status == "running"
    assert [task.task for task in floor.queue.sent] == ["dialer.imports.run_bulk_job"]


def test_a_promise_moves_with_its_lead(floor: Floor, admin: Principal) -> None:
    other = make_campaign(floor.services, floor.tenant_id)
    (lead_id,) = floor.leads(1)
    due = floor.services.clock.now() + timedelta(hours=2)
    floor.change("update leads set callback_at = :due, next_call_at = :due where id = :id", due=due, id=lead_id)
    floor.change(
        "insert into callbacks (id, tenant_id, campaign_id, lead_id, due_at, time_zone, local_time, fallback_minutes, "
        "state, created_at, updated_at) values (gen_random_uuid(), :tenant, :campaign, :lead, :due, 'UTC', '', 5, "
        "'promised', now(), now())", tenant=floor.tenant_id, campaign=floor.campaign_id, lead=lead_id, due=due,
    )  # fmt: skip
    start(floor, admin, move_to(other.id))
    assert floor.lead(lead_id).callback_at == due
    assert floor.rows("select campaign_id, state from callbacks") == [(other.id, "promised")]
    bulk_leads.start_bulk_change(
        floor.services, actor=admin, campaign_id=other.id, chosen=LeadFilter(ids=(UUID(str(LeadId(lead_id))),)),
        change=BulkChange("update", {"status": "completed"}),
    )  # fmt: skip
    assert [row.state for row in floor.rows("select state from callbacks")] == ["cancelled"]
