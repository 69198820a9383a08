"""What an agent may conclude in a campaign: the built-in words, or the campaign's own names for them, with digits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.domain.call_words import AgentDisposition
from dialer.domain.errors import FieldError, Invalid

MAX_DISPOSITIONS = 30
MAX_LABEL = 40
_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_BUILT_IN = frozenset(str(word) for word in AgentDisposition)

_W = AgentDisposition
_USUAL = (
    (_W.SALE, "Sale"), (_W.INTERESTED, "Interested"), (_W.CALLBACK, "Call back"),
    (_W.NOT_INTERESTED, "Not interested"), (_W.WRONG_NUMBER, "Wrong number"),
    (_W.ANSWERING_MACHINE, "Answering machine"), (_W.DO_NOT_CALL, "Do not call"), (_W.OTHER, "Other"),
)  # fmt: skip


@dataclass(frozen=True)
class DeskDisposition:
    """One conclusion as a campaign offers it. `outcome` decides what follows; `digit` is the key that chooses it.

    `is_own`: the label is the campaign's. The key of one that is not its own name for something is the outcome itself.
    """

    key: str
    label: str
    outcome: AgentDisposition
    digit: int | None
    is_own: bool = True


USUAL = tuple(
    DeskDisposition(str(word), label, word, digit, is_own=False) for digit, (word, label) in enumerate(_USUAL, 1)
)
_USUAL_LABELS = {str(word): label for word, label in _USUAL}


def name_of(key: str, label: str | None) -> tuple[str, bool]:
    """How a conclusion that was stored is called, and whether that is the campaign's own name for it."""
    usual = _USUAL_LABELS.get(key)
    if label is None:
        return usual or key, usual is None
    return label, label != usual


def read_dispositions(stored: Sequence[Mapping[str, object]] | None) -> tuple[DeskDisposition, ...]:
    """The list as it was stored; the usual one where none is. Outcomes that this release does not know are left out."""
    if stored is None:
        return USUAL
    return tuple(
        DeskDisposition(
            key := str(one["key"]),
            label := str(one["label"]),
            AgentDisposition(str(one["outcome"])),
            digit if isinstance(digit := one.get("digit"), int) else None,
            is_own=_USUAL_LABELS.get(key) != label,
        )
        for one in stored
        if one["outcome"] in _BUILT_IN
    )


def parse_dispositions(sent: Sequence[Mapping[str, object]]) -> tuple[DeskDisposition, ...]:
    """Check a campaign's list, in its order. Raises Invalid that names every entry that is wrong."""
    if not 1 <= len(sent) <= MAX_DISPOSITIONS:
        raise Invalid.field("dispositions", f"must have between 1 and {MAX_DISPOSITIONS} entries")
    mistakes: list[FieldError] = []
    found: list[DeskDisposition] = []
    for index, one in enumerate(sent):
        where = f"dispositions.{index}"
        label, outcome = str(one["label"]).strip(), AgentDisposition(str(one["outcome"]))
        key = str(one.get("key") or key_of(label, outcome, [other.key for other in found]))
        digit = one.get("digit")
        mistakes += _mistakes(where, key, label, outcome)
        mistakes += _clashes(where, key, label, digit, found)
        checked = digit if isinstance(digit, int) else None
        found.append(DeskDisposition(key, label, outcome, checked, is_own=_USUAL_LABELS.get(key) != label))
    if mistakes:
        raise Invalid(f"{mistakes[0].field}: {mistakes[0].message}", fields=tuple(mistakes))
    return tuple(found)


def key_of(label: str, outcome: AgentDisposition, taken: Sequence[str]) -> str:
    """A key for an entry that came without one: the outcome itself if nothing else is called so, else of the label."""
    if str(outcome) not in taken:
        return str(outcome)
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:32]
    wanted = plain if plain and plain not in _BUILT_IN else f"{outcome}_{plain}".strip("_")[:36]
    return next(key for key in (wanted, *(f"{wanted}_{n}" for n in range(2, 100))) if key not in taken)


def _mistakes(where: str, key: str, label: str, outcome: AgentDisposition) -> list[FieldError]:
    mistakes = []
    if not 1 <= len(label) <= MAX_LABEL:
        mistakes.append(FieldError(f"{where}.label", f"must have between 1 and {MAX_LABEL} characters"))
    if not _KEY.fullmatch(key):
        mistakes.append(FieldError(f"{where}.key", "must be made of a to z, 0 to 9 and _, at most 40 of them"))
    elif key in _BUILT_IN and key != outcome:
        mistakes.append(FieldError(f"{where}.key", f"is the outcome {key} and cannot stand for {outcome}"))
    return mistakes


def _clashes(where: str, key: str, label: str, digit: object, before: Sequence[DeskDisposition]) -> list[FieldError]:
    mistakes = []
    if any(other.key == key for other in before):
        mistakes.append(FieldError(f"{where}.key", "is there already"))
    if any(other.label.lower() == label.lower() for other in before):
        mistakes.append(FieldError(f"{where}.label", "is there already"))
    if digit is not None and any(other.digit == digit for other in before):
        mistakes.append(FieldError(f"{where}.digit", "is taken by another one"))
    return mistakes


def choose_disposition(
    offered: Sequence[DeskDisposition], *, key: str | None, outcome: AgentDisposition | None
) -> tuple[AgentDisposition, DeskDisposition | None]:
    """What an agent chose: by the key of the campaign's list, by the built-in word, or by both if they agree.

    A built-in word may be chosen whether it is offered or not. Raises Invalid.
    """
    if key is None:
        if outcome is None:
            raise Invalid.field("disposition", "is required, or a disposition_key")
        return outcome, next((one for one in offered if one.key == outcome), None)
    chosen = next((one for one in offered if one.key == key), None)
    if chosen is None:
        keys = ", ".join(one.key for one in offered)
        raise Invalid.field("disposition_key", f"the campaign offers no such disposition; it offers {keys}")
    if outcome not in (None, chosen.outcome):
        raise Invalid.field("disposition", f"{key} stands for {chosen.outcome}")
    return chosen.outcome, chosen
