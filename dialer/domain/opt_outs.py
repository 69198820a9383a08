"""Asking by key-press, at the end of an abandonment message, never to be called again.

47 CFR 64.1200(a)(7)(i)(B) and (b)(3) (US-MSG-OPTOUT): the message itself must offer it, at once and by a key.
"""

import re

DEFAULT_KEY = "9"
_OFFER = "To not be called again, press {key}."
_VERBS = (
    "press|push|hit|dial|key|button|drück\\w*|wähl\\w*|taste|appuy\\w*|tapez|touche|compos\\w*|puls\\w*|marque|oprima"
    "|presione|tecla|prem\\w*|digit\\w*|pression\\w*|нажм\\w*|нажать|клавиш\\w*|bosing|tuşlay\\w*|basın"
)
_WORDS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "star": "*",
}  # fmt: skip
# A digit that stands alone, not the 1 of 1-800-555-0199.
_ALONE = r"(?<![\w*]){key}(?![\w*])(?![-. ()]*\d)"
# A verb of pressing, then a single key within three words: "press the 9", "press nine", "drücken Sie die Taste 9".
_KEY_ASKED_FOR = re.compile(
    rf"\b(?:{_VERBS})\b(?:\W+(?!\d)\w+){{0,3}}?\W*" + _ALONE.format(key=f"(?P<key>[0-9*]|{'|'.join(_WORDS)})"),
    re.IGNORECASE,
)
_ANY_KEY = re.compile(_ALONE.format(key="[0-9*]"))


def opt_out_key(message: str) -> str:
    """The key by which a callee opts out: the one that the message asks for if it speaks of no other, else 9."""
    asked = _keys_asked_for(message)
    spoken_of = asked | set(_ANY_KEY.findall(message))
    return asked.pop() if len(spoken_of) == len(asked) == 1 else DEFAULT_KEY


def with_opt_out(message: str) -> str:
    """The message as it is spoken: with a sentence that names the key, unless it does so itself."""
    key = opt_out_key(message)
    if key in _keys_asked_for(message):
        return message
    spoken = message.strip()
    return f"{spoken}{'' if spoken[-1:] in '.!?' else '.'} {_OFFER.format(key=key)}"


def _keys_asked_for(message: str) -> set[str]:
    found = (match["key"].lower() for match in _KEY_ASKED_FOR.finditer(message))
    return {_WORDS.get(key, key) for key in found}
