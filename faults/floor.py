"""The floor under test: servers behind proxies, the product's processes, the twin, an office and its agents."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from demo.api import ApiError, HttpClient
from demo.leads import Mix, make_lead_file
from demo.office import Office, found_office, set_up_carrier
from demo.places import Place, choose_place
from demo.settings import stack_environ
from demo.troubles import Troubles
from dialer.embedded.home import Home
from dialer.embedded.postgres import DATABASE, EmbeddedPostgres
from dialer.embedded.processes import ProcessSpec, Supervisor
from dialer.embedded.redis import EmbeddedRedis
from dialer.embedded.stack import EmbeddedStack, Programs, TwinOptions
from faults.agents import Staff
from faults.crash_points import Tripwires
from faults.processes import Processes
from faults.proxy import Proxy
from faults.sabotage import CLOCK_READ_SECONDS, FOLDER_VARIABLE, ROLE_VARIABLE, clock_file
from faults.witness import Witness

_ROOT = Path(__file__).resolve().parents[1]
_PYTHON = sys.executable
SECONDS_PER_SECOND = 8.0
"""People and the carrier run this much faster; the product's own limits are real seconds."""
SKEWED_ROLES = ("web", "worker")
SCHEDULER = (_PYTHON, "-m", "faults.sabotaged_scheduler")


@dataclass(frozen=True)
class FloorOptions:
    """How large the floor is."""

    home: Path
    seed: int
    agents: int = 6
    leads: int = 2000
    dial_mode: str = "predictive"
    calls_per_second: float = 10.0


