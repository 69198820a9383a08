"""Where a callee may be: every jurisdiction whose rules bind the call, and every time zone that remains possible.

All evidence counts: the number, the address, a zone that the customer gave. Where sources disagree, all of them stand.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from dialer.domain.compliance.geography import CANADA, TERRITORIES, UNITED_STATES, Area, Geography, plain_name
from dialer.domain.compliance.rule_book import RuleBook
from dialer.domain.compliance.wall_clock import is_zone
from dialer.domain.errors import Invalid
from dialer.domain.lead_rows import parse_country
from dialer.domain.phone_numbers import DIALABLE, LineType, PhoneNumber, library_time_zones

STRICT, ADDRESS_FIRST = "strict", "address_first"
PROFILES = frozenset({STRICT, ADDRESS_FIRST})
_PLUS_ONE = "+1"
_MOST_ZONES_OF_ONE_CODE = 10
"""The library answers with all 42 zones of the plan for numbers under +1 that belong to no place."""


@dataclass(frozen=True)
class Locality:
    """Jurisdictions and time zones, each in canonical order. Without a zone nobody may be called."""

    jurisdictions: tuple[str, ...]
    time_zones: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """True when the callee's local time is one of known ones."""
        return bool(self.time_zones)

    @property
    def countries(self) -> tuple[str, ...]:
        """The jurisdictions that are countries."""
        return tuple(name for name in self.jurisdictions if "-" not in name)

    @property
    def signature(self) -> str:
        """The same text for the same locality, and another for any other."""
        return f"{','.join(self.jurisdictions)}|{','.join(self.time_zones)}"

    @classmethod
    def of(cls, jurisdictions: Iterable[str], time_zones: Iterable[str]) -> "Locality":
        """A locality in canonical order."""
        return cls(tuple(sorted(set(jurisdictions))), tuple(sorted(set(time_zones))))

    @classmethod
    def from_signature(cls, signature: str) -> "Locality":
        """The locality of a signature."""
        jurisdictions, _, zones = signature.partition("|")
        return cls.of(filter(None, jurisdictions.split(",")), filter(None, zones.split(",")))


def locate(
    number: PhoneNumber,
    *,
    book: RuleBook,
    state: str | None = None,
    country: str | None = None,
    postal_code: str | None = None,
    time_zone: str | None = None,
    profile: str = STRICT,
) -> Locality:
    """Combine all evidence of where this number's owner may be.

    Text that names no known state, country or postal area is ignored; an unknown `time_zone` or `profile` is Invalid.
    """
    geography = book.geography
    given = (state or "", country or "", postal_code or "", time_zone or "", profile)
    own = number_area(number, geography)
    key = (number.region, own, *given)
    found = geography.cache.get(key)
    if not isinstance(found, Locality):
        if len(geography.cache) > 200_000:
            geography.cache.clear()
        found = geography.cache[key] = _combine(number.region, own, geography, given)
    return found


def number_area(number: PhoneNumber, geography: Geography) -> Area:
    """The states and zones of a number by itself; no zones for one that belongs to no place."""
    e164 = number.e164
    if e164.startswith(_PLUS_ONE):
        area = geography.area_codes.get(e164[2:5])
        if area is not None and number.line_type in DIALABLE:
            return area
    if number.line_type not in DIALABLE:
        return Area((), ())
    if number.line_type == "fixed":
        for prefix, zones in geography.number_prefixes.items():
            if e164.startswith(prefix):
                return Area((), zones)
    zones = _library_zones(e164, number.line_type, geography)
    if e164.startswith(_PLUS_ONE) and len(zones) > _MOST_ZONES_OF_ONE_CODE:
        at_home = number.region in (UNITED_STATES, CANADA)
        zones = () if at_home else geography.country_zones.get(number.region, ())
    return Area((), zones)


def number_time_zones(number: PhoneNumber, book: RuleBook) -> tuple[str, ...]:
    """The zones of a number by itself, in canonical order."""
    return tuple(sorted(number_area(number, book.geography).time_zones))


def resolve_state(text: str, country: str | None, book: RuleBook) -> str | None:
    """The jurisdiction (`US-FL`, `CA-ON`) that a state or province names, or None.

    Two letters mean a state of the United States or a province of Canada only where the country is one of them: `CA`
    is also Cagliari, `WA` also Western Australia.
    """
    return _resolve_state(text, country, book.geography)


def _resolve_state(text: str, country: str | None, geography: Geography) -> str | None:
    word = plain_name(text)
    if not word:
        return None
    code = re.fullmatch(r"(us|ca)[- ]([a-z]{2})", word)
    if code:
        written = f"{code[1]}-{code[2]}".upper()
        return written if written in geography.states else None
    if country is not None and country not in {UNITED_STATES, CANADA, *TERRITORIES}:
        return None
    if len(word) == 2:
        written = word.upper()
        return next((f"{c}-{written}" for c in (UNITED_STATES, CANADA) if f"{c}-{written}" in geography.states), None)
    return geography.state_names.get(word)


