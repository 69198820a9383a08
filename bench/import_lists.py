"""Lists for the import bench: people as customers' files have them, five rows in a hundred bad."""

import random
from collections.abc import Iterator
from pathlib import Path

HEADER = "Phone Number,First Name,Last Name,Email,State,ZIP,Company,Notes"
BAD_SHARE = 0.05
# What is wrong with bad rows, as often as the others: no number, half of one, letters, premium, emergency, digits lost.
_BAD_PHONES = ("", "555-01", "call me", "900-555-0199", "911", "4.15555E+09")
_FORMS = ("+1{0}{1}{2}", "({0}) {1}-{2}", "{0}.{1}.{2}", "{0}-{1}-{2}", "{0}{1}{2}")
_PLACES = (
    ("212", "NY", "100"), ("415", "CA", "941"), ("617", "MA", "021"), ("312", "IL", "606"), ("206", "WA", "981"),
    ("713", "TX", "770"), ("305", "FL", "331"), ("602", "AZ", "850"), ("303", "CO", "802"), ("404", "GA", "303"),
    ("702", "NV", "891"), ("503", "OR", "972"), ("801", "UT", "841"), ("612", "MN", "554"), ("414", "WI", "532"),
    ("313", "MI", "482"), ("216", "OH", "441"), ("215", "PA", "191"), ("410", "MD", "212"), ("704", "NC", "282"),
    ("615", "TN", "372"), ("504", "LA", "701"), ("405", "OK", "731"), ("913", "KS", "662"), ("402", "NE", "681"),
)  # fmt: skip
_FIRST_NAMES = ("Sara", "James", "Maria", "Zoë", "Ahmed", "Li", "Olga", "José", "Anna", "Tom")
_LAST_NAMES = ("Ahmed", "Smith", "García", "Müller", "Ivanova", "Chen", "O'Neill", "Okafor", "Larsen", "Rossi")


def make_phones(rows: int, *, seed: int = 1) -> Iterator[tuple[str, int]]:
    """American numbers, no two alike and in no order: the number as digits, and the place in _PLACES it is of."""
    dice = random.Random(seed)
    # A full cycle over the numbers of each place, in steps that are prime to their count.
    step, spread = 3_700_003, 800 * 10_000
    for row in range(rows):
        place = dice.randrange(len(_PLACES))
        local = (row * step + seed) % spread
        yield f"{_PLACES[place][0]}{200 + local // 10_000}{local % 10_000:04d}", place


def make_lines(rows: int, *, seed: int = 1) -> Iterator[str]:
    """The lines of a file, the header first."""
    dice = random.Random(seed + 1)
    yield HEADER
    for row, (digits, place) in enumerate(make_phones(rows, seed=seed)):
        _, state, zip_prefix = _PLACES[place]
        first, last = dice.choice(_FIRST_NAMES), dice.choice(_LAST_NAMES)
        phone = dice.choice(_FORMS).format(digits[:3], digits[3:6], digits[6:])
        if dice.random() < BAD_SHARE:
            phone = dice.choice(_BAD_PHONES)
        yield (
            f"{phone},{first},{last},{first.lower()}{row}@example.com,{state},{zip_prefix}{dice.randrange(100):02d},"
            f'ACME {row % 1000},"called, once"'
        )


def write_list(path: Path, rows: int, *, seed: int = 1) -> None:
    """Write a file of so many rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(line + "\r\n" for line in make_lines(rows, seed=seed))