class Floor:
    """Everything that runs. `start` returns once calls are being accepted; use it as a context manager."""

    def __init__(self, options: FloorOptions, say: Callable[[str], None]):
        self.options = options
        self.say = say
        self.troubles = Troubles()
        self.wrong_clocks: list[tuple[datetime, datetime]] = []
        self.wires = Tripwires(options.home / "faults")
        self.upload_folder = options.home / "uploads"
        self._cleanup = contextlib.ExitStack()
        self.place: Place
        self.stack: EmbeddedStack
        self.database: Proxy
        self.redis: Proxy
        self.servers: Supervisor
        self.postgres: EmbeddedPostgres
        self.processes: Processes
        self.office: Office
        self.staff: Staff
        self.twin: HttpClient
        self.witness: Witness
        self.environ: dict[str, str]

    def __enter__(self) -> "Floor":
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything, the last started first."""
        self._cleanup.close()

    def start(self) -> None:
        """Start the servers, the processes, the office, the agents and the campaign."""
        options = self.options
        self.wires.prepare()
        self.wires.disarm()
        for role in SKEWED_ROLES:
            clock_file(options.home / "faults", role).unlink(missing_ok=True)
        self.place = choose_place(datetime.now(UTC))
        self._start_servers()
        self._start_processes()
        self.twin = HttpClient(str(self.stack.twin_url))
        self._open_office()
        self.witness = Witness(str(self.stack.twin_url), self.stack.environ["DATABASE_OWNER_URL"])
        self._cleanup.callback(self.witness.close)
        self.office.owner.post(f"/api/campaigns/{self.office.campaign_id}/start")
        self.await_calls(after=time.time(), seconds=60)

    def _start_servers(self) -> None:
        """PostgreSQL and Redis as the embedded stack runs them, but in our own hands; then the twin and the schema."""
        home = Home(self.options.home)
        home.create()
        secrets = home.generated()
        self.servers = Supervisor(home.logs, say=lambda _: None)
        self._cleanup.callback(self.servers.stop)
        self.postgres = EmbeddedPostgres(
            self.servers,
            home.path / "postgres",
            owner_password=secrets["DATABASE_OWNER_PASSWORD"],
            application_password=secrets["DATABASE_PASSWORD"],
        )
        self.postgres.start()
        redis = EmbeddedRedis(self.servers, home.path / "redis", secrets["REDIS_PASSWORD"])
        redis.start()
        self.servers.keep_running()
        self.stack = EmbeddedStack(
            home,
            0,
            twin_options=TwinOptions(self.options.seed, SECONDS_PER_SECOND, self.options.calls_per_second),
            environ=stack_environ() | {
                "TWILIO_CALLS_PER_SECOND": f"{self.options.calls_per_second * 0.8:g}",
                "DATABASE_URL": self.postgres.application_url(),
                "DATABASE_OWNER_URL": self.postgres.owner_url(),
                "REDIS_URL": redis.url(),
            },
            programs=Programs(web=None, worker=None, scheduler=None),
            say=lambda _: None,
        )  # fmt: skip
        self._cleanup.enter_context(self.stack)
        self.database = self._proxy_to(self.stack.environ["DATABASE_URL"])
        self.redis = self._proxy_to(self.stack.environ["REDIS_URL"])

    def _proxy_to(self, url: str) -> Proxy:
        proxy = Proxy(urlsplit(url).port or 0)
        proxy.start()
        self._cleanup.callback(proxy.stop)
        return proxy

    def _start_processes(self) -> None:
        given = self.stack.environ
        self.upload_folder.mkdir(exist_ok=True)
        self.environ = dict(given) | {
            "DATABASE_URL": through(self.database, given["DATABASE_URL"]),
            "REDIS_URL": through(self.redis, given["REDIS_URL"]),
            FOLDER_VARIABLE: str(self.options.home / "faults"),
            "WORKER_CONCURRENCY": "3",
        }
        self.processes = Processes(self.stack.home.logs)
        self._cleanup.callback(self.processes.close)
        for name, command in _COMMANDS.items():
            self.processes.add(self.spec(name, command))
        self.processes.begin()
        self._await_ready()

    def spec(self, name: str, command: tuple[str, ...], **environ: str) -> ProcessSpec:
        """How one of the product's processes is run."""
        role = {"TMPDIR": str(self.upload_folder)} if name == "web" else {}
        everything = self.environ | role | {ROLE_VARIABLE: name} | environ
        return ProcessSpec(name=name, command=command, environ=everything, folder=_ROOT)

    def _await_ready(self) -> None:
        client = HttpClient(self.stack.url)
        deadline = time.monotonic() + 90
        while True:
            try:
                client.get("/readyz")
            except ApiError as problem:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the product is not ready: {problem}") from problem
                time.sleep(0.2)
            else:
                client.close()
                return

    def _open_office(self) -> None:
        options, place = self.options, self.place
        set_up_carrier(self.twin, caller_id=place.caller_id, seed=options.seed)
        self.twin.post("/_twin/population", _POPULATION)
        mix = Mix(total=min(options.leads, len(place.numbers()) - 200))
        self.office = found_office(
            self.stack.url,
            str(self.stack.twin_url),
            app_sid=self.stack.environ["TWILIO_TWIML_APP_SID"],
            place=place,
            leads=make_lead_file(seed=options.seed, place=place, mix=mix),
            agents=options.agents,
            dial_mode=options.dial_mode,
            say=self.say,
        )
        self.staff = Staff(self.office.seats, seed=options.seed, factor=SECONDS_PER_SECOND, troubles=self.troubles)
        self._cleanup.callback(self.staff.close)
        here = self.staff.open()
        self.say(f"{here} of {options.agents} agents are at their seats")

    def await_calls(self, *, after: float, seconds: float) -> float | None:
        """When the carrier accepted the first call after a moment; None if it did not within so many seconds of now."""
        deadline = time.time() + seconds
        while True:
            at = self.witness.first_acceptance_after(after)
            if at is not None:
                return at
            if time.time() > deadline:
                return None
            time.sleep(0.1)

    @contextlib.contextmanager
    def wrong_clock(self, roles: Sequence[str], offset_seconds: float) -> Iterator[None]:
        """Let the clocks of some roles be wrong while the block lasts; it is remembered when that was."""
        began = datetime.now(UTC)
        for role in roles:
            self._set_clock(role, offset_seconds)
        try:
            yield
        finally:
            for role in roles:
                self._set_clock(role, 0.0)
            time.sleep(2 * CLOCK_READ_SECONDS)
            self.wrong_clocks.append((began, datetime.now(UTC)))

    def _set_clock(self, role: str, offset_seconds: float) -> None:
        file = clock_file(self.options.home / "faults", role)
        draft = file.with_suffix(".draft")
        draft.write_text(f"{offset_seconds}")
        draft.rename(file)

    def log_of(self, name: str) -> str:
        """What a process has written since its last start."""
        try:
            return (self.stack.home.logs / f"{name}.log").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def server_process(self, name: str) -> int:
        """The process id of `postgres` or `redis`."""
        return self.servers.process_ids()[name]

    def as_superuser(self, *statements: str) -> None:
        """Run statements as PostgreSQL's superuser, each in a transaction of its own."""
        with closing(
            psycopg2.connect(
                host=str(self.postgres.socket_folder), port=self.postgres.port, user="postgres", dbname=DATABASE
            )
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)


def through(proxy: Proxy, url: str) -> str:
    """The same address by way of the proxy."""
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{proxy.port}"))


def options_of(home: Path, seed: int) -> FloorOptions:
    """The floor of the whole suite."""
    return FloorOptions(home=home, seed=seed, leads=10_000)


_COMMANDS = {
    "web": (_PYTHON, "-m", "gunicorn", "faults.sabotaged_web:app", "-c", "gunicorn.conf.py"),
    "worker": (
        _PYTHON, "-m", "celery", "-A", "faults.sabotaged_worker", "worker", "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ),
    "scheduler-1": SCHEDULER,
    "scheduler-2": SCHEDULER,
}  # fmt: skip
# Shorter talks than the demo's: the floor is to ask for calls all the time. Simulated seconds.
_POPULATION: dict[str, object] = {
    "answer_rate": 0.45,
    "machine_rate": 0.2,
    "ring_seconds": {"mean": 8.0, "sd": 3.0, "min": 2.0, "max": 18.0},
    "talk_seconds": {"short_share": 0.4, "short_mean": 10.0, "long_mean": 40.0},
}
