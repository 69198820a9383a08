"""Row-level security, walked over every table of the schema as a role that it binds."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.fixtures_cast import Caller
from tests.isolation.tenants import SHARED, SHARED_ROWS, Table, all_tables, checksums, fill_tenant, tenant_tables

# A transaction that is about no tenant, as sweeps begin one.
NOBODY = None


@pytest.fixture
def two_tenants(services: Services, owner_database: Database, ada: Caller, cleo: Caller) -> tuple[TenantId, TenantId]:
    """The victim, Ada's, and the intruder, Cleo's; both have rows in every table."""
    for caller in (ada, cleo):
        fill_tenant(services, owner_database, caller)
    return ada.tenant_id, cleo.tenant_id


@pytest.fixture
def tables(owner_database: Database) -> list[Table]:
    """Every table with rows of tenants."""
    with owner_database.transaction() as tx:
        return tenant_tables(tx.session)


@pytest.fixture
def as_role(database: Database) -> Iterator[Session]:
    """The application's connection, outside of any tenant."""
    with database.transaction() as tx:
        yield tx.session


def is_refused(session: Session, statement: str, **values: object) -> bool:
    """Whether row-level security, and nothing else, refuses the statement."""
    try:
        with session.begin_nested():
            session.execute(text(statement), values)
    except DBAPIError as error:
        return isinstance(error.orig, InsufficientPrivilege)
    return False


def test_the_role_in_use_is_one_that_cannot_get_around_it(as_role: Session) -> None:
    role = as_role.execute(text("select * from pg_roles where rolname = current_user")).one()
    assert (role.rolsuper, role.rolbypassrls, role.rolcreaterole, role.rolcreatedb) == (False, False, False, False)
    assert as_role.execute(text("select current_user = session_user")).scalar_one()
    owned = (
        "select count(*) from pg_class where pg_has_role(current_user, relowner, 'member') and relkind in ('r', 'p')"
    )
    assert as_role.execute(text(owned + " and relpersistence <> 't'")).scalar_one() == 0
    member = "select count(*) from pg_roles where rolname <> current_user and pg_has_role(current_user, oid, 'member')"
    assert as_role.execute(text(member)).scalar_one() == 0


