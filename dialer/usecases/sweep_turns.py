"""How a sweep goes through what it found: a row that fails does not keep the others from their turn, and a carrier or a
database that does not answer does not keep a worker from all else.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from dialer.domain.errors import CarrierError, CarrierRefused, Unavailable
from dialer.domain.ids import TenantId

log = structlog.get_logger()

Item = TypeVar("Item")

MAX_SILENT = 2
"""So many tenants whose carrier did not answer, and the rest is left to the next turn: each costs a time-out."""


def one_by_one(rows: Iterable[tuple[TenantId, Item]], work: Callable[[TenantId, Item], object]) -> int:
    """Do the work for each row; return for how many it was done.

    A tenant whose carrier or rows do not answer is left alone until the next turn, and all are after the second such.
    """
    done = 0
    silent: set[TenantId] = set()
    for tenant_id, item in rows:
        if tenant_id in silent:
            continue
        try:
            work(tenant_id, item)
            done += 1
        except CarrierRefused as refusal:
            log.warning("repair_refused", what=str(item), error=str(refusal))
        except (CarrierError, Unavailable) as trouble:
            log.warning("repair_postponed", what=str(item), error=str(trouble) or type(trouble).__name__)
            silent.add(tenant_id)
            if len(silent) == MAX_SILENT:
                break
        except Exception:
            log.exception("not_repaired", what=str(item))
    return done
