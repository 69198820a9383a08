"""Judging rows a batch at a time, column by column: each becomes a lead's draft or is refused with a reason.

Columns rather than rows because what is the same for a whole column is then decided once, and the loops that are left
do one thing each: a list of millions is read several times faster.
"""

from collections.abc import Collection, Sequence

from dialer.domain.lead_rows.batch import Batch
from dialer.domain.lead_rows.cells import (
    NO,
    YES,
    has_lost_digits,
    parse_postal_code,
    parse_state,
    parse_time_zone,
    restore_whole_number,
)
from dialer.domain.lead_rows.countries import parse_country
from dialer.domain.lead_rows.drafts import PRIORITIES, LeadDraft, RowProblem
from dialer.domain.lead_rows.mapping import ColumnMapping
from dialer.domain.lead_rows.phones import RowOptions, read_phones
from dialer.domain.phone_numbers import PhoneNumber

_DEFAULT_OPTIONS = RowOptions()
_DIGITS_LOST = "Digits were lost in a spreadsheet; export the column as text"


def judge_batch(
    columns: Sequence[Sequence[str]],
    mapping: ColumnMapping,
    *,
    default_region: str,
    options: RowOptions = _DEFAULT_OPTIONS,
    ragged: Collection[int] = (),
    unclosed: Collection[int] = (),
) -> tuple[list[LeadDraft | None], list[RowProblem]]:
    """Read a batch of rows, given as columns; return what each became, None where refused, and all problems.

    The row's own country decides how a number without an international prefix is read; a country that we do not know
    makes such a number ambiguous, and the row is refused: it might be someone else's. A refused row has one problem,
    its first; rows that become leads may have warnings. Rows in `ragged` and `unclosed` are refused unread.
    """
    batch = Batch(mapping, size=len(columns[0]) if columns else 0)
    for index in unclosed:
        batch.refuse(
            index, "row", "unclosed_quote", "", "A quote in this row is not closed, so its cells cannot be told apart"
        )
    for index in ragged:
        batch.refuse(index, "row", "ragged_row", "", "The row has more cells than the header")
    batch.take(columns)
    drafts = _drafts(batch, default_region, options)
    for index in batch.refused:
        drafts[index] = None
    return drafts, batch.problems()


def _drafts(batch: Batch, default_region: str, options: RowOptions) -> list[LeadDraft | None]:
    """Read column after column, then put the rows together."""
    said_countries = batch.texts("country")
    regions = [parse_country(said) if said else default_region for said in said_countries]
    phones = read_phones(batch, regions, default_region, options)
    numbers = phones.numbers
    number_regions = [number.region if number is not None else None for number in numbers]
    countries = [
        (region or said) if said else number_region
        for said, region, number_region in zip(said_countries, regions, number_regions, strict=True)
    ]
    first_names, last_names = _names(batch)
    # In the order of the draft's fields: this is the one loop that makes an object for every row.
    return list(
        map(
            LeadDraft,
            phones.raw,
            [number.e164 if number is not None else "" for number in numbers],
            first_names,
            last_names,
            _plain(batch, "email"),
            countries,
            _plain(batch, "type"),
            _priorities(batch),
            _plain(batch, "notes"),
            _custom_fields(batch, numbers),
            _do_not_call(batch),
            _external_ids(batch),
            [parse_state(text) or None for text in batch.texts("state")],
            _postal_codes(batch, countries),
            _time_zones(batch),
            phones.alternates,
            _consents(batch),
            number_regions,
            [number.line_type if number is not None else None for number in numbers],
        )
    )


def _plain(batch: Batch, target: str) -> list[str | None]:
    return [text or None for text in batch.texts(target)]


def _names(batch: Batch) -> tuple[list[str | None], list[str | None]]:
    first_names, last_names = _plain(batch, "first_name"), _plain(batch, "last_name")
    for index, full_name in batch.said("full_name"):
        if first_names[index] is None and last_names[index] is None:
            first, *rest = full_name.split(maxsplit=1)
            first_names[index] = first[:200]
            last_names[index] = rest[0][:200] if rest else None
    return first_names, last_names


def _priorities(batch: Batch) -> list[int]:
    priorities = [PRIORITIES["normal"]] * batch.size
    for index, word in batch.said("priority"):
        priority = PRIORITIES.get(word) if word in PRIORITIES else PRIORITIES.get(word.casefold())
        if priority is None:
            batch.refuse(index, "priority", "unknown_priority", word, "Priority must be low, normal or high")
        else:
            priorities[index] = priority
    return priorities


def _custom_fields(batch: Batch, numbers: Sequence[PhoneNumber | None]) -> list[dict[str, str]]:
    names = list(batch.custom)
    if names:
        rows = zip(*batch.custom.values(), strict=True)
        fields = [{name: text for name, text in zip(names, row, strict=True) if text} for row in rows]
    else:
        fields = [{} for _ in range(batch.size)]
    for index, number in enumerate(numbers):
        if number is not None and number.extension:
            fields[index].setdefault("extension", number.extension)
    return fields


def _do_not_call(batch: Batch) -> list[bool]:
    """Whoever may have asked not to be called is not called: what is neither yes nor no, such as a date, is a yes."""
    stopped = [False] * batch.size
    for index, word in batch.said("do_not_call"):
        answer = word.casefold()
        stopped[index] = answer not in NO
        if answer not in NO and answer not in YES and answer != "dnc":
            message = "Neither yes nor no; taken for a wish not to be called"
            batch.warn(index, "do_not_call", "unknown_answer", word, message)
    return stopped


def _consents(batch: Batch) -> list[bool | None]:
    consents: list[bool | None] = [None] * batch.size
    for index, word in batch.said("consent"):
        answer = word.casefold()
        if answer in YES or answer in NO:
            consents[index] = answer in YES
        else:
            consents[index] = False
            batch.warn(index, "consent", "unknown_answer", word, "Neither yes nor no; taken for no consent")
    return consents


def _external_ids(batch: Batch) -> list[str | None]:
    ids: list[str | None] = [None] * batch.size
    for index, text in batch.said("external_id"):
        if text.isalnum():
            ids[index] = text
        elif has_lost_digits(text):
            batch.warn(index, "external_id", "digits_lost", text, _DIGITS_LOST)
        else:
            ids[index] = restore_whole_number(text)
    return ids


def _postal_codes(batch: Batch, countries: Sequence[str | None]) -> list[str | None]:
    codes: list[str | None] = [None] * batch.size
    for index, text in batch.said("postal_code"):
        if len(text) == 5 and text.isdecimal():
            codes[index] = text
        elif has_lost_digits(text):
            batch.warn(index, "postal_code", "digits_lost", text, _DIGITS_LOST)
        else:
            codes[index] = parse_postal_code(text, countries[index])
    return codes


def _time_zones(batch: Batch) -> list[str | None]:
    zones: list[str | None] = [None] * batch.size
    for index, text in batch.said("time_zone"):
        zones[index] = parse_time_zone(text)
        if zones[index] is None:
            message = "Not a time zone's name, such as America/Chicago; an offset does not say when clocks change"
            batch.warn(index, "time_zone", "unknown_time_zone", text, message)
    return zones
