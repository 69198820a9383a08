"""Runs a migration's SQL file: in the migration's own transaction, or outside of any where the file says so.

A file whose first line is `-- concurrently` holds nothing but `create index concurrently` and
`drop index concurrently`: PostgreSQL runs them in no transaction, so nobody who writes has to wait for them. What of it
was left half done, by `kill -9` say, is done again by the next run.
"""

import re
from pathlib import Path

from alembic import op
from sqlalchemy import Connection, text

MARK = "-- concurrently"
_FOLDER = Path(__file__).parent / "sql"
_INDEX = re.compile(r"create\s+(?:unique\s+)?index\s+concurrently\s+(\w+)\s", re.IGNORECASE)
# Its waits are for transactions that are older than itself, and nobody waits for it meanwhile: it may take its time.
_PATIENT = "set lock_timeout = 0; set statement_timeout = 0"
_AS_BEFORE = "set lock_timeout = '{lock}'; set statement_timeout = '{statement}'"


def run_sql(name: str) -> None:
    """Run `migrations/sql/NAME`."""
    script = (_FOLDER / name).read_text()
    if not script.startswith(MARK):
        op.get_bind().exec_driver_sql(script.replace("%", "%%"))
        return
    with op.get_context().autocommit_block():
        run_concurrently(op.get_bind(), script)


def run_concurrently(connection: Connection, script: str) -> None:
    """Run the statements of a script one by one, on a connection that is in no transaction."""
    lock, statement = (connection.scalar(text(f"show {name}_timeout")) for name in ("lock", "statement"))
    connection.exec_driver_sql(_PATIENT)
    try:
        for command in statements_of(script):
            _run(connection, command)
    finally:
        connection.exec_driver_sql(_AS_BEFORE.format(lock=lock, statement=statement))


def statements_of(script: str) -> list[str]:
    """The statements of a script that has neither functions nor semicolons in texts, without its comments."""
    lines = (line for line in script.splitlines() if not line.lstrip().startswith("--"))
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def _run(connection: Connection, command: str) -> None:
    building = _INDEX.match(command)
    if building is not None:
        is_valid = connection.scalar(_IS_VALID, {"name": building[1]})
        if is_valid:
            return
        if is_valid is False:
            # The remains of a run that did not come to its end: written to by everybody, and of use to nobody.
            connection.exec_driver_sql(f"drop index concurrently {building[1]}")
    connection.exec_driver_sql(command.replace("%", "%%"))


_IS_VALID = text("select i.indisvalid from pg_index i where i.indexrelid = to_regclass(:name)")
