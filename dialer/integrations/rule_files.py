"""Reads the rule tables in `dialer/rules` into a `RuleBook`, and watches over the age of the zone data."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import tzdata  # type: ignore[import-untyped] # it is nothing but files

from dialer.domain.compliance.geography import Area, Geography, plain_name
from dialer.domain.compliance.rule_book import HolidayCalendar, RuleBook
from dialer.domain.compliance.rules import Rule, parse_rule
from dialer.domain.errors import Invalid

RULES_DIRECTORY = Path(__file__).parent.parent / "rules"
RULE_FILES = ("numbers", "united_states", "us_states", "countries", "closures")


@lru_cache(maxsize=8)
def load_rule_book(off: tuple[str, ...] = (), directory: Path = RULES_DIRECTORY) -> RuleBook:
    """The shipped rules, without those that `off` names. Raises Invalid for a bad row or an unknown name."""
    return RuleBook.build(
        _read(directory / "release.toml")["release"],
        [rule for name in RULE_FILES for rule in read_rules(directory / f"{name}.toml")],
        _read_geography(directory / "places"),
        {calendar[0]: calendar[1] for calendar in map(_read_holidays, sorted((directory / "holidays").glob("*.toml")))},
        tzdata=tzdata.IANA_VERSION,
        off=off,
    )


def parse_rules_off(text: str) -> tuple[str, ...]:
    """The rule ids in RULES_OFF: separated by commas, blanks do not matter."""
    return tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))


def check_tzdata() -> str | None:
    """What is wrong with the installed zone data, or None. Old data put callees an hour off, late in the evening."""
    least = _read(RULES_DIRECTORY / "release.toml")["minimum_tzdata"]
    if _version(tzdata.__version__) >= _version(least):
        return None
    return f"tzdata {tzdata.__version__} is older than {least}: callees in some zones would be called at wrong hours"


def read_rules(path: Path) -> list[Rule]:
    """The rows of one file. Raises Invalid that names the file and the row."""
    rules = []
    for row in _read(path).get("rule", []):
        try:
            rules.append(parse_rule(row))
        except Invalid as error:
            raise Invalid(f"{path.name}, rule {row.get('id')!r}: {error.message}", fields=error.fields) from error
    return rules


def _read_geography(directory: Path) -> Geography:
    zones, states = _read(directory / "zones.toml"), _read(directory / "states.toml")
    return Geography(
        area_codes={
            code: area
            for row in _read(directory / "area_codes.toml")["area"]
            for area in [_area(row)]
            for code in row["codes"].split()
        },
        states={code: Area((code,), tuple(row["time_zones"])) for code, row in states.items()},
        state_names={plain_name(name): code for code, row in states.items() for name in row["names"]},
        postal_areas=_read_postal_areas(directory / "postal_areas.toml"),
        country_zones={country: tuple(names.split()) for country, names in zones["countries"].items()},
        number_prefixes={prefix: tuple(names.split()) for prefix, names in zones["number_prefixes"].items()},
        zone_links=zones["links"],
    )


def _read_postal_areas(path: Path) -> dict[str, dict[str, Area]]:
    areas: dict[str, dict[str, Area]] = {}
    for row in _read(path)["area"]:
        country, area = areas.setdefault(row["country"], {}), _area(row)
        for prefix in row["prefixes"].split():
            first, _, last = prefix.partition("-")
            if last:
                country.update({f"{number:0{len(first)}}": area for number in range(int(first), int(last) + 1)})
            else:
                country[first] = area
    return areas


def _area(row: Mapping[str, Any]) -> Area:
    return Area(tuple(row["jurisdictions"]), tuple(row["time_zones"]))


def _read_holidays(path: Path) -> tuple[str, HolidayCalendar]:
    content = _read(path)
    days = {
        date.fromisoformat(f"{year}-{day}"): name
        for year, names in content.items()
        if year.isdecimal()
        for day, name in names.items()
    }
    return content["jurisdiction"], HolidayCalendar(days, content["first"], content["last"])


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
