"""`erase-person`: remove a person from every list and call of a tenant, as `POST /api/people/erase` does it."""

import argparse
import json
import sys
from datetime import datetime
from uuid import UUID

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError

REASONS = ("requested", "consent_withdrawn", "objection", "unlawful", "no_longer_needed", "legal_order")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("erase-person", help="erase a person from every list and call of a tenant, for good")
    command.add_argument("--tenant", type=UUID, required=True, metavar="ID")
    who = command.add_mutually_exclusive_group(required=True)
    who.add_argument("--phone", metavar="NUMBER", help="with its country code: +14155550132")
    who.add_argument("--external-id", metavar="TEXT")
    who.add_argument("--lead", type=UUID, metavar="ID")
    command.add_argument("--reason", choices=REASONS, default="requested")
    command.add_argument("--reference", metavar="TEXT", help="the name of the request elsewhere; nothing of the person")
    command.add_argument("--not-linked", action="store_true", help="only leads with this very number or id")
    command.set_defaults(run=erase_person)


def erase_person(options: argparse.Namespace) -> int:
    """Erase, and print the evidence as JSON."""
    from dialer import bootstrap  # here, so that `serve`, which registers this too, idles smaller
    from dialer.commands.operator import operator_of
    from dialer.domain.errors import DialerError
    from dialer.domain.ids import LeadId, TenantId
    from dialer.usecases import erasure

    services = bootstrap.build_services(settings(), application_name="dialer-cli", pool_size=1)
    try:
        evidence = erasure.erase_person(
            services,
            actor=operator_of(services, TenantId(options.tenant)),
            phone=options.phone,
            external_id=options.external_id,
            lead_id=None if options.lead is None else LeadId(options.lead),
            reason=options.reason,
            reference=options.reference,
            is_linked=not options.not_linked,
        )
    except DialerError as error:
        raise CommandError(error.message) from error
    finally:
        services.database.dispose()
    sys.stdout.write(json.dumps(vars(evidence), default=_plain) + "\n")
    return 0


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
