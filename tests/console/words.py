"""The console's dictionaries, read without a browser."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.console.javascript import Module, plain, read_module

APP = Path(__file__).resolve().parents[2] / "api" / "console" / "app"
LANGUAGES = ("en", "ru", "es")
# What `Intl.PluralRules` answers for whole numbers; Spanish has one more for millions, where "other" will do.
PLURALS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}, "es": {"one", "other"}}
MAY_BE = {"en": set[str](), "ru": set[str](), "es": {"many"}}
_STRING = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`"
_ENTRY = re.compile(
    rf"(?P<key>[A-Za-z_]\w*|{_STRING})\s*:\s*(?P<value>\{{[^{{}}]*(?:(?:{_STRING})[^{{}}]*?)*\}}|(?:{_STRING})"
    rf"(?:\s*\+\s*(?:{_STRING}))*)"
)


@dataclass(frozen=True)
class Word:
    """A text, by plural form; one that is no plural has the form "" alone."""

    forms: dict[str, str]

    @property
    def names(self) -> set[str]:
        """What is to be filled in."""
        return {name for text in self.forms.values() for name in re.findall(r"\{(\w+)\}", text)}

    @property
    def is_plural(self) -> bool:
        """Whether it is chosen by a number."""
        return "" not in self.forms


@cache
def areas() -> tuple[str, ...]:
    """All areas of English, which is complete by definition."""
    return tuple(sorted(path.stem for path in (APP / "words" / "en").glob("*.js")))


@cache
def dictionary(language: str, area: str) -> dict[str, Word]:
    """The words of an area; empty where there is no such file."""
    path = APP / "words" / language / f"{area}.js"
    return _entries(_without_comments(path.read_text())) if path.is_file() else {}


@cache
def all_words(language: str) -> dict[str, Word]:
    """Every word by its whole key."""
    found = {path.stem for path in (APP / "words" / language).glob("*.js")}
    return {f"{area}.{key}": word for area in sorted(found) for key, word in dictionary(language, area).items()}


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the pages but the dictionaries."""
    return tuple(read_module(path) for path in sorted(APP.rglob("*.js")) if "words" not in path.relative_to(APP).parts)


def _without_comments(source: str) -> str:
    return re.sub(rf"({_STRING})|/\*.*?\*/|//[^\n]*", lambda found: found[1] or "", source, flags=re.DOTALL)


def _entries(source: str) -> dict[str, Word]:
    found: dict[str, Word] = {}
    body = source[source.index("{") + 1 : source.rindex("}")]
    for entry in _ENTRY.finditer(body):
        key = _unquoted(entry["key"])
        assert key not in found, f"{key} is there twice"
        if entry["value"].startswith("{"):
            forms = {_unquoted(form["key"]): _joined(form["value"]) for form in _ENTRY.finditer(entry["value"][1:-1])}
            found[key] = Word(forms)
        else:
            found[key] = Word({"": _joined(entry["value"])})
    return found


def _joined(value: str) -> str:
    return "".join(plain(part[1:-1]) for part in re.findall(_STRING, value))


def _unquoted(key: str) -> str:
    return key[1:-1] if key[0] in "\"'`" else key
