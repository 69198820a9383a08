"""The product's processes under faults: started through the sabotaged entries, killed, stopped, and started again."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from dialer.embedded.processes import ProcessSpec, Supervisor

RESTART_SECONDS = 0.5
"""How soon whoever runs the product in earnest (systemd, Kubernetes) would start a dead process again, at best."""


class Processes:
    """What runs by name. A process that dies is started again soon, always after the same pause."""

    def __init__(self, logs: Path):
        self.restarts = 0
        self._logs = logs
        self._supervisor = Supervisor(logs, say=lambda _: None)
        self._specs: dict[str, ProcessSpec] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        # Processes are tied to the thread that starts them: all are started by this one, which outlives them.
        self._wanted: dict[str, bool] = {}
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def begin(self) -> None:
        """Begin to keep processes running."""
        self._keeper.start()

    def add(self, spec: ProcessSpec) -> None:
        """Run this from now on."""
        with self._lock:
            self._specs[spec.name] = spec
            self._wanted[spec.name] = True

    def remove(self, name: str) -> None:
        """End a process and do not start it again."""
        with self._lock:
            self._specs.pop(name, None)
            self._wanted.pop(name, None)
            self._supervisor.stop([name])

    def close(self) -> None:
        """End everything."""
        self._closing.set()
        self._supervisor.stop()
        if self._keeper.is_alive():
            self._keeper.join(20)

    def process_id(self, name: str) -> int:
        """Of the process itself, not of its children."""
        return self._supervisor.process_ids()[name]

    def children(self, name: str) -> list[int]:
        """Its children: a worker's pool, gunicorn's worker."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(self.process_id(name)).children(recursive=True)]
        return []

    def kill(self, name: str) -> None:
        """`kill -9` of the process; its children are left to what becomes of them until it is started again."""
        os.kill(self.process_id(name), signal.SIGKILL)

    def kill_group(self, name: str) -> None:
        """`kill -9` of the process and its children at one stroke, as a machine or a container ends."""
        os.killpg(self.process_id(name), signal.SIGKILL)

    def kill_child(self, name: str, index: int) -> bool:
        """`kill -9` of one child; False if there is none."""
        children = self.children(name)
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(children[index % len(children)], signal.SIGKILL)
        return True

    @contextlib.contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """SIGTERM, wait for the end, and start it again when the block is left: what a deploy does."""
        with self._lock:
            self._wanted[name] = False
            self._supervisor.stop([name])
        try:
            yield
        finally:
            with self._lock:
                self._wanted[name] = True

    def _keep(self) -> None:
        died_at: dict[str, float] = {}
        while not self._closing.wait(0.1):
            with self._lock:
                running = self._alive()
                for name, spec in self._specs.items():
                    if name in running or not self._wanted[name]:
                        died_at.pop(name, None)
                    elif name not in died_at:
                        died_at[name] = time.monotonic() - (0 if self._has_run(name) else RESTART_SECONDS)
                    elif time.monotonic() - died_at[name] >= RESTART_SECONDS:
                        self._start(spec)

    def _alive(self) -> Mapping[str, int]:
        found = {}
        for name, process_id in self._supervisor.process_ids().items():
            with contextlib.suppress(psutil.NoSuchProcess):
                if psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE:
                    found[name] = process_id
        return found

    def _has_run(self, name: str) -> bool:
        return (self._logs / f"{name}.log").exists()

    def _start(self, spec: ProcessSpec) -> None:
        self._supervisor.stop([spec.name])
        log = self._logs / f"{spec.name}.log"
        if log.exists():
            # The supervisor keeps one earlier log; here every one may hold the answer.
            with (self._logs / f"{spec.name}.earlier.log").open("ab") as earlier:
                earlier.write(log.read_bytes())
            self.restarts += 1
        self._supervisor.start(spec, is_ready=lambda: True)
