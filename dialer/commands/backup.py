"""`backup`: the whole database in one file, while everything goes on."""

import argparse
import sys
from pathlib import Path

from dialer.commands.database import database_at_hand, named
from dialer.commands.failure import CommandError


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("backup", help="write the whole database to a file, while everything goes on")
    command.add_argument("--to", type=Path, required=True, metavar="FILE", help="a new file; never written over")
    command.set_defaults(run=write_backup)


def write_backup(options: argparse.Namespace) -> int:
    """Dump as the owner of the tables, whom row-level security leaves out, and say what is not in it."""
    from sqlalchemy import create_engine  # here, so that `serve`, which registers this too, idles smaller
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from dialer.commands.dumps import manifest_of, write_dump
    from dialer.store.session import database_address

    with database_at_hand(may_create=False) as environ:
        engine = create_engine(
            database_address(named(environ, "DATABASE_OWNER_URL", "DATABASE_URL")),
            poolclass=NullPool,
            connect_args={"connect_timeout": 10, "application_name": "dialer-backup"},
        )
        try:
            with engine.connect() as connection:
                manifest = write_dump(connection, options.to.absolute())
        except DBAPIError as error:
            raise CommandError(f"the database cannot be read: {error.orig}") from error
        finally:
            engine.dispose()
    sys.stdout.write(
        f"{options.to}: {manifest.bytes:,} bytes, {sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables, "
        f"revision {manifest.revision}, as of {manifest.taken_at}\n"
        f"{manifest_of(options.to)}: checksum and row counts; keep it beside the dump\n"
        "not in it:\n" + "".join(f"  - {one}\n" for one in manifest.not_included)
    )
    return 0
