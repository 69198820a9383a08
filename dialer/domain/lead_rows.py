"""One row of an imported list: which column means what, and what the row says about a lead.

Reading files is for `usecases.lead_import`; this module sees headers and cells as text and never raises over a row.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import phonenumbers

from dialer.domain.errors import Invalid
from dialer.domain.phone_numbers import PhoneProblem, is_international, known_regions, parse_phone_number

CUSTOM_PREFIX = "custom_fields."
IGNORED = "ignore"
PRIORITIES = {"high": 0, "normal": 1, "low": 2}

# Headers seen in the wild, best first: of a file's "Mobile" and "Phone" columns the earlier in this list is dialled.
# Only whole headers count: "phone type" and "phone consent" are not phones.
ALIASES: dict[str, tuple[str, ...]] = {
    "phone": (
        "phone", "phone number", "phone no", "phonenumber", "telephone", "telephone number", "tel", "tel no",
        "primary phone", "phone 1", "phone1",
        "mobile", "mobile phone", "mobile number", "cell", "cell phone", "cellphone",
        "contact number", "lead phone", "number", "msisdn", "телефон", "telefon", "téléphone", "teléfono", "telefono",
    ),
    "first_name": (
        "first name", "firstname", "first", "fname", "fn", "given name", "forename", "name first", "lead first name",
        "primary firstname", "имя", "ism", "prénom", "vorname",
    ),
    "last_name": (
        "last name", "lastname", "last", "lname", "ln", "surname", "family name", "name last", "lead last name",
        "фамилия", "familiya", "nom", "nachname",
    ),
    "full_name": ("full name", "name", "contact name", "contact", "customer name", "lead name"),
    "email": ("email", "e mail", "email address", "e mail address", "lead email", "mail"),
    "country": ("country", "country code", "nation"),
    "type": ("type", "lead type"),
    "priority": ("priority", "lead priority"),
    "notes": ("notes", "note", "comment", "comments", "remarks"),
    "do_not_call": ("do not call", "donotcall", "dnc", "opt out", "opted out"),
}  # fmt: skip
TARGETS = frozenset(ALIASES)

_MAX_LENGTH = {"first_name": 200, "last_name": 200, "email": 320, "country": 100, "type": 100, "notes": 10_000}
_MAX_CUSTOM_LENGTH = 5_000
_YES = frozenset({"1", "y", "yes", "true", "t", "x", "dnc"})
_COUNTRY_NAMES = {
    "usa": "US", "united states": "US", "united states of america": "US", "america": "US",
    "uk": "GB", "united kingdom": "GB", "great britain": "GB", "england": "GB", "canada": "CA", "mexico": "MX",
    "germany": "DE", "deutschland": "DE", "france": "FR", "spain": "ES", "españa": "ES", "italy": "IT", "italia": "IT",
    "netherlands": "NL", "ireland": "IE", "australia": "AU", "new zealand": "NZ", "india": "IN", "brazil": "BR",
    "uzbekistan": "UZ", "kazakhstan": "KZ", "russia": "RU", "ukraine": "UA", "poland": "PL", "turkey": "TR",
}  # fmt: skip


@dataclass(frozen=True)
class LeadDraft:
    """A lead as a row describes it, not yet stored. `phone` is what the file said, `phone_normalized` E.164."""

    phone: str
    phone_normalized: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    country: str | None = None
    type: str | None = None
    priority: int = PRIORITIES["normal"]
    notes: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    do_not_call: bool = False


@dataclass(frozen=True)
class RowProblem:
    """Why a row is not imported: the field, a stable code, what the cell said and a sentence for people."""

    field: str
    code: str
    value: str
    message: str


@dataclass(frozen=True)
class ColumnMapping:
    """For each column of a file, by position, the target it fills: a field, `custom_fields.<name>`, or nothing."""

    targets: tuple[str | None, ...]

    def column_of(self, target: str) -> int | None:
        """The position of the column that fills `target`, or None."""
        return self.targets.index(target) if target in self.targets else None


def map_columns(headers: Sequence[str], explicit: Mapping[str, str | None]) -> ColumnMapping:
    """Decide what each column means: first what the caller said, then known headers, and the rest as custom fields.

    Raises Invalid for repeated headers, for a mapping that names an unknown column or target or one target twice, and
    when no column holds the phone number.
    """
    _refuse_repeated(headers)
    targets: list[str | None] = [None] * len(headers)
    decided: set[int] = set()
    for name, target in explicit.items():
        column = _find_column(headers, name)
        if column in decided:
            raise Invalid.field("field_mapping", f"the column {name!r} is mapped twice")
        targets[column] = _check_target(target, taken=targets)
        decided.add(column)
    _map_known_headers(headers, targets, decided)
    for column, header in enumerate(headers):
        if column not in decided:
            targets[column] = CUSTOM_PREFIX + (header.strip()[:100] or f"column_{column + 1}")
    if "phone" not in targets:
        seen = ", ".join(repr(header.strip()[:40]) for header in headers[:30])
        raise Invalid.field("file", f"no phone column found among the headers {seen}; name it with field_mapping")
    return ColumnMapping(tuple(targets))


def parse_row(row: Sequence[str], mapping: ColumnMapping, default_region: str) -> LeadDraft | RowProblem:
    """Read one row. The row's own country decides how a number without an international prefix is read.

    A country that we do not know makes such a number ambiguous, and the row a problem: it might be someone else's.
    """
    values, custom = _sort_cells(row, mapping)
    too_long = _too_long(values, custom)
    if too_long is not None:
        return too_long
    raw_phone = values.get("phone", "")
    region = parse_country(values.get("country", "")) if values.get("country") else default_region
    if region is None and raw_phone and not is_international(raw_phone):
        message = "Unknown country; write two letters, such as US"
        return RowProblem("country", "unknown_country", values["country"], message)
    number = parse_phone_number(raw_phone, region or default_region)
    if isinstance(number, PhoneProblem):
        return RowProblem("phone", number.code, raw_phone[:100], number.message)
    priority = PRIORITIES.get(values.get("priority", "normal").casefold())
    if priority is None:
        message = "Priority must be low, normal or high"
        return RowProblem("priority", "unknown_priority", values["priority"][:100], message)
    first_name, last_name = _names(values)
    if number.extension:
        custom.setdefault("extension", number.extension)
    return LeadDraft(
        phone=raw_phone,
        phone_normalized=number.e164,
        first_name=first_name,
        last_name=last_name,
        email=values.get("email"),
        country=region if values.get("country") and region else values.get("country") or number.region,
        type=values.get("type"),
        priority=priority,
        notes=values.get("notes"),
        custom_fields=custom,
        do_not_call=values.get("do_not_call", "").casefold() in _YES,
    )


def parse_country(text: str) -> str | None:
    """The two-letter code of a country written as a code, a common English name or a calling code; None if unknown."""
    word = unicodedata.normalize("NFKC", text).strip()
    if word.upper() in known_regions():
        return word.upper()
    digits = word.removeprefix("+").removeprefix("00")
    if digits.isascii() and digits.isdigit() and len(digits) <= 3:
        region: str = phonenumbers.region_code_for_country_code(int(digits))
        return region if region in known_regions() else None
    return _COUNTRY_NAMES.get(word.casefold().replace(".", ""))


def normalize_header(header: str) -> str:
    """A header as the alias table writes it: lower case, words separated by one space, digits kept."""
    text = unicodedata.normalize("NFKC", header).replace("\ufeff", "").casefold()
    return re.sub(r"[\W_]+", " ", text).strip()


def _refuse_repeated(headers: Sequence[str]) -> None:
    seen: set[str] = set()
    for header in headers:
        name = header.strip().casefold()
        if name and name in seen:
            raise Invalid.field("file", f"the header {header.strip()[:40]!r} appears more than once")
        seen.add(name)


def _find_column(headers: Sequence[str], name: str) -> int:
    for same in (str.strip, normalize_header):
        wanted = same(name)
        for column, header in enumerate(headers):
            if wanted and same(header) == wanted:
                return column
    raise Invalid.field("field_mapping", f"the file has no column {name[:100]!r}")


def _check_target(target: str | None, *, taken: Sequence[str | None]) -> str | None:
    if target is None or target in ("", IGNORED):
        return None
    custom = target.removeprefix(CUSTOM_PREFIX)
    is_custom = custom != target and 0 < len(custom) <= 100 and custom.isprintable()
    if target not in TARGETS and not is_custom:
        allowed = ", ".join(sorted(TARGETS))
        message = f"{target[:100]!r} is no lead field; use {allowed} or {CUSTOM_PREFIX}<name>"
        raise Invalid.field("field_mapping", message)
    if target in taken:
        raise Invalid.field("field_mapping", f"two columns are mapped to {target!r}")
    return target


def _map_known_headers(headers: Sequence[str], targets: list[str | None], decided: set[int]) -> None:
    named = {normalize_header(header): column for column, header in reversed(list(enumerate(headers)))}
    for target, aliases in ALIASES.items():
        split_names = "first_name" in targets or "last_name" in targets
        if target in targets or (target == "full_name" and split_names):
            continue
        column = next((named[alias] for alias in aliases if alias in named and named[alias] not in decided), None)
        if column is not None:
            targets[column] = target
            decided.add(column)


def _sort_cells(row: Sequence[str], mapping: ColumnMapping) -> tuple[dict[str, str], dict[str, str]]:
    """The row's non-empty cells: those of known fields, and the custom ones by name."""
    values: dict[str, str] = {}
    custom: dict[str, str] = {}
    for cell, target in zip(row, mapping.targets, strict=False):
        text = cell.strip()
        if not text or target is None:
            continue
        if target.startswith(CUSTOM_PREFIX):
            custom[target.removeprefix(CUSTOM_PREFIX)] = text
        else:
            values[target] = text
    return values, custom


def _too_long(values: Mapping[str, str], custom: Mapping[str, str]) -> RowProblem | None:
    cells = [(name, text, _MAX_LENGTH.get(name, 1000)) for name, text in values.items()]
    cells += [(CUSTOM_PREFIX + name, text, _MAX_CUSTOM_LENGTH) for name, text in custom.items()]
    for name, text, longest in cells:
        if len(text) > longest:
            return RowProblem(name, "too_long", text[:100], f"Longer than {longest} characters")
    return None


def _names(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    first, last = values.get("first_name"), values.get("last_name")
    if first is None and last is None and "full_name" in values:
        parts = [*values["full_name"].split(maxsplit=1), ""]
        return parts[0][:200], parts[1][:200] or None
    return first, last


@dataclass(frozen=True)
class ImportCounts:
    """What became of a file's rows. `total` is the sum of valid, invalid, duplicates and dnc; `inserted` is `valid`."""

    total: int
    valid: int
    invalid: int
    duplicates: int
    dnc: int
    inserted: int
