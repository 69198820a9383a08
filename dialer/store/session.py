"""Engine and transactions. Every transaction is confined to one tenant by row-level security, or to none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from dialer.domain.errors import Unavailable
from dialer.domain.ids import TenantId


def database_address(url: str) -> URL:
    """The URL for our driver, however it is spelled: hosting services write `postgres:`, and without a driver's name
    SQLAlchemy would look for another one than ours."""
    return make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg2")


class Transaction:
    """One open transaction: a session, and what is to happen once it has committed."""

    def __init__(self, session: Session):
        self.session = session
        self._after_commit: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]] = []

    def after_commit(self, effect: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Run `effect` after a successful commit, in order; never if the transaction rolls back."""
        self._after_commit.append((effect, args, kwargs))

    def enter_tenant(self, tenant_id: TenantId) -> None:
        """Confine the rest of the transaction to one tenant's rows. Costs one statement."""
        self.session.execute(_ENTER_TENANT, {"tenant_id": str(tenant_id)})

    def run_effects(self) -> None:
        """Called once by `Database.transaction`, after the commit."""
        for effect, args, kwargs in self._after_commit:
            effect(*args, **kwargs)


_ENTER_TENANT = text("select set_config('app.tenant_id', :tenant_id, true)")


class Database:
    """The application's connection pool. Time-outs: 5 s for a connection, 15 s for a statement, 5 s for a lock."""

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 20, application_name: str = "dialer"):
        self.engine: Engine = create_engine(
            database_address(url),
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=5,
            pool_pre_ping=False,
            pool_recycle=1800,
            connect_args={
                "connect_timeout": 5,
                "application_name": application_name,
                "keepalives_idle": 30,
                "options": "-c statement_timeout=15000 -c lock_timeout=5000 "
                "-c idle_in_transaction_session_timeout=30000",
            },
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, tenant_id: TenantId | None = None) -> Iterator[Transaction]:
        """Open a transaction, confined to `tenant_id` if given; without it no tenant's row is visible.

        Commits when the block ends and then runs the registered effects; an exception rolls back and runs none.
        Raises Unavailable when the database cannot be reached, is too slow, or gave up on a lock: nothing was done.
        """
        try:
            with self._sessions() as session:
                transaction = Transaction(session)
                with session.begin():
                    if tenant_id is not None:
                        transaction.enter_tenant(tenant_id)
                    yield transaction
        except (OperationalError, PoolTimeout) as trouble:
            raise Unavailable("The database cannot be reached at the moment.") from trouble
        transaction.run_effects()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