def test_every_table_is_a_tenants_or_shared_for_a_reason(owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        without = {table.name for table in all_tables(tx.session) if table.tenant_column is None}
    assert without == set(SHARED)


def test_every_tenants_table_is_under_row_level_security(owner_database: Database, tables: list[Table]) -> None:
    with owner_database.transaction() as tx:
        guarded = set(tx.session.scalars(text(_GUARDED)))
        nullable = set(tx.session.scalars(text(_NULLABLE_TENANT)))
    assert {table.name for table in tables} - guarded == set()
    assert nullable == set(SHARED_ROWS)


def test_nothing_looks_at_tables_with_the_owners_eyes(owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        assert list(tx.session.scalars(text(_VIEWS_OF_THE_OWNER))) == []


def test_nobody_sees_a_row_of_anothers_in_any_table(
    services: Services, two_tenants: tuple[TenantId, TenantId], tables: list[Table]
) -> None:
    _, intruder = two_tenants
    seen, own = {}, {}
    with services.transaction(intruder) as tx:
        for table in tables:
            found = tx.session.execute(
                text(f"select {table.tenant_column} as tenant, count(*) as total from {table.name} group by 1")
            ).all()
            owners = {row.tenant: row.total for row in found}
            own[table.name] = owners.pop(intruder, 0)
            if table.name in SHARED_ROWS:
                owners.pop(None, None)
            seen[table.name] = owners
    assert {name: owners for name, owners in seen.items() if owners} == {}
    assert {name for name, count in own.items() if not count} == set(), "the intruder's own rows must be there"
    with services.transaction(NOBODY) as tx:
        shown = {
            table.name: tx.session.execute(
                text(f"select count(*) from {table.name} where {table.tenant_column} is not null")
            ).scalar_one()
            for table in tables
        }
    assert {name: count for name, count in shown.items() if count} == {}


def test_nobody_writes_a_row_of_anothers_in_any_table(
    services: Services, owner_database: Database, two_tenants: tuple[TenantId, TenantId], tables: list[Table]
) -> None:
    victim, intruder = two_tenants
    before = checksums(owner_database, victim)
    assert {name for name, (count, _) in before.items() if count == 0} == set()
    rows = {table.name: row_of(owner_database, table, victim) for table in tables}
    accepted: dict[str, list[str]] = {}
    for table in tables:
        with services.transaction(intruder) as tx:
            accepted[table.name] = what_is_accepted(tx.session, table, rows[table.name], victim)
            tx.session.rollback()
    assert {name: done for name, done in accepted.items() if done} == {}
    assert checksums(owner_database, victim) == before


def what_is_accepted(session: Session, table: Table, row: Row[Any], victim: TenantId) -> list[str]:
    """Which of the attempts on a victim's row did something. Each begins anew; the caller rolls back."""
    tenant, done = table.tenant_column, []
    key = " and ".join(f"{name}::text = :{name}" for name in table.key)
    keys = {name: str(row._mapping[name]) for name in table.key}
    columns = ", ".join(table.written)
    for verb, statement in {
        "update": f"update {table.name} set {tenant} = {tenant} where {key}",
        "delete": f"delete from {table.name} where {key}",
        "lock": f"select 1 from {table.name} where {key} for update",
    }.items():
        if rows_touched(session, statement, keys):
            done.append(verb)
    insert = (
        f"insert into {table.name} ({columns}) select {columns} from jsonb_populate_record(null::{table.name}, :row)"
    )
    if not is_refused(session, insert, row=row.as_json):
        done.append("insert")
    if not is_refused(session, f"update {table.name} set {tenant} = :victim where {tenant} is not null", victim=victim):
        done.append("give away")
    return done


def rows_touched(session: Session, statement: str, values: Mapping[str, object] | None = None) -> int:
    """How many rows a statement finds; none where it is not granted at all. What it did is undone."""
    savepoint = session.begin_nested()
    try:
        return int(session.execute(text(statement), values or {}).rowcount)  # type: ignore[attr-defined]
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        return 0
    finally:
        savepoint.rollback()


def test_sweeping_statements_stop_at_the_tenants_border(
    services: Services, owner_database: Database, two_tenants: tuple[TenantId, TenantId], tables: list[Table]
) -> None:
    victim, intruder = two_tenants
    before, own = checksums(owner_database, victim), checksums(owner_database, intruder)
    with services.transaction(intruder) as tx:
        touched = {table.name: rows_touched(tx.session, f"delete from {table.name}") for table in tables}
        assert {name for name, count in touched.items() if count not in (0, own[name][0])} == set()
        # Everything that the intruder has goes with its tenant, by cascade, which row-level security does not see.
        tx.session.execute(text("delete from tenants"))
    assert checksums(owner_database, victim) == before
    left = {name for name, (count, _) in checksums(owner_database, intruder).items() if count}
    assert left <= {"audit_log"}


def test_what_all_tenants_share_can_be_added_to_and_never_changed(
    services: Services, two_tenants: tuple[TenantId, TenantId]
) -> None:
    _, intruder = two_tenants
    with services.transaction(intruder) as tx:
        count = "select count(*) from {} where tenant_id is null"
        assert tx.session.execute(text(count.format("rule_books"))).scalar_one() > 0
        for statement in (
            "update rule_books set rules = '{}' where tenant_id is null",
            "delete from rule_books where tenant_id is null",
            "update localities set signature = signature || 'x'",
            "delete from localities",
        ):
            assert tx.session.execute(text(statement)).rowcount == 0  # type: ignore[attr-defined]
        assert is_refused(tx.session, "update rule_books set tenant_id = null where tenant_id is not null")
        assert is_refused(tx.session, "update alembic_version set version_num = '0000'")
        assert is_refused(tx.session, "truncate leads")


def row_of(owner: Database, table: Table, tenant_id: TenantId) -> Row[Any]:
    """A row of the tenant's, and the same as JSON."""
    with owner.transaction() as tx:
        return tx.session.execute(
            text(f"select t.*, to_jsonb(t)::text as as_json from {table.name} t where {table.tenant_column} = :tenant"),
            {"tenant": tenant_id},
        ).first()  # type: ignore[return-value]


_GUARDED = """
    select t.relname from pg_class t
    where t.relrowsecurity and t.relnamespace = 'public'::regnamespace
      and exists (select from pg_policy p where p.polrelid = t.oid)
"""
_NULLABLE_TENANT = """
    select t.relname from pg_class t join pg_attribute a on a.attrelid = t.oid
    where t.relkind in ('r', 'p') and t.relnamespace = 'public'::regnamespace
      and a.attname = 'tenant_id' and not a.attnotnull
"""
_VIEWS_OF_THE_OWNER = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace
      and (relkind = 'm' or (relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false)))
"""
