"""Which leads are meant, as it is said, kept and checked."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from dialer.domain.errors import Invalid
from dialer.domain.lead_filters import (
    MAX_VALUES,
    CustomFieldCondition,
    LeadFilter,
    check_filter,
    with_parsed_phones,
)

AN_ID = UUID("01890000-0000-7000-8000-000000000000")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EVERYTHING = LeadFilter(
    statuses=("pending", "failed"),
    list_ids=(AN_ID,),
    import_ids=(AN_ID,),
    priorities=(0, 2),
    countries=("US",),
    states=("CA",),
    custom_fields=(CustomFieldCondition("company", "contains", "abc"), CustomFieldCondition("vip", "missing")),
    last_dispositions=("busy",),
    attempts_min=0,
    attempts_max=3,
    created_after=NOON,
    created_before=NOON,
    last_called_after=NOON,
    last_called_before=NOON,
    phones=("+14155552671",),
    external_ids=("7",),
    ids=(AN_ID,),
)


def test_what_is_kept_as_json_means_the_same() -> None:
    assert LeadFilter.from_json(EVERYTHING.to_json()) == EVERYTHING
    assert EVERYTHING.to_json().keys() == vars(EVERYTHING).keys()


def test_only_conditions_that_restrict_are_kept() -> None:
    assert LeadFilter(attempts_min=0, states=()).to_json() == {"attempts_min": 0}
    assert LeadFilter.from_json({}) == LeadFilter()


def test_no_condition_means_everything() -> None:
    assert LeadFilter().is_everything
    assert not LeadFilter(attempts_min=0).is_everything


def test_people_who_were_named_are_forgotten_and_nothing_else_is() -> None:
    kept = EVERYTHING.without_people()
    assert (kept.phones, kept.external_ids, kept.ids) == ((), (), ())
    assert kept.custom_fields == EVERYTHING.custom_fields


def test_phones_are_read_like_those_of_the_campaign() -> None:
    assert with_parsed_phones(LeadFilter(phones=("020 7946 0018", "+14155552671")), "GB").phones == (
        "+442079460018",
        "+14155552671",
    )
    with pytest.raises(Invalid, match=r"filter\.phone: 'nonsense'"):
        with_parsed_phones(LeadFilter(phones=("nonsense",)), "GB")


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        (LeadFilter(phones=("1",) * (MAX_VALUES + 1)), "phones"),
        (LeadFilter(ids=(AN_ID,) * (MAX_VALUES + 1)), "ids"),
        (LeadFilter(attempts_min=2, attempts_max=1), "attempts_max"),
        (LeadFilter(created_after=NOON, created_before=NOON.replace(year=2025)), "created_before"),
        (LeadFilter(last_called_after=NOON, last_called_before=NOON.replace(year=2025)), "last_called_before"),
    ],
)
def test_what_cannot_be_meant_is_refused(chosen: LeadFilter, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_filter(chosen)
    assert refusal.value.fields[0].field == f"filter.{field}"


def test_equal_ends_can_be_meant() -> None:
    same = LeadFilter(attempts_min=1, attempts_max=1, phones=("1",) * MAX_VALUES)
    assert check_filter(same) is same
