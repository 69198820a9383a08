"""A tenant with rows in every table, for the walks over tables and routes.

The usual ones are made as the product makes them; whatever table is still empty then gets a row that is made up from
the catalog: columns by their types, references by rows of the same tenant, words by the check constraints. A table for
which that is not possible is named, and needs a line in `_tell_its_story`.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from dialer.domain.ids import TenantId
from dialer.ports import CarrierAccount
from dialer.store.session import Database
from dialer.usecases import carrier_accounts
from dialer.usecases.services import Services
from tests.builders.calls import make_conversation
from tests.builders.floor import Floor, open_conversation, open_floor
from tests.builders.imports import make_list, queue_list
from tests.builders.leads import fresh_number
from tests.builders.promises import lead_with_phones, promise
from tests.builders.registries import make_registry
from tests.fixtures_cast import Caller

SHARED = {
    "login_throttles": "failed logins by hashes of address and network, before anybody is anybody's",
    "password_reset_requests": "addresses that somebody typed; a worker finds out whether there is such a user",
    "alembic_version": "which schema this is; the application may only read it",
    "localities": "places in the world, derived from numbers and addresses: nobody's; each tenant reads and adds",
}
"""Tables without a tenant, each for its reason."""
SHARED_ROWS = {"rule_books": "the shipped rules are stored once; a tenant's own book bears its id"}
"""Tables that hold rows of tenants and rows of all of them (tenant_id is null)."""


def witness_of(tenant_id: TenantId) -> str:
    """A word in many of a filled tenant's texts; no answer to a stranger may contain it."""
    return f"Zephyrine{tenant_id.hex[-8:]}"


@dataclass(frozen=True)
class Table:
    """One table, as the catalog knows it."""

    name: str
    tenant_column: str | None
    key: tuple[str, ...]
    columns: tuple[Row[Any], ...] = field(compare=False)

    @property
    def written(self) -> list[str]:
        """The columns that a statement may write."""
        return [column.name for column in self.columns if not column.generated]


def all_tables(session: Session) -> list[Table]:
    """Every table of the schema, partitions and all. The catalog is read once for each database."""
    database = str(session.get_bind().engine.url)
    if database not in _catalogs:
        _catalogs[database] = _read_catalog(session)
    return _catalogs[database]


_catalogs: dict[str, list[Table]] = {}


def _read_catalog(session: Session) -> list[Table]:
    tables: dict[str, list[Row[Any]]] = {}
    for row in session.execute(_COLUMNS):
        tables.setdefault(row.table_name, []).append(row)
    found = []
    for name, columns in tables.items():
        names = {column.name for column in columns}
        tenant = "tenant_id" if "tenant_id" in names else ("id" if name == "tenants" else None)
        found.append(Table(name, tenant, tuple(c.name for c in columns if c.in_key), tuple(columns)))
    return found


def tenant_tables(session: Session) -> list[Table]:
    """Those that hold rows of tenants."""
    return [table for table in all_tables(session) if table.tenant_column is not None]


def checksums(owner: Database, tenant_id: TenantId) -> dict[str, tuple[int, str]]:
    """How many rows a tenant has in each table, and a hash of all of them."""
    with owner.transaction() as tx:
        rows = tx.session.execute(_checksum_query(owner), {"tenant": tenant_id})
        return {row.table_name: (row.total, row.hash) for row in rows}


@cache
def _checksum_query(owner: Database) -> TextClause:
    """One statement for all tables: the walk over routes asks it after each request."""
    with owner.transaction() as tx:
        parts = [
            f"select '{table.name}' as table_name, count(*) as total,"
            f" md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as hash"
            f" from {table.name} t where {table.tenant_column} = :tenant"
            for table in tenant_tables(tx.session)
        ]
    return text(" union all ".join(parts))


def words_of(owner: Database, tenant_id: TenantId) -> set[str]:
    """What only this tenant's answers may contain: the ids of its rows, its people's numbers, the witness."""
    found = {witness_of(tenant_id)}
    with owner.transaction() as tx:
        for table in tenant_tables(tx.session):
            for column in table.columns:
                if column.name in ("phone", "phone_normalized", "to_number", "email") or (
                    column.type == "uuid" and column.in_key
                ):
                    query = text(
                        f"select distinct {column.name}::text from {table.name} where {table.tenant_column} = :tenant"
                        f" and {column.name} is not null"
                    )
                    found |= set(tx.session.scalars(query, {"tenant": tenant_id}))
    return found


def fill_tenant(services: Services, owner: Database, caller: Caller) -> Floor:
    """Give the caller's tenant at least one row in every table. Returns its floor."""
    floor = _tell_its_story(services, caller)
    with owner.transaction() as tx:
        _make_up_the_rest(tx.session, caller.tenant_id, sealed=services.secrets.seal("JBSWY3DPEHPK3PXP"))
    return floor


