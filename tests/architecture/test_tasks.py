"""Whoever sends a task by name relies on it being registered, and on somebody consuming its queue."""

import ast
import fnmatch
import re

import pytest

import celeryconfig
from scheduler.jobs import JOBS
from tests.architecture.source import ROOT, called_names, modules, strings
from workers import app

TASK_NAME = re.compile(r"dialer\.(%s)\.[a-z_]+" % "|".join(celeryconfig.QUEUES))  # noqa: UP031 - braces mean something here


def sent_names() -> dict[str, str]:
    """Every task name written down where tasks are sent, and where."""
    return {
        text: path
        for path, tree in modules("dialer", "api", "scheduler").items()
        for text in strings(tree)
        if TASK_NAME.fullmatch(text)
    }


@pytest.fixture(scope="module")
def registered() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_task_names_are_found_at_all() -> None:
    assert {"dialer.dialing.place_call", "dialer.calls.apologise", JOBS[0].task} <= set(sent_names())


def test_every_task_that_is_sent_is_registered(registered: set[str]) -> None:
    assert {name: path for name, path in sent_names().items() if name not in registered} == {}


def test_every_registered_task_is_sent_by_somebody(registered: set[str]) -> None:
    unsent = registered - set(sent_names())
    assert unsent <= {"dialer.calls.hang_up"}, "a task that nobody sends is dead code"


def test_every_task_is_routed_to_a_queue_that_workers_consume(registered: set[str]) -> None:
    consumed = {queue.name for queue in celeryconfig.task_queues}
    for name in registered | set(sent_names()):
        queues = [
            route["queue"] for pattern, route in celeryconfig.task_routes.items() if fnmatch.fnmatch(name, pattern)
        ]
        assert len(queues) == 1, name
        assert set(queues) <= consumed


def test_nothing_is_delayed_in_the_broker() -> None:
    """A delayed message that outlives the visibility timeout is delivered twice: delays live in columns."""
    for path, tree in {**modules("dialer", "api", "scheduler", "workers")}.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                assert node.arg not in {"countdown", "eta"}, f"{path}:{node.value.lineno}"


def test_only_the_task_queue_sends() -> None:
    for path, tree in modules("dialer", "api", "scheduler", "workers").items():
        for line, name in called_names(tree):
            if name in {".delay", ".apply_async", ".send_task"}:
                assert path == "dialer/integrations/celery_queue.py", f"{path}:{line} {name}"


def test_no_entry_point_imports_the_workers_it_sends_to() -> None:
    for path, tree in modules("api", "scheduler", "dialer").items():
        for node in ast.walk(tree):
            imported = getattr(node, "module", None) or "" if isinstance(node, ast.ImportFrom) else ""
            assert not imported.startswith("workers"), path
    assert (ROOT / "workers").is_dir()
