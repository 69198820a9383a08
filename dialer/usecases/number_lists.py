"""The numbers of a do-not-call list, read fast: from cells to E.164.

What is listed need not be in service: to list one number more than there is does no harm, to leave one out does.
"""

import re
from dataclasses import dataclass

import phonenumbers

from dialer.domain.phone_numbers import PhoneProblem, parse_phone_number
from dialer.usecases.number_files import NumberBatch

_NORTH_AMERICA = frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1])
# Ten digits, with or without the country's: read without the library, a million of them in a second.
_NORTH_AMERICAN = re.compile(r"\s*(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})\s*")


@dataclass(frozen=True)
class NumberProblem:
    """A line of a list that holds no phone number."""

    row: int
    value: str
    code: str
    message: str


@dataclass(frozen=True)
class ListedNumbers:
    """What some rows hold: numbers in E.164, one for each good cell, and what is wrong with the others."""

    numbers: list[str]
    problems: list[NumberProblem]

    @property
    def total(self) -> int:
        """How many cells there were."""
        return len(self.numbers) + len(self.problems)


def read_listed(batch: NumberBatch, region: str) -> ListedNumbers:
    """Read the numbers of some rows; those written without a country are the region's."""
    numbers: list[str] = []
    problems: list[NumberProblem] = []
    is_north_american = region in _NORTH_AMERICA
    fullmatch = _NORTH_AMERICAN.fullmatch
    for row, raw in zip(batch.rows, batch.numbers, strict=True):
        if is_north_american and (plain := fullmatch(raw)) is not None:
            numbers.append("+1" + plain[1])
        elif isinstance(number := parse_phone_number(raw, region, dialable_only=False), PhoneProblem):
            problems.append(NumberProblem(row, raw[:100], number.code, number.message))
        else:
            numbers.append(number.e164)
    return ListedNumbers(numbers, problems)