def _tell_its_story(services: Services, caller: Caller) -> Floor:
    tenant_id = caller.tenant_id
    witness = witness_of(tenant_id)
    floor = open_floor(services, tenant_id, name=f"{witness} outreach")
    call_id, talking_id = open_conversation(floor)
    floor.change(
        """
        insert into transfers (id, tenant_id, call_id, from_agent_id, kind, to_phone, room, state, requested_at,
                               ended_at)
        values (gen_random_uuid(), :tenant_id, :call_id, :agent_id, 'cold', '+14155550177', '', 'failed', :now, :now)
        """,
        tenant_id=tenant_id,
        call_id=call_id,
        agent_id=talking_id,
        now=services.clock.now(),
    )
    agent_id = floor.console_agent(name=f"{witness} at a console")
    make_conversation(services.database, tenant_id=tenant_id, agent_id=agent_id, notes=witness)
    lead_id, _ = lead_with_phones(floor, 2, first_name=witness, email=f"{witness}@example.com", notes=witness)
    promise(floor, lead_id, services.clock.now().replace(day=28), note=witness)
    make_registry(services, tenant_id, ["+14155550199"], name=f"{witness} registry")
    queue_list(services, caller.principal, floor.campaign_id, make_list(3, bad=[1]))
    caller.post("/api/dnc", json={"phone": fresh_number(), "note": witness}, expect=201)
    mornings = {"jurisdiction": "US-CA", "kind": "hours", "value": {"every_day": [["09:00", "20:30"]]}}
    caller.post("/api/rules", json={**mornings, "remark": witness}, expect=201)
    account = CarrierAccount(f"AC{tenant_id.hex}", f"token-of-{tenant_id}", calls_per_second=1.0, max_lines=5)
    carrier_accounts.save_carrier_account(services, actor=caller.principal, account=account)
    return floor


def _make_up_the_rest(session: Session, tenant_id: TenantId, *, sealed: str) -> None:
    troubles: dict[str, str] = {}
    # More than once: references may point at a table that is filled later, and triggers remove what others wrote.
    for _ in range(4):
        troubles = {}
        for table in tenant_tables(session):
            if _count(session, table, tenant_id):
                continue
            try:
                with session.begin_nested():
                    _make_up_row(session, table, tenant_id, sealed)
                troubles[table.name] = "is emptied again by a trigger"
            except Exception as trouble:
                troubles[table.name] = str(trouble)[:300]
        if not troubles:
            return
    raise AssertionError(f"give these tables a row in tests/isolation/tenants.py: {troubles}")


def _count(session: Session, table: Table, tenant_id: TenantId) -> int:
    query = text(f"select count(*) from {table.name} where {table.tenant_column} = :tenant")
    return session.execute(query, {"tenant": tenant_id}).scalar_one()


def _make_up_row(session: Session, table: Table, tenant_id: TenantId, sealed: str) -> None:
    row = {}
    for column in table.columns:
        if column.name == table.tenant_column:
            row[column.name] = str(tenant_id)
        elif column.refers_to:
            row[column.name] = _some_row_of(session, column, tenant_id)
        elif column.name.endswith("_encrypted"):
            row[column.name] = sealed
        elif column.is_required:
            row[column.name] = _made_up(column, witness_of(tenant_id))
    names = ", ".join(row)
    session.execute(
        text(f"insert into {table.name} ({names}) select {names} from jsonb_populate_record(null::{table.name}, :row)"),
        {"row": json.dumps(row)},
    )


def _some_row_of(session: Session, column: Row[Any], tenant_id: TenantId) -> str | None:
    own = "id" if column.refers_to == "tenants" else "tenant_id"
    query = text(
        f"select {column.refers_to_column}::text from {column.refers_to} where {own} = :tenant order by 1 limit 1"
    )
    return session.scalar(query, {"tenant": tenant_id})


def _made_up(column: Row[Any], witness: str) -> object:
    """A value of the column's type that its table's check constraints allow, as far as they list words."""
    words = re.findall(r"'([^']+)'::text", column.checks or "")
    if column.type == "text" or column.type.startswith("character"):
        return words[-1] if words else f"{witness}-{uuid4().hex}"
    if column.type in _MADE_UP:
        return _MADE_UP[column.type]
    if column.type == "bytea":
        return f"\\x{uuid4().hex}"
    if column.type == "uuid":
        return str(uuid4())
    if column.type.endswith("[]"):
        return "{}"
    raise AssertionError(f"no value for {column.name} of type {column.type}")


_MADE_UP: dict[str, object] = {
    "jsonb": {},
    "json": {},
    "boolean": False,
    "date": "2026-11-02",
    "timestamp with time zone": "2026-11-02T12:00:00Z",
    "time without time zone": "12:00",
    "smallint": 1,
    "integer": 1,
    "bigint": 1,
    "double precision": 1,
    "xid8": "1",
}

_COLUMNS = text(
    """
    select t.relname as table_name, a.attname as name, format_type(a.atttypid, null) as type,
           a.attgenerated <> '' or a.attidentity = 'a' as generated,
           a.attnotnull and not a.atthasdef and a.attidentity = '' as is_required,
           coalesce(a.attnum = any (k.conkey), false) as in_key,
           f.confrelid::regclass::text as refers_to, g.attname as refers_to_column,
           (select string_agg(pg_get_constraintdef(c.oid), ' ') from pg_constraint c
            where c.conrelid = t.oid and c.contype = 'c' and c.conkey = array[a.attnum]) as checks
    from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_constraint k on k.conrelid = t.oid and k.contype = 'p'
    left join pg_constraint f on f.conrelid = t.oid and f.contype = 'f' and f.conkey = array[a.attnum]
    left join pg_attribute g on g.attrelid = f.confrelid and g.attnum = f.confkey[1]
    where t.relkind in ('r', 'p') and t.relnamespace = 'public'::regnamespace
    order by t.relname, a.attnum
    """
)
