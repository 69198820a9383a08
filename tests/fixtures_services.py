"""Fixtures for use cases and the API over a real PostgreSQL and Redis. Loaded for every test.

- `services`: a `Services` on this worker's database, with fakes for what leaves the process: `services.carrier`
  (FakeCarrier), `.queue` (RecordingQueue), `.feed` (RecordingFeed), `.gate` (OpenGate), `.clock` (FrozenClock, a
  Wednesday 15:00 UTC). They are fixtures of their own, too: `carrier`, `queue`, `feed`, `gate`, `clock`. Tables are
  emptied before each test that asks for `services`. `owner_database` sees the rows of every tenant.
- `app` is the Flask application. It propagates exceptions, so that a bug shows its traceback; `quiet_app` answers 500
  as in production. `rate_limit` (100,000 a minute) may be overridden by a fixture of that name in a test module.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text

from api import create_app
from api.wiring import ApiDependencies, ApiSettings
from dialer.embedded.redis import EmbeddedRedis
from dialer.integrations.carriers.twilio.webhooks import TwilioWebhooks
from dialer.integrations.passwords import Argon2Passwords
from dialer.integrations.redis.heartbeats import RedisHeartbeats, RedisQueueLengths
from dialer.integrations.redis.rate_limiter import RedisRateLimiter
from dialer.integrations.rule_files import load_rule_book
from dialer.integrations.secrets import FernetSecretBox
from dialer.ports import CarrierAccount
from dialer.store.migrate import newest_revision
from dialer.store.session import Database
from dialer.usecases.services import Services
from tests.fakes import (
    FakeCarrier,
    FrozenClock,
    InstantSimulations,
    OpenGate,
    RecordingFeed,
    RecordingMailer,
    RecordingQueue,
)

PUBLIC_URL = "https://dialer.example.com"
JWT_SECRET = "a-secret-that-only-these-tests-use-and-nobody-else"
Fake = TypeVar("Fake", FrozenClock, FakeCarrier, RecordingQueue, RecordingFeed, OpenGate, InstantSimulations)
_FIELD_KEY = "nbTXWUjpHrVL0u9GiK7mVfCMKy1BFFpWJtZJbZv0y3Q="


@pytest.fixture(scope="session")
def owner_database(database_urls: Any) -> Iterator[Database]:
    """The database as its owner, whom no tenant confines: for arranging and looking, not for the code under test."""
    database = Database(database_urls.owner, pool_size=2)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def _application_database(database_urls: Any) -> Iterator[Database]:
    database = Database(database_urls.application, pool_size=5)
    yield database
    database.dispose()


@pytest.fixture
def database(_application_database: Database, owner_database: Database) -> Database:
    """The database as the application sees it, empty."""
    with owner_database.transaction() as tx:
        # Nearly every row hangs on a tenant. DELETE, since TRUNCATE of 18 tables takes ten times as long here.
        tx.session.execute(text("delete from tenants"))
        # These do not: whoever fails to log in may be nobody's user.
        tx.session.execute(text("delete from login_throttles"))
        tx.session.execute(text("delete from password_reset_requests"))
    return _application_database


@dataclass
class Fakes:
    """What leaves the process. Kept for all tests of a process, so that one application serves them; each test resets
    what it asks for."""

    clock: FrozenClock
    carrier: FakeCarrier
    queue: RecordingQueue
    feed: RecordingFeed
    gate: OpenGate
    simulations: InstantSimulations


@pytest.fixture(scope="session")
def _fakes() -> Fakes:
    return Fakes(FrozenClock(), FakeCarrier(), RecordingQueue(), RecordingFeed(), OpenGate(), InstantSimulations())


def _anew(fake: Fake) -> Fake:
    """The same object as if it had just been made; what a test has put in place of its methods is gone, too."""
    vars(fake).clear()
    type(fake).__init__(fake)
    return fake


@pytest.fixture
def clock(_fakes: Fakes) -> FrozenClock:
    """A Wednesday, 15:00 UTC."""
    return _anew(_fakes.clock)


@pytest.fixture
def carrier(_fakes: Fakes) -> FakeCarrier:
    """A carrier that accepts everything until scripted otherwise."""
    return _anew(_fakes.carrier)


@pytest.fixture
def queue(_fakes: Fakes) -> RecordingQueue:
    """A task queue that runs nothing."""
    return _anew(_fakes.queue)


@pytest.fixture
def feed(_fakes: Fakes) -> RecordingFeed:
    """A live feed without browsers."""
    return _anew(_fakes.feed)


@pytest.fixture
def gate(_fakes: Fakes) -> OpenGate:
    """A gate that lets every call start."""
    return _anew(_fakes.gate)


@pytest.fixture
def simulations(_fakes: Fakes) -> InstantSimulations:
    """Simulated floors that are not simulated."""
    return _anew(_fakes.simulations)


@pytest.fixture(scope="session")
def _passwords() -> Argon2Passwords:
    """The real hasher at the lowest cost."""
    return Argon2Passwords(time_cost=1, memory_kibibytes=8, parallelism=1)


@pytest.fixture(scope="session")
def _services(_application_database: Database, _fakes: Fakes, _passwords: Argon2Passwords) -> Services:
    return Services(
        database=_application_database,
        carrier=_fakes.carrier,
        queue=_fakes.queue,
        feed=_fakes.feed,
        gate=_fakes.gate,
        clock=_fakes.clock,
        secrets=FernetSecretBox((_FIELD_KEY,)),
        passwords=_passwords,
        simulations=_fakes.simulations,
        platform_account=CarrierAccount("AC" + "0" * 32, "platform-token", calls_per_second=5.0, max_lines=100),
        rules=load_rule_book(),
    )


@pytest.fixture
def services(
    database: Database,
    carrier: FakeCarrier,
    queue: RecordingQueue,
    feed: RecordingFeed,
    gate: OpenGate,
    clock: FrozenClock,
    simulations: InstantSimulations,
    _services: Services,
) -> Iterator[Services]:
    """What use cases work with: a real database, fakes for the rest."""
    _services.account_cache.clear()
    before = dict(vars(_services))
    yield _services
    # A test may have put something in place of a part.
    vars(_services).update(before)


@pytest.fixture
def mailer(services: Services) -> RecordingMailer:
    """Takes the mails that workers send."""
    recording = RecordingMailer()
    object.__setattr__(services, "mailer", recording)
    return recording


@pytest.fixture
def rate_limit() -> int:
    """Requests per minute and user."""
    return 100_000


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[Redis]:
    """An empty Redis."""
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture(scope="session")
def _dependencies(_services: Services, redis_server: EmbeddedRedis) -> Iterator[ApiDependencies]:
    with Redis.from_url(redis_server.url()) as client:
        yield ApiDependencies(
            services=_services,
            rate_limiter=RedisRateLimiter(client),
            heartbeats=RedisHeartbeats(client),
            queue_lengths=RedisQueueLengths(client),
            expected_revision=newest_revision() or "",
            carrier_webhooks=TwilioWebhooks(PUBLIC_URL),
        )


@pytest.fixture
def dependencies(services: Services, redis_url: str, _dependencies: ApiDependencies) -> ApiDependencies:
    """What the application gets from outside, with an empty Redis."""
    return _dependencies if services is _dependencies.services else replace(_dependencies, services=services)


@pytest.fixture
def api_settings(redis_url: str, rate_limit: int) -> ApiSettings:
    """The application's settings."""
    return ApiSettings(
        secret_key="another-secret-that-only-these-tests-use",
        jwt_secret_key=JWT_SECRET,
        public_url=PUBLIC_URL,
        redis_url=redis_url,
        requests_per_minute=rate_limit,
        testing=True,
    )


@pytest.fixture(scope="session")
def _apps() -> dict[ApiSettings, Flask]:
    """Applications by their settings: building one takes longer than most tests."""
    return {}


@pytest.fixture
def app(
    dependencies: ApiDependencies,
    api_settings: ApiSettings,
    _dependencies: ApiDependencies,
    _apps: dict[ApiSettings, Flask],
) -> Flask:
    """The application; one of its own for a test that replaces what it depends on. Do not change it."""
    if dependencies is not _dependencies:
        return create_app(dependencies, api_settings)
    if api_settings not in _apps:
        _apps[api_settings] = create_app(dependencies, api_settings)
    return _apps[api_settings]


@pytest.fixture
def fresh_app(dependencies: ApiDependencies, api_settings: ApiSettings) -> Flask:
    """An application of the test's own, for tests of what it remembers, or that add to it."""
    return create_app(dependencies, api_settings)


@pytest.fixture
def quiet_app(app: Flask) -> Iterator[Flask]:
    """The application, answering 500 to a bug instead of letting it through."""
    before = app.config.get("PROPAGATE_EXCEPTIONS")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    app.config["PROPAGATE_EXCEPTIONS"] = before
