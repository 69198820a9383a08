"""A real PostgreSQL and Redis of a bench's own, as durable as in production, and services over them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg2

from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.processes import Supervisor
from dialer.embedded.redis import EmbeddedRedis
from dialer.integrations.clock import SystemClock
from dialer.integrations.passwords import Argon2Passwords
from dialer.integrations.rule_files import load_rule_book
from dialer.integrations.secrets import FernetSecretBox
from dialer.ports import CarrierAccount
from dialer.store.migrate import upgrade
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.fakes import FakeCarrier, InstantSimulations, OpenGate, RecordingFeed, RecordingQueue
from tests.fakes.clock import NOON

_FIELD_KEY = "nbTXWUjpHrVL0u9GiK7mVfCMKy1BFFpWJtZJbZv0y3Q="
ACCOUNT = CarrierAccount("AC" + "0" * 32, "a-token-of-the-bench", calls_per_second=1000.0, max_lines=100_000)


@dataclass
class Servers:
    """Addresses of running servers. Each database is at the newest schema."""

    postgres: EmbeddedPostgres
    redis: EmbeddedRedis

    def add_database(self, name: str) -> None:
        """One more database at the newest schema."""
        self.postgres.create_database(name)
        upgrade(self.postgres.owner_url(name), self.postgres.application_url(name))

    def execute(self, database: str, sql: str, *values: object) -> list[tuple[object, ...]]:
        """One statement as the owner of the tables, outside of any transaction."""
        connection = psycopg2.connect(self.postgres.owner_url(database).replace("+psycopg2", ""))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def running_servers() -> Iterator[Servers]:
    """Start both servers; they and their data are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-bench-"))
    folder.chmod(0o755)
    supervisor = Supervisor(folder, say=lambda _: None)
    try:
        postgres = EmbeddedPostgres(
            supervisor, folder / "postgres", owner_password="owner", application_password="application"
        )
        postgres.start()
        redis = EmbeddedRedis(supervisor, folder / "redis", password="redis")
        redis.start()
        yield Servers(postgres, redis)
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


class NoonClock:
    """Runs like the real one, and began at noon: whoever is called in a bench may be called."""

    def __init__(self) -> None:
        self._ahead = NOON - SystemClock().now()

    def now(self) -> datetime:
        """The time, as the bench has it."""
        return SystemClock().now() + self._ahead

    def agrees_with(self, other: datetime) -> bool:
        """It is wrong on purpose."""
        return True


@contextmanager
def services_on(database_url: str) -> Iterator[Services]:
    """Use cases over a real database and a clock that runs; what leaves the process is recorded, not sent."""
    database = Database(database_url, pool_size=5)
    try:
        yield Services(
            database=database,
            carrier=FakeCarrier(),
            queue=RecordingQueue(),
            feed=RecordingFeed(),
            gate=OpenGate(),
            clock=NoonClock(),
            secrets=FernetSecretBox((_FIELD_KEY,)),
            passwords=Argon2Passwords(time_cost=1, memory_kibibytes=8, parallelism=1),
            simulations=InstantSimulations(),
            platform_account=ACCOUNT,
            rules=load_rule_book(),
        )
    finally:
        database.dispose()
