"""What has begun and not ended: ages, lost ends, and a state that says exactly the same."""

import json
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pacing.under_way import MOST, UnderWay

UUIDS = [str(UUID(int=(7 << 100) + number)) for number in range(MOST)]


def begun(*names: str, at: float = 100.0) -> UnderWay:
    under_way = UnderWay()
    for name in names:
        under_way.begin(name, at)
    return under_way


def test_an_end_tells_how_long_it_lasted() -> None:
    under_way = begun("call")
    assert under_way.end("call", 107.25) == pytest.approx(7.25)
    assert len(under_way) == 0


def test_an_end_of_what_never_began_or_has_ended_already_tells_nothing() -> None:
    under_way = begun("call")
    under_way.end("call", 101.0)
    assert under_way.end("call", 102.0) is None
    assert under_way.end("another", 102.0) is None


def test_nothing_lasts_less_than_nothing() -> None:
    assert begun("call").end("call", 99.0) == 0.0
    assert begun("call").ages(99.0).tolist() == [0.0]


def test_what_begins_anew_counts_from_then() -> None:
    under_way = begun("call")
    under_way.begin("call", 150.0)
    assert under_way.ages(160.0).tolist() == [10.0]


def test_ages_are_those_of_all_that_is_under_way() -> None:
    under_way = begun("one", "two")
    under_way.begin("three", 103.5)
    assert under_way.ages(104.0).tolist() == [4.0, 4.0, 0.5]
    assert UnderWay().ages(104.0).tolist() == []


def test_what_is_older_than_it_can_be_is_forgotten() -> None:
    under_way = begun("old")
    under_way.begin("young", 500.0)
    under_way.forget(710.0, 600.0)
    assert under_way.end("old", 720.0) is None
    assert under_way.end("young", 720.0) == pytest.approx(220.0)


def test_what_is_just_as_old_as_it_can_be_is_kept() -> None:
    under_way = begun("call")
    under_way.forget(700.0, 600.0)
    assert len(under_way) == 1


def test_when_there_are_too_many_the_oldest_goes_first() -> None:
    under_way = begun(*UUIDS)
    under_way.begin("one more", 101.0)
    assert len(under_way) == MOST
    assert under_way.end(UUIDS[0], 102.0) is None
    assert under_way.end(UUIDS[1], 102.0) == pytest.approx(2.0)
    assert under_way.end("one more", 102.0) == pytest.approx(1.0)


def test_long_names_that_differ_in_one_place_are_told_apart() -> None:
    under_way = begun(*UUIDS)
    assert len(under_way) == MOST
    assert under_way.end(UUIDS[-1], 103.0) == pytest.approx(3.0)


def test_the_largest_state_is_small() -> None:
    assert len(json.dumps(begun(*UUIDS).to_state())) < 21 * MOST


def test_a_saved_name_is_found_again_by_every_process_and_every_release() -> None:
    # States outlive the process that wrote them: a digest by Python's salted hash(), or another one, would lose them.
    saved = {"base": 5000, "began": {"01234567": 0, "mEjKEFeY": 1500}}
    under_way = UnderWay().restore(saved)
    assert under_way.end("01234567", 6.0) == 1.0
    assert under_way.end("0198c0de-0000-7000-8000-000000000001", 8.5) == 2.0


@given(st.dictionaries(st.text(max_size=12), st.floats(0, 2e9), max_size=30), st.floats(0, 2e9))
def test_who_goes_on_from_the_state_knows_exactly_the_same(begins: dict[str, float], now: float) -> None:
    under_way = UnderWay()
    for name, at in begins.items():
        under_way.begin(name, at)
    copy = UnderWay().restore(json.loads(json.dumps(under_way.to_state())))
    assert copy.to_state() == under_way.to_state()
    assert copy.ages(now).tolist() == under_way.ages(now).tolist()
    # Order is part of it: the oldest are dropped first, and sums in another order are other sums.
    assert list(copy.to_state()["began"]) == list(under_way.to_state()["began"])
    assert np.all(copy.ages(now) >= 0)
    assert {name: copy.end(name, now) for name in begins} == {name: under_way.end(name, now) for name in begins}
