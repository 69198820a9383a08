"""The collaborators that use cases work with, bundled. Built by `dialer.bootstrap`, or by tests with fakes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from dialer.domain.compliance import Locality, RuleBook
from dialer.domain.ids import TenantId
from dialer.ports import CapacityGate, Carrier, CarrierAccount, Clock, FloorSimulations, LiveFeed, TaskQueue
from dialer.store.session import Database, Transaction


class SecretBox(Protocol):
    """Encrypts what must not be readable in a dump: carrier tokens and keys."""

    def seal(self, plain: str) -> str:
        """Encrypt with the newest key."""

    def open(self, sealed: str) -> str:
        """Decrypt with any of the keys; raises Unavailable when none fits."""


class PasswordHasher(Protocol):
    """Slow, salted password hashes."""

    def hash(self, password: str) -> str:
        """Hash a password for storage."""

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password fits. Takes as long for a wrong password as for a right one."""


@dataclass(frozen=True)
class CachedRuleBook:
    """A tenant's rule book, after how many changes and when it was read."""

    revision: int
    read_at: datetime
    book: RuleBook


@dataclass(frozen=True)
class Services:
    """Everything a use case may need from outside. Nothing here is tied to a request or a tenant."""

    database: Database
    carrier: Carrier
    queue: TaskQueue
    feed: LiveFeed
    gate: CapacityGate
    clock: Clock
    secrets: SecretBox
    passwords: PasswordHasher
    simulations: FloorSimulations
    platform_account: CarrierAccount
    rules: RuleBook
    """The shipped rules; `usecases.calling_rules.rule_book` adds a tenant's own."""
    account_cache: dict[TenantId, tuple[float, CarrierAccount]] = field(default_factory=dict)
    rule_books: dict[TenantId, CachedRuleBook] = field(default_factory=dict)
    kept_rule_books: set[str] = field(default_factory=set)
    localities: dict[int, Locality] = field(default_factory=dict)
    """By number, those that this process has met; none ever changes."""

    @contextmanager
    def transaction(self, tenant_id: TenantId | None = None) -> Iterator[Transaction]:
        """Open a transaction confined to one tenant, or to none. See `Database.transaction`."""
        with self.database.transaction(tenant_id) as transaction:
            yield transaction
