"""Wherever the clock stands, some place on the table has daytime, and its numbers are really its own."""

from datetime import UTC, datetime, time, timedelta

import pytest

from demo.places import PLACES, Place, choose_place
from dialer.domain.phone_numbers import (
    PhoneNumber,
    library_time_zones,
    parse_caller_id,
    parse_phone_number,
    region_of,
)

SAME_ZONES = {"Asia/Calcutta": "Asia/Kolkata"}

every_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.timezone)


def test_no_hour_of_the_year_is_without_a_place_where_people_may_be_called() -> None:
    for number in range(366 * 24):
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number, minutes=15 * (number % 4))
        assert time(10) <= choose_place(at).local_time(at) < time(16)


def test_the_united_states_come_first_when_it_is_daytime_there() -> None:
    assert choose_place(datetime(2026, 11, 23, 15, 30, tzinfo=UTC)).timezone == "America/New_York"
    assert choose_place(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)).timezone == "America/Los_Angeles"


@every_place
def test_every_number_of_a_place_is_callable_and_lies_in_its_zone(place: Place) -> None:
    for number in place.numbers()[::7]:
        read = parse_phone_number(number, "ZZ")
        assert isinstance(read, PhoneNumber)
        assert (read.e164, read.region) == (number, place.region)
        assert {SAME_ZONES.get(zone, zone) for zone in library_time_zones(number)} == {place.timezone}


@every_place
def test_the_caller_id_is_the_places_and_nobody_elses(place: Place) -> None:
    shown = parse_caller_id(place.caller_id)
    assert isinstance(shown, PhoneNumber)
    assert region_of(shown.e164) == place.region
    assert shown.e164 not in place.numbers()


@every_place
def test_no_number_appears_twice(place: Place) -> None:
    assert len(set(place.numbers())) == len(place.numbers())
