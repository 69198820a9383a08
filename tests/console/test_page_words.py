"""A page is shown once its words are there: what it says must be in the areas that `pages.js` names for it."""

import re
from functools import cache
from pathlib import Path

from tests.console.javascript import Module
from tests.console.words import APP, areas, modules

_ENTRY = re.compile(
    r"path: \"(?P<path>[^\"]*)\",\s*module: (?P<module>\w+),\s*component: \"(?P<component>\w+)\",\s*"
    r"words: \[(?P<words>[^\]]*)\]"
)
_MODULE = re.compile(r"const (\w+) = \(\) => import\(\"\./([^\"]+)\"\)")
_FROM = re.compile(r"^(?:import|export)\s(?:[^;\"]*?\sfrom\s+)?\"(\.[^\"]+)\"", re.MULTILINE)


def test_every_page_loads_the_words_that_it_uses() -> None:
    source = (APP / "pages.js").read_text()
    files = dict(_MODULE.findall(source))
    entries = list(_ENTRY.finditer(source))
    assert len(entries) > 20
    lacking = {}
    for entry in entries:
        start = _file_of(APP / files[entry["module"]], entry["component"])
        parts = _graph(start)
        used = set().union(*(_areas_in(file) for file in parts))
        learnt = set().union(*(_learnt_in(file) for file in parts), re.findall(r"\w+", entry["words"]), {"kit"})
        missing = used - learnt
        if missing:
            lacking[f"{entry['path']} {entry['component']}"] = missing
    assert lacking == {}


def _file_of(index: Path, component: str) -> Path:
    """The file that a component stands in, as far as the area's index says so."""
    found = re.search(rf"export \{{[^}}]*\b{component}\b[^}}]*\}} from \"(\./[^\"]+)\"", index.read_text())
    return (index.parent / found[1]).resolve() if found else index


def _graph(start: Path) -> set[Path]:
    """A module and all that it imports at once."""
    found: set[Path] = set()
    waiting = [start.resolve()]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += [(file.parent / name).resolve() for name in _FROM.findall(file.read_text())]
    return found


@cache
def _areas_in(file: Path) -> frozenset[str]:
    """The areas of all keys that stand in a module, given to `t` there or elsewhere."""
    keys = [
        text.parts[0].split(".") for text in _module(file).texts if not text.tag and re.match(r"\w+\.\w", text.parts[0])
    ]
    return frozenset(key[0] for key in keys if key[0] in areas())


@cache
def _learnt_in(file: Path) -> frozenset[str]:
    """The areas that a module loads by itself."""
    module = _module(file)
    return frozenset(text.parts[0] for start, end in module.calls("learn") for text in module.within(start, end))


def _module(file: Path) -> Module:
    return next(each for each in modules() if each.path == file)
