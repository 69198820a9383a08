"""However the parent ends, nothing it started stays: real processes, really killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

ROOT = Path(__file__).parents[2]
PARENT = [sys.executable, "-m", "tests.embedded.parent"]


class _Parent:
    """A running parent and every process below it. A connection keeps one of PostgreSQL's backends alive."""

    def __init__(self, home, worker):
        self.process = subprocess.Popen([*PARENT, str(home), worker], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        report = json.loads(self.process.stdout.readline())
        self.ids = report["ids"]
        self.connection = psycopg2.connect(report["database"].replace("+psycopg2", ""))
        self.descendants = psutil.Process(self.process.pid).children(recursive=True)

    def clear_up(self):
        self.connection.close()
        self.process.kill()
        self.process.communicate()
        for process in _survivors(self.descendants, within_seconds=10):
            process.kill()


@pytest.fixture
def start_parent(tmp_path):
    started = []

    def start(worker="sleep"):
        started.append(_Parent(tmp_path, worker))
        return started[-1]

    yield start
    for parent in started:
        parent.clear_up()


def _survivors(processes, *, within_seconds):
    deadline = time.monotonic() + within_seconds
    while True:
        alive = [process for process in processes if _lives(process)]
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.1)


def _lives(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    "how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda how: how.name
)
def test_nothing_survives_the_parent(start_parent, how):
    parent = start_parent()
    assert len(parent.descendants) > 8  # the guardian, the servers with their own processes and the stand-ins
    parent.process.send_signal(how)
    assert _survivors(parent.descendants, within_seconds=10) == []


def test_sigint_ends_a_stack_that_a_script_started_in_the_background(tmp_path):
    command = f"{' '.join(PARENT)} {tmp_path} sleep & wait"
    with subprocess.Popen(["sh", "-c", command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as shell:
        json.loads(shell.stdout.readline())
        descendants = psutil.Process(shell.pid).children(recursive=True)
        psutil.Process(shell.pid).children()[0].send_signal(signal.SIGINT)
        survivors = _survivors(descendants, within_seconds=10)
        for process in survivors:
            process.kill()
    assert survivors == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda how: how.name)
def test_children_and_grandchildren_that_refuse_to_stop_are_killed(start_parent, how):
    parent = start_parent(worker="refuse")
    parent.process.send_signal(how)
    assert _survivors(parent.descendants, within_seconds=14) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of a dead parent")
def test_the_kernel_ends_the_children_when_the_guardian_is_killed_too(start_parent):
    parent = start_parent()
    psutil.Process(parent.process.pid).suspend()  # so that it does not replace its guardian
    psutil.Process(parent.ids["guardian"]).kill()
    parent.process.kill()
    assert _survivors(parent.descendants, within_seconds=10) == []


def test_a_killed_guardian_is_replaced(start_parent):
    parent = start_parent()
    psutil.Process(parent.ids["guardian"]).kill()
    time.sleep(1)
    parent.process.kill()
    assert _survivors(parent.descendants, within_seconds=10) == []


def test_a_new_stack_takes_over_the_home_of_a_killed_one(start_parent):
    start_parent(worker="refuse").process.kill()
    assert start_parent().ids["postgres"]


def test_a_stack_told_to_stop_with_its_parent_does(tmp_path):
    command = f"{' '.join(PARENT)} {tmp_path} sleep & wait"
    environ = os.environ | {"DIALER_STOP_WITH_PARENT": "1"}
    with subprocess.Popen(["sh", "-c", command], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environ) as shell:
        json.loads(shell.stdout.readline())
        descendants = psutil.Process(shell.pid).children(recursive=True)
        shell.kill()
        assert _survivors(descendants, within_seconds=10) == []
