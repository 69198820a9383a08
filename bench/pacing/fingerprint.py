"""Whether a result is still good: a digest of the scenario, the simulator and all code that a pacer is made of."""

import ast
import hashlib
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from bench.pacing.contestants import Contestant, Entry, Named
from dialer.simulator import Scenario

_ROOT = Path(__file__).resolve().parents[2]
_ELSEWHERE = ("dialer.simulator",)
"""Imported by pacers that receive the scenario; in the digest anyway."""


def fingerprint(contestant: Contestant, scenario: Scenario) -> str:
    """The same for the same scenario, settings and sources."""
    digest = hashlib.sha256()
    digest.update(repr((scenario, contestant.name, contestant.search, _described(contestant.make))).encode())
    digest.update(_simulator())
    digest.update(_sources(_module_of(contestant.make)))
    return digest.hexdigest()[:16]


def _described(make: Callable[..., object]) -> str:
    if isinstance(make, partial):
        return f"{make.func.__qualname__}{make.args}{make.keywords}"
    return repr(make) if isinstance(make, Named | Entry) else make.__qualname__


def _module_of(make: Callable[..., object]) -> str:
    match make:
        case partial():
            return str(make.func.__module__)
        case Named():
            return make.path.partition(":")[0]
        case Entry():
            return make.module
        case _:
            return make.__module__


@cache
def _simulator() -> bytes:
    digest = hashlib.sha256()
    for file in sorted((_ROOT / "dialer" / "simulator").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


@cache
def _sources(module: str) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(source_files(module)):
        digest.update(file.read_bytes())
    return digest.digest()


def source_files(module: str) -> set[Path]:
    """The module's file, and those of all modules of this repository that it imports, in turn."""
    seen: set[Path] = set()
    names = [module]
    while names:
        file = _file_of(names.pop())
        if file is None or file in seen:
            continue
        seen.add(file)
        names += _imported(file)
    return seen


def _imported(file: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if not name.startswith(_ELSEWHERE)]


def _file_of(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except (ModuleNotFoundError, AttributeError):
        return None
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin)
    return file if file.suffix == ".py" and file.is_relative_to(_ROOT) and ".venv" not in file.parts else None
