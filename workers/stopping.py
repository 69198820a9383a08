"""Whether this worker is asked to stop. A long task looks at it between batches: what is left is for another worker.

SIGTERM reaches the parent alone, which then waits for the tasks in hand. A byte of memory that parent and children
share tells the children.
"""

import mmap

from celery import signals

# Made when the module is loaded, which is in the parent and before it forks.
_shared = mmap.mmap(-1, 1)


@signals.worker_shutting_down.connect
def _ask_to_stop(**_: object) -> None:
    _shared[0] = 1


@signals.worker_init.connect
def _begin(**_: object) -> None:
    _shared[0] = 0


def is_stopping() -> bool:
    """Whether the worker has been asked to stop."""
    return _shared[0] == 1
