"""`doctor`: does everything hold that must always hold?"""

import argparse
import json
import os
import sys
from dataclasses import asdict

from dialer.commands.environment import database_owner_url, database_url
from dialer.commands.failure import CommandError


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("doctor", help="check the invariants on a live database; status 1 on a violation")
    command.add_argument("--days", type=int, default=7, help="how far back placements are looked at (default 7)")
    command.add_argument("--json", action="store_true", help="print findings as JSON")
    command.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Run every check and print what it found."""
    from sqlalchemy import make_url  # here, so that `serve`, which registers this too, idles smaller
    from sqlalchemy.exc import DBAPIError

    from dialer.integrations.clock import SystemClock
    from dialer.integrations.rule_files import check_tzdata, load_rule_book, parse_rules_off
    from dialer.store.session import Database
    from dialer.usecases import doctor

    database = Database(database_owner_url(), pool_size=1, application_name="dialer-doctor")
    role = make_url(database_url()).username or ""
    try:
        book = load_rule_book(parse_rules_off(os.environ.get("RULES_OFF", "")))
        findings = doctor.examine(database, clock=SystemClock(), application_role=role, book=book, days=options.days)
    except DBAPIError as error:
        raise CommandError(f"the database cannot be examined: {error.orig}") from error
    finally:
        database.dispose()
    if options.json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    else:
        for finding in findings:
            verdict = "ok  " if finding.count == 0 else f"BAD {finding.count}"
            sys.stdout.write(f"{verdict}  {finding.check}: {finding.meaning}\n")
            sys.stdout.writelines(f"      {example}\n" for example in finding.examples)
    if (stale := check_tzdata()) is not None:
        sys.stderr.write(f"warning: {stale}\n")
    violations = sum(finding.count for finding in findings)
    summary = f"{len(findings)} checks, {violations} violations\n"
    (sys.stderr if options.json else sys.stdout).write(summary)
    return 1 if violations else 0
