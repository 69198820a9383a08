"""The supervisor: starts the stack's processes, keeps them running, and ends them all.

Two nets keep a killed parent from leaving anything behind. On Linux the kernel signals each child when the parent
dies. On Linux and macOS a guardian process notices the parent's end by a pipe and kills every child's process group,
grandchildren included. PostgreSQL's backends leave the group, and end by themselves when their postmaster has.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = Path(__file__).parent
_PYTHON = (sys.executable, "-I", "-S")
_RESTART_DELAYS = (0.2, 1.0, 3.0, 10.0)
_CALM_SECONDS = 60.0
_TAIL_LINES = 25


class ProcessError(Exception):
    """A process of the stack did not start or did not become ready; the message ends with the tail of its log."""


@dataclass(frozen=True)
class ProcessSpec:
    """How to run one process of the stack."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    user_if_root: str | None = None
    reached_paths: tuple[Path, ...] = ()


@dataclass
class _Child:
    spec: ProcessSpec
    process: subprocess.Popen[bytes]
    started_at: float
    restarts: int = 0
    restart_at: float | None = None


@dataclass
class Supervisor:
    """Owns the processes it started; restarts happen on a thread of its own.

    Start processes from a thread that lives as long as they do: to the kernel, a thread that ends is a dead parent.
    """

    logs: Path
    say: Callable[[str], None] = print
    held_descriptors: tuple[int, ...] = ()
    _temporary_folders: list[Path] = field(default_factory=list)
    _children: dict[str, _Child] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _guardian: subprocess.Popen[bytes] | None = None
    _watcher: threading.Thread | None = None

    def start(self, spec: ProcessSpec, *, is_ready: Callable[[], bool], timeout_seconds: float = 30.0) -> None:
        """Start a process and wait until it is ready. Raises ProcessError with the end of its log."""
        self._prepare()
        with self._lock:
            self._rotate_log(spec.name)
            self._children[spec.name] = self._launch(spec)
        deadline = time.monotonic() + timeout_seconds
        while not is_ready():
            exit_code = self._children[spec.name].process.poll()
            if exit_code is not None:
                raise self._failure(spec.name, f"ended with exit status {exit_code}")
            if time.monotonic() > deadline:
                raise self._failure(spec.name, f"was not ready after {timeout_seconds:g} s")
            time.sleep(0.02)

    def run(self, spec: ProcessSpec, *, timeout_seconds: float = 120.0) -> None:
        """Run a command to its end. Raises ProcessError unless it succeeds."""
        self._prepare()
        self._rotate_log(spec.name)
        with self._lock:
            child = self._launch(spec)
        try:
            exit_code = child.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            raise self._failure(spec.name, f"did not end within {timeout_seconds:g} s") from None
        finally:
            self._end(child)
        if exit_code != 0:
            raise self._failure(spec.name, f"ended with exit status {exit_code}")

    def temporary_folder(self) -> Path:
        """A new folder with a short path, removed when the stack ends, even by `kill -9`."""
        self._prepare()
        folder = Path(tempfile.mkdtemp(prefix="dialer-"))
        self._temporary_folders.append(folder)
        if self._guardian is not None:
            _tell(self._guardian, f"folder {folder}")
        return folder

    def keep_running(self) -> None:
        """From now on restart what dies, with growing pauses."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
            self._watcher.start()

    def stop(self, names: Iterable[str] | None = None) -> None:
        """End the named processes, all by default, the last started first. Safe to call twice."""
        everything = names is None
        if everything:
            self._stopping.set()
        with self._lock:
            chosen = [name for name in reversed(self._children) if names is None or name in names]
            children = [self._children.pop(name) for name in chosen]
        for child in children:
            self._end(child)
        if everything:
            self._dismiss()

    def require_alive(self) -> None:
        """Raise ProcessError for the first process that has ended by itself."""
        with self._lock:
            ended = {name: child.process.poll() for name, child in self._children.items()}
        for name, exit_code in ended.items():
            if exit_code is not None:
                raise self._failure(name, f"ended with exit status {exit_code}")

    def process_ids(self) -> dict[str, int]:
        """The running processes by name, the guardian among them."""
        with self._lock:
            found = {name: child.process.pid for name, child in self._children.items()}
            if self._guardian is not None:
                found["guardian"] = self._guardian.pid
        return found

    def log_tail(self, name: str, lines: int = _TAIL_LINES) -> str:
        """The last lines a process wrote."""
        try:
            text = (self.logs / f"{name}.log").read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def _failure(self, name: str, what: str) -> ProcessError:
        return ProcessError(f"{name} {what}; the end of {self.logs / name}.log:\n{self.log_tail(name)}")

    def _prepare(self) -> None:
        if self._stopping.is_set():
            raise ProcessError("the stack is stopping")
        if self._guardian is None:
            self._guardian = self._launch_guardian()

    def _launch_guardian(self) -> subprocess.Popen[bytes]:
        # It holds the lock on DIALER_HOME too, so a new stack waits until the last one's remains are gone.
        guardian = subprocess.Popen(  # nosec B603 # noqa: S603 - our own script
            [*_PYTHON, str(_FOLDER / "guardian.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.held_descriptors,
            cwd="/",
        )
        for child in self._children.values():
            _tell(guardian, f"add {child.process.pid} {int(child.spec.stop_signal)}")
        for folder in self._temporary_folders:
            _tell(guardian, f"folder {folder}")
        return guardian

    def _launch(self, spec: ProcessSpec) -> _Child:
        reached = ":".join(str(path) for path in spec.reached_paths)
        ties = [str(os.getpid()), str(int(spec.stop_signal)), spec.user_if_root or "-", reached]
        launcher = [*_PYTHON, str(_FOLDER / "launcher.py"), *ties, "--"]
        with open(self.logs / f"{spec.name}.log", "ab") as log:
            process = subprocess.Popen(  # nosec B603 # noqa: S603 - commands come from this package alone
                [*launcher, *spec.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=None if spec.environ is None else dict(spec.environ),
                cwd=spec.folder,
                start_new_session=True,
            )
        if self._guardian is not None:
            _tell(self._guardian, f"add {process.pid} {int(spec.stop_signal)}")
        return _Child(spec, process, started_at=time.monotonic())

    def _end(self, child: _Child) -> None:
        process = child.process
        if process.poll() is None:
            process.send_signal(child.spec.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(child.spec.grace_seconds)
        _kill_group(process.pid)
        process.wait()
        if self._guardian is not None:
            _tell(self._guardian, f"remove {process.pid}")

    def _dismiss(self) -> None:
        # The watcher last: the kernel counts a restarted child as orphaned when the thread that started it ends.
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join()
            self._watcher = None
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.close()
            self._guardian.wait()  # it removes the temporary folders
            self._guardian = None

    def _rotate_log(self, name: str) -> None:
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))

    def _watch(self) -> None:
        while not self._stopping.wait(0.2):
            with self._lock:
                if self._stopping.is_set():
                    return
                if self._guardian is not None and self._guardian.poll() is not None:
                    self._guardian = self._launch_guardian()
                for name, child in list(self._children.items()):
                    self._revive(name, child)

    def _revive(self, name: str, child: _Child) -> None:
        exit_code = child.process.poll()
        if exit_code is None:
            return
        now = time.monotonic()
        if child.restart_at is None:
            self._end(child)
            calm = now - child.started_at > _CALM_SECONDS
            child.restarts = 0 if calm else child.restarts
            delay = _RESTART_DELAYS[min(child.restarts, len(_RESTART_DELAYS) - 1)]
            child.restart_at = now + delay
            self.say(f"{name} ended with exit status {exit_code}; starting it again in {delay:g} s")
        elif now >= child.restart_at:
            revived = self._launch(child.spec)
            revived.restarts = child.restarts + 1
            self._children[name] = revived


def _tell(guardian: subprocess.Popen[bytes], line: str) -> None:
    if guardian.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            guardian.stdin.write(f"{line}\n".encode())
            guardian.stdin.flush()


def _kill_group(process_id: int) -> None:
    """What is left of the process' group after it ended, grandchildren included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process_id, signal.SIGKILL)
