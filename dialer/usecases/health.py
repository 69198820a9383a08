"""Whether the product can work, and numbers about the whole installation: sums over all tenants, never rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from dialer.domain.errors import DialerError
from dialer.store import health as store
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
        if found != expected_revision:
            raise _MissingError(f"the schema is at {found or 'nothing'}, this release needs {expected_revision}")
        return f"at {found}"

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
