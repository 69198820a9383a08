"""`restore` and `reconcile`: a backup into an empty database, in a safe mode that an operator ends.

After a restore the database knows of calls that are long over and does not know of calls that were placed after the
backup. So nothing dials: campaigns are paused, and cannot be started before the carrier's own list of calls has been
gone through and an operator has said `restore --confirm`.
"""

import argparse
import contextlib
import csv
import dataclasses
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.commands.database import database_at_hand, named
from dialer.commands.failure import CommandError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dialer.commands.dumps import Manifest
    from dialer.usecases.lost_calls import LostCalls
    from dialer.usecases.services import Services

_NOBODY = "redis://127.0.0.1:1/0"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    restore = commands.add_parser("restore", help="restore a backup into an empty database; nothing dials afterwards")
    what = restore.add_mutually_exclusive_group(required=True)
    what.add_argument("--from", dest="dump", type=Path, metavar="FILE", help="what `backup` wrote, its manifest beside")
    what.add_argument("--confirm", action="store_true", help="let campaigns be started again after a restore")
    restore.add_argument("--without-carrier", action="store_true", help="with --from: do not ask the carrier yet")
    restore.add_argument(
        "--even-unreconciled", action="store_true",
        help="with --confirm: although the carrier does not tell whom it called since the backup",
    )  # fmt: skip
    _add_unmatched(restore)
    restore.set_defaults(run=run_restore)
    reconcile = commands.add_parser(
        "reconcile", help="after a restore: write down the carrier's calls that the backup does not know"
    )
    reconcile.add_argument(
        "--since", type=_instant, metavar="TIME", help="ISO 8601; default: when the backup was taken"
    )
    _add_unmatched(reconcile)
    reconcile.set_defaults(run=run_reconcile)


def _add_unmatched(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--unmatched-to", type=Path, metavar="FILE", help="write numbers that were called and are on no list here (CSV)"
    )


def _instant(words: str) -> datetime:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a time: {words!r}") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def run_restore(options: argparse.Namespace) -> int:
    """Restore, or end the safe mode."""
    with database_at_hand(may_create=not options.confirm) as environ:
        if options.confirm:
            return _confirm(options, environ)
        manifest = _restore(options.dump.absolute(), environ)
        _say(_warning(manifest))
        if options.without_carrier:
            _say("the carrier was not asked: run `python -m dialer reconcile` before anything else")
            return 0
        return _reconcile(environ, since=manifest.moment, unmatched_to=options.unmatched_to)


def run_reconcile(options: argparse.Namespace) -> int:
    """Go through the carrier's list; safe to run again."""
    with database_at_hand(may_create=False) as environ:
        return _reconcile(environ, since=options.since, unmatched_to=options.unmatched_to)


def _restore(dump: Path, environ: Mapping[str, str]) -> "Manifest":
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from dialer.commands.dumps import read_manifest
    from dialer.store import migrate
    from dialer.store.session import database_address

    manifest = read_manifest(dump)
    if manifest.revision not in migrate.known_revisions():
        raise CommandError(
            f"{dump} is of revision {manifest.revision}, which this release does not know: restore it with the "
            "release that wrote it, or a newer one"
        )
    owner = named(dict(environ), "DATABASE_OWNER_URL", "DATABASE_URL")
    engine = create_engine(database_address(owner), poolclass=NullPool, connect_args={"connect_timeout": 10})
    try:
        _load(engine, dump, manifest)
        migrate.upgrade(owner, named(dict(environ), "DATABASE_URL"))
        _hold_everybody(owner, manifest)
    except DBAPIError as error:
        raise CommandError(f"the database does not do what a restore needs: {error.orig}") from error
    except migrate.MigrationError as error:
        raise CommandError(str(error)) from error
    finally:
        engine.dispose()
    _say(
        f"restored {sum(manifest.rows.values()):,} rows as of {manifest.taken_at}; revision {manifest.revision}, "
        f"now at {migrate.newest_revision()}; every session is logged out, every campaign that dialled is paused"
    )
    return manifest


def _load(engine: "Engine", dump: Path, manifest: "Manifest") -> None:
    from dialer.commands.dumps import restore_dump
    from dialer.commands.postgres_tools import find_tools
    from dialer.store import restoring

    with engine.connect() as connection:
        if found := restoring.list_relations(connection):
            raise CommandError(
                f"the database {engine.url.database} is not empty ({', '.join(found)} …): "
                "a backup is restored into an empty database only"
            )
        version = restoring.server_version(connection)
    script = restoring.safe_mode_script(
        note=f"paused: restored from the backup of {manifest.taken_at}",
        reason=_reason(manifest),
        taken_at=manifest.moment,
        now=datetime.now(UTC),
    )
    checked = restoring.count_check_script(manifest.rows) + script
    restore_dump(find_tools(engine.url, server_version=version), dump, server_version=version, then=checked)
    with engine.begin() as connection:
        connection.exec_driver_sql("analyze")


