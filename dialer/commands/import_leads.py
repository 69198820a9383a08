"""`import-leads`: a list from a file into a campaign, as `POST /api/leads/upload` does it, whatever its size."""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError
from dialer.domain.errors import DialerError, NotFound
from dialer.domain.ids import CampaignId, ImportId, TenantId, UserId
from dialer.domain.imports import OPEN, ImportChoices, ImportStatus, MatchBy, OnDuplicate
from dialer.domain.principals import Principal, Role

if TYPE_CHECKING:
    from dialer.usecases.imports import ImportReport
    from dialer.usecases.lead_import import ImportRequest
    from dialer.usecases.services import Services

_LOOK_SECONDS = 0.5


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("import-leads", help="import a CSV, TSV or XLSX file of leads into a campaign")
    command.add_argument("--tenant", type=UUID, required=True, metavar="ID", help="whose campaign it is")
    command.add_argument("--campaign", type=UUID, required=True, metavar="ID")
    command.add_argument("--list", metavar="NAME", help="the campaign's list; made if there is none of this name")
    command.add_argument("--mapping", metavar="JSON", help='from column to field: {"Phone Number": "phone"}')
    command.add_argument("--update", action="store_true", help="write what rows say to leads that are there already")
    command.add_argument("--match-by", choices=[each.value for each in MatchBy], default=MatchBy.PHONE.value)
    command.add_argument("--tenant-duplicates-days", type=int, metavar="N",
                         help="leave out numbers that any campaign got within so many days")  # fmt: skip
    command.add_argument("--default-region", metavar="CC", help="country of numbers that name none")
    command.add_argument("--encoding")
    command.add_argument("--delimiter")
    command.add_argument("--sheet", help="of a workbook")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=import_file)


def import_file(options: argparse.Namespace) -> int:
    """Import, print what became of the rows, and name those left out. Status 1 unless the whole file was read."""
    from dialer import bootstrap  # these two bring pandas and every adapter; `--help` should not wait for them
    from dialer.usecases.imports import Upload
    from dialer.usecases.lead_import import import_leads

    request = _request(options)
    try:
        stream = options.file.open("rb")
    except OSError as error:
        raise CommandError(f"cannot read {options.file}: {error.strerror}") from error
    services = bootstrap.build_services(settings(), application_name="dialer-cli", pool_size=3)
    try:
        with stream:
            operator = _operator(services, TenantId(options.tenant))
            upload = Upload.of_stream(options.file.name, stream)
            report = import_leads(services, actor=operator, request=request, upload=upload, runs_elsewhere=False)
        if report.stored.status in OPEN:
            report = _run(services, operator, report.stored.id)
    except DialerError as error:
        raise CommandError(error.message) from error
    finally:
        services.database.dispose()
    return _print(report)


def _run(services: "Services", operator: Principal, import_id: ImportId) -> "ImportReport":
    """Run a large import here, and say how far it is. Should a worker have found it first, watch."""
    from dialer.usecases import imports
    from dialer.usecases.import_kinds import KINDS

    def run() -> None:
        imports.run_import(services, KINDS, tenant_id=operator.tenant_id, import_id=import_id,
                           workplace=f"command {os.getpid()}", seats=1)  # fmt: skip

    runner = threading.Thread(target=run, name="import", daemon=True)
    runner.start()
    while True:
        runner.join(_LOOK_SECONDS)
        report = imports.load_import(services, actor=operator, import_id=import_id)
        _show(report)
        if report.stored.status not in OPEN:
            return report
        if not runner.is_alive():
            time.sleep(_LOOK_SECONDS)


def _show(report: "ImportReport") -> None:
    done, speed = report.progress.percent, report.progress.rows_per_second
    if sys.stderr.isatty():
        shown = "" if done is None else f"{done:5.1f} %  "
        sys.stderr.write(f"\r{shown}{report.stored.rows_done:,} rows  {speed or 0:,.0f} rows/s ")
        sys.stderr.write("\n" if report.stored.status not in OPEN else "")
        sys.stderr.flush()


def _print(report: "ImportReport") -> int:
    for problem in report.problems:
        sys.stderr.write(f"row {problem.number}: {problem.field}: {problem.message} ({problem.value!r})\n")
    if report.has_more_problems:
        sys.stderr.write(f"… and more: GET /api/leads/imports/{report.stored.id}/errors.csv\n")
    sys.stdout.write(", ".join(f"{name} {count}" for name, count in vars(report.stored.counts).items()) + "\n")
    if report.stored.status != ImportStatus.COMPLETED:
        raise CommandError(report.stored.failure or f"the import is {report.stored.status}")
    return 0


def _request(options: argparse.Namespace) -> "ImportRequest":
    from dialer.usecases.lead_import import ImportRequest

    choices = ImportChoices(
        on_duplicate=OnDuplicate.UPDATE if options.update else OnDuplicate.SKIP,
        match_by=MatchBy(options.match_by),
        tenant_duplicates_days=options.tenant_duplicates_days,
        default_region=options.default_region,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    )
    return ImportRequest(
        campaign_id=CampaignId(options.campaign),
        list_name=options.list,
        field_mapping=_mapping(options.mapping),
        choices=choices,
    )


def _operator(services: "Services", tenant_id: TenantId) -> Principal:
    """Whoever runs commands acts as the tenant's owner: an import names a user who made it."""
    from dialer.usecases.access import list_users

    nobody = Principal(tenant_id, UserId(UUID(int=0)), Role.OWNER, session_id="")
    owners = list_users(services, actor=nobody, role=Role.OWNER, is_active=None, limit=1, offset=0).users
    if not owners:
        raise NotFound(f"There is no tenant {tenant_id}.")
    return Principal(tenant_id, owners[0].id, Role.OWNER, session_id="")


def _mapping(text: str | None) -> dict[str, str | None]:
    try:
        mapping = json.loads(text or "{}")
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict) or not all(value is None or isinstance(value, str) for value in mapping.values()):
        raise CommandError('--mapping must be a JSON object from column to field, such as {"Phone Number": "phone"}')
    return mapping
