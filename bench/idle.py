"""What the whole embedded stack costs when nothing happens: memory and processor of each process, children included."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.figures import Options, Report
from dialer.embedded.ports import free_port

MAX_RESIDENT_MEGABYTES = 800.0
_ROOT = Path(__file__).resolve().parents[1]
# A process belongs to the first whose words its command has; the rest is `serve` itself and what guards it.
_PARTS = {
    "web": "gunicorn", "worker": "celery", "scheduler": "scheduler", "twin": "twin", "postgres": "postgres",
    "redis": "valkey",
}  # fmt: skip


@dataclass
class _Usage:
    """One part of the stack with all its processes. PSS shares common pages fairly; RSS counts them in each."""

    processes: int = 0
    resident: float = 0.0
    proportional: float = 0.0
    processor_seconds: float = 0.0


def measure(options: Options) -> Report:
    """PSS is what the machine has less of; where the system does not tell it, RSS stands in."""
    settle, observe = (2, 3) if options.quick else (10, 20)
    report = Report("idle", f"`python -m dialer serve` with all it starts; {observe} s after {settle} s of rest")
    with _serving() as root:
        time.sleep(settle)
        before = _look(root)
        time.sleep(observe)
        after = _look(root)
    for name, usage in sorted(after.items(), key=lambda item: -item[1].proportional):
        share = 100 * (usage.processor_seconds - before.get(name, _Usage()).processor_seconds) / observe
        processes = "1 process" if usage.processes == 1 else f"{usage.processes} processes"
        report.add(f"{name} ({processes}), PSS", usage.proportional, "MB")
        report.add(f"{name}, RSS", usage.resident, "MB")
        report.add(f"{name}, processor", share, "% of a core")
    used = sum(usage.processor_seconds for usage in after.values()) - sum(u.processor_seconds for u in before.values())
    report.add("in all, PSS", sum(u.proportional for u in after.values()), "MB", at_most=MAX_RESIDENT_MEGABYTES)
    report.add("in all, RSS, shared pages counted in each", sum(u.resident for u in after.values()), "MB")
    report.add("in all, processor", 100 * used / observe, "% of a core")
    return report


@contextmanager
def _serving() -> Iterator[psutil.Process]:
    port = free_port()
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as home:
        environ |= {"PORT": str(port), "DIALER_HOME": home}
        command = [sys.executable, "-m", "dialer", "serve"]
        with subprocess.Popen(command, env=environ, cwd=_ROOT, stdout=subprocess.DEVNULL) as serve:
            try:
                _await_ready(f"http://127.0.0.1:{port}/readyz", serve)
                yield psutil.Process(serve.pid)
            finally:
                serve.send_signal(signal.SIGTERM)
                serve.wait(60)


def _await_ready(url: str, serve: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and serve.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise RuntimeError("the stack is not ready")


def _look(root: psutil.Process) -> dict[str, _Usage]:
    usages: dict[str, _Usage] = {}
    parts: dict[int, str] = {root.pid: "serve and its guardian"}
    # Parents come before their children; those of a part may have renamed themselves.
    for process in [root, *root.children(recursive=True)]:
        try:
            memory, times, command = process.memory_full_info(), process.cpu_times(), " ".join(process.cmdline())
            parent = parts.get(process.ppid(), parts[root.pid])
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        found = next((name for name, word in _PARTS.items() if word in command), parent)
        part = parent if parent in _PARTS else found
        parts[process.pid] = part
        usage = usages.setdefault(part, _Usage())
        usage.processes += 1
        usage.resident += memory.rss / 1e6
        usage.proportional += getattr(memory, "pss", memory.rss) / 1e6
        usage.processor_seconds += times.user + times.system
    return usages
