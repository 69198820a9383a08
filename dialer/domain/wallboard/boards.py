"""A board as it is sent: values as JSON has them, so that what is compared is what is told. And what differs of two."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Entry = Mapping[str, object]
Section = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Board:
    """What is shown: entries by their ids, minutes by their beginnings, and figures over all of them."""

    agents: Section = field(default_factory=dict)
    calls: Section = field(default_factory=dict)
    campaigns: Section = field(default_factory=dict)
    minutes: Section = field(default_factory=dict)
    totals: Entry = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The whole board as JSON values."""
        return {name: list(getattr(self, name).values()) for name in SECTIONS} | {"totals": dict(self.totals)}


SECTIONS = ("agents", "calls", "campaigns", "minutes")
_MISSING = object()
_KEYS = {"agents": "id", "calls": "id", "campaigns": "id", "minutes": "at"}


@dataclass(frozen=True, slots=True)
class Change:
    """What makes one board of another: of entries that were there, only the fields that differ, and the key.

    Falsy if nothing differs.
    """

    changed: Mapping[str, object]
    removed: Mapping[str, list[str]]

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)

    def as_json(self) -> dict[str, object]:
        """Only what there is."""
        parts = {"changed": self.changed, "removed": self.removed}
        return {name: part for name, part in parts.items() if part}


def compare(before: Board, after: Board) -> Change:
    """What has changed. `apply_change(before, compare(before, after)) == after`."""
    changed: dict[str, object] = {}
    removed: dict[str, list[str]] = {}
    for name in SECTIONS:
        old, new = getattr(before, name), getattr(after, name)
        entries = [patch for key, entry in new.items() if (patch := _patch(old.get(key), entry, key_field=_KEYS[name]))]
        gone = [key for key in old if key not in new]
        if entries:
            changed[name] = entries
        if gone:
            removed[name] = gone
    totals = {
        key: value for key, value in after.totals.items() if key not in before.totals or before.totals[key] != value
    }
    if totals:
        changed["totals"] = totals
    return Change(changed, removed)


def _patch(old: Entry | None, new: Entry, *, key_field: str) -> Entry | None:
    if old is None:
        return new
    if old == new:
        return None
    return {key: value for key, value in new.items() if key == key_field or old[key] != value}


def apply_change(board: Board, change: Mapping[str, object]) -> Board:
    """Make the next board of one and a frame's `changed` and `removed`: what a page does, for tests and clients."""
    changed, removed = _mapping(change.get("changed")), _mapping(change.get("removed"))
    sections: dict[str, Section] = {}
    for name in SECTIONS:
        entries: dict[str, Entry] = dict(getattr(board, name))
        for patch in _entries(changed.get(name)):
            key = str(patch[_KEYS[name]])
            entries[key] = {**entries.get(key, {}), **patch}
        for key in _keys(removed.get(name)):
            entries.pop(key, None)
        sections[name] = entries
    return Board(**sections, totals={**board.totals, **_mapping(changed.get("totals"))})


def board_of_json(told: Mapping[str, object]) -> Board:
    """A board as it was sent whole."""
    sections = {name: {str(entry[_KEYS[name]]): entry for entry in _entries(told[name])} for name in SECTIONS}
    return Board(**sections, totals=_mapping(told["totals"]))


def _mapping(value: object) -> Entry:
    return value if isinstance(value, Mapping) else {}


def _entries(value: object) -> list[Entry]:
    return value if isinstance(value, list) else []


def _keys(value: object) -> list[str]:
    return value if isinstance(value, list) else []
