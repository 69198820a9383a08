"""Where the demo's leads live: real places, so that it is daytime in one of them at whatever hour the demo runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dialer.domain.compliance import Locality, is_open, locate
from dialer.domain.phone_numbers import describe_number
from dialer.integrations.rule_files import load_rule_book

# A run begins inside these local hours and is over well before the campaign's own hours end.
BEGINS_AT, BEGINS_BEFORE = time(10), time(15, 50)
RUN_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class NumberBlock:
    """Consecutive phone numbers: a prefix in E.164 and what may follow it, `digits` wide."""

    prefix: str
    first: int
    count: int
    digits: int

    def numbers(self) -> Iterator[str]:
        """Every number of the block, in order."""
        for following in range(self.first, self.first + self.count):
            yield f"{self.prefix}{following:0{self.digits}d}"


@dataclass(frozen=True)
class Place:
    """A place with the numbers of people who live there."""

    name: str
    region: str
    country: str
    timezone: str
    caller_id: str
    blocks: tuple[NumberBlock, ...]

    def local_time(self, at: datetime) -> time:
        """What the clocks there show."""
        return at.astimezone(ZoneInfo(self.timezone)).time()

    def is_daytime(self, at: datetime) -> bool:
        """Tell whether a run that begins now stays within decent hours there."""
        return BEGINS_AT <= self.local_time(at) < BEGINS_BEFORE

    def may_be_called(self, at: datetime) -> bool:
        """Tell whether the calling rules let every one of its numbers be called while a run that begins now lasts."""
        book = load_rule_book()
        return all(
            is_open(where, "telemarketing", consent=True, profile="strict", window=None, at=moment, book=book)
            for where in _localities(self)
            for moment in (at, at + RUN_LASTS)
        )

    def numbers(self) -> list[str]:
        """Every number of the place, in order."""
        return [number for block in self.blocks for number in block.numbers()]


@lru_cache
def _localities(place: Place) -> frozenset[Locality]:
    book = load_rule_book()
    return frozenset(locate(describe_number(next(block.numbers())), book=book) for block in place.blocks)


def _north_america(area_codes: str) -> tuple[NumberBlock, ...]:
    # 555-0100 to 555-0199 are set aside for fiction in every area code.
    return tuple(NumberBlock(f"+1{code}555", 100, 100, 4) for code in area_codes.split())


def _thousands(*prefixes: str) -> tuple[NumberBlock, ...]:
    return tuple(NumberBlock(prefix, 0, 1000, 3) for prefix in prefixes)


# In order of preference. Area codes lie in one time zone each. The British and Australian ranges are those that Ofcom
# and ACMA set aside for drama; New Zealand and India have none, and the demo's carrier is always the twin.
PLACES = (
    Place("the eastern United States", "US", "United States", "America/New_York", "+12125550100", _north_america(
        "646 917 718 347 617 508 978 603 802 207 203 860 973 201 609 856 302 410 301 202 703 804 919 704 614")),
    Place("the central United States", "US", "United States", "America/Chicago", "+13125550100", _north_america(
        "773 630 708 847 815 217 309 618 314 816 515 563 319 612 651 763 952 507 414 608 262 920 715 501 479")),
    Place("the western United States", "US", "United States", "America/Los_Angeles", "+14155550100", _north_america(
        "213 310 323 408 510 650 707 714 805 818 831 858 909 916 925 949 951 619 626 661 559 530 209 206 253")),
    Place("the United Kingdom", "GB", "United Kingdom", "Europe/London", "+442079460000", _thousands(
        "+441134960", "+441214960", "+441314960", "+441614960")),
    Place("New South Wales", "AU", "Australia", "Australia/Sydney", "+61255500000", _thousands(
        "+61255501", "+61255502", "+61270101", "+61270102")),
    Place("Tokyo", "JP", "Japan", "Asia/Tokyo", "+81355550000", _thousands(
        "+81355551", "+81355552", "+81355553", "+81355554")),
    Place("India", "IN", "India", "Asia/Kolkata", "+912240000000", _thousands(
        "+912240001", "+912240002", "+911140001", "+911140002")),
    Place("Auckland", "NZ", "New Zealand", "Pacific/Auckland", "+6493000000", _thousands(
        "+6493001", "+6493002", "+6493091", "+6493092")),
)  # fmt: skip


def choose_place(at: datetime) -> Place:
    """The first place where it is mid-morning to afternoon and the rules let people be called.

    The table leaves no hour of the year without one.
    """
    return next(place for place in PLACES if place.is_daytime(at) and place.may_be_called(at))
