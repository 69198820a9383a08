"""What a backup and a restore ask of a database: what is in it, whether it is empty, and the safe mode."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Snapshot:
    """One moment of a database, as others may see it, too, while the transaction that took it is open."""

    name: str
    taken_at: datetime
    server_version: int
    revision: str | None
    rows: dict[str, int]


def take_snapshot(connection: Connection) -> Snapshot:
    """Fix a moment for this transaction, which must not have done anything yet, and count every table's rows in it."""
    connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
    name = connection.scalar(text("select pg_export_snapshot()"))
    taken_at = connection.scalar(text("select transaction_timestamp()"))
    if name is None or taken_at is None:
        raise RuntimeError("the server exports no snapshot")
    rows = count_rows(connection)
    revision = connection.scalar(_REVISION) if "alembic_version" in rows else None
    return Snapshot(name, taken_at, server_version(connection), revision, rows)


def server_version(connection: Connection) -> int:
    """As a number: 180001 for 18.1."""
    return int(connection.scalar(text("show server_version_num")) or 0)


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table of ours."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: int(connection.scalar(text(f"select count(*) from public.{quote(name)}")) or 0)
        for name in connection.scalars(_TABLES).all()
    }


def list_relations(connection: Connection) -> list[str]:
    """What is in a database besides what its extensions brought; nothing in an empty one."""
    return list(connection.scalars(_RELATIONS).all())


def count_check_script(rows: Mapping[str, int]) -> str:
    """What fails within the transaction of a restore if a table has not as many rows as were backed up."""
    counted = " union all ".join(
        f'select {_quote(table)}, {expected}, (select count(*) from public."{table}")'
        for table, expected in rows.items()
    )
    return f"""
    do $counts$
    declare
        wrong text;
    begin
        select string_agg(name || ': ' || restored || ' rows and not ' || expected, ', ') into wrong
        from ({counted}) as counted (name, expected, restored) where restored <> expected;
        if wrong is not null then
            raise exception 'not what was backed up: %', wrong;
        end if;
    end $counts$;
    """


def safe_mode_script(*, note: str, reason: str, taken_at: datetime, now: datetime) -> str:
    """What belongs into the transaction of a restore, whatever release the backup is of: nothing may dial when that has
    committed, and nobody is logged in.

    A campaign that dialled or was to begin by its schedule is paused. Tables that a release does not have are left out.
    """
    quoted_note, quoted_reason = _quote(note), _quote(reason)
    moment, at = _quote(taken_at.isoformat()), f"timestamptz {_quote(now.isoformat())}"
    return f"""
    set search_path = public, pg_catalog;
    update campaigns set status = 'paused', pacing_note = {quoted_note}, updated_at = {at}
    where status in ('active', 'scheduled');
    update login_sessions set ended_at = {at}, end_reason = 'restored' where ended_at is null;
    do $safe$
    begin
        -- What was sent out by mail before the backup may have been used since.
        if to_regclass('public.single_use_tokens') is not null then
            delete from single_use_tokens;
            delete from password_reset_requests;
            update invitations set revoked_at = {at} where accepted_at is null and revoked_at is null;
        end if;
        if to_regclass('public.dialling_holds') is not null then
            insert into dialling_holds (tenant_id, reason, unknown_since, held_at)
            select id, {quoted_reason}, timestamptz {moment}, {at} from tenants
            on conflict (tenant_id) do update set reason = excluded.reason, held_at = excluded.held_at,
                reconciled_at = null, unknown_since = least(dialling_holds.unknown_since, excluded.unknown_since);
        end if;
    end $safe$;
    """


def _quote(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


_REVISION = text("select version_num from alembic_version")
_OF_NO_EXTENSION = "not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')"
_TABLES = text(
    f"""
    select c.relname from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and {_OF_NO_EXTENSION}
    order by 1
    """
)
_RELATIONS = text(
    f"""
    select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp%' and {_OF_NO_EXTENSION}
    order by 1 limit 5
    """
)
