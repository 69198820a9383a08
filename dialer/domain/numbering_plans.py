"""Whose a number is and of what kind: the question asked most often of `phonenumbers`, answered from its own tables.

The library answers by looking up every pattern anew, twice over. Here its patterns are compiled once per country and
tried in its order; a test holds the answers against its own, country by country.
"""

import re
from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberType

# In the library's order: a number that is premium and fixed is premium.
_SPECIAL_KINDS = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)


def find_kind(country_code: int, national: str) -> tuple[str, int] | None:
    """The region and the `PhoneNumberType` of a national significant number; None when the plan has no such number."""
    for plan in _plans(country_code):
        if plan.leading_digits is not None:
            if plan.leading_digits.match(national):
                kind = plan.kind_of(national)
                return (plan.region, kind) if kind is not None else None
            continue
        kind = plan.kind_of(national)
        if kind is not None:
            return plan.region, kind
    return None


class _Range:
    """The numbers of one kind: some lengths, one pattern."""

    def __init__(self, description: PhoneNumberDesc | None):
        pattern = description.national_number_pattern if description is not None else None
        # A pattern that matches nothing for a kind that the country does not have.
        self.pattern = pattern or "(?!)"
        self._match = re.compile(self.pattern).fullmatch
        self._lengths = frozenset(description.possible_length if description is not None else ())

    def __contains__(self, national: str) -> bool:
        return (not self._lengths or len(national) in self._lengths) and self._match(national) is not None


class _Plan:
    """One region's part of a country code. `leading_digits` tell it from the others, where the library has them."""

    def __init__(self, region: str, metadata: PhoneMetadata, *, is_alone: bool):
        self.region = region
        leading = None if is_alone else metadata.leading_digits
        self.leading_digits = re.compile(leading) if leading is not None else None
        self._any = _Range(metadata.general_desc)
        self._special = [(_Range(getattr(metadata, name)), kind) for name, kind in _SPECIAL_KINDS]
        # One pattern for all of these together: an ordinary number fails it once instead of eight times.
        self._may_be_special = re.compile("|".join(f"(?:{each.pattern})" for each, _ in self._special)).fullmatch
        self._fixed = _Range(metadata.fixed_line)
        self._mobile = self._fixed if metadata.same_mobile_and_fixed_line_pattern else _Range(metadata.mobile)

    def kind_of(self, national: str) -> int | None:
        if national not in self._any:
            return None
        if self._may_be_special(national):
            for numbers, kind in self._special:
                if national in numbers:
                    return kind
        if national in self._fixed:
            is_both = self._mobile is self._fixed or national in self._mobile
            return PhoneNumberType.FIXED_LINE_OR_MOBILE if is_both else PhoneNumberType.FIXED_LINE
        if self._mobile is not self._fixed and national in self._mobile:
            return PhoneNumberType.MOBILE
        return None


@lru_cache(maxsize=300)
def _plans(country_code: int) -> tuple[_Plan, ...]:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(country_code, ())
    found = ((each, PhoneMetadata.metadata_for_region_or_calling_code(country_code, each)) for each in regions)
    return tuple(_Plan(each, metadata, is_alone=len(regions) == 1) for each, metadata in found if metadata is not None)
