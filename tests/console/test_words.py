"""Every text that people see is in a dictionary, and every dictionary is whole."""

import re
from itertools import chain

import pytest

from tests.console.javascript import Module, Text
from tests.console.words import LANGUAGES, MAY_BE, PLURALS, all_words, areas, modules

OTHERS = [language for language in LANGUAGES if language != "en"]
# The product's name, and what is no language: units, samples, keys.
NO_WORDS = {"Dialer", "US"}
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SHOWN_ATTRIBUTE = re.compile(r"\s(?:label|title|placeholder|aria-label|alt|help|lead|text)=\"([^\"]*)\"")


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_keys_of_english(language: str) -> None:
    english, other = all_words("en").keys(), all_words(language).keys()
    assert {"missing": english - other, "unknown": other - english} == {"missing": set(), "unknown": set()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_in_the_same_names(language: str) -> None:
    english = all_words("en")
    differing = {
        key: (english[key].names, word.names)
        for key, word in all_words(language).items()
        # A number may be left out where the word says it: "once".
        if key in english and word.names - {"n"} != english[key].names - {"n"}
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_the_forms_of_their_language(language: str) -> None:
    plurals = {key: word for key, word in all_words(language).items() if word.is_plural}
    wrong = {
        key: set(word.forms)
        for key, word in plurals.items()
        if word.forms.keys() - MAY_BE[language] != PLURALS[language]
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    words = all_words(language)
    assert len(words) > 100
    assert [key for key, word in words.items() if not all(text.strip() for text in word.forms.values())] == []


def test_every_key_that_is_asked_for_has_a_text() -> None:
    known = all_words("en")
    missing = [
        f"{_place(module, text)}: {_pattern(text).pattern}"
        for module, text, _ in _asked()
        if _is_key(text) and text.parts[0] not in known
        if len(text.parts) == 1 or not any(map(_pattern(text).fullmatch, known))
    ]
    assert missing == []


def test_what_is_to_be_filled_in_is_given() -> None:
    wanted: dict[str, set[str]] = {}
    for key, word in chain.from_iterable(all_words(language).items() for language in LANGUAGES):
        # A plural is chosen by `n`, whether or not the number stands in it.
        wanted[key] = wanted.get(key, set()) | word.names | ({"n"} if word.is_plural else set())
    forgotten = [
        f"{_place(module, text)}: {text.parts[0]} wants {wanted[text.parts[0]] - given}"
        for module, text, given in _asked()
        if given is not None and len(text.parts) == 1 and wanted.get(text.parts[0], set()) - given
    ]
    assert forgotten == []


def test_no_text_is_left_over() -> None:
    every = list(chain.from_iterable(module.texts for module in modules()))
    literal = {text.parts[0] for text in every if len(text.parts) == 1}
    patterns = {_pattern(text) for text in every if len(text.parts) > 1 and not text.tag and _is_key(text)}
    unused = [
        key for key in all_words("en") if key not in literal and not any(pattern.fullmatch(key) for pattern in patterns)
    ]
    assert unused == []


def test_no_text_stands_in_a_page_itself() -> None:
    found = [
        f"{_place(module, text)}: {words!r}"
        for module in modules()
        for text in module.texts
        if text.tag
        for words in _visible(text)
        if set(_LETTERS.findall(words)) - NO_WORDS
    ]
    assert found == []


def _asked() -> list[tuple[Module, Text, set[str] | None]]:
    """Every key given to `t`, and the names that come with it; None where those are not written down there."""
    found = []
    for module in modules():
        for start, end in module.calls("t"):
            middle = module.first_argument(start, end)
            given = _names(module.code[middle + 1 : end])
            found += [(module, text, given) for text in module.within(start, middle) if _is_direct(module, text, start)]
    return found


def _is_direct(module: Module, text: Text, start: int) -> bool:
    """Whether a text is a key itself, and not compared with something, nor an argument of another call."""
    before = module.code[start : text.start]
    after = module.code[text.end : text.end + 4].lstrip()
    is_compared = re.search(r"[=!]==?\s*$", before) or re.match(r"[=!]==?", after)
    return not is_compared and before.count("(") == before.count(")") and before.count("[") == before.count("]")


def _names(code: str) -> set[str] | None:
    if not code.strip(" ,\n"):
        return set()
    body = re.fullmatch(r"\s*\{(.*)\}\s*,?\s*", code, re.DOTALL)
    if body is None or "..." in body[1]:
        return None
    flat, depth = "", 0
    for char in body[1]:
        depth -= char in ")]}"
        flat += char if depth == 0 else " "
        depth += char in "([{"
    return {found[1] for found in re.finditer(r"(?:^|,)\s*(\w+)", flat)}


def _is_key(text: Text) -> bool:
    return text.parts[0].partition(".")[0] in areas() and "." in text.parts[0] and " " not in text.parts[0]


def _pattern(text: Text) -> re.Pattern[str]:
    return re.compile(r"\S+".join(map(re.escape, text.parts)))


def _visible(text: Text) -> list[str]:
    """What of a template is read by people: what stands between tags, and in attributes that are shown."""
    whole = "\0".join(text.parts)
    return [*_SHOWN_ATTRIBUTE.findall(whole), *re.sub(r"<[^<>]*>|<!--.*?-->", "\0", whole, flags=re.DOTALL).split("\0")]


def _place(module: Module, text: Text) -> str:
    return f"{module.path.name}:{module.line_of(text.start)}"
