"""The scheduler under faults: `python -m faults.sabotaged_scheduler`."""

import sys
from typing import Any

from dialer.integrations.celery_queue import CeleryTaskQueue
from faults.crash_points import Tripwires
from faults.sabotage import CrashingQueue, folder_of_faults
from scheduler import main as scheduler


def build_queue(*arguments: Any) -> CrashingQueue:
    """The queue through which the dispatcher sends calls that have been admitted."""
    return CrashingQueue(CeleryTaskQueue(*arguments), Tripwires(folder_of_faults()))


if __name__ == "__main__":
    vars(scheduler)["CeleryTaskQueue"] = build_queue
    sys.exit(scheduler.main())
