"""One question on standard input, its answer on standard output, both JSON: `python -m dialer.simulator.what_if_process`.

A process of its own, and a modest one: nothing that answers calls waits for a simulation.
"""

import json
import os
import sys

NICENESS = 10


def main() -> None:
    """Answer and end."""
    os.nice(NICENESS)
    # After the change of priority: what is imported takes a third of a second.
    from dialer.domain.pacing.what_if_records import answer_as_record, question_from_record
    from dialer.simulator.what_if import simulate

    asked = json.load(sys.stdin)
    answer = simulate(question_from_record(asked["question"]), seconds=asked["seconds"])
    json.dump(answer_as_record(answer), sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
