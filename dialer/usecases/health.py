"""Whether the product can work, and numbers about the whole installation: sums over all tenants, never rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from dialer.domain.errors import DialerError
from dialer.store import health as store
from dialer.store.session import Database
from dialer.usecases.services import Services


class Heartbeats(Protocol):
    """Who gave a sign of life lately. Every method raises Unavailable if Redis is down."""

    def seen(self, kind: Literal["worker", "scheduler"]) -> tuple[str, ...]:
        """The names of the living processes of a kind."""

    def ping(self) -> None:
        """Return if Redis answers."""


@dataclass(frozen=True)
class Check:
    """One thing that has to be there, and why it is not."""

    name: str
    ok: bool
    why: str


@dataclass(frozen=True)
class FloorCounts:
    """Calls in flight, agents and campaigns over all tenants, by state."""

    calls: dict[str, int]
    agents: dict[str, int]
    campaigns: dict[str, int]


def check_readiness(services: Services, heartbeats: Heartbeats, *, expected_revision: str) -> tuple[Check, ...]:
    """Check schema, Redis, worker and scheduler; each is tried, whatever the others say."""

    def schema() -> str:
        found = store.find_revision(services.database)
        if (trouble := _schema_trouble(found, expected_revision)) is not None:
            raise _MissingError(trouble)
        return f"at {found}" if found == expected_revision else f"at {found}, newer than this release's"

    def redis() -> str:
        heartbeats.ping()
        return "answers"

    def living(kind: Literal["worker", "scheduler"]) -> Callable[[], str]:
        def check() -> str:
            names = heartbeats.seen(kind)
            if not names:
                raise _MissingError(f"no {kind} gave a sign of life in the last 15 seconds")
            return f"{len(names)} alive"

        return check

    checks: list[tuple[str, Callable[[], str]]] = [
        ("migrations", schema),
        ("redis", redis),
        ("worker", living("worker")),
        ("scheduler", living("scheduler")),
    ]
    return tuple(_try(name, check) for name, check in checks)


def find_schema_trouble(database: Database, *, expected_revision: str) -> str | None:
    """Why this release cannot work on the database it meets; None when it can, or when nobody can tell at the moment.

    A database that does not answer is told by whoever needs it, in its own words.
    """
    try:
        return _schema_trouble(store.find_revision(database), expected_revision)
    except DialerError:
        return None


def _schema_trouble(found: str | None, expected: str) -> str | None:
    """Revisions are numbered, so a database that another release has upgraded further compares as greater."""
    if found is not None and found >= expected:
        return None
    return (
        f"the database's schema is at {found or 'nothing'} and this release needs {expected}: "
        "run `python -m dialer db upgrade`"
    )


def count_floor(services: Services) -> FloorCounts:
    """Count calls in flight, agents and campaigns by state, over all tenants."""
    with services.transaction() as tx:
        counts = store.count_floor(tx.session)
    return FloorCounts(counts.get("call", {}), counts.get("agent", {}), counts.get("campaign", {}))


class _MissingError(Exception):
    """Something has to be there and is not."""


def _try(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, why=check())
    except (_MissingError, DialerError) as error:
        return Check(name, ok=False, why=str(error))
