"""Cases made from the facts: every bound of every jurisdiction, a minute before and on it, in all zones involved."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from tests.facts import sheet
from tests.facts.days_off import days_off
from tests.facts.oracle import understand, weeks, zone_info

Case = dict[str, Any]
MINUTE = timedelta(minutes=1)

# Weeks without a holiday anywhere: Monday to Sunday.
WINTER = [date(2027, 2, 1) + timedelta(days=day) for day in range(7)]
SUMMER = [date(2026, 8, 24) + timedelta(days=day) for day in range(7)]
AFTER_CANADA_STOPPED = [date(2026, 12, 14) + timedelta(days=day) for day in range(7)]
DAYS_THAT_DIFFER = (0, 4, 5, 6)

SPLIT_CODES = (
    "850 448 219 574 812 930 270 364 606 423 308 620 785 541 458 906 928 689 775 208 986 701 605 432 915 907 "
    "250 778 236 672 257 604 807 418 581 367 867 879 709 306 474 204 403 902"
)


def number_in(area_code: str) -> str:
    """A valid number of an area code."""
    for rest in ("2345678", "5550123", "3212345", "6331234"):
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area_code}{rest}")):
            return f"+1{area_code}{rest}"
    raise ValueError(area_code)


def example(region: str, kind: int = PhoneNumberType.FIXED_LINE) -> str:
    """A valid number of a country."""
    number = phonenumbers.example_number_for_type(region, kind)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def number_of(state: str, *, whole: bool = False) -> str:
    """A number of a state, by choice from an area code that has all of its zones."""
    codes = [
        (code, zones) for code, (name, zones) in sheet.AREA.items() if state in name.removeprefix("CA-").split("+")
    ]
    pick = max if whole else min
    return number_in(pick(codes, key=lambda item: len(item[1]))[0])


def utc_text(moment: datetime) -> str:
    """`2026-11-22T15:00:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def wall(day: date, minute: int, zone: str) -> datetime:
    """A wall clock's time as a moment."""
    return datetime.combine(day, time(), zone_info(zone)) + timedelta(minutes=minute)


def local(zone: str, text: str) -> str:
    """`2026-11-22 09:00` on a zone's wall clock, as the command reads it."""
    return utc_text(datetime.fromisoformat(text).replace(tzinfo=zone_info(zone)))


def bounds(case: Case) -> set[int]:
    """The minutes of the day at which the hours of this case's jurisdictions change."""
    call = understand({"utc": "2026-12-15T12:00:00Z", **case}, strict=True)
    assert call is not None, case
    found = {480, 1260}
    for _, week in weeks(call):
        found |= {minute for part in week if part for span in part for minute in span}
    return found


def around(name: str, case: Case, days: Iterable[date]) -> Iterator[Case]:
    """Just before and at each bound, on the wall clock of each zone."""
    call = understand({"utc": "2026-12-15T12:00:00Z", **case}, strict=True)
    assert call is not None, case
    seen = set()
    for day in days:
        for minute in bounds(case):
            for zone in call.zones:
                at = wall(day, minute, zone)
                seen |= {at.astimezone(UTC), (at - MINUTE).astimezone(UTC)}
    for at in sorted(seen):
        yield {"id": f"{name} at {utc_text(at)}", **case, "utc": utc_text(at)}


def some(week: list[date]) -> list[date]:
    """The days on which the table's columns differ."""
    return [week[day] for day in DAYS_THAT_DIFFER]


def all_states() -> Iterator[Case]:
    """Every state with hours of its own on every weekday in winter, and on the differing ones in summer; others too."""
    for state in sheet.STATE_ZONES:
        case = {"number": number_of(state)}
        own_hours = state in sheet.STATES
        yield from around(f"{state} in winter", case, WINTER if own_hours else [WINTER[2], WINTER[6]])
        yield from around(f"{state} in summer", case, some(SUMMER) if own_hours else [SUMMER[5]])


def split_area_codes() -> Iterator[Case]:
    """Where one area code has several clocks, or had another one before 2026."""
    for code in SPLIT_CODES.split():
        case = {"number": number_in(code)}
        yield from around(f"area code {code}", case, [AFTER_CANADA_STOPPED[2], SUMMER[5]])


def every_area_code() -> Iterator[Case]:
    """Each area code just before its working day begins and just before it ends, on each of its clocks."""
    for code, (_, zones) in sheet.AREA.items():
        case = {"number": number_in(code)}
        call = understand({"utc": "2026-12-15T12:00:00Z", **case}, strict=True)
        assert call is not None
        days = [week.monday_to_friday for _, week in weeks(call)]
        opening, closing = max(day[0][0] for day in days), min(day[-1][1] for day in days)
        for zone in sorted(zones):
            for minute in (opening - 1, closing - 1):
                at = utc_text(wall(AFTER_CANADA_STOPPED[3], minute, zone))
                yield {"id": f"code {code} {zone} at {at}", **case, "utc": at}


def countries() -> Iterator[Case]:
    """Every row of the table of countries, and some that have none."""
    for region in (
        "GB",
        "FR",
        "ES",
        "AU",
        "IT",
        "DE",
        "UZ",
        "IN",
        "NP",
        "JP",
        "BR",
        "MX",
        "KZ",
        "NZ",
        "ZA",
        "CL",
        "IE",
    ):
        case = {"number": example(region)}
        own_hours = region in sheet.COUNTRIES
        yield from around(f"{region} in winter", case, some(AFTER_CANADA_STOPPED) if own_hours else [WINTER[6]])
        yield from around(f"{region} in summer", case, some(SUMMER) if own_hours else [SUMMER[5]])
    for name, number in (
        ("Moscow", "+74951234567"),
        ("Yekaterinburg", "+73433211234"),
        ("a Russian mobile", "+79161234567"),
        ("a French mobile", "+33612345678"),
        ("a Spanish mobile", "+34612345678"),
        ("an Australian mobile", "+61412345678"),
        ("Brisbane", "+61731234567"),
        ("Gold Coast", "+61756123456"),
        ("Perth", "+61892345678"),
        ("Adelaide", "+61882345678"),
        ("Sydney", "+61291234567"),
        ("Las Palmas", "+34928123456"),
        ("St. John's", "+17097221234"),
        ("Kathmandu", "+97714123456"),
    ):
        yield from around(name, {"number": number}, [AFTER_CANADA_STOPPED[1], AFTER_CANADA_STOPPED[5], SUMMER[3]])


def addresses_elsewhere() -> Iterator[Case]:
    """A number of one state, an address in another: both states' rules in both states' zones."""
    chance = random.Random(4)
    states = sorted(set(sheet.STATE_ZONES))
    pairs = [chance.sample(states, 2) for _ in range(35)]
    pairs += [
        ("FL", "TX"),
        ("TX", "FL"),
        ("NY", "CA"),
        ("HI", "NY"),
        ("RI", "UT"),
        ("KY", "CA"),
        ("NY", "ON"),
        ("BC", "WA"),
    ]
    for own, other in pairs:
        country = "CA" if other in sheet.CANADIAN else "US"
        case = {"number": number_of(own, whole=chance.random() < 0.5), "state": other, "country": country}
        week = chance.choice([WINTER, SUMMER, AFTER_CANADA_STOPPED])
        yield from around(f"{own} number, {other} address", case, [chance.choice(week)])
    for own, country in (
        ("NY", "GB"),
        ("CA", "JP"),
        ("TX", "IN"),
        ("WA", "NP"),
        ("FL", "FR"),
        ("NY", "CA"),
        ("ON", "US"),
    ):
        case = {"number": number_of(own), "country": country}
        yield from around(f"{own} number, address in {country}", case, [WINTER[2], SUMMER[5]])
    for own, country in (("GB", "FR"), ("DE", "IT"), ("FR", "DE"), ("IN", "NP"), ("IT", "GB")):
        case = {"number": example(own), "country": country}
        yield from around(f"{own} number, address in {country}", case, [WINTER[2], SUMMER[5]])
    for own, state in (("GB", "FL"), ("DE", "ON"), ("FR", "NY")):
        case = {"number": example(own), "state": state, "country": "CA" if state == "ON" else "US"}
        yield from around(f"{own} number, {state} address", case, [WINTER[2], SUMMER[5]])


def same_state() -> Iterator[Case]:
    """The number's zones stay, whatever the state has elsewhere."""
    for code in ("915", "713", "305", "850", "615", "865", "702", "402", "604", "416", "438", "709"):
        state = sheet.AREA[code][0].removeprefix("CA-")
        case = {"number": number_in(code), "state": state}
        yield from around(f"{code} and {state}", case, [WINTER[2], SUMMER[5]])


def postal_codes() -> Iterator[Case]:
    """A postal code narrows the zones of its own state and adds those of another."""
    for postal, (state, _) in sheet.POSTAL.items():
        case = {"number": number_of(state, whole=True), "state": state, "postal_code": postal}
        yield from around(f"{state} number in {postal}", case, [WINTER[2]])
        del case["state"]
        yield from around(f"{state} number in {postal}, no state", case, [SUMMER[1]])
        elsewhere = {"number": number_in("617"), "state": state, "postal_code": postal, "country": "US"}
        yield from around(f"Boston number in {postal}", elsewhere, [SUMMER[3]])
    for written in ("32501-1234", " 32501", "32501"):
        case = {"number": number_in("850"), "country": "US", "postal_code": written}
        at = local("America/New_York", "2026-12-15 20:30")
        yield {"id": f"Pensacola as {written!r}", **case, "utc": at}
    for code, postal in (("305", "32501"), ("713", "79901"), ("865", "37201"), ("615", "37402"), ("212", "32501")):
        case = {"number": number_in(code), "postal_code": postal}
        yield from around(f"{code} in {postal}", case, [WINTER[3]])
    quarrel = {"number": number_in("212"), "state": "TX", "postal_code": "96813"}
    yield from around("New York number, Texas, postal code of Honolulu", quarrel, [WINTER[1]])


def holidays_and_their_neighbours() -> Iterator[Case]:
    """Noon of each holiday and of the days around it, in the jurisdictions that stop for holidays, and in some not."""
    for jurisdiction, number in {
        **{f"US-{state}": number_of(state) for state in ("AL", "LA", "PA", "RI", "UT")},
        **{country: example(country) for country in ("FR", "ES", "AU", "IT")},
    }.items():
        call = understand({"number": number, "utc": "2026-12-15T12:00:00Z"}, strict=False)
        assert call is not None
        zone = min(call.zones)
        for year in (2026, 2027):
            for day in sorted(days_off(jurisdiction, year).sure):
                for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
                    at = utc_text(wall(near, 12 * 60 + (0 if jurisdiction != "FR" else 150), zone))
                    yield {"id": f"{jurisdiction} near the holiday {day}: {near}", "number": number, "utc": at}
    for state in ("TX", "MS", "NY", "SD", "NE"):
        for text in ("2026-12-25 12:30", "2026-11-26 12:30", "2027-01-01 12:30"):
            at = local("America/Chicago", text)
            yield {"id": f"{state} on a holiday {text}", "number": number_of(state), "utc": at}
    for state in ("RI", "UT", "PA"):
        at = local("America/New_York", "2026-12-25 12:30")
        yield {
            "id": f"Texan number, {state} address at Christmas",
            "number": number_of("TX"),
            "state": state,
            "utc": at,
        }


def places() -> list[Case]:
    """Everything about where and when."""
    return [
        *all_states(),
        *split_area_codes(),
        *every_area_code(),
        *countries(),
        *addresses_elsewhere(),
        *same_state(),
        *postal_codes(),
        *holidays_and_their_neighbours(),
    ]
