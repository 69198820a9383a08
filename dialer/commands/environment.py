"""The settings a command works with: the environment, and after it the stack that runs under DIALER_HOME."""

import os

from dialer.commands.failure import CommandError
from dialer.embedded.home import Home, read_env_file
from dialer.settings import Settings, SettingsError


def environment() -> dict[str, str]:
    """The process' environment; without DATABASE_URL, completed with what a running `serve` or `demo` left."""
    given = {name: value for name, value in os.environ.items() if value}
    if "DATABASE_URL" in given or "DATABASE_URL_FILE" in given:
        return given
    return read_env_file(Home.from_env(given).running_file) | given


def settings() -> Settings:
    """The checked settings. Raises CommandError that lists every mistake."""
    try:
        return Settings.from_env(environment())
    except SettingsError as error:
        raise CommandError(f"the settings are not right:\n{error}") from error


def database_url() -> str:
    """The application's database. Raises CommandError if none is set and no stack is running."""
    return _required("DATABASE_URL")


def _required(name: str) -> str:
    environ = environment()
    path = environ.get(f"{name}_FILE")
    if path:
        try:
            with open(path) as file:
                return file.read().strip()
        except OSError as error:
            raise CommandError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    if not environ.get(name):
        raise CommandError(f"{name} is not set, and no stack is running under {Home.from_env(environ).path}")
    return environ[name]


def database_owner_url() -> str:
    """The role that owns the schema; the application's where there is only one role."""
    environ = environment()
    has_owner = environ.get("DATABASE_OWNER_URL") or environ.get("DATABASE_OWNER_URL_FILE")
    return _required("DATABASE_OWNER_URL" if has_owner else "DATABASE_URL")
