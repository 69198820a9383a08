"""Whose a number is and of what kind: always what the library says, only sooner."""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from dialer.domain.numbering_plans import find_kind

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]


def by_library(country_code: int, national: str) -> tuple[str, int] | None:
    number = phonenumbers.PhoneNumber(
        country_code=country_code,
        national_number=int(national),
        italian_leading_zero=national.startswith("0") or None,
        number_of_leading_zeros=len(national) - len(national.lstrip("0")) or None,
    )
    kind = phonenumbers.number_type(number)
    return (phonenumbers.region_code_for_number(number), kind) if kind != PhoneNumberType.UNKNOWN else None


def variations(national: str, dice: random.Random) -> list[str]:
    """The number, some near it, some of another length."""
    changed = [
        "".join(dice.choice("0123456789") if dice.random() < 0.3 else digit for digit in national) for _ in range(6)
    ]
    return [national, *changed, national[:-1], national + "7", national[1:]]


@pytest.mark.parametrize("region", REGIONS)
def test_every_kind_of_number_of_every_country_is_known_as_the_library_knows_it(region: str) -> None:
    country_code = phonenumbers.country_code_for_region(region)
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in KINDS]
    dice = random.Random(region)
    for example in filter(None, examples):
        for national in variations(phonenumbers.national_significant_number(example), dice):
            if national.strip("0"):
                assert find_kind(country_code, national) == by_library(country_code, national), national


@pytest.mark.parametrize("country_code", [800, 808, 870, 878, 881, 882, 883, 888, 979])
def test_numbers_of_no_country_are_known_too(country_code: int) -> None:
    example = phonenumbers.example_number_for_non_geo_entity(country_code)
    national = phonenumbers.national_significant_number(example)
    assert find_kind(country_code, national) == by_library(country_code, national) is not None


def test_north_america_is_known_to_the_exchange() -> None:
    dice = random.Random(11)
    codes = [f"{n:03d}" for n in range(200, 1000)]
    for area in codes:
        for exchange in (dice.choice(codes), f"{dice.randrange(200):03d}"):
            national = f"{area}{exchange}{dice.randrange(10_000):04d}"
            assert find_kind(1, national) == by_library(1, national), national


def test_a_country_code_that_does_not_exist_has_no_numbers() -> None:
    assert find_kind(999, "4155550132") is None
