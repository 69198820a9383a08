"""Engine and transactions. Every transaction is confined to one tenant by row-level security, or to none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from dialer.domain.errors import Unavailable
from dialer.domain.ids import TenantId
from dialer.store import prepared


def database_address(url: str) -> URL:
    """The URL for our driver, however it is spelled: hosting services write `postgres:`, and without a driver's name
    SQLAlchemy would look for another one than ours."""
    return make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg2")


class Transaction:
    """One open transaction: a session, and what is to happen once it has committed."""

    def __init__(self, session: Session, deed: str | None = None):
        self.session = session
        self._deed = deed
        self._after_commit: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]] = []

    def after_commit(self, effect: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Run `effect` after a successful commit, in order; never if the transaction rolls back."""
        self._after_commit.append((effect, args, kwargs))

    def enter_tenant(self, tenant_id: TenantId) -> None:
        """Confine the rest of the transaction to one tenant's rows. Costs one statement, which rides with the next.

        The same statement tells the triggers of the audit log on whose behalf it is, if it is on somebody's.
        """
        if self._deed is None:
            say_first(self.session, _ENTER_TENANT.format(UUID(str(tenant_id))))
        else:
            self.session.execute(_ENTER_TENANT_FOR, {"tenant_id": str(tenant_id), "deed": self._deed})

    def see_one_moment(self) -> None:
        """Have every statement see the database as the first one does. Say so before that one, and write nothing."""
        entry: _Entry | None = self.session.connection().get_execution_options().get(_ENTRY)
        say_first(self.session, "; ".join([_ONE_MOMENT, *([entry.sql] if entry and entry.sql else [])]))

    def run_effects(self) -> None:
        """Called once by `Database.transaction`, after the commit."""
        for effect, args, kwargs in self._after_commit:
            effect(*args, **kwargs)


_ENTER_TENANT = "select set_config('app.tenant_id', '{}', true)"
_ENTER_TENANT_FOR = text("select set_config('app.tenant_id', :tenant_id, true), set_config('app.deed', :deed, true)")
_ONE_MOMENT = "set transaction isolation level repeatable read"
_ENTRY = "entry"


def say_first(session: Session, sql: str) -> None:
    """Have a statement ride with the transaction's next one, in one message. For text without values of anybody's."""
    session.connection().execution_options(**{_ENTRY: _Entry(sql)})


@dataclass
class _Entry:
    """What is to be said to the server before anything else in a transaction; None once it has been."""

    sql: str | None


def _enter_first(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: object
) -> tuple[str, Any]:
    """Send the entry and the first statement in one message. Whoever never gets here sees no tenant's rows."""
    entry: _Entry | None = connection.get_execution_options().get(_ENTRY)
    if entry is None or entry.sql is None:
        return statement, parameters
    first, entry.sql = entry.sql, None
    if executemany or cursor.name is not None:
        # Executed as often as there are rows, or declared as a cursor: no place for anything else.
        other = connection.connection.cursor()
        other.execute(first)
        other.close()
        return statement, parameters
    return f"{first}; {statement}", parameters


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
            # What is bound is people's numbers and names: no error and no log line shows it.
            hide_parameters=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": application_name,
                "keepalives_idle": 30,
                "options": "-c statement_timeout=15000 -c lock_timeout=5000 "
                "-c idle_in_transaction_session_timeout=30000",
            },
        )
        prepared.install(self.engine)
        event.listen(self.engine, "before_cursor_execute", _enter_first, retval=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, tenant_id: TenantId | None = None, *, deed: str | None = None) -> Iterator[Transaction]:
        """Open a transaction, confined to `tenant_id` if given; without it no tenant's row is visible.

        `deed` is what the audit log is to note beside changes: `Deed.to_json`.

        Commits when the block ends and then runs the registered effects; an exception rolls back and runs none.
        Raises Unavailable when the database cannot be reached, is too slow, or gave up on a lock: nothing was done.
        """
        try:
            with self._sessions() as session:
                transaction = Transaction(session, deed)
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
