"""The product's processes as a deploy starts and stops them, on a database and a Redis of the test's own."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from dialer.embedded.ports import free_port
from tests.conftest import DatabaseUrls

ROOT = Path(__file__).parents[2]
_PROGRAMS = Path(sys.executable).parent
# By its own program: one that was started with `python -m` cannot start a successor.
WEB = (str(_PROGRAMS / "gunicorn"), "wsgi:app", "-c", "gunicorn.conf.py")
WORKER = (
    str(_PROGRAMS / "celery"), "-A", "workers", "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle",
    "--without-heartbeat",
)  # fmt: skip
SCHEDULER = (sys.executable, "-m", "scheduler")


def settings(urls: DatabaseUrls, redis_url: str, **more: str) -> dict[str, str]:
    """The settings of one installation."""
    return {
        "PATH": os.environ["PATH"], "DATABASE_URL": urls.application, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32, "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://dialer.example.com", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32, "PORT": str(free_port()), "WORKER_CONCURRENCY": "2", "PYTHONUNBUFFERED": "1",
        **more,
    }  # fmt: skip


@dataclass
class Running:
    """One process, and what it has written."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def stop(self, *, within_seconds: float) -> int:
        """Ask it to stop, as an orchestrator does; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_seconds)


@contextmanager
def running(command: tuple[str, ...], environ: Mapping[str, str], log: Path) -> Iterator[Running]:
    """Start a process; what is left of it when the block ends is killed."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(environ), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield Running(process, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def eventually(condition: Callable[[], object], what: str, *, seconds: float = 60.0) -> None:
    """Look again until it is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def status_of(url: str) -> int:
    """The status of a page; 0 when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0