def _combine(region: str, own: Area, geography: Geography, given: tuple[str, str, str, str, str]) -> Locality:
    state_text, country_text, postal_text, zone_text, profile = given
    if profile not in PROFILES:
        raise Invalid.field("profile", f"must be one of {', '.join(sorted(PROFILES))}")
    zone = _explicit_zone(zone_text, geography)
    country = parse_country(country_text) if country_text else None
    state = _resolve_state(state_text, country or region, geography) if state_text else None
    if country in TERRITORIES and state is None:
        state = f"{UNITED_STATES}-{country}"
    postal = _postal_area(postal_text, _postal_country(state, country, region), geography)

    numbers_own, address = _number_and_address(own, state, postal, geography)
    if profile == ADDRESS_FIRST and (state is not None or postal is not None):
        numbers_own = Area((), ())
        address = _whole_address(state, postal, geography)
    jurisdictions = {*_country_of(region), *numbers_own.jurisdictions, *address.jurisdictions}
    jurisdictions |= {name.partition("-")[0] for name in (*numbers_own.jurisdictions, *address.jurisdictions)}
    number_zones, address_zones = set(numbers_own.time_zones), set(address.time_zones)
    if country is not None and not _country_of(country) <= jurisdictions:
        jurisdictions |= _country_of(country)
        address_zones |= set(geography.country_zones.get(country, ()))
    return Locality.of(jurisdictions, _with_explicit(number_zones, address_zones, zone))


def _number_and_address(own: Area, state: str | None, postal: Area | None, geography: Geography) -> tuple[Area, Area]:
    """The number's area as the address leaves it, and what the address adds to it."""
    parts = [geography.states[state]] if state is not None else []
    if postal is not None:
        parts.append(postal)
    number_zones = set(own.time_zones)
    added_states: set[str] = set()
    added_zones: set[str] = set()
    for part in parts:
        if set(part.jurisdictions) & set(own.jurisdictions):
            # The number's own state: the address adds nothing, and a postal code may say where in it.
            if part is postal:
                number_zones = (number_zones & set(part.time_zones)) or (number_zones | set(part.time_zones))
            continue
        added_states |= set(part.jurisdictions)
        narrowed = state is not None and postal is not None and state in postal.jurisdictions
        if part is postal or not narrowed:
            added_zones |= set(part.time_zones)
    number = Area(own.jurisdictions, tuple(number_zones))
    return number, Area(tuple(added_states), tuple(added_zones))


def _whole_address(state: str | None, postal: Area | None, geography: Geography) -> Area:
    """The address alone: the postal area, unless it lies elsewhere than the state; then both."""
    if state is None:
        return postal if postal is not None else Area((), ())
    if postal is None:
        return geography.states[state]
    if state in postal.jurisdictions:
        return Area((state,), postal.time_zones)
    whole = geography.states[state]
    return Area((*whole.jurisdictions, *postal.jurisdictions), (*whole.time_zones, *postal.time_zones))


def _with_explicit(number_zones: set[str], address_zones: set[str], zone: str | None) -> set[str]:
    """A zone that the customer gave narrows what it is part of, and is added to what it is not."""
    if zone is None:
        return number_zones | address_zones
    return (
        {zone} | (set() if zone in number_zones else number_zones) | (set() if zone in address_zones else address_zones)
    )


def _explicit_zone(text: str, geography: Geography) -> str | None:
    name = text.strip()
    if not name:
        return None
    if not is_zone(name):
        raise Invalid.field("time_zone", f"{name[:60]!r} is no time zone; write one such as America/Chicago")
    return geography.zone_links.get(name, name)


def _country_of(region: str) -> set[str]:
    if region in TERRITORIES:
        return {UNITED_STATES, f"{UNITED_STATES}-{region}"}
    return {region}


def _postal_country(state: str | None, country: str | None, region: str) -> str:
    named = state.partition("-")[0] if state is not None else country or region
    return UNITED_STATES if named in TERRITORIES else named


def _postal_area(text: str, country: str, geography: Geography) -> Area | None:
    """The area of a ZIP or a Canadian postal code; the longest prefix in the table decides."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if re.fullmatch(r"\d{3,5}|\d{8,9}", code) and country in (UNITED_STATES, CANADA):
        # A spreadsheet drops leading zeros: 2139 was 02139.
        code, country = code[:-4].zfill(5) if len(code) >= 8 else code.zfill(5), UNITED_STATES
    elif re.fullmatch(r"[A-Z]\d[A-Z](\d[A-Z]\d)?", code) and country in (UNITED_STATES, CANADA):
        country = CANADA
    else:
        return None
    areas = geography.postal_areas.get(country, {})
    return next((areas[code[:length]] for length in range(5, 0, -1) if code[:length] in areas), None)


def _library_zones(e164: str, line_type: LineType, geography: Geography) -> tuple[str, ...]:
    """The library's zones, remembered by the longest prefix that its table has."""
    key = (e164[:10], len(e164), line_type)
    found = geography.cache.get(key)
    if not isinstance(found, tuple):
        zones = library_time_zones(e164)
        found = geography.cache[key] = tuple(geography.zone_links.get(zone, zone) for zone in zones)
    return found
