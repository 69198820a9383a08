"""National lists on real PostgreSQL: numbers filed in blocks, one version that holds, and what is asked of them."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.ids import TenantId
from dialer.store import registries as store
from dialer.store import suppressions
from dialer.usecases import registries as usecases
from dialer.usecases.services import Services
from tests.builders.agents import make_tenant
from tests.builders.floor import Floor, open_floor
from tests.builders.registries import make_registry
from tests.store.races import at_once
from tests.store.suppressed import held_among

LISTED, UNLISTED = "+14155552671", "+14155552672"


@pytest.fixture
def tenant_id(services: Services) -> TenantId:
    """A tenant without anything."""
    return make_tenant(services.database)


def listing(services: Services, tenant_id: TenantId, number: str) -> list[str]:
    with services.transaction(tenant_id) as tx:
        return [registry.name for registry in store.list_listing(tx.session, number)]


def add(services: Services, tenant_id: TenantId, registry: Any, numbers: list[int]) -> int:
    with services.transaction(tenant_id) as tx:
        return store.add_registry_numbers(
            tx.session, registry_id=registry.id, serial=registry.serial, tenant_id=tenant_id, numbers=numbers
        )


def test_a_number_is_found_and_its_neighbours_are_not(services: Services, tenant_id: TenantId) -> None:
    make_registry(services, tenant_id, [LISTED, "+442079460018"])
    assert listing(services, tenant_id, LISTED) == ["National DNC"]
    assert listing(services, tenant_id, "+442079460018") == ["National DNC"]
    for number in (UNLISTED, "+14155562671", "+4155552671", "+442079460019"):
        assert listing(services, tenant_id, number) == []


@pytest.mark.parametrize("count", [1, 400, 401, 10_000])
def test_a_block_with_few_or_with_many_numbers_lists_exactly_those(
    services: Services, tenant_id: TenantId, count: int
) -> None:
    numbers = [14155550000 + 7 * index % 10_000 for index in range(count)]
    registry = make_registry(services, tenant_id, [f"+{number}" for number in numbers])
    block = [f"+{14155550000 + ending}" for ending in range(10_000)]
    assert set(held_among(services, tenant_id, block)) == {f"+{number}" for number in numbers}
    assert registry.total == count


def test_numbers_that_come_in_parts_in_any_order_and_twice_are_filed_once(
    services: Services, tenant_id: TenantId
) -> None:
    registry = make_registry(services, tenant_id, [], status="loading")
    parts = [[14155550003, 14155550001, 14155550003], [14155550002, 14155550001], list(range(14155550000, 14155550500)),
             list(range(14155550400, 14155550600)), [14155550000]]  # fmt: skip
    assert [add(services, tenant_id, registry, part) for part in parts] == [2, 1, 497, 100, 0]
    with services.transaction(tenant_id) as tx:
        loaded = store.find_registry(tx.session, registry.id)
        assert loaded is not None
        usecases.activate_registry(services, tx, loaded)
    assert loaded.total == 600
    block = [f"+{14155550000 + ending}" for ending in range(10_000)]
    assert len(held_among(services, tenant_id, block)) == 600


@pytest.mark.parametrize("status", ["loading", "failed", "removed", "superseded"])
def test_only_an_active_version_is_consulted(services: Services, tenant_id: TenantId, status: str) -> None:
    make_registry(services, tenant_id, [LISTED], status=status)
    assert held_among(services, tenant_id, [LISTED]) == {}
    assert listing(services, tenant_id, LISTED) == []


def test_a_new_version_takes_the_place_of_the_one_before_in_one_step(services: Services, tenant_id: TenantId) -> None:
    old = make_registry(services, tenant_id, [LISTED])
    other = make_registry(services, tenant_id, ["+442079460018"], name="TPS", jurisdiction="GB")
    make_registry(services, tenant_id, [UNLISTED], status="loading")
    assert listing(services, tenant_id, LISTED) == ["National DNC"], "beside a version that is only half loaded"
    new = make_registry(services, tenant_id, [UNLISTED])
    with services.transaction(tenant_id) as tx:
        statuses = {registry.id: registry.status for registry in store.list_registries(tx.session)}
    assert (statuses[old.id], statuses[new.id], statuses[other.id]) == ("superseded", "active", "active")
    assert (listing(services, tenant_id, LISTED), listing(services, tenant_id, UNLISTED)) == ([], ["National DNC"])


def test_the_numbers_of_ended_versions_are_deleted_in_batches_and_no_others(
    services: Services, tenant_id: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_registry(services, tenant_id, [f"+1415{block:03}0000" for block in range(200, 225)])
    make_registry(services, tenant_id, [LISTED])
    monkeypatch.setattr(usecases, "_BLOCKS_AT_ONCE", 10)
    assert (usecases.sweep_registries(services), usecases.sweep_registries(services)) == (1, 0)
    with services.transaction(tenant_id) as tx:
        assert store.delete_registry_blocks(tx.session, old.serial, max_rows=1) == 0
        cleared = store.find_registry(tx.session, old.id)
    assert cleared is not None
    assert (cleared.status, cleared.total, cleared.cleared_at) == ("superseded", 25, services.clock.now())
    assert listing(services, tenant_id, LISTED) == ["National DNC"]


def test_cleos_registries_hold_nobody_of_adas(services: Services, tenant_id: TenantId) -> None:
    cleo = make_tenant(services.database, name="Other")
    hers = make_registry(services, cleo, [LISTED])
    assert held_among(services, tenant_id, [LISTED]) == {}
    assert listing(services, tenant_id, LISTED) == []
    with services.transaction(tenant_id) as tx:
        assert store.find_registry(tx.session, hers.id) is None
        assert not store.end_registry(tx.session, hers.id, status="removed", now=services.clock.now())
        assert store.delete_registry_blocks(tx.session, hers.serial, max_rows=10) == 0
    assert listing(services, cleo, LISTED) == ["National DNC"]


def test_the_strongest_list_that_holds_a_number_is_told(services: Services) -> None:
    floor = open_floor(services)
    by_registry, by_campaign, by_tenant, by_nobody, erased = (f"+1415555267{digit}" for digit in range(5))
    make_registry(services, floor.tenant_id, [by_registry, by_campaign, by_tenant, erased], name="NDNC")
    _list(floor, by_campaign, campaign_id=floor.campaign_id)
    _list(floor, by_tenant, campaign_id=floor.campaign_id)
    _list(floor, by_tenant)
    _list(floor, by_nobody, expires_at=services.clock.now())
    _erase(floor, erased)
    numbers = [by_registry, by_campaign, by_tenant, by_nobody, erased, erased]
    assert held_among(services, floor.tenant_id, numbers, campaign_id=floor.campaign_id) == {
        by_registry: ("registry", f"NDNC of {services.clock.now().date()}"),
        by_campaign: ("campaign", "requested"),
        by_tenant: ("tenant", "requested"),
        erased: ("erased", "erased"),
    }
    assert held_among(services, floor.tenant_id, numbers)[by_campaign][0] == "registry", "seen from no campaign"


def test_numbers_held_by_a_registry_alone_are_not_their_peoples_own_word(services: Services) -> None:
    floor = open_floor(services)
    make_registry(services, floor.tenant_id, [LISTED])
    _list(floor, UNLISTED)
    with services.transaction(floor.tenant_id) as tx:
        found = suppressions.list_suppressed_numbers(
            tx.session, [LISTED, UNLISTED], campaign_id=floor.campaign_id, at=services.clock.now()
        )
    assert found == {UNLISTED}


def test_a_version_is_stale_after_thirty_one_days(services: Services, tenant_id: TenantId) -> None:
    today = services.clock.now().date()
    make_registry(services, tenant_id, [LISTED], name="Fresh", published_on=today - timedelta(days=31))
    make_registry(services, tenant_id, [LISTED], name="Old", published_on=today - timedelta(days=32))
    make_registry(services, tenant_id, [], name="Older", published_on=today - timedelta(days=90), status="superseded")
    with services.transaction(tenant_id) as tx:
        assert [registry.name for registry in usecases.list_stale_registries(services, tx)] == ["Old"]


def test_of_versions_that_are_loaded_at_once_the_one_begun_last_holds(services: Services, tenant_id: TenantId) -> None:
    drafts = [make_registry(services, tenant_id, [LISTED], status="loading") for _ in range(3)]

    def activate(registry: Any) -> bool:
        with services.transaction(tenant_id) as tx:
            return usecases.activate_registry(services, tx, registry) is None

    at_once(*[lambda registry=registry: activate(registry) for registry in drafts])
    with services.transaction(tenant_id) as tx:
        statuses = [registry.status for registry in store.list_registries(tx.session)]
    assert statuses == ["active", "superseded", "superseded"]


def _list(floor: Floor, number: str, **columns: Any) -> None:
    draft = suppressions.SuppressionDraft(
        floor.tenant_id, **{"campaign_id": None, "reason": "requested", "source": "test", **columns}
    )
    with floor.services.transaction(floor.tenant_id) as tx:
        suppressions.insert_suppressions(tx.session, [number], draft, now=floor.services.clock.now())


def _erase(floor: Floor, number: str) -> None:
    floor.change(
        "with erasure as (insert into erasures (id, tenant_id, reason, requested_at) "
        "select gen_random_uuid(), id, 'requested', created_at from tenants returning *) "
        "insert into erased_numbers (tenant_id, hash, erasure_id, erased_at) "
        "select t.id, number_hash(t.number_salt, :number), e.id, e.requested_at from tenants t, erasure e",
        number=number,
    )
