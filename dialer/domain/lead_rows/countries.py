"""Countries as lists write them."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from dialer.domain.phone_numbers import known_regions

# Beside the names that the library has for every country, in some thirty languages.
_AMBIGUOUS = frozenset({"congo"})
_MORE_NAMES = {
    "usa": "US", "u s a": "US", "u s": "US", "united states of america": "US", "america": "US", "estados unidos": "US",
    "uk": "GB", "u k": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "holland": "NL", "korea": "KR", "republic of korea": "KR", "south korea": "KR",
    "russian federation": "RU", "viet nam": "VN", "uae": "AE", "turkiye": "TR", "czechia": "CZ", "ksa": "SA",
    "o zbekiston": "UZ", "ozbekiston": "UZ", "узбекистан": "UZ", "republic of ireland": "IE",
}  # fmt: skip


@lru_cache(maxsize=2_000)
def parse_country(text: str) -> str | None:
    """The two-letter code of a country written as a code, a name or a calling code; None if unknown."""
    word = unicodedata.normalize("NFKC", text).strip()
    if word.upper() in known_regions():
        return word.upper()
    digits = word.removesuffix(".0").removeprefix("+").removeprefix("00")
    if digits.isascii() and digits.isdigit() and len(digits) <= 3:
        region: str = phonenumbers.region_code_for_country_code(int(digits))
        return region if region in known_regions() else None
    name = _plain(word).removeprefix("the ")
    return _MORE_NAMES.get(name) or _names().get(name)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    from phonenumbers.geodata.locale import LOCALE_DATA  # here: large, and few lists write countries out

    found: dict[str, set[str]] = {}
    for region, by_language in LOCALE_DATA.items():
        for name in by_language.values():
            # A star points to the language whose name is the same.
            if not name.startswith("*") and region in known_regions():
                found.setdefault(_plain(name), set()).add(region)
    return {name: regions.pop() for name, regions in found.items() if len(regions) == 1 and name not in _AMBIGUOUS}


def _plain(name: str) -> str:
    """The name without accents, case and punctuation."""
    letters = (char for char in unicodedata.normalize("NFKD", name) if unicodedata.category(char) != "Mn")
    return re.sub(r"[\W_]+", " ", "".join(letters).casefold()).strip()
