"""`check-config`."""

import argparse
import sys
from typing import TYPE_CHECKING

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError

if TYPE_CHECKING:
    from dialer.settings import Settings


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("check-config", help="check every setting and list all mistakes together")
    command.set_defaults(run=check_config)


def check_config(options: argparse.Namespace) -> int:
    """Print nothing secret: the settings' own representation leaves secrets out."""
    from dialer.domain.errors import Invalid
    from dialer.integrations.rule_files import load_rule_book

    found = settings()
    try:
        book = load_rule_book(found.rules_off)
    except Invalid as error:
        raise CommandError(f"the settings are not right:\nRULES_OFF: {error.message}") from error
    lost = _lost_secrets(found)
    if lost:
        raise CommandError("FIELD_ENCRYPTION_KEYS: no key opens\n" + "\n".join(lost))
    sys.stdout.write(f"all settings are right: {found!r}, calling rules {book.version}\n")
    return 0


def _lost_secrets(found: "Settings") -> list[str]:
    """Stored secrets that none of the keys opens. A database that cannot be asked is said, and no mistake."""
    from sqlalchemy.exc import DBAPIError

    from dialer import bootstrap
    from dialer.domain.errors import DialerError
    from dialer.usecases.secret_rotation import list_lost_secrets

    services = bootstrap.build_services(found, application_name="dialer-cli", pool_size=1)
    try:
        return [str(secret) for secret in list_lost_secrets(services)]
    except (DialerError, DBAPIError):
        sys.stderr.write("note: the database does not answer, so that stored secrets were not looked at\n")
        return []
    finally:
        services.database.dispose()
