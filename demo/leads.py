"""A lead list as it arrives from a customer: exported by a spreadsheet, with wrong numbers, repeats, and people who
asked not to be called. Seeded: the same seed and place give the same file, whoever asks.
"""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat

from demo.places import Place

HEADERS = ("First Name", "Last Name", "Phone Number", "E-mail", "Country", "Priority", "Comments", "Do Not Call",
           "Company", "Plan", "Renewal Date")  # fmt: skip
_PHONE, _COUNTRY = HEADERS.index("Phone Number"), HEADERS.index("Country")

FIRST_NAMES = ("Sara", "John", "Aisha", "Miguel", "Chloé", "Wei", "Olga", "Priya", "Tom", "Zoë", "Bilal", "Hannah",
               "Luís", "Naomi", "Dilnoza", "Pat", "Grace", "Ivan", "Keiko", "Samuel", "Fatima", "Anaïs")  # fmt: skip
LAST_NAMES = ("Ahmed", "Brown", "O'Neill", "García", "Müller", "Chen", "Petrova", "Singh", "Smith, Jr.", "Karimov",
              "Johansson", "Lee", "Nguyen", "Okafor", "Rossi", "Taylor", "van Dijk", "Wright", "Young")  # fmt: skip
COMPANIES = ("ABC Corp", 'Joe\'s "Best" Pizza', "Northwind Ltd", "Acme, Inc.", "Blue Door Studio", "Ferry & Sons", "")
COMMENTS = ("", "", "", "", "VIP customer", "Prefers mornings;\nask for the manager", "Moved last year", "¿Español?")
PLANS = ("Basic", "Plus", "Family")


@dataclass(frozen=True)
class Mix:
    """How many rows of each kind. `listed` numbers are on the suppression list, `marked` rows say so themselves."""

    total: int = 2000
    invalid: int = 60
    duplicates: int = 40
    listed: int = 30
    marked: int = 10
    listed_elsewhere: int = 10

    @property
    def good(self) -> int:
        """Rows that must become leads."""
        return self.total - self.invalid - self.duplicates - self.listed - self.marked


@dataclass(frozen=True)
class LeadFile:
    """The file, the numbers to suppress beforehand (some are not in it), and the numbers that must come through."""

    content: bytes
    mix: Mix
    suppressed: tuple[str, ...]
    good: frozenset[str]

    def promised(self) -> dict[str, int]:
        """What an import of the file must report."""
        dnc = self.mix.listed + self.mix.marked
        return {
            "total": self.mix.total,
            "valid": self.mix.good,
            "invalid": self.mix.invalid,
            "duplicates": self.mix.duplicates,
            "dnc": dnc,
            "inserted": self.mix.good,
        }


def make_lead_file(*, seed: int, place: Place, mix: Mix | None = None) -> LeadFile:
    """Write the file: UTF-8 with the mark that spreadsheets put first, lines ended as they end them."""
    return _Writer(seed, place, mix or Mix()).write()


class _Writer:
    def __init__(self, seed: int, place: Place, mix: Mix):
        # Reproducible on purpose; a string seed does not depend on the process' hash seed.
        self._dice = random.Random(f"{seed}|{place.name}")  # nosec B311 # noqa: S311
        self._place = place
        self._mix = mix

    def write(self) -> LeadFile:
        mix = self._mix
        chosen = self._dice.sample(self._place.numbers(), mix.good + mix.listed + mix.marked + mix.listed_elsewhere)
        good = chosen[: mix.good]
        listed = chosen[mix.good : mix.good + mix.listed]
        marked = chosen[mix.good + mix.listed : mix.good + mix.listed + mix.marked]
        elsewhere = chosen[mix.good + mix.listed + mix.marked :]
        rows = [self._row(self._written(number)) for number in good + listed]
        rows += [self._row(self._written(number), do_not_call="yes") for number in marked]
        rows += [self._row(self._written(number)) for number in self._dice.sample(good, mix.duplicates)]
        rows += [self._bad_row(good, kind) for kind in range(mix.invalid)]
        self._dice.shuffle(rows)
        return LeadFile(_as_csv(rows), mix, tuple(listed + elsewhere), frozenset(good))

    def _row(self, phone: str, *, do_not_call: str = "") -> list[str]:
        dice = self._dice
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        return [
            first,
            last,
            phone,
            f"person{dice.randrange(10**6)}@example.com" if dice.random() < 0.8 else "",
            dice.choice((self._place.region, self._place.country, "")),
            dice.choices(("", "normal", "high", "low"), (60, 25, 4, 11))[0],
            dice.choice(COMMENTS),
            do_not_call,
            dice.choice(COMPANIES),
            dice.choice(PLANS),
            f"{dice.randint(1, 12)}/{dice.randint(1, 28)}/2027",
        ]

    def _written(self, number: str) -> str:
        """A number as people and spreadsheets write it; every form can be read back."""
        parsed = phonenumbers.parse(number, None)
        national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        international = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
        forms = (
            number,
            national,
            international,
            national.replace(" ", "\u00a0"),
            number.replace("+", "00", 1) if parsed.country_code != 1 else number.removeprefix("+"),
            f"'{number}",
            f'="{number}"',
            # A column that a spreadsheet took for numbers.
            f"{number}.0",
            f"Mobile: {international}",
        )
        return self._dice.choices(forms, (8, 6, 6, 1, 2, 1, 1, 1, 1))[0]

    def _bad_row(self, good: list[str], kind: int) -> list[str]:
        return _BAD[kind % len(_BAD)](self._row(""), self._dice.choice(good), self._dice.choice(good))


def _with_phone(phone: Callable[[str, str], str]) -> Callable[[list[str], str, str], list[str]]:
    def spoil(row: list[str], number: str, other: str) -> list[str]:
        row[_PHONE] = phone(number, other)
        return row

    return spoil


def _from_nowhere(row: list[str], number: str, _other: str) -> list[str]:
    """A number without its country code in a country that does not exist."""
    row[_PHONE] = phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.NATIONAL)
    row[_COUNTRY] = "Atlantis"
    return row


def _spilt(row: list[str], number: str, _other: str) -> list[str]:
    """A row with a cell too many, as from a comma that nobody put into quotes."""
    row[_PHONE] = number
    return [*row, "floor 3"]


_BAD: tuple[Callable[[list[str], str, str], list[str]], ...] = (
    _with_phone(lambda _number, _other: ""),
    # 12125550143 in a narrow column: the last digits are gone for good.
    _with_phone(lambda number, _other: f"{number[1]}.{number[2:6]}E+{len(number) - 2:02d}"),
    _with_phone(lambda number, _other: number[:7]),
    _with_phone(lambda _number, _other: "call reception"),
    _with_phone(lambda number, other: f"{number} / {other}"),
    _with_phone(lambda number, _other: f"{number}{number[-6:]}"),
    _with_phone(lambda _number, _other: "112"),
    _with_phone(lambda _number, _other: "+18005550199"),
    _from_nowhere,
    _spilt,
)


def _as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADERS, *rows])
    return text.getvalue().encode("utf-8-sig")
