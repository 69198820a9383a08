"""`doctor`: does everything hold that must always hold? And what does not: why, and can it be put right?"""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dialer.commands.environment import database_owner_url, database_url, settings
from dialer.commands.failure import CommandError
from dialer.domain.errors import NotFound
from dialer.domain.in_flight import TABLE, InFlight

if TYPE_CHECKING:
    from dialer.store.doctor_checks import Finding
    from dialer.usecases.doctor import CheckExplained, Deed, Examination, StoryExplained

EVERYTHING = "everything"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser(
        "doctor", help="check the invariants on a live database, explain and repair; status 1 while one is violated"
    )
    command.add_argument("--days", type=int, default=7, help="how far back placements are looked at (default 7)")
    command.add_argument("--json", action="store_true", help="print as JSON")
    instead = command.add_mutually_exclusive_group()
    instead.add_argument("--states", action="store_true", help="print the table of in-flight states")
    instead.add_argument("--explain", metavar="SUBJECT", help="explain a check, or a call, lead or agent by its id")
    instead.add_argument(
        "--repair", nargs="?", const=EVERYTHING, metavar="CHECK", help="put right what can be, of one check or of all"
    )
    command.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Do what was asked for; without more, run every check and print what it found."""
    if options.states:
        _print_states(as_json=options.json)
        return 0
    from sqlalchemy import make_url  # here, so that `serve`, which registers this too, idles smaller
    from sqlalchemy.exc import DBAPIError

    from dialer.integrations.clock import SystemClock
    from dialer.integrations.rule_files import check_tzdata, load_rule_book, parse_rules_off
    from dialer.store.session import Database
    from dialer.usecases.doctor import Examination

    database = Database(database_owner_url(), pool_size=1, application_name="dialer-doctor")
    role = make_url(database_url()).username or ""
    try:
        book = load_rule_book(parse_rules_off(os.environ.get("RULES_OFF", "")))
        examination = Examination(database, SystemClock(), role, book, options.days)
        return _run(options, examination)
    except DBAPIError as error:
        raise CommandError(f"the database cannot be examined: {error.orig}") from error
    except NotFound as error:
        raise CommandError(error.message) from error
    finally:
        database.dispose()
        if (stale := check_tzdata()) is not None:
            sys.stderr.write(f"warning: {stale}\n")


def _run(options: argparse.Namespace, examination: "Examination") -> int:
    from dialer.usecases import doctor

    if options.explain is not None:
        _print_explained(doctor.explain(examination, options.explain), as_json=options.json)
        return 0
    deeds: list[Deed] | None = None
    if options.repair is not None:
        deeds = _repair(examination, None if options.repair == EVERYTHING else options.repair)
    findings = doctor.examine(
        examination.owner_database,
        clock=examination.clock,
        application_role=examination.application_role,
        book=examination.book,
        days=examination.days,
    )
    if options.json:
        found = [_without_rows(finding) for finding in findings]
        _print_json(found if deeds is None else {"repairs": [asdict(deed) for deed in deeds], "findings": found})
    else:
        _print_deeds(deeds or ())
        _print_findings(findings)
    violations = sum(finding.count for finding in findings)
    summary = f"{len(findings)} checks, {violations} violations\n"
    (sys.stderr if options.json else sys.stdout).write(summary)
    return 1 if violations else 0


def _repair(examination: "Examination", check: str | None) -> "list[Deed]":
    from dialer import bootstrap
    from dialer.usecases import doctor

    services = bootstrap.build_services(settings(), application_name="dialer-doctor", pool_size=2)
    try:
        return doctor.repair(services, examination, check=check)
    finally:
        services.database.dispose()


def _print_findings(findings: "Iterable[Finding]") -> None:
    for finding in findings:
        verdict = "ok  " if finding.count == 0 else f"BAD {finding.count}"
        sys.stdout.write(f"{verdict}  {finding.check}: {finding.meaning}\n")
        sys.stdout.writelines(f"      {example}\n" for example in finding.examples)


def _print_deeds(deeds: "Iterable[Deed]") -> None:
    for deed in deeds:
        what = deed.done or (f"NOT REPAIRED: {deed.trouble}" if deed.trouble else "nothing was wrong any more")
        sys.stdout.write(f"repair  {deed.check}: {deed.what}\n        {what}\n")


def _print_explained(explained: "CheckExplained | StoryExplained", *, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(explained))
        return
    from dialer.usecases.doctor import CheckExplained

    write = sys.stdout.write
    if isinstance(explained, CheckExplained):
        finding = explained.finding
        write(f"{finding.check}: {finding.meaning}\n{finding.count} violations\n")
        sys.stdout.writelines(f"  {violation.what}\n" for violation in finding.violations)
        for row in explained.states:
            write(f"{_in_words(row)}\n")
        write(f"A repair: {explained.repair}\n")
        return
    story = explained.story
    write(f"{story.subject} {story.id} of tenant {story.tenant_id}\n")
    sys.stdout.writelines(f"  {line}\n" for line in story.lines)
    if not explained.named_by:
        write("No check finds anything wrong with it.\n")
    for check, repair in explained.named_by:
        write(f"Found by {check}. A repair: {repair}\n")


def _in_words(row: InFlight) -> str:
    asked = f"; the carrier is asked {row.asks}" if row.asks else ""
    return (
        f"{row.name}: moved on by {row.owner}. Found by {row.sweep} {in_words(row.expiry)} from {row.since}{asked}. "
        f"Then: {row.becomes}. {in_words(row.margin)} later the doctor calls it stuck."
    )


def _print_states(*, as_json: bool) -> None:
    if as_json:
        _print_json([asdict(row) for row in TABLE])
        return
    sys.stdout.write(states_table())


def states_table() -> str:
    """The table of in-flight states, as it stands in the runbook."""
    lines = [("in flight", "moved on by", "found after", "by", "asks the carrier", "then"), ("---",) * 6]
    lines += [
        (
            row.name,
            row.owner,
            f"{in_words(row.expiry)} from {row.since}" if row.expiry else row.since,
            f"`{row.sweep.rsplit('.', 1)[-1]}`",
            row.asks or "-",
            row.becomes,
        )
        for row in TABLE
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def in_words(span: timedelta) -> str:
    """A span as people say it."""
    for unit, seconds in (("days", 86400), ("h", 3600), ("min", 60)):
        if span.total_seconds() >= seconds and span.total_seconds() % seconds == 0:
            return f"{span.total_seconds() / seconds:g} {unit}"
    return f"{span.total_seconds():g} s"


def _without_rows(finding: "Finding") -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if name != "violations"}


def _print_json(what: object) -> None:
    sys.stdout.write(json.dumps(what, indent=2, default=str) + "\n")
