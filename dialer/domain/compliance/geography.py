"""Where telephone numbers and postal codes lie: tables of jurisdictions and time zones, as the rule files have them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

UNITED_STATES, CANADA = "US", "CA"
TERRITORIES = frozenset({"PR", "VI", "GU", "MP", "AS"})
"""Regions of their own to the numbering plan, and parts of the United States to the law."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a country: its jurisdictions (`US-FL`; several where a code spans provinces) and its time zones."""

    jurisdictions: tuple[str, ...]
    time_zones: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Geography:
    """Tables for `locate`. Zone names are canonical; `zone_links` maps older names to them.

    `postal_areas` is keyed by country and the first characters of the code, the longest that fits counts.
    """

    area_codes: Mapping[str, Area]
    states: Mapping[str, Area]
    state_names: Mapping[str, str]
    postal_areas: Mapping[str, Mapping[str, Area]]
    country_zones: Mapping[str, tuple[str, ...]]
    number_prefixes: Mapping[str, tuple[str, ...]]
    zone_links: Mapping[str, str]
    cache: dict[object, object] = field(default_factory=dict, repr=False)

    def as_record(self) -> dict[str, object]:
        """All tables as JSON values."""
        return {
            "area_codes": _areas(self.area_codes),
            "states": _areas(self.states),
            "state_names": dict(sorted(self.state_names.items())),
            "postal_areas": {country: _areas(areas) for country, areas in sorted(self.postal_areas.items())},
            "country_zones": {country: list(zones) for country, zones in sorted(self.country_zones.items())},
            "number_prefixes": {prefix: list(zones) for prefix, zones in sorted(self.number_prefixes.items())},
            "zone_links": dict(sorted(self.zone_links.items())),
        }


def plain_name(text: str) -> str:
    """A name as tables have it: small letters, one blank between words, no points or accents."""
    letters = unicodedata.normalize("NFKD", text).replace(".", "").replace("_", " ")
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().split())


def _areas(areas: Mapping[str, Area]) -> dict[str, object]:
    return {key: [list(area.jurisdictions), list(area.time_zones)] for key, area in sorted(areas.items())}
