"""The places in the product's own steps at which a process can be made to kill itself, steered by files."""

import json
import os
import signal
import threading
import time
from enum import StrEnum
from pathlib import Path


class CrashPoint(StrEnum):
    """Where. The first seven are the steps of placing one call, in their order."""

    BEFORE_ENQUEUE = "before_enqueue"
    BEFORE_DISPATCH = "before_dispatch"
    BEFORE_PLACING_COMMIT = "before_placing_commit"
    BEFORE_REQUEST = "before_request"
    DURING_REQUEST = "during_request"
    AFTER_ACCEPTANCE = "after_acceptance"
    BEFORE_RESULT_COMMIT = "before_result_commit"
    BEFORE_ANSWER_COMMIT = "before_answer_commit"
    BEFORE_SCREEN_POP = "before_screen_pop"
    BEFORE_WEB_ENQUEUE = "before_web_enqueue"


class Tripwires:
    """One file for each armed point, taken by the first process that gets there; it dies by SIGKILL."""

    def __init__(self, folder: Path):
        self._armed = folder / "armed"
        self._struck = folder / "struck"

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self._armed, self._struck):
            folder.mkdir(parents=True, exist_ok=True)

    def arm(self, point: CrashPoint, *, after_seconds: float = 0.0, kills_group: bool = False) -> None:
        """Have the next process that reaches the point die: alone, or with its whole process group."""
        draft = self._armed.with_name(f"draft-{point}")
        draft.write_text(json.dumps({"after_seconds": after_seconds, "kills_group": kills_group}))
        draft.rename(self._armed / point)

    def disarm(self) -> None:
        """Forget what nobody has reached."""
        for path in self._armed.iterdir():
            path.unlink(missing_ok=True)

    def struck(self, point: CrashPoint) -> int:
        """How many have died there."""
        return len(list(self._struck.glob(f"{point}-*")))

    def reach(self, point: CrashPoint) -> None:
        """Called by the product's process: does not return if the point was armed without a delay."""
        armed = self._armed / point
        taken = self._struck / f"{point}-{os.getpid()}-{time.time_ns()}"
        try:
            armed.rename(taken)
        except FileNotFoundError:
            return
        order = json.loads(taken.read_text())
        if order["after_seconds"] > 0:
            threading.Timer(order["after_seconds"], _die, kwargs={"with_group": order["kills_group"]}).start()
        else:
            _die(with_group=order["kills_group"])


def _die(*, with_group: bool) -> None:
    if with_group:
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # the signal is on its way
