"""Questions on standard input, their answers on standard output: `python -m dialer.simulator.what_if_process`.

Both are JSON. A process of its own, and a modest one: nothing that answers calls waits for a simulation.
"""

import json
import math
import multiprocessing
import os
import signal
import sys
import time
from typing import Any

NICENESS = 5
LAST_SECONDS = 7
"""So long after it should have answered, a process that nobody waits for any more ends itself."""


def main() -> None:
    """Answer and end."""
    os.nice(NICENESS)
    asked = json.load(sys.stdin)
    seconds = asked["ends_at"] - time.time()
    signal.alarm(max(1, math.ceil(seconds)) + LAST_SECONDS)
    # Once for all questions, and after the change of priority: it takes a third of a second.
    import dialer.simulator.what_if  # noqa: F401

    tasks = [(question, asked["ends_at"]) for question in asked["questions"]]
    # Forked: this process has one thread, and what it has imported need not be imported again.
    with multiprocessing.get_context("fork").Pool(len(tasks)) as pool:
        json.dump(pool.starmap(_answer, tasks), sys.stdout, allow_nan=False)


def _answer(question: dict[str, Any], ends_at: float) -> dict[str, Any]:
    from dialer.domain.pacing.what_if_records import answer_as_record, question_from_record
    from dialer.simulator.what_if import simulate

    seconds = ends_at - time.time()
    signal.alarm(max(1, math.ceil(seconds)) + LAST_SECONDS)
    return answer_as_record(simulate(question_from_record(question), seconds=seconds))


if __name__ == "__main__":
    main()
