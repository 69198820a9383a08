"""The `FloorSimulations` port: processes of their own, for few callers at a time."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from dialer.domain.errors import Unavailable
from dialer.domain.pacing.what_if import SimulatedFloor, WhatIf
from dialer.domain.pacing.what_if_records import answer_from_record, question_as_record

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "dialer.simulator.what_if_process")
GRACE_SECONDS = 6.0
"""For a machine so busy that starting and the fewest trials take longer: better late than not at all."""
TURN_SECONDS = 1.0
"""So long a caller waits for another's simulations to end."""
_ROOT = Path(__file__).resolve().parents[2]
# It needs no secret, so it gets none; and one thread of arithmetic, not one per core.
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class SubprocessFloorSimulations:
    """While `at_once` callers are being answered, the next is told to come again."""

    def __init__(self, *, at_once: int = 1, command: Sequence[str] = COMMAND):
        self._turns = threading.BoundedSemaphore(at_once)
        self._command = tuple(command)

    def simulate(self, questions: Sequence[WhatIf], *, seconds: float) -> list[SimulatedFloor]:
        """See `FloorSimulations.simulate`."""
        if not self._turns.acquire(timeout=TURN_SECONDS):
            raise Unavailable("Another forecast is being computed; ask again in a few seconds.")
        try:
            return self._ask(questions, seconds)
        finally:
            self._turns.release()

    def _ask(self, questions: Sequence[WhatIf], seconds: float) -> list[SimulatedFloor]:
        # The moment, not the span: starting costs time, too.
        asked = {"ends_at": time.time() + seconds, "questions": [question_as_record(each) for each in questions]}
        try:
            process = subprocess.run(  # nosec B603 # noqa: S603 - our own command; what was asked goes in as data
                self._command,
                input=json.dumps(asked),
                capture_output=True,
                text=True,
                cwd=_ROOT,
                env=_ENVIRONMENT,
                timeout=seconds + GRACE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(
                "The forecast took too long because the machine is busy. Ask again, or about a smaller floor."
            ) from None
        try:
            process.check_returncode()
            return [answer_from_record(record) for record in json.loads(process.stdout)]
        except (subprocess.CalledProcessError, ValueError, TypeError, LookupError) as trouble:
            log.error("simulation_failed", error=type(trouble).__name__, trace=process.stderr[-2000:])
            raise Unavailable("The forecast could not be computed.") from trouble
