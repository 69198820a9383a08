"""The doctor: checks on a live database what must always hold, and names every violation."""

from datetime import timedelta

from dialer.domain.compliance import RuleBook
from dialer.ports import Clock
from dialer.store import doctor_checks
from dialer.store.doctor_checks import Finding
from dialer.store.session import Database


def examine(
    owner_database: Database, *, clock: Clock, application_role: str, book: RuleBook, days: int = 7
) -> list[Finding]:
    """Run every check over all tenants in one read-only snapshot; placements are looked at `days` back."""
    now = clock.now()
    with owner_database.transaction() as tx:
        return doctor_checks.examine(
            tx.session, now=now, since=now - timedelta(days=days), application_role=application_role, book=book
        )
