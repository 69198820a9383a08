"""The schema's revision, the database's clock, and sums over all tenants for the metrics page."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from dialer.domain.errors import Unavailable
from dialer.store.session import Database

_REVISION = text("select version_num from alembic_version")
_FLOOR = text("select subject, state, total from floor_counts()")


def find_revision(database: Database) -> str | None:
    """The newest migration applied, None in a database without any. Raises Unavailable if it cannot tell."""
    try:
        with database.transaction() as tx:
            return tx.session.execute(_REVISION).scalar_one_or_none()
    except ProgrammingError:
        return None  # there is no such table
    except SQLAlchemyError as error:
        raise Unavailable("the database cannot be reached") from error


def read_clock(session: Session) -> datetime:
    """The database's own time, at this very moment."""
    at: datetime = session.execute(text("select clock_timestamp() as database_now")).scalar_one()
    return at


def count_floor(session: Session) -> dict[str, dict[str, int]]:
    """Calls in flight, agents and campaigns by state, over all tenants."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for subject, state, total in session.execute(_FLOOR):
        counts[subject][state] = total
    return counts
