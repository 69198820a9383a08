"""Services for tests: one real PostgreSQL and one real Redis per pytest process, started when first asked for.

A server per xdist worker costs a second of start-up and needs no lock between workers; if a worker is killed, the
server's guardian ends it.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.processes import Supervisor
from dialer.embedded.redis import EmbeddedRedis

# Where rich is installed, structlog by itself draws a failure with every variable in it, for minutes.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
pytest_plugins = ["tests.fixtures_services", "tests.fixtures_cast", "tests.fixtures_floor", "tests.distribution"]

_TEMPLATE = "dialer"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class DatabaseUrls:
    """One database, as its owner and as the application."""

    owner: str
    application: str


@contextmanager
def cloned(server: EmbeddedPostgres, template: str | None) -> Iterator[DatabaseUrls]:
    """A database that lasts as long as the block, empty or like the template."""
    name = f"test_{next(_numbers)}"
    server.create_database(name, template=template)
    yield DatabaseUrls(server.owner_url(name), server.application_url(name))
    server.drop_database(name)


@pytest.fixture(scope="session")
def supervisor() -> Iterator[Supervisor]:
    """Owner of this pytest process' servers."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-tests-"))
    # When root runs the tests, PostgreSQL runs as somebody else and has to get through.
    folder.chmod(0o755)
    supervisor = Supervisor(folder)
    yield supervisor
    supervisor.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(supervisor: Supervisor) -> EmbeddedPostgres:
    """A PostgreSQL server without durability."""
    server = EmbeddedPostgres(
        supervisor,
        supervisor.logs / "postgres",
        owner_password="owner",
        application_password="application",
        durable=False,
    )
    server.start()
    return server


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedPostgres) -> str:
    """The name of a database at the newest schema to which nobody is connected, for cloning."""
    from dialer.store.migrate import upgrade

    upgrade(postgres_server.owner_url(_TEMPLATE), postgres_server.application_url(_TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def database_urls(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    """This worker's database at the newest schema, shared by its tests: leave it as you found it."""
    with cloned(postgres_server, migrated_template) as urls:
        yield urls


@pytest.fixture
def fresh_database_urls(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    """An empty database at the newest schema for one test that commits."""
    with cloned(postgres_server, migrated_template) as urls:
        yield urls


@pytest.fixture
def empty_database_urls(postgres_server: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    """A database without any schema, for tests of the migrations themselves."""
    with cloned(postgres_server, None) as urls:
        yield urls


@pytest.fixture(scope="session")
def redis_server(supervisor: Supervisor) -> EmbeddedRedis:
    """This worker's Redis."""
    server = EmbeddedRedis(supervisor, supervisor.logs / "redis", password="redis")
    server.start()
    return server


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """An empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server.url()) as client:
        client.flushall()
    return redis_server.url()
