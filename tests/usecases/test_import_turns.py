"""Tenants take turns at importing: nobody's list waits for the end of somebody's millions."""

from datetime import timedelta

import pytest

from dialer.domain.ids import ImportId, TenantId
from dialer.domain.imports import ImportStatus
from dialer.store import imports as store
from dialer.store.imports import ImportDraft
from dialer.usecases.imports.turns import LOOK_EVERY_SECONDS, TURN_SECONDS, ImportTurn
from dialer.usecases.services import Services
from tests.builders.agents import make_tenant
from tests.fakes import FrozenClock


@pytest.fixture
def ada(services: Services) -> TenantId:
    return make_tenant(services.database, name="Ada's")


@pytest.fixture
def cleo(services: Services) -> TenantId:
    return make_tenant(services.database, name="Cleo's")


def upload(services: Services, tenant_id: TenantId) -> ImportId:
    draft = ImportDraft(tenant_id, "suppressions", "numbers.csv", None, {}, bytes_total=10)
    services.clock.advance(seconds=1)  # type: ignore[attr-defined]
    with services.transaction(tenant_id) as tx:
        return store.insert_import(tx.session, draft, status=ImportStatus.QUEUED, now=services.clock.now())


def begin(services: Services, tenant_id: TenantId, import_id: ImportId) -> None:
    with services.transaction(tenant_id) as tx:
        assert store.begin_run(tx.session, import_id, now=services.clock.now()) is not None


def give_way(services: Services, tenant_id: TenantId, import_id: ImportId) -> None:
    services.clock.advance(seconds=5)  # type: ignore[attr-defined]
    with services.transaction(tenant_id) as tx:
        store.yield_run(tx.session, import_id, now=services.clock.now())


def next_up(services: Services) -> list[ImportId]:
    with services.transaction() as tx:
        since = services.clock.now() - timedelta(seconds=30)
        return [import_id for _, import_id in store.list_imports_to_run(tx.session, silent_since=since, limit=20)]


def test_the_only_import_of_one_comes_before_the_second_of_another(
    services: Services, ada: TenantId, cleo: TenantId
) -> None:
    first, second, third = (upload(services, ada) for _ in range(3))
    only = upload(services, cleo)
    assert next_up(services) == [first, only, second, third]


def test_who_has_one_running_is_behind_who_has_none(services: Services, ada: TenantId, cleo: TenantId) -> None:
    running, second = upload(services, ada), upload(services, ada)
    begin(services, ada, running)
    only = upload(services, cleo)
    assert next_up(services) == [only, second]


def test_who_gave_way_is_behind_who_waits_and_their_turns_alternate(
    services: Services, ada: TenantId, cleo: TenantId
) -> None:
    long = upload(services, ada)
    begin(services, ada, long)
    other = upload(services, cleo)
    give_way(services, ada, long)
    assert next_up(services) == [other, long]
    begin(services, cleo, other)
    give_way(services, cleo, other)
    assert next_up(services) == [long, other]


def test_giving_way_does_not_count_as_a_try_that_failed(services: Services, ada: TenantId) -> None:
    import_id = upload(services, ada)
    for _ in range(5):
        begin(services, ada, import_id)
        give_way(services, ada, import_id)
    with services.transaction(ada) as tx:
        found = store.find_import(tx.session, import_id)
    assert found is not None
    assert (found.status, found.tries) == (ImportStatus.QUEUED, 0)


def test_an_import_whose_runner_died_is_found_again(services: Services, ada: TenantId, clock: FrozenClock) -> None:
    import_id = upload(services, ada)
    begin(services, ada, import_id)
    assert next_up(services) == []
    clock.advance(seconds=31)
    assert next_up(services) == [import_id]


def test_a_turn_ends_when_it_has_lasted_and_somebody_else_waits(
    services: Services, ada: TenantId, cleo: TenantId
) -> None:
    at = [100.0]
    turn = ImportTurn(services, ada, monotonic=lambda: at[0])
    begin(services, ada, upload(services, ada))
    upload(services, ada)
    at[0] += TURN_SECONDS
    assert not turn.is_over(), "only others count"
    upload(services, cleo)
    assert not turn.is_over(), "it was asked a moment ago"
    at[0] += LOOK_EVERY_SECONDS
    assert turn.is_over()
    assert not ImportTurn(services, cleo, monotonic=lambda: at[0]).is_over(), "a turn that has only begun goes on"
