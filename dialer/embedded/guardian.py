"""Outlives the stack's parent by a few seconds: when the parent is gone, however it went, nothing of it stays behind.

Reads `add PID SIGNAL`, `remove PID` and `folder PATH` from standard input, whose other end only the parent holds. At
its end, which comes with `kill -9` too, every process still listed is asked to stop and, after a grace, killed with its
group; then the folders, which are temporary ones, are removed.
Run as a script with the standard library alone, in a session of its own, so that Ctrl-C does not reach it.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable

_GRACE_SECONDS = 4.0


def main() -> None:
    """Follow the parent until it is gone, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    listed: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "add":
            process_id, stop_signal = rest.split()
            listed[int(process_id)] = int(stop_signal)
        elif word == "remove":
            listed.pop(int(rest), None)
        else:
            folders.append(rest)
    _clear_up(listed)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_up(listed: dict[int, int]) -> None:
    for process_id, stop_signal in reversed(listed.items()):
        _send(os.kill, process_id, stop_signal)
    deadline = time.monotonic() + _GRACE_SECONDS
    waiting = set(listed)
    while waiting and time.monotonic() < deadline:
        time.sleep(0.05)
        waiting = {process_id for process_id in waiting if _send(os.kill, process_id, 0)}
        for ended in set(listed) - waiting:
            _send(os.killpg, ended, signal.SIGKILL)
    for process_id in listed:
        _send(os.killpg, process_id, signal.SIGKILL)


def _send(send: Callable[[int, int], None], target: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(target, number)
        return True
    return False


if __name__ == "__main__":
    main()
