"""National do-not-call lists: how old a version may be, and how its numbers are filed in blocks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

MAX_AGE = timedelta(days=31)
"""A version may be relied on for 31 days: 47 CFR 64.1200(c)(2)(i)(D), 16 CFR 310.4(b)(3)(iv) (US-NDNC)."""

BLOCK = 10_000
"""Numbers to a block: those that differ in their last four digits only, one exchange in North America."""

# A list of up to this many is shorter than the bits of a block, and quick to search.
_FEW = 400


@dataclass(frozen=True)
class Block:
    """The listed numbers of one block, each as its last four digits, in order."""

    number: int
    endings: tuple[int, ...]

    @property
    def few(self) -> str | None:
        """The endings as PostgreSQL writes an array, unless they are many."""
        return "{" + ",".join(map(str, self.endings)) + "}" if len(self.endings) <= _FEW else None

    @property
    def many(self) -> str | None:
        """The endings as 10,000 bits in hexadecimal, unless they are few. The first bit is ending 0."""
        if len(self.endings) <= _FEW:
            return None
        bits = bytearray(BLOCK // 8)
        for ending in self.endings:
            bits[ending >> 3] |= 0x80 >> (ending & 7)
        return "x" + bits.hex()


def is_stale(published_on: date, today: date) -> bool:
    """Tell whether a version is too old to dial by."""
    return today - published_on > MAX_AGE


def blocks_of(numbers: Iterable[int]) -> Iterator[Block]:
    """File numbers (E.164 without the plus, sorted, each once) in blocks."""
    for block, members in groupby(numbers, key=lambda number: number // BLOCK):
        first = block * BLOCK
        yield Block(block, tuple([number - first for number in members]))
