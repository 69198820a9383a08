"""Which database a command is about: that of the environment, of a running stack, or of one that is not running."""

import contextlib
import os
from collections.abc import Iterator

from dialer.commands.environment import environment
from dialer.commands.failure import CommandError
from dialer.embedded.home import Home
from dialer.embedded.stack import StackError, database_alone


@contextlib.contextmanager
def database_at_hand(*, may_create: bool) -> Iterator[dict[str, str]]:
    """The environment with DATABASE_URL in it. Without one, the embedded database of DIALER_HOME is started alone for
    as long as the block lasts; one that was never made is made only with `may_create`."""
    known = environment()
    if "DATABASE_URL" in known or "DATABASE_URL_FILE" in known:
        yield known
        return
    home = Home.from_env(os.environ)
    if not may_create and not (home.path / "postgres").exists():
        raise CommandError(f"DATABASE_URL is not set, and there is no database under {home.path}")
    try:
        with database_alone(home) as started:
            yield started | known
    except StackError as error:
        raise CommandError(str(error)) from error


def named(environ: dict[str, str], *names: str) -> str:
    """The first of these settings that is there, itself or in the file that NAME_FILE names."""
    for name in names:
        if path := environ.get(f"{name}_FILE"):
            try:
                with open(path) as file:
                    return file.read().strip()
            except OSError as error:
                raise CommandError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
        if value := environ.get(name):
            return value
    raise CommandError(f"{names[0]} is not set")
