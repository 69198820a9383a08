"""The collaborators that use cases work with, bundled. Built by `dialer.bootstrap`, or by tests with fakes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from dialer.domain.compliance import Locality, RuleBook
from dialer.domain.deeds import Deed
from dialer.domain.destinations import DestinationRefused, DestinationUnreachable, parse_destination
from dialer.domain.errors import Unavailable
from dialer.domain.ids import TenantId
from dialer.ports import (
    CapacityGate,
    Carrier,
    CarrierAccount,
    Clock,
    FloorSimulations,
    LiveFeed,
    Mail,
    Mailer,
    OutgoingRequests,
    TaskQueue,
    WebAnswer,
)
from dialer.store.session import Database, Transaction


class SecretBox(Protocol):
    """Encrypts what must not be readable in a dump: carrier tokens and keys."""

    def seal(self, plain: str) -> str:
        """Encrypt with the newest key."""

    def open(self, sealed: str) -> str:
        """Decrypt with any of the keys; raises Unavailable when none fits."""

    def renew(self, sealed: str) -> str | None:
        """The same encrypted with the newest key; None if it is already. Raises Unavailable when no key fits."""


class PasswordHasher(Protocol):
    """Slow, salted password hashes. Few at a time: whoever would have to wait for long gets RateLimited."""

    def hash(self, password: str) -> str:
        """Hash a password for storage."""

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password fits. Takes as long for a wrong password as for a right one."""

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made at another cost than today's."""


class NoOutgoingRequests:
    """Reaches nobody: for commands and tests that look at no address of a user's."""

    def refusal(self, url: str) -> str | None:
        """See `OutgoingRequests.refusal`."""
        try:
            parse_destination(url)
        except DestinationRefused as refused:
            return str(refused)
        return None

    def send(self, method: str, url: str, **options: object) -> WebAnswer:
        """See `OutgoingRequests.send`."""
        raise DestinationUnreachable("no requests leave this process")


class NoMailer:
    """Sends nothing: for commands and tests that never write to anybody."""

    leads_to: Literal["server", "folder", "nowhere"] = "nowhere"

    def send(self, mail: Mail) -> None:
        """See `Mailer.send`."""
        raise Unavailable("No way to send mail is set up.")


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
    mailer: Mailer = field(default_factory=NoMailer)
    outgoing: OutgoingRequests = field(default_factory=NoOutgoingRequests)
    public_url: str = "http://localhost:8000"
    """Where links in mails lead."""
    deed: Deed | None = None
    """On whose behalf: set for the requests of people, for whom the audit log is kept."""

    def on_behalf(self, deed: Deed) -> "Services":
        """The same collaborators, for what one request does."""
        return replace(self, deed=deed)

    @contextmanager
    def transaction(self, tenant_id: TenantId | None = None) -> Iterator[Transaction]:
        """Open a transaction confined to one tenant, or to none. See `Database.transaction`."""
        deed = None if self.deed is None else self.deed.to_json(self.clock.now())
        with self.database.transaction(tenant_id, deed=deed) as transaction:
            yield transaction
