"""`rotate-keys`: seal every stored secret with the newest of FIELD_ENCRYPTION_KEYS."""

import argparse
import sys
from typing import TYPE_CHECKING

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError

if TYPE_CHECKING:
    from dialer.usecases.secret_rotation import Rotation


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser(
        "rotate-keys", help="encrypt every stored secret with the newest of FIELD_ENCRYPTION_KEYS; safe to run twice"
    )
    command.set_defaults(run=rotate_keys)


def rotate_keys(options: argparse.Namespace) -> int:
    """Rotate, say what was done, and whether older keys are needed any more. Status 1 if a secret is lost."""
    from dialer import bootstrap  # here, so that `serve`, which registers this too, idles smaller
    from dialer.domain.errors import DialerError
    from dialer.usecases import secret_rotation

    found = settings()
    services = bootstrap.build_services(found, application_name="dialer-cli", pool_size=1)
    try:
        rotation = secret_rotation.rotate_keys(services)
    except DialerError as error:
        raise CommandError(error.message) from error
    finally:
        services.database.dispose()
    sys.stdout.write(f"{rotation.renewed} secrets encrypted anew, {rotation.current} were under the newest key\n")
    for secret in rotation.lost:
        sys.stdout.write(f"no key opens {secret}: bring the key back, or have the secret entered again\n")
    sys.stdout.write(_what_next(rotation, keys=len(found.field_encryption_keys)) + "\n")
    return 1 if rotation.lost else 0


def _what_next(rotation: "Rotation", *, keys: int) -> str:
    if keys == 1:
        return "there is one key, and nothing to drop"
    if rotation.lost:
        return "keep every older key until these are mended"
    if rotation.needs_newest_key_alone:
        return "the older keys may be dropped now, if every process was started with the newest one first"
    return (
        "keep the older keys for now: restart every process with the newest key first, then run this again; "
        "when it encrypts nothing anew, they may be dropped"
    )
