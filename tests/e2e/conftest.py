"""One running product for all tests here: real web, worker, scheduler and carrier processes."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialer.embedded.stack import EmbeddedStack, TwinOptions
from tests.e2e.world import Office, Witness, found_office

TIME_FACTOR = 10
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    folder = tmp_path_factory.mktemp("stack")
    options = TwinOptions(seed=1, time_factor=TIME_FACTOR, calls_per_second=20)
    with EmbeddedStack(folder, 0, twin_options=options, environ={}, ready_seconds=100, say=lambda _: None) as running:
        yield running


@pytest.fixture(scope="module")
def witness(stack: EmbeddedStack) -> Witness:
    return Witness(stack)


@pytest.fixture
def office(stack: EmbeddedStack) -> Iterator[Office]:
    """A tenant of the test's own."""
    office = found_office(stack)
    yield office
    office.close()


@pytest.fixture(scope="module")
def doctor(stack: EmbeddedStack) -> Callable[[], dict[str, list[str]]]:
    """What `python -m dialer doctor` finds wrong, by check."""

    def examine() -> dict[str, list[str]]:
        command = [sys.executable, "-m", "dialer", "doctor", "--json"]
        done = subprocess.run(command, env=stack.environ, cwd=_ROOT, capture_output=True, timeout=60, check=False)
        assert done.stdout, done.stderr.decode()
        return {finding["check"]: finding["examples"] for finding in json.loads(done.stdout) if finding["count"]}

    return examine
