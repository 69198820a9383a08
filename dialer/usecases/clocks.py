"""Whether this process knows what time it is: by a clock that is wrong people are called at night."""

import structlog

from dialer.store import health as store
from dialer.usecases.services import Services

log = structlog.get_logger()


def is_clock_right(services: Services) -> bool:
    """Whether this process' clock agrees with the database's; who judges how long something has lasted asks first.

    Which of the two is wrong nobody can tell from here, so nothing is judged until they agree. Raises Unavailable.
    """
    with services.transaction() as tx:
        database_now = store.read_clock(tx.session)
    is_right = services.clock.agrees_with(database_now)
    if not is_right:
        log.error("clock_is_wrong", database_now=database_now.isoformat())
    return is_right
