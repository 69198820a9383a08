"""Leads are put in another order while the campaign dials on, however often whoever does it dies."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dialer.domain.ids import LeadId
from dialer.store import lead_order as store
from dialer.usecases import lead_order
from dialer.usecases.lead_order import REORDER, reorder_leads, request_reorder, resume_reorders
from dialer.usecases.services import Services
from tests.builders.floor import Floor, open_floor
from tests.fakes import FrozenClock
from tests.store.claiming import one_by_one


@pytest.fixture
def people(floor: Floor, clock: FrozenClock) -> list[LeadId]:
    """Five leads, by age."""
    ids = []
    for _ in range(5):
        ids += floor.leads(1)
        clock.advance(minutes=1)
    return ids


def change_order(floor: Floor, order: str, field: str | None = None) -> None:
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(
            text("update campaigns set lead_order = :name, lead_order_field = :field where id = :id"),
            {"name": order, "field": field, "id": floor.campaign_id},
        )
        request_reorder(floor.services, tx, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id)


def reorder(floor: Floor, *, batch: int = 2, max_batches: int = 100) -> bool:
    return reorder_leads(
        floor.services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, batch=batch,
        max_batches=max_batches, sleep=lambda _: None,
    )  # fmt: skip


def progress(floor: Floor) -> str | None:
    found: str | None = floor.campaign().reordered_up_to
    return found


def test_the_newest_come_first_once_all_are_reordered(floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "newest")
    assert [(sent.task, sent.arguments["campaign_id"]) for sent in floor.queue.sent] == [
        (REORDER, str(floor.campaign_id))
    ]
    assert reorder(floor) is True
    assert progress(floor) is None
    assert one_by_one(floor) == people[::-1]


def test_a_task_that_has_worked_for_long_leaves_the_rest_to_the_next(floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "newest")
    floor.queue.sent.clear()
    assert reorder(floor, max_batches=1) is False
    assert floor.queue.names == [REORDER]
    assert progress(floor) == floor.lead(people[1]).phone_normalized
    assert reorder(floor) is True
    assert one_by_one(floor) == people[::-1]


def test_whoever_finds_all_in_order_writes_nothing(floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "newest")
    reorder(floor)
    before = floor.rows("select id, cast(xmin as text) as version from leads order by id")
    change_order(floor, "newest")
    assert reorder(floor) is True
    assert floor.rows("select id, cast(xmin as text) as version from leads order by id") == before


def test_without_a_request_nothing_is_done(floor: Floor, people: list[LeadId]) -> None:
    floor.change("update campaigns set lead_order = 'newest'")
    assert reorder(floor) is True
    assert one_by_one(floor) == people


def test_an_order_that_is_changed_meanwhile_is_begun_anew(floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "newest")
    with floor.services.transaction(floor.tenant_id) as tx:
        known = store.claim_reorder(tx.session, campaign_id=floor.campaign_id)
        assert known == ""
        store.reorder_batch(tx.session, campaign_id=floor.campaign_id, after=known, max_leads=2)
        floor.change("update campaigns set reordered_up_to = '', lead_order = 'oldest'")
        floor.change("update campaigns set reordered_up_to = 'elsewhere'")
        store.note_progress(
            tx.session, campaign_id=floor.campaign_id, known=known, reached=None, now=floor.services.clock.now()
        )
    assert progress(floor) == "elsewhere"
    change_order(floor, "oldest")
    reorder(floor)
    assert one_by_one(floor) == people


def test_two_at_once_exclude_each_other(floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "newest")
    with floor.services.transaction(floor.tenant_id) as tx:
        assert store.claim_reorder(tx.session, campaign_id=floor.campaign_id) == ""
        assert reorder(floor) is True
        assert progress(floor) == ""


def test_leads_that_somebody_holds_are_waited_for_without_holding_others(
    floor: Floor, people: list[LeadId], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_order(floor, "newest")
    naps = []
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select from leads where id = :id for update"), {"id": people[0]})

        def nap(seconds: float) -> None:
            naps.append(seconds)
            if len(naps) == 3:
                tx.session.rollback()

        assert reorder_leads(
            floor.services, tenant_id=floor.tenant_id, campaign_id=floor.campaign_id, batch=2, sleep=nap
        )
    assert len(naps) == 3
    assert one_by_one(floor) == people[::-1]


def test_a_lead_that_is_held_for_ever_does_not_stop_the_others(
    floor: Floor, people: list[LeadId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_order, "TRIES", 2)
    change_order(floor, "newest")
    with floor.services.transaction(floor.tenant_id) as tx:
        tx.session.execute(text("select from leads where id = :id for update"), {"id": people[2]})
        assert reorder(floor) is True
    keys = {row.id: row.dial_key for row in floor.rows("select id, dial_key from leads")}
    assert [lead_id for lead_id in people if keys[lead_id] > 0] == [people[2]]


def test_promises_keep_their_place(floor: Floor, clock: FrozenClock) -> None:
    now = clock.now()
    (promised,) = floor.leads(1, callback_at=now, next_call_at=now - timedelta(hours=1))
    change_order(floor, "newest")
    reorder(floor)
    assert floor.lead(promised).dial_key == (now - timedelta(hours=1)).timestamp()


def test_whoever_is_called_meanwhile_keeps_the_newest_key(floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "last_called")
    floor.change("update leads set last_call_at = :at where id = :id", at=floor.services.clock.now(), id=people[0])
    reorder(floor)
    assert one_by_one(floor) == [*people[1:], people[0]]


def test_a_lost_task_is_sent_again_after_a_minute(services: Services, floor: Floor, clock: FrozenClock) -> None:
    open_floor(services)
    change_order(floor, "newest")
    floor.queue.sent.clear()
    assert resume_reorders(services) == 0, "somebody may be at it"
    clock.advance(seconds=61)
    assert resume_reorders(services) == 1
    assert [sent.arguments["campaign_id"] for sent in floor.queue.sent] == [str(floor.campaign_id)]
    reorder(floor)
    clock.advance(days=1)
    assert resume_reorders(services) == 0


def test_cleo_cannot_reorder_adas_leads(services: Services, floor: Floor, people: list[LeadId]) -> None:
    change_order(floor, "newest")
    cleo = open_floor(services)
    assert reorder_leads(services, tenant_id=cleo.tenant_id, campaign_id=floor.campaign_id) is True
    assert progress(floor) == ""
