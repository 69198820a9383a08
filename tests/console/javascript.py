"""As much of JavaScript as it takes to find texts in our own modules: strings, templates, and calls. No parser."""

import re
from dataclasses import dataclass, field
from pathlib import Path

# Before a `/` that begins a regular expression and divides nothing.
_BEFORE_REGEX = re.compile(r"(?:[(,=:\[!&|?{};\n]|=>|\breturn|^)\s*$")
_BRACKET = re.compile(r"[()\[\]{}]")
_BRACKET_OR_COMMA = re.compile(r"[()\[\]{},]")
# What is of interest in code; all else is passed over at once.
_NEXT = re.compile(r"[\"'`/{}]")
_ESCAPES = {"n": "\n", "t": "\t", "u00a0": "\u00a0"}


@dataclass(frozen=True)
class Text:
    """A string, or a template of which `parts` stand between its substitutions."""

    start: int
    end: int
    parts: tuple[str, ...]
    tag: str = ""


@dataclass
class Module:
    """One file: its texts, and its code with texts and comments blanked out, letter for letter as long."""

    path: Path
    source: str
    code: str = ""
    texts: list[Text] = field(default_factory=list)

    def line_of(self, at: int) -> int:
        """The number of the line on which something stands."""
        return self.source.count("\n", 0, at) + 1

    def calls(self, name: str) -> list[tuple[int, int]]:
        """Where the arguments of each call begin and end."""
        return [
            (found.end(), self.closing(found.end() - 1)) for found in re.finditer(rf"(?<![\w.]){name}\(", self.code)
        ]

    def closing(self, at: int) -> int:
        """Where the bracket that opens here is closed."""
        depth = 0
        for bracket in _BRACKET.finditer(self.code, at):
            depth += 1 if bracket[0] in "([{" else -1
            if depth == 0:
                return bracket.start()
        return len(self.code)

    def first_argument(self, start: int, end: int) -> int:
        """Where the first of the arguments ends."""
        depth = 0
        for mark in _BRACKET_OR_COMMA.finditer(self.code, start, end):
            if mark[0] == "," and depth == 0:
                return mark.start()
            depth += (mark[0] in "([{") - (mark[0] in ")]}")
        return end

    def within(self, start: int, end: int) -> list[Text]:
        """The texts that stand there."""
        return [text for text in self.texts if start <= text.start < end]


def read_module(path: Path) -> Module:
    """Read a file."""
    module = Module(path, path.read_text())
    blanked = list(module.source)
    _scan(module, blanked, 0, "")
    module.code = "".join(blanked)
    module.texts.sort(key=lambda text: text.start)
    return module


def _scan(module: Module, blanked: list[str], at: int, until: str) -> int:
    """Walk through code from here to the bracket that ends it; return the place behind that."""
    source, depth = module.source, 0
    while found := _NEXT.search(source, at):
        at, char = found.start(), found[0]
        if source.startswith(("//", "/*"), at):
            end = source.find("\n" if source[at + 1] == "/" else "*/", at)
            after = len(source) if end < 0 else end + 2 * (source[at + 1] == "*")
            _blank(blanked, at, after)
        elif char in "\"'":
            after = _string(module, at)
            _blank(blanked, at + 1, after - 1)
        elif char == "`":
            after = _template(module, blanked, at)
        elif char == "/" and _BEFORE_REGEX.search(source[max(0, at - 40) : at]):
            after = _regex(source, at)
            _blank(blanked, at, after)
        else:
            if char == until and depth == 0:
                return at + 1
            depth += (char == "{") - (char == "}")
            after = at + 1
        at = after
    return len(source)


def _string(module: Module, at: int) -> int:
    end = at + 1
    while module.source[end] != module.source[at]:
        end += 1 + (module.source[end] == "\\")
    module.texts.append(Text(at, end + 1, (plain(module.source[at + 1 : end]),)))
    return end + 1


def _template(module: Module, blanked: list[str], at: int) -> int:
    source, parts, start = module.source, [], at
    tag = "html" if source[:at].endswith("html") else ""
    at += 1
    begun = at
    while source[at] != "`":
        if source.startswith("${", at):
            parts.append(source[begun:at])
            _blank(blanked, begun, at + 1)
            at = begun = _scan(module, blanked, at + 2, "}")
            # Its brackets stay, so that those of the code around still match.
            blanked[at - 1] = "}"
            continue
        at += 1 + (source[at] == "\\")
    parts.append(source[begun:at])
    _blank(blanked, begun, at)
    module.texts.append(Text(start, at + 1, tuple(plain(part) for part in parts), tag))
    return at + 1


def _regex(source: str, at: int) -> int:
    end, in_class = at + 1, False
    while source[end] != "/" or in_class:
        in_class = source[end] == "[" or (in_class and source[end] != "]")
        end += 1 + (source[end] == "\\")
    return end + 1


def _blank(blanked: list[str], start: int, end: int) -> None:
    for place in range(start, end):
        if blanked[place] != "\n":
            blanked[place] = " "


def plain(text: str) -> str:
    """A text without its escapes."""
    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)
