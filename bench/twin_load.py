"""How many call starts a second the twin sustains from the official library, and how many calls it holds at once."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.figures import Options, Report
from dialer.embedded.ports import accepts_connections, free_port
from dialer.embedded.processes import ProcessSpec, Supervisor

_ACCOUNT_SID, _AUTH_TOKEN = "AC" + "b1" * 16, "a-token-of-the-bench"
_ROOT = Path(__file__).resolve().parents[1]
_CLIENTS, _THREADS = 2, 4
_EVERYBODY_STAYS = {
    "answer_rate": 1.0, "busy_rate": 0.0, "failed_rate": 0.0, "machine_rate": 0.0, "ring_seconds": 1,
    "talk_seconds": 3600, "patience_seconds": 3600,
}  # fmt: skip


def measure(options: Options) -> Report:
    """Everybody answers and stays on the line, so every call that was started is still there at the end."""
    seconds = 3 if options.quick else 20
    report = Report("twin", f"{_CLIENTS} programs with {_THREADS} connections each, official library, {seconds} s")
    with _running_twin() as (url, twin):
        _post(url, "/_twin/population", _EVERYBODY_STAYS)
        before, began = _processor_seconds(twin), time.monotonic()
        times, client_seconds = _run_clients(url, seconds)
        elapsed, used = time.monotonic() - began, _processor_seconds(twin) - before
        report.add("call starts", len(times) / seconds, "calls/s")
        report.add_percentiles("POST Calls, seen by the library", times, "ms")
        report.add("twin while calls start", 100 * used / elapsed, "% of a core")
        report.add("twin per call start", 1000 * used / len(times), "ms of processor")
        report.add("clients while calls start", 100 * client_seconds / elapsed, "% of a core")
        _add_holding(report, url, twin, seconds=2 if options.quick else 10)
    return report


def _add_holding(report: Report, url: str, twin: psutil.Process, *, seconds: float) -> None:
    time.sleep(2)  # until the last one has answered
    before = _processor_seconds(twin)
    time.sleep(seconds)
    share = 100 * (_processor_seconds(twin) - before) / seconds
    in_progress = sum(call["status"] == "in-progress" for call in _get(url, "/_twin/calls")["calls"])
    report.add("simultaneous calls, all in progress", in_progress, "calls")
    report.add("twin while they talk", share, "% of a core")
    report.add("twin, resident", twin.memory_info().rss / 1e6, "MB")


@contextmanager
def _running_twin() -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    command = (sys.executable, "-m", "twin", "--port", str(port), "--account-sid", _ACCOUNT_SID,
               "--auth-token", _AUTH_TOKEN, "--calls-per-second", "10000", "--seed", "1")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="dialer-bench-") as folder:
        supervisor = Supervisor(Path(folder), say=lambda _: None)
        try:
            supervisor.start(ProcessSpec("twin", command, folder=_ROOT), is_ready=lambda: accepts_connections(port))
            yield f"http://127.0.0.1:{port}", psutil.Process(supervisor.process_ids()["twin"])
        finally:
            supervisor.stop()


def _run_clients(url: str, seconds: float) -> tuple[list[float], float]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.twin_clients", url, _ACCOUNT_SID, _AUTH_TOKEN, str(seconds), str(_THREADS),
             str(2_012_000_000 + number * 10_000_000)],
            stdout=subprocess.PIPE, cwd=_ROOT,
        )
        for number in range(_CLIENTS)
    ]  # fmt: skip
    watched = [psutil.Process(process.pid) for process in processes]
    time.sleep(max(0.5, seconds - 0.5))
    used = sum(_processor_seconds(process) for process in watched)
    times: list[float] = []
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        times += json.loads(output)
    return times, used


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _post(url: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def _get(url: str, path: str) -> Any:
    with urllib.request.urlopen(url + path, timeout=60) as response:
        return json.load(response)
