"""The rules by which calls are judged: the shipped ones, and what each tenant adds to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from dialer.domain.compliance import Rule, RuleBook
from dialer.domain.errors import NotFound
from dialer.domain.ids import TenantId
from dialer.domain.principals import Principal, Role
from dialer.store import calling_rules as store
from dialer.store.session import Transaction
from dialer.usecases.services import CachedRuleBook, Services

BOOK_LIFE = timedelta(seconds=5)
"""How long a change of rules made by another process may go unseen where calls are only chosen. Placing asks anew."""


@dataclass(frozen=True)
class RuleView:
    """A rule as it holds for a tenant. `tenant_rule_id` is set for his own."""

    rule: Rule
    tenant_rule_id: UUID | None
    created_at: datetime | None


@dataclass(frozen=True)
class RulesPage:
    """Every rule that holds, under the version of the book."""

    version: str
    rules: tuple[RuleView, ...]


def rule_book(services: Services, session: Session, *, tenant_id: TenantId, revision: int | None = None) -> RuleBook:
    """The rule book of the tenant that the session is confined to.

    With `revision` it knows all changes up to that one; without, it may be a few seconds old.
    """
    now = services.clock.now()
    known = services.rule_books.get(tenant_id)
    if known is not None and (known.revision == revision if revision is not None else now < known.read_at + BOOK_LIFE):
        return known.book
    return _read(services, session, tenant_id, now).book


def keep_book(services: Services, tx: Transaction, *, tenant_id: TenantId, book: RuleBook) -> None:
    """Store the book by which a verdict is given, once for each version and process that has committed it.

    The shipped rules are stored for all tenants together; of a tenant's own book, only what it adds.
    """
    if book.version in services.kept_rule_books:
        return
    shipped, now = services.rules, services.clock.now()
    if not store.is_kept(tx.session, shipped.version):
        store.keep_rule_book(tx.session, tenant_id=None, version=shipped.version, rules=shipped.as_record(), now=now)
    if book.version != shipped.version:
        own = [rule.as_record() for rule in book.rules if rule.is_tenants]
        record = {"shipped": shipped.version, "rules": own}
        store.keep_rule_book(tx.session, tenant_id=tenant_id, version=book.version, rules=record, now=now)
    tx.after_commit(services.kept_rule_books.add, book.version)


def list_rules(services: Services, *, actor: Principal) -> RulesPage:
    """Every rule that holds for the tenant, the shipped ones first."""
    with services.transaction(actor.tenant_id) as tx:
        read = _read(services, tx.session, actor.tenant_id, services.clock.now())
        own = {_own_id(entry): entry for entry in store.list_tenant_rules(tx.session)}
    return RulesPage(read.book.version, tuple(_view(rule, own) for rule in read.book.rules))


def add_rule(services: Services, *, actor: Principal, row: Mapping[str, object]) -> RuleView:
    """Add a rule of the tenant's own. It holds beside all others from now on, so it can only narrow what they allow.

    Raises Invalid that names the field.
    """
    actor.require(Role.ADMIN)
    now = services.clock.now()
    with services.transaction(actor.tenant_id) as tx:
        given = {name: value for name, value in row.items() if value is not None and name != "id"}
        services.rules.with_tenant_rules([given | {"id": "new"}])
        entry = store.insert_tenant_rule(
            tx.session, tenant_id=actor.tenant_id, rule=given, created_by=actor.user_id, now=now
        )
        # Not remembered: until the commit nobody knows whether this is the book that has its revision.
        rule = _build(services, tx.session).rule(_own_id(entry))
        tx.after_commit(_forget, services, actor.tenant_id)
        if rule is None:  # pragma: no cover - it was inserted a moment ago
            raise NotFound("There is no rule with this id.")
        return RuleView(rule, entry.id, entry.created_at)


def retire_rule(services: Services, *, actor: Principal, rule_id: UUID) -> None:
    """End a rule of the tenant's own. Verdicts that name it can still be read. Raises NotFound."""
    actor.require(Role.ADMIN)
    with services.transaction(actor.tenant_id) as tx:
        now = services.clock.now()
        if not store.retire_tenant_rule(tx.session, rule_id, retired_by=actor.user_id, now=now):
            raise NotFound("There is no rule of yours with this id. Shipped rules cannot be switched off here.")
        tx.after_commit(_forget, services, actor.tenant_id)


def load_rule_book(services: Services, *, actor: Principal, version: str) -> Mapping[str, object]:
    """All rules of a version that a verdict names, a tenant's own among them. Raises NotFound."""
    with services.transaction(actor.tenant_id) as tx:
        found = store.find_rule_book(tx.session, version)
        shipped = store.find_rule_book(tx.session, found["shipped"]) if found and "shipped" in found else None
    if found is None:
        raise NotFound("No verdict was given by a rule book of this version.")
    if shipped is None:
        return found
    return {**shipped, "version": version, "rules": [*shipped["rules"], *found["rules"]]}


def _read(services: Services, session: Session, tenant_id: TenantId, now: datetime) -> CachedRuleBook:
    revision = store.load_revision(session)
    known = services.rule_books.get(tenant_id)
    book = known.book if known is not None and known.revision == revision else _build(services, session)
    read = services.rule_books[tenant_id] = CachedRuleBook(revision, now, book)
    return read


def _build(services: Services, session: Session) -> RuleBook:
    rows = [{**entry.rule, "id": str(entry.id)} for entry in store.list_tenant_rules(session)]
    return services.rules.with_tenant_rules(rows)


def _forget(services: Services, tenant_id: TenantId) -> None:
    services.rule_books.pop(tenant_id, None)


def _own_id(entry: store.TenantRule) -> str:
    return f"tenant:{entry.id}"


def _view(rule: Rule, own: Mapping[str, store.TenantRule]) -> RuleView:
    entry = own.get(rule.id)
    return RuleView(rule, None if entry is None else entry.id, None if entry is None else entry.created_at)