def _hold_everybody(owner: str, manifest: "Manifest") -> None:
    """Once more after the upgrade: a backup of an older release had no place for it."""
    from dialer.integrations.clock import SystemClock
    from dialer.store import dialling_holds
    from dialer.store.session import Database

    database = Database(owner, pool_size=1, application_name="dialer-restore")
    try:
        with database.transaction() as tx:
            dialling_holds.hold_everybody(
                tx.session, reason=_reason(manifest), unknown_since=manifest.moment, now=SystemClock().now()
            )
    finally:
        database.dispose()


def _reason(manifest: "Manifest") -> str:
    return f"this installation was restored from the backup of {manifest.taken_at}"


def _reconcile(environ: Mapping[str, str], *, since: datetime | None, unmatched_to: Path | None) -> int:
    from dialer.usecases import lost_calls

    with _services(environ) as services:
        moment = since or lost_calls.earliest_unknown(services)
        if moment is None:
            raise CommandError("dialling is held for nobody: say --since when calls may be missing all the same")
        found = lost_calls.reconcile_lost_calls(services, since=moment)
    _say(_report(found, moment))
    _write_unmatched(found, unmatched_to)
    if found.unasked:
        _say("run `python -m dialer reconcile` again when the carrier answers; nothing can be dialled before that")
        return 1
    return 0


def _confirm(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from dialer.domain.errors import Conflict
    from dialer.usecases import lost_calls

    with _services(environ) as services:
        moment = lost_calls.earliest_unknown(services)
        if moment is None:
            _say("dialling is held for nobody")
            return 0
        # Once more: the carrier's list lags behind, and the restore may have been minutes after the last call.
        found = lost_calls.reconcile_lost_calls(services, since=moment)
        _say(_report(found, moment))
        _write_unmatched(found, options.unmatched_to)
        if found.unasked and not options.even_unreconciled:
            raise CommandError("not confirmed: the carrier did not tell everything; see above")
        try:
            lifted = lost_calls.confirm_restore(services, even_unreconciled=options.even_unreconciled)
        except Conflict as refusal:
            raise CommandError(f"not confirmed: {refusal.message}") from refusal
    _say(f"confirmed for {lifted} tenants: their campaigns are paused still, and may be started")
    return 0


@contextlib.contextmanager
def _services(environ: Mapping[str, str]) -> Iterator["Services"]:
    """The real adapters, but for the queue and the live feed: nobody is there to take a task or to be told."""
    from dialer import bootstrap
    from dialer.commands.silent import SilentFeed, SilentQueue
    from dialer.settings import Settings, SettingsError

    known = {"REDIS_URL": _NOBODY, "PUBLIC_URL": "http://127.0.0.1:8000", **environ}
    try:
        settings = Settings.from_env(known)
    except SettingsError as error:
        raise CommandError(f"the settings are not right:\n{error}") from error
    built = bootstrap.build_services(settings, application_name="dialer-restore", pool_size=2)
    try:
        yield dataclasses.replace(built, queue=SilentQueue(), feed=SilentFeed())
    finally:
        built.database.dispose()


def _report(found: "LostCalls", since: datetime) -> str:
    lines = [
        f"the carrier's calls since {since.isoformat()}: {found.listed} listed",
        f"  {found.asked_about} that were in flight in the backup: asked about",
        f"  {found.adopted} that were planned or being placed: found at the carrier and adopted",
        f"  {found.withdrawn} that were planned and never placed: withdrawn",
        f"  {found.written_down} that the backup does not know: written down at their leads, as attempts",
        f"  {found.agents_legs} to agents' phones: no leads",
        f"  {len(found.unmatched)} to numbers that are on no list here",
        f"{found.set_aside} people answered after the backup, and what was said is lost: completed, so that nobody",
        "  calls them again unasked (leads with the reason answered_after_backup)",
    ]
    lines += [f"NOT ASKED for tenant {tenant_id}: {why}" for tenant_id, why in found.unasked.items()]
    return "\n".join(lines)


def _write_unmatched(found: "LostCalls", target: Path | None) -> None:
    if not found.unmatched:
        return
    if target is None:
        _say(
            "say --unmatched-to FILE to get those numbers: whoever uploads their list again should suppress them "
            "for a while, or they are called again"
        )
        return
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("phone", "from", "started_at", "state"))
        for call in found.unmatched:
            started_at = call.started_at.isoformat() if call.started_at else ""
            writer.writerow((call.to_number, call.from_number, started_at, call.state))
    _say(f"{target}: {len(found.unmatched)} numbers that were called and are on no list here")


def _warning(manifest: "Manifest") -> str:
    return (
        f"\nWHAT WAS ENTERED AFTER {manifest.taken_at} IS LOST, and this may matter to people:\n"
        "  - opt-outs and do-not-call entries since then: enter them again BEFORE anything is dialled\n"
        "  - erasures since then: those people are back; erase them again (`python -m dialer erase-person`) by the\n"
        "    requests that you keep\n"
        "  - users removed, roles and passwords changed, second factors and used recovery codes since then: all are\n"
        "    as they were; look through the users\n"
        "  - promised callbacks, dispositions and notes since then\n"
        "  - rotated FIELD_ENCRYPTION_KEYS: the keys of that time have to be in the settings\n"
        "then: `python -m dialer doctor`, and `python -m dialer restore --confirm`\n"
    )


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
