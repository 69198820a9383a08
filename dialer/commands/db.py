"""`db upgrade` and `db status`."""

import argparse
import sys

from dialer.commands.environment import database_owner_url, database_url
from dialer.commands.failure import CommandError


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group."""
    group = commands.add_parser("db", help="the database's schema").add_subparsers(metavar="VERB", required=True)
    upgrade = group.add_parser(
        "upgrade", help="bring the schema to the newest revision and grant the application its rights"
    )
    upgrade.set_defaults(run=upgrade_database)
    status = group.add_parser("status", help="show the database's revision; status 1 if an upgrade is needed")
    status.set_defaults(run=show_status)


def upgrade_database(options: argparse.Namespace) -> int:
    """Safe to run again, and from several places at once."""
    from sqlalchemy.exc import OperationalError  # here: `serve` registers this too, and idles better without

    from dialer.store import migrate

    try:
        migrate.upgrade(database_owner_url(), database_url())
        revision = migrate.current_revision(database_url())
    except OperationalError as error:
        raise CommandError(f"the database does not answer: {error.orig}") from error
    except migrate.MigrationError as error:
        raise CommandError(str(error)) from error
    sys.stdout.write(f"the database is at revision {revision or 'none'}\n")
    return 0


def show_status(options: argparse.Namespace) -> int:
    """Compare the database's revision with the release's."""
    from sqlalchemy.exc import OperationalError

    from dialer.store import migrate

    try:
        current = migrate.current_revision(database_url())
    except OperationalError as error:
        raise CommandError(f"the database does not answer: {error.orig}") from error
    newest = migrate.newest_revision()
    sys.stdout.write(f"database: {current or 'empty'}\nrelease:  {newest or 'none'}\n")
    return 0 if current == newest else 1
