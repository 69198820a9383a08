"""The operator's commands: `python -m dialer --help`. Each group is a module in `dialer.commands`."""

import argparse
import sys
from collections.abc import Sequence

from dialer.commands import GROUPS
from dialer.commands.failure import CommandError


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(prog="python -m dialer", description="Operate the dialer.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for register in GROUPS:
        register(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Its own failures are one message and status 1, without a traceback."""
    options = build_parser().parse_args(arguments)
    try:
        status: int = options.run(options) or 0
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return status
