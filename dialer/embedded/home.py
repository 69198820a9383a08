"""DIALER_HOME: one folder that holds the embedded stack's data, logs and generated secrets."""

import base64
import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil

DEFAULT_HOME = ".dialer"


class HomeError(Exception):
    """The folder cannot be used; the message is one line for the person at the terminal."""


class Home:
    """The folder itself. Created on demand; what it generates once stays the same from then on."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path).absolute()
        self.logs = self.path / "logs"
        self.generated_file = self.path / "generated.env"
        self.running_file = self.path / "running.env"
        self._lock_file = self.path / "lock"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Home":
        """The folder DIALER_HOME names, `.dialer` below the working folder otherwise."""
        return cls(environ.get("DIALER_HOME") or DEFAULT_HOME)

    def create(self) -> None:
        """Make the folder and prove that it can be written. Raises HomeError with the reason."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".probe-{os.getpid()}"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            raise HomeError(f"DIALER_HOME {self.path} cannot be written: {error.strerror}") from error

    def generated(self) -> dict[str, str]:
        """Every generated value; those still missing are made now and kept, so a restart finds the same secrets."""
        known = read_env_file(self.generated_file)
        missing = {name: make() for name, make in _GENERATORS.items() if not known.get(name)}
        if missing:
            known |= missing
            write_env_file(self.generated_file, known)
        return known

    @contextlib.contextmanager
    def locked(self, *, wait_seconds: float = 15.0) -> Iterator[int]:
        """Hold the folder for one stack; yields the descriptor that holds it.

        A living owner is an error at once. After a crash the guardian of the dead stack still holds the lock while it
        ends what the stack left behind, so a dead owner is waited for.
        """
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._acquire(descriptor, time.monotonic() + wait_seconds)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield descriptor
        finally:
            os.close(descriptor)

    def _acquire(self, descriptor: int, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                owner = os.pread(descriptor, 32, 0).decode().strip()
                if time.monotonic() > deadline or (owner.isdigit() and _is_alive(int(owner))):
                    raise HomeError(
                        f"another stack (process {owner or 'unknown'}) is using {self.path}: "
                        "stop it, or set DIALER_HOME to another folder"
                    ) from None
                time.sleep(0.1)
            else:
                return


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines as a dictionary; a missing file is empty."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Write NAME=value lines, readable by the owner alone, and never half of them."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    draft.replace(path)


def _is_alive(process_id: int) -> bool:
    """A process that ended but was not yet waited for by its parent is not alive."""
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _sid(prefix: str) -> Callable[[], str]:
    return lambda: prefix + secrets.token_hex(16)


_GENERATORS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_hex(32),
    "JWT_SECRET_KEY": lambda: secrets.token_hex(32),
    "FIELD_ENCRYPTION_KEYS": _fernet_key,
    "TWILIO_ACCOUNT_SID": _sid("AC"),
    "TWILIO_AUTH_TOKEN": lambda: secrets.token_hex(16),
    "TWILIO_TWIML_APP_SID": _sid("AP"),
    "TWILIO_API_KEY_SID": _sid("SK"),
    "TWILIO_API_KEY_SECRET": lambda: secrets.token_hex(16),
    "DATABASE_OWNER_PASSWORD": lambda: secrets.token_hex(16),
    "DATABASE_PASSWORD": lambda: secrets.token_hex(16),
    "REDIS_PASSWORD": lambda: secrets.token_hex(16),
    "ADMIN_EMAIL": lambda: "admin@example.com",
    "ADMIN_PASSWORD": lambda: secrets.token_urlsafe(12) + "aA1!",
}
