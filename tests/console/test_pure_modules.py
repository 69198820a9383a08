"""The console's modules that need no browser, by Node's own test runner."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = sorted((_ROOT / "tests" / "console" / "unit").glob("*.test.mjs"))


def test_pure_modules_keep_their_promises() -> None:
    command = [sys.executable, "api/console/packages.py", "node", "--test", *map(str, _TESTS)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert len(_TESTS) >= 3
    assert done.returncode == 0, done.stdout + done.stderr
