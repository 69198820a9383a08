"""The installed zone data are the pinned ones, new enough, and what our tables of zones were made from."""

from datetime import UTC, datetime
from importlib import resources
from zoneinfo import TZPATH, ZoneInfo

import pytest
import tzdata  # type: ignore[import-untyped]

from dialer.domain.compliance.wall_clock import (
    instant_of,
    is_zone,
    local_day,
    offset_at,
    seconds_of,
    start_of_day,
    utc_spans,
)
from dialer.integrations.rule_files import check_tzdata
from tests.builders.callees import BOOK


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("America/Vancouver", -7), ("America/Edmonton", -6), ("America/Inuvik", -6), ("America/Winnipeg", -5)],
)
def test_provinces_that_stopped_changing_their_clocks_have_their_new_time_in_winter(zone: str, hours: int) -> None:
    december = datetime(2026, 12, 15, 12, tzinfo=UTC)
    offset = december.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == hours * 3600
    assert offset_at(zone, seconds_of(december)) == hours * 3600


def test_the_systems_own_zone_files_are_not_read() -> None:
    assert TZPATH == ()


def test_old_zone_data_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_tzdata() is None
    for old in ("2025.2", "2026.5", "2024.1"):
        monkeypatch.setattr(tzdata, "__version__", old)
        assert old in str(check_tzdata())
    monkeypatch.setattr(tzdata, "__version__", "2027.1")
    assert check_tzdata() is None


def test_the_zones_of_countries_are_those_of_zone_tab() -> None:
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    countries: dict[str, set[str]] = {}
    for row in rows:
        countries.setdefault(row[0], set()).add(row[2])
    assert {country: set(zones) for country, zones in BOOK.geography.country_zones.items()} == countries


def test_every_zone_that_the_number_library_names_is_known_under_its_present_name() -> None:
    from phonenumbers.tzdata import TIMEZONE_DATA

    present = {zone for zones in BOOK.geography.country_zones.values() for zone in zones}
    links = BOOK.geography.zone_links
    named = {zone for zones in TIMEZONE_DATA.values() for zone in zones}
    assert {links.get(zone, zone) for zone in named} <= present
    assert all(is_zone(old) and new in present for old, new in links.items())


def test_a_wall_clock_is_that_of_zoneinfo_at_any_hour_of_many_years() -> None:
    for zone in ("America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/Havana"):
        for hour in range(0, 24 * 365 * 12, 37):
            at = datetime(2024, 1, 1, tzinfo=UTC).timestamp() + hour * 3600
            local = instant_of(int(at)).astimezone(ZoneInfo(zone))
            offset = local.utcoffset()
            assert offset is not None
            assert offset_at(zone, int(at)) == offset.total_seconds()
            assert instant_of(local_day(zone, int(at)) * 86_400).date() == local.date()


def test_a_skipped_hour_never_comes_and_a_doubled_one_comes_twice() -> None:
    zone = "America/New_York"
    skipped = seconds_of(datetime(2026, 3, 8, 2, tzinfo=UTC))
    doubled = seconds_of(datetime(2026, 11, 1, 1, tzinfo=UTC))
    assert utc_spans(zone, skipped, skipped + 3600) == ()
    assert [instant_of(start).hour for start, _ in utc_spans(zone, doubled, doubled + 1800)] == [5, 6]
    assert utc_spans(zone, skipped - 1800, skipped + 5400) == ((skipped + 16_200, skipped + 19_800),)


def test_a_day_whose_midnight_is_skipped_begins_at_the_change() -> None:
    # Beirut skips from midnight to one on the 29th of March 2026.
    day = seconds_of(datetime(2026, 3, 29, tzinfo=UTC)) // 86_400
    assert instant_of(start_of_day("Asia/Beirut", day)) == datetime(2026, 3, 28, 22, tzinfo=UTC)
