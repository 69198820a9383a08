"""`import-leads`: a list from a file into a campaign, as `POST /api/leads/upload` does it."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError
from dialer.domain.errors import DialerError, NotFound
from dialer.domain.ids import CampaignId, TenantId, UserId
from dialer.domain.principals import Principal, Role

if TYPE_CHECKING:
    from dialer.usecases.services import Services


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("import-leads", help="import a CSV file of leads into a campaign")
    command.add_argument("--tenant", type=UUID, required=True, metavar="ID", help="whose campaign it is")
    command.add_argument("--campaign", type=UUID, required=True, metavar="ID")
    command.add_argument("--mapping", metavar="JSON", help='from column to field: {"Phone Number": "phone"}')
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=import_file)


def import_file(options: argparse.Namespace) -> int:
    """Import, print what became of the rows, and name those left out. Status 1 if nothing could be imported at all."""
    from dialer import bootstrap  # these two bring pandas and every adapter; `--help` should not wait for them
    from dialer.usecases.lead_import import import_leads

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {options.file}: {error.strerror}") from error
    services = bootstrap.build_services(settings(), application_name="dialer-cli", pool_size=1)
    try:
        report = import_leads(
            services,
            actor=_operator(services, TenantId(options.tenant)),
            campaign_id=CampaignId(options.campaign),
            filename=options.file.name,
            content=content,
            field_mapping=_mapping(options.mapping),
        )
    except DialerError as error:
        raise CommandError(error.message) from error
    finally:
        services.database.dispose()
    for left in report.left_out:
        sys.stderr.write(f"row {left.row}: {left.problem.field}: {left.problem.message} ({left.problem.value!r})\n")
    sys.stdout.write(", ".join(f"{name} {count}" for name, count in vars(report.counts).items()) + "\n")
    return 0


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
