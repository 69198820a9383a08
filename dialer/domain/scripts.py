"""What an agent reads aloud: a campaign's script as a text with a little markup, and what comes of it for one person.

A filled script is structure, never HTML: what stands in a lead's fields is text wherever it ends up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dialer.domain.errors import Invalid

MAX_SCRIPT_CHARACTERS = 20_000
MAX_LEVEL = 3

LEAD_FIELDS = ("first_name", "last_name", "phone", "email", "country", "state", "postal_code")
OTHER_FIELDS = ("agent_name", "campaign_name")
PLAIN_FIELDS = (*LEAD_FIELDS, *OTHER_FIELDS)
CUSTOM = "custom:"

BlockKind = Literal["heading", "paragraph", "bullet", "number"]


@dataclass(frozen=True)
class Span:
    """Part of a block. `field` names what the text came from; `is_missing` that there was nothing to come."""

    text: str
    bold: bool = False
    field: str | None = None
    is_missing: bool = False


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or item. `level` of a heading is 1 to 3, of an item how deep it lies, else 0."""

    kind: BlockKind
    level: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Field:
    """A place that is filled for each person; `fallback` is said where there is nothing."""

    name: str
    fallback: str | None
    bold: bool
    line: int


@dataclass(frozen=True)
class Words:
    """Text as it is written."""

    text: str
    bold: bool


@dataclass(frozen=True)
class ScriptBlock:
    """A block before it is filled."""

    kind: BlockKind
    level: int
    parts: tuple[Words | Field, ...]


@dataclass(frozen=True)
class Script:
    """A script that has been read."""

    blocks: tuple[ScriptBlock, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every place to fill, in order."""
        return tuple(part for block in self.blocks for part in block.parts if isinstance(part, Field))


@dataclass(frozen=True)
class ScriptWarning:
    """Something that will not be what its author meant."""

    line: int
    field: str
    message: str


_HEADING = re.compile(r"(#{1,3}) +(.*)")
_ITEM = re.compile(r"( *)(?:([-*])|\d{1,3}[.)]) +(.*)")
# An escaped character, a field, the mark of bold, or anything else.
_TOKEN = re.compile(r"\\([\\{}*#\-|.)])|\{([^{}\n]*)\}|(\*\*)|([^\\{*]+|.)", re.DOTALL)


def parse_script(text: str) -> Script:
    """Read a script. Every text can be read: what is no markup is text. Raises Invalid for one that is too long."""
    if len(text) > MAX_SCRIPT_CHARACTERS:
        raise Invalid.field("text", f"must have at most {MAX_SCRIPT_CHARACTERS:,} characters")
    return Script(tuple(_blocks(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))))


def _blocks(lines: Sequence[str]) -> Iterator[ScriptBlock]:
    paragraph: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        heading, item = _HEADING.fullmatch(line.strip()), _ITEM.fullmatch(line.rstrip())
        if paragraph and (heading or item or not line.strip()):
            yield ScriptBlock("paragraph", 0, _parts("\n".join(paragraph), number - len(paragraph)))
            paragraph = []
        if heading:
            yield ScriptBlock("heading", len(heading[1]), _parts(heading[2], number))
        elif item:
            level = min(1 + len(item[1]) // 2, MAX_LEVEL)
            yield ScriptBlock("bullet" if item[2] else "number", level, _parts(item[3], number))
        elif line.strip():
            paragraph.append(line.strip())


def _parts(text: str, line: int) -> tuple[Words | Field, ...]:
    parts: list[Words | Field] = []
    tokens = list(_TOKEN.finditer(text))
    marks, bold = sum(found[3] is not None for found in tokens), False
    for found in tokens:
        escaped, field, mark, words = found.groups()
        here = line + text.count("\n", 0, found.start())
        if mark is not None and (bold or marks > 1):
            # A mark that nothing answers is two asterisks.
            marks, bold = marks - 1, not bold
        elif field is not None and field.strip():
            name, bar, fallback = field.partition("|")
            parts.append(Field(_name(name), fallback.strip() if bar else None, bold, here))
        else:
            said = escaped or mark or words or found[0]
            if parts and isinstance(parts[-1], Words) and parts[-1].bold == bold:
                said = parts.pop().text + said  # type: ignore[union-attr]
            parts.append(Words(said, bold))
    return tuple(parts)


def _name(written: str) -> str:
    name = written.strip()
    if name[: len(CUSTOM)].lower() == CUSTOM:
        return CUSTOM + name[len(CUSTOM) :].strip()
    return name.lower()


def fill_script(script: Script, values: Mapping[str, object]) -> tuple[Block, ...]:
    """The script for one person. `values` by the fields' names; custom ones as `custom:Company`, in whatever case."""
    by_name = {name.lower(): value for name, value in values.items()}
    return tuple(
        Block(block.kind, block.level, tuple(_fill(part, by_name) for part in block.parts)) for block in script.blocks
    )


def _fill(part: Words | Field, values: Mapping[str, object]) -> Span:
    if isinstance(part, Words):
        return Span(part.text, part.bold)
    value = _text_of(values.get(part.name.lower()))
    text = value or part.fallback or ""
    return Span(text, part.bold, part.name, is_missing=not text)


def _text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list):
        return ""
    return str(value).strip()


def show_script(script: Script) -> tuple[Block, ...]:
    """The script for nobody in particular: each place shows its own name in braces."""
    return tuple(
        Block(
            block.kind,
            block.level,
            tuple(
                Span(part.text, part.bold)
                if isinstance(part, Words)
                else Span(f"{{{part.name}}}", part.bold, part.name)
                for part in block.parts
            ),
        )
        for block in script.blocks
    )


def check_script(script: Script, custom_fields: Sequence[str]) -> tuple[ScriptWarning, ...]:
    """What no lead will fill. `custom_fields` are those that the campaign's leads have; none: nobody knows yet."""
    return tuple(found for field in script.fields if (found := _warning(field, custom_fields)) is not None)


def _warning(field: Field, custom_fields: Sequence[str]) -> ScriptWarning | None:
    if field.name in PLAIN_FIELDS:
        return None
    if not field.name.startswith(CUSTOM):
        known = ", ".join([*PLAIN_FIELDS, *(CUSTOM + name for name in custom_fields)])
        hint = next((name for name in custom_fields if name.lower() == field.name), None)
        instead = f" Did you mean {{{CUSTOM}{hint}}}?" if hint else ""
        message = f"There is no field {{{field.name}}}.{instead} Known are: {known}."
        return ScriptWarning(field.line, field.name, message)
    name = field.name[len(CUSTOM) :]
    if not name:
        return ScriptWarning(field.line, field.name, "Say which custom field, such as {custom:Company}.")
    if not custom_fields or name.lower() in {known.lower() for known in custom_fields}:
        return None
    known = ", ".join(CUSTOM + other for other in custom_fields)
    message = f"None of the campaign's leads has {{{field.name}}}. They have: {known}."
    return ScriptWarning(field.line, field.name, message)


def known_fields(custom_fields: Sequence[str]) -> tuple[str, ...]:
    """Every field that a script of this campaign may name."""
    return (*PLAIN_FIELDS, *(CUSTOM + name for name in custom_fields))
