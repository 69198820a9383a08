"""The whole product on one machine: database, broker, carrier's twin, schema, web, worker and scheduler."""

import contextlib
import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from dialer.embedded.home import Home, HomeError, write_env_file
from dialer.embedded.ports import accepts_connections, free_port, is_free
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.processes import ProcessError, ProcessSpec, Supervisor
from dialer.embedded.redis import EmbeddedRedis

_ROOT = Path(__file__).resolve().parents[2]
_PYTHON = sys.executable

# What the product's processes get of the generated values; passwords travel inside the URLs.
_PASSED_ON = (
    "SECRET_KEY", "JWT_SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN",
    "TWILIO_TWIML_APP_SID", "TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET",
)  # fmt: skip


# So that a fresh installation has something to call from. Numbers of a range that is nobody's.
_TWIN_NUMBERS = ("+14155550100", "+12125550100")


class StackError(Exception):
    """The stack cannot run; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Programs:
    """The commands of the product's processes; tests put stand-ins here. None leaves a process out."""

    migrate: tuple[str, ...] | None = (_PYTHON, "-m", "dialer", "db", "upgrade")
    twin: tuple[str, ...] | None = (_PYTHON, "-m", "twin")
    web: tuple[str, ...] | None = (_PYTHON, "-m", "gunicorn", "wsgi:app", "-c", "gunicorn.conf.py")
    worker: tuple[str, ...] | None = (
        _PYTHON, "-m", "celery", "-A", "workers", "worker", "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    )  # fmt: skip
    scheduler: tuple[str, ...] | None = (_PYTHON, "-m", "scheduler")
    set_up_carrier: tuple[str, ...] | None = (_PYTHON, "-m", "dialer", "carrier", "setup")


@dataclass(frozen=True)
class TwinOptions:
    """How the carrier's twin behaves; what is None is left to its own default."""

    seed: int | None = None
    time_factor: float | None = None
    calls_per_second: float | None = None

    def arguments(self) -> tuple[str, ...]:
        """As command-line options."""
        given = {"--seed": self.seed, "--time-factor": self.time_factor, "--calls-per-second": self.calls_per_second}
        return tuple(word for name, value in given.items() if value is not None for word in (name, f"{value:g}"))


class EmbeddedStack:
    """Starts and stops everything; use it as a context manager.

    What the caller's environment sets wins over what is generated. With DATABASE_URL or REDIS_URL set, no server is
    started in its place. The twin, if wanted, is always the carrier: a demonstration never reaches a real one.
    """

    def __init__(
        self,
        home: Home | str | Path,
        port: int = 8000,
        *,
        with_twin: bool = True,
        twin_options: TwinOptions | None = None,
        environ: Mapping[str, str] | None = None,
        programs: Programs | None = None,
        ready_seconds: float = 60.0,
        say: Callable[[str], None] = print,
    ):
        self.home = home if isinstance(home, Home) else Home(home)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.twin_port = free_port() if with_twin else None
        self.twin_url = f"http://127.0.0.1:{self.twin_port}" if with_twin else None
        self.environ: dict[str, str] = {}
        self.generated: dict[str, str] = {}
        self._caller_environ = dict(os.environ if environ is None else environ)
        self._twin_options = twin_options or TwinOptions()
        self._programs = programs or Programs()
        self._ready_seconds = ready_seconds
        self._say = say
        self._cleanup = contextlib.ExitStack()
        self.supervisor: Supervisor | None = None

    def start(self) -> None:
        """Start everything and wait until the product is ready. Raises StackError, and then nothing is left running."""
        try:
            self._start()
        except (HomeError, ProcessError) as error:
            self.stop()
            raise StackError(str(error)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every process, the last started first. Safe to call twice."""
        self._cleanup.close()

    def __enter__(self) -> "EmbeddedStack":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        if not is_free(self.port):
            raise StackError(f"port {self.port} is in use: stop what listens there, or set PORT to another one")
        self.home.create()
        lock = self._cleanup.enter_context(self.home.locked())
        self.generated = self.home.generated()
        supervisor = Supervisor(self.home.logs, say=self._say, held_descriptors=(lock,))
        self.supervisor = supervisor
        self._cleanup.callback(supervisor.stop)
        self.environ = self._product_environ()
        self._start_database(supervisor)
        self._start_broker(supervisor)
        self._start_twin(supervisor)
        self._migrate(supervisor)
        self._set_up_carrier(supervisor)
        self._start_product(supervisor)
        self._publish()
        supervisor.keep_running()

    def _product_environ(self) -> dict[str, str]:
        environ = {name: self.generated[name] for name in _PASSED_ON}
        environ |= {"PUBLIC_URL": self.url, "WEB_GRACEFUL_SECONDS": "3", "WORKER_CONCURRENCY": "2"}
        environ |= {name: value for name, value in self._caller_environ.items() if value}
        environ |= {"PORT": str(self.port), "DIALER_HOME": str(self.home.path), "PYTHONUNBUFFERED": "1"}
        if self.twin_url is not None:
            environ["TWILIO_API_BASE_URL"] = self.twin_url
            if self._twin_options.calls_per_second is not None:
                environ["TWILIO_CALLS_PER_SECOND"] = f"{self._twin_options.calls_per_second:g}"
        return environ

    def _start_database(self, supervisor: Supervisor) -> None:
        if self.environ.get("DATABASE_URL"):
            return
        postgres = EmbeddedPostgres(
            supervisor,
            self.home.path / "postgres",
            owner_password=self.generated["DATABASE_OWNER_PASSWORD"],
            application_password=self.generated["DATABASE_PASSWORD"],
        )
        postgres.start()
        self.environ["DATABASE_URL"] = postgres.application_url()
        self.environ["DATABASE_OWNER_URL"] = postgres.owner_url()

    def _start_broker(self, supervisor: Supervisor) -> None:
        if self.environ.get("REDIS_URL"):
            return
        redis = EmbeddedRedis(supervisor, self.home.path / "redis", self.generated["REDIS_PASSWORD"])
        redis.start()
        self.environ["REDIS_URL"] = redis.url()

    def _start_twin(self, supervisor: Supervisor) -> None:
        port = self.twin_port
        if port is None or self._programs.twin is None:
            return
        options = (
            "--port", str(port),
            "--account-sid", self.environ["TWILIO_ACCOUNT_SID"],
            "--auth-token", self.environ["TWILIO_AUTH_TOKEN"],
            "--twiml-app-sid", self.environ["TWILIO_TWIML_APP_SID"],
            *(word for number in _TWIN_NUMBERS for word in ("--number", number)),
            *self._twin_options.arguments(),
        )  # fmt: skip
        spec = self._spec("twin", (*self._programs.twin, *options))
        supervisor.start(spec, is_ready=lambda: accepts_connections(port))

    def _migrate(self, supervisor: Supervisor) -> None:
        if self._programs.migrate is not None:
            supervisor.run(self._spec("migrate", self._programs.migrate))

    def _set_up_carrier(self, supervisor: Supervisor) -> None:
        """Only the twin is set up unasked: a real account may be in use by another installation."""
        if self._programs.set_up_carrier is not None and self._programs.twin is not None and self.twin_port is not None:
            supervisor.run(self._spec("set_up_carrier", self._programs.set_up_carrier))

    def _start_product(self, supervisor: Supervisor) -> None:
        commands = (("web", self._programs.web), ("worker", self._programs.worker),
                    ("scheduler", self._programs.scheduler))  # fmt: skip
        for name, command in commands:
            if command is not None:
                supervisor.start(self._spec(name, command), is_ready=lambda: True)
        if self._programs.web is not None:
            self._await_ready(supervisor)

    def _await_ready(self, supervisor: Supervisor) -> None:
        deadline = time.monotonic() + self._ready_seconds
        answer = "no answer"
        while time.monotonic() < deadline:
            supervisor.require_alive()
            status, answer = _ask(self.port, "/readyz")
            if status == http.client.OK:
                return
            time.sleep(0.1)
        raise StackError(
            f"not ready after {self._ready_seconds:g} s; {self.url}/readyz says: {answer}\n"
            f"the end of {self.home.logs / 'web.log'}:\n{supervisor.log_tail('web')}"
        )

    def _spec(self, name: str, command: tuple[str, ...]) -> ProcessSpec:
        return ProcessSpec(name=name, command=command, environ=dict(self.environ), folder=_ROOT)

    def _publish(self) -> None:
        """Leave the running stack's addresses for operator commands given in another terminal."""
        names = (
            "DATABASE_URL",
            "DATABASE_OWNER_URL",
            "REDIS_URL",
            "PUBLIC_URL",
            "TWILIO_API_BASE_URL",
            "PORT",
            *_PASSED_ON,
        )
        values = {name: self.environ[name] for name in names if name in self.environ}
        write_env_file(self.home.running_file, values)
        self._cleanup.callback(self.home.running_file.unlink, missing_ok=True)


@contextlib.contextmanager
def database_alone(home: Home, *, say: Callable[[str], None] = print) -> Iterator[dict[str, str]]:
    """The database of a stack that is not running, for as long as the block lasts; yields what commands need to know.

    Raises StackError when the stack runs after all, or the database does not start.
    """
    try:
        home.create()
        with contextlib.ExitStack() as cleanup:
            lock = cleanup.enter_context(home.locked())
            generated = home.generated()
            supervisor = Supervisor(home.logs, say=say, held_descriptors=(lock,))
            cleanup.callback(supervisor.stop)
            postgres = EmbeddedPostgres(
                supervisor,
                home.path / "postgres",
                owner_password=generated["DATABASE_OWNER_PASSWORD"],
                application_password=generated["DATABASE_PASSWORD"],
            )
            postgres.start()
            known = {name: generated[name] for name in _PASSED_ON}
            yield known | {"DATABASE_URL": postgres.application_url(), "DATABASE_OWNER_URL": postgres.owner_url()}
    except (HomeError, ProcessError) as error:
        raise StackError(str(error)) from error


def _ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


@contextlib.contextmanager
def ending_like_ctrl_c() -> Iterator[None]:
    """Turn SIGTERM, SIGINT and a closed terminal into KeyboardInterrupt, so that a `with` block is left properly.

    SIGINT too, and always: what a shell script starts with `&` begins with SIGINT ignored, and could not be stopped
    by the signal that everybody tries first.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number, before in previous.items():
        if number != signal.SIGHUP or before is not signal.SIG_IGN:  # nohup's wish is respected
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


def wait_until_interrupted() -> None:
    """Sleep until Ctrl-C; or, where DIALER_STOP_WITH_PARENT is set as the Makefile does, until the parent is gone."""
    parent = os.getppid()
    stops_with_parent = bool(os.environ.get("DIALER_STOP_WITH_PARENT"))
    while not (stops_with_parent and os.getppid() != parent):
        time.sleep(0.5)
