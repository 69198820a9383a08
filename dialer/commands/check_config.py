"""`check-config`."""

import argparse
import sys

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError


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
    sys.stdout.write(f"all settings are right: {found!r}, calling rules {book.version}\n")
    return 0
