"""May this person be called at this moment, and if not, when? Slow, plain, and read off the facts.

Where the facts leave a question open, `Reading.STRICT` and `Reading.LENIENT` give the two answers one can defend: a
moment at which both agree must be judged so, and elsewhere the judged program may choose.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from tests.facts import sheet
from tests.facts.days_off import FRIDAY, days_off

Case = Mapping[str, Any]
TERRITORIES = {"PR", "VI", "GU", "MP", "AS"}
DIALLED_TYPES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
}
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
SALES = {"telemarketing", "prerecorded"}
AFTER_HOURS, AFTER_CAPS = timedelta(days=9), timedelta(days=45)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Reading(Enum):
    """How to read what the facts leave open."""

    STRICT = "strict"
    LENIENT = "lenient"


@dataclass(frozen=True)
class Verdict:
    """`next_at` is the first permitted moment, the asked one if so; None: there is none until `searched`, or ever."""

    allowed: bool
    next_at: datetime | None
    searched: datetime = END_OF_TIME


NEVER = Verdict(allowed=False, next_at=None)


@dataclass(frozen=True)
class Call:
    """A case understood."""

    at: datetime
    kind: str
    consent: bool
    jurisdictions: frozenset[str]
    zones: frozenset[str]
    window: tuple[int, int, frozenset[int]] | None
    attempts: tuple[datetime, ...]
    conversations: tuple[datetime, ...]
    strict: bool


def judge(case: Case, reading: Reading = Reading.STRICT) -> Verdict:
    """The verdict on one line of `may-call`."""
    call = understand(case, strict=reading is Reading.STRICT)
    if call is None or not call.zones or lacks_prerecorded_right(call):
        return NEVER
    if permitted(call, call.at):
        return Verdict(allowed=True, next_at=call.at)
    first = next((moment for moment in moments_after(call) if permitted(call, moment)), None)
    return Verdict(allowed=False, next_at=first, searched=call.at + horizon(call))


# --- who is called, and where -------------------------------------------------------------------------------------


def understand(case: Case, *, strict: bool) -> Call | None:
    """None for what cannot be understood, or is a number that is never dialled."""
    at = instant(case.get("utc"))
    place = number_place(case.get("number"), strict=strict)
    if at is None or place is None:
        return None
    own, zones = place
    others, zones = address_places(case, own, zones, strict=strict)
    return Call(
        at=at,
        kind=case.get("call_type", "telemarketing"),
        consent=case.get("consent", True),
        jurisdictions=own | others,
        zones=zones,
        window=campaign_window(case.get("campaign_window")),
        attempts=tuple(m for t in case.get("prior_attempts_utc", ()) if (m := instant(t))),
        conversations=tuple(m for t in case.get("prior_conversations_utc", ()) if (m := instant(t))),
        strict=strict,
    )


def instant(text: object) -> datetime | None:
    """A moment with its offset, or None."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def number_place(number: object, *, strict: bool) -> tuple[frozenset[str], frozenset[str]] | None:
    """The jurisdictions and zones that a number tells of; None for a number not to be dialled."""
    try:
        parsed = phonenumbers.parse(str(number))
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in DIALLED_TYPES:
        return None
    if parsed.country_code == 1:
        return north_american_place(str(parsed.national_number)[:3])
    region = phonenumbers.region_code_for_number(parsed)
    if region in {None, "001"}:  # satellites, and services of no country
        return None
    zones = {zone for zone in time_zones_for_number(parsed) if zone != "Etc/Unknown"}
    if region == "AU" and str(parsed.national_number).startswith("7"):
        zones = {"Australia/Brisbane"} | (zones if strict else set())
    return frozenset({region}), frozenset(zones)


def north_american_place(area_code: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """A state with its country, or a territory; the Caribbean's countries are refused."""
    if area_code not in sheet.AREA:
        return None
    state, zones = sheet.AREA[area_code]
    if state.startswith("CA-"):
        return frozenset({"CA", *(f"CA-{part}" for part in state.removeprefix("CA-").split("+"))}), zones
    return frozenset({"US", f"US-{state}"}), zones


def address_places(
    case: Case, own: frozenset[str], zones: frozenset[str], *, strict: bool
) -> tuple[frozenset[str], frozenset[str]]:
    """What the address adds: another state's rules and zones, or fewer zones within the number's state."""
    postal_state, postal_zone = sheet.POSTAL.get((case.get("postal_code") or "").strip()[:5], (None, None))
    state = case.get("state")
    country = case.get("country")
    if state or postal_state:
        others: frozenset[str] = frozenset()
        for known in filter(None, {state, postal_state}):
            home = state_jurisdictions(known)
            same_state = home <= own
            zone = postal_zone if known == postal_state else None
            others |= home
            zones = combined(zones, state_zones(known, strict=strict), zone, same_state=same_state)
        return others, zones
    if country and country not in own:
        return frozenset({country}), zones | country_zones(country)
    return frozenset(), zones


def combined(
    zones: frozenset[str], of_state: frozenset[str], postal_zone: str | None, *, same_state: bool
) -> frozenset[str]:
    """Convention 5; a postal code whose zone the number cannot have is one more place."""
    if not same_state:
        return zones | ({postal_zone} if postal_zone else of_state)
    if postal_zone is None:
        return zones
    return frozenset({postal_zone}) if postal_zone in zones else zones | {postal_zone}


def state_jurisdictions(state: str) -> frozenset[str]:
    """A state with its country."""
    return frozenset({"CA", f"CA-{state}"} if state in sheet.CANADIAN else {"US", f"US-{state}"})


def state_zones(state: str, *, strict: bool) -> frozenset[str]:
    """Every zone of a state. The three territories of 867 share its row, or have their own parts of it."""
    north = {
        "YT": {"America/Whitehorse"},
        "NT": {"America/Inuvik"},
        "NU": {"America/Cambridge_Bay", "America/Rankin_Inlet", "America/Iqaluit"},
    }
    return frozenset(north[state]) if state in north and not strict else sheet.STATE_ZONES[state]


def country_zones(country: str) -> frozenset[str]:
    """Every zone of a country."""
    if country in {"US", "CA"}:
        states = [s for s in sheet.STATE_ZONES if (s in sheet.CANADIAN) == (country == "CA") and s not in TERRITORIES]
        return frozenset().union(*(sheet.STATE_ZONES[state] for state in states))
    return frozenset(sheet.COUNTRY_ZONES[country])


def campaign_window(window: Mapping[str, Any] | None) -> tuple[int, int, frozenset[int]] | None:
    """Start and end as minutes, and the weekdays on which the window starts."""
    if window is None:
        return None
    start, end = (int(window[key][:2]) * 60 + int(window[key][3:5]) for key in ("start", "end"))
    days = [day[:3].lower() for day in window.get("days", WEEKDAYS)]
    return start, end, frozenset(WEEKDAYS.index(day) for day in days)


# --- when ---------------------------------------------------------------------------------------------------------


def moments_after(call: Call) -> Iterator[datetime]:
    """Every moment at which the answer can change, for some weeks: quarters of an hour, a window's ends, caps' ends."""
    offsets = [timedelta(minutes=m) for m in sorted({0, *(minute % 15 for minute in (call.window or ())[:2])})]
    last = call.at + horizon(call)
    ends = {end for t in call.attempts if call.at < (end := t + timedelta(hours=24)) < last}
    quarter = call.at.replace(minute=0, second=0, microsecond=0)
    while quarter < last:
        following = quarter + timedelta(minutes=15)
        moments = [quarter + offset for offset in offsets]
        if ends:
            moments = sorted([*moments, *(end for end in ends if quarter < end < following)])
        yield from (moment for moment in moments if moment > call.at)
        quarter = following


def horizon(call: Call) -> timedelta:
    """How far ahead to look: caps of a month take longer than nights, holidays, weekly windows and caps of a week."""
    return AFTER_CAPS if call.attempts and call.jurisdictions & {"FR", "ES", "RU"} else AFTER_HOURS


def permitted(call: Call, moment: datetime) -> bool:
    """Every rule of every place, in every zone that may be the callee's."""
    if capped_by_the_hour(call, moment):
        return False
    return all(permitted_in(call, moment.astimezone(zone_info(zone)), zone) for zone in call.zones)


@cache
def zone_info(name: str) -> ZoneInfo:
    """From the `tzdata` package and nowhere else: a machine's own files may be older."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def permitted_in(call: Call, local: datetime, zone: str) -> bool:
    """One zone's wall clock."""
    minute = local.hour * 60 + local.minute
    day = local.date()
    return (
        in_window(call.window, local.weekday(), minute)
        and all(within(week, day, where, minute, strict=call.strict) for where, week in weeks(call))
        and consent_suffices(call, day)
        and not capped_by_the_day(call, day, zone)
    )


def weeks(call: Call) -> tuple[tuple[str, sheet.Week], ...]:
    """The hours of each jurisdiction involved, for this kind of call."""
    return hours(call.jurisdictions, call.kind, strict=call.strict)


@cache
def hours(jurisdictions: frozenset[str], kind: str, *, strict: bool) -> tuple[tuple[str, sheet.Week], ...]:
    """The same, remembered."""
    found: list[tuple[str, sheet.Week]] = []
    for jurisdiction in jurisdictions:
        country, _, state = jurisdiction.partition("-")
        if state and country == "US":
            found += ((jurisdiction, week) for week in state_weeks(kind, state, strict=strict))
        elif not state:
            found += ((jurisdiction, week) for week in country_weeks(kind, country, strict=strict))
    return tuple(found)


def state_weeks(kind: str, state: str, *, strict: bool) -> Iterator[sheet.Week]:
    """A state's hours bind sales. Open: whether they bind other calls, and recordings that have hours of their own."""
    own = sheet.PRERECORDED.get(state) if kind == "prerecorded" else None
    if own:
        yield own
    sells = kind in SALES and not own
    if state in sheet.STATES and (sells or (strict and not (kind == "debt" and state == "PA"))):
        yield sheet.STATES[state]


def country_weeks(kind: str, country: str, *, strict: bool) -> Iterator[sheet.Week]:
    """A country's hours."""
    if country == "RU" and kind == "debt":
        yield sheet.RUSSIAN_DEBT
    elif country == "AU" and kind == "survey":
        yield sheet.AUSTRALIAN_RESEARCH
    elif country == "US" and (kind != "survey" or strict):
        yield sheet.FEDERAL
    elif country != "US" and (kind in SALES or strict):
        yield sheet.COUNTRIES.get(country, sheet.ELSEWHERE)


def within(week: sheet.Week, day: date, jurisdiction: str, minute: int, *, strict: bool) -> bool:
    """Half-open spans of the local weekday, or of a holiday."""
    spans = week[max(0, day.weekday() - FRIDAY)]
    if week.holidays is not None:
        off = days_off(jurisdiction, day.year)
        if day in off.sure or (strict and day in off.perhaps):
            spans = week.holidays
    return any(begin <= minute < end for begin, end in spans)


def in_window(window: tuple[int, int, frozenset[int]] | None, weekday: int, minute: int) -> bool:
    """An end at or before the start is on the next day, and belongs to the weekday of the start."""
    if window is None:
        return True
    start, end, days = window
    if start < end:
        return weekday in days and start <= minute < end
    return (weekday in days and minute >= start) or ((weekday - 1) % 7 in days and minute < end)


# --- consent and caps ---------------------------------------------------------------------------------------------


def lacks_prerecorded_right(call: Call) -> bool:
    """Massachusetts has none; recordings need consent in America, and to the cautious everywhere."""
    if call.kind != "prerecorded":
        return False
    places = {jurisdiction.removeprefix("US-") for jurisdiction in call.jurisdictions}
    needs_consent = call.strict or bool(places & sheet.RECORDINGS_NEED_CONSENT)
    return bool(places & sheet.NO_PRERECORDED) or (needs_consent and not call.consent)


def consent_suffices(call: Call, day: date) -> bool:
    """Where consent is missing, only calls that need none."""
    if call.consent or (call.kind not in SALES and not call.strict):
        return True
    countries = {jurisdiction.partition("-")[0] for jurisdiction in call.jurisdictions}
    states = {jurisdiction.removeprefix("US-") for jurisdiction in call.jurisdictions}
    need = sheet.CONSENT_STATES | (sheet.CONSENT_STATES_PERHAPS if call.strict else set())
    if states & need or ("FR" in countries and day >= sheet.FRENCH_OPT_IN):
        return False
    return countries <= sheet.CONSENT_NEVER_NEEDED_FOR_A_LIVE_CALL | {"FR"}


def capped_by_the_hour(call: Call, moment: datetime) -> bool:
    """Three attempts in the 24 hours that end now."""
    if not call.attempts:
        return False
    capped = {f"US-{state}" for state in sheet.CAPPED_AT_3_IN_24_HOURS} & call.jurisdictions
    if not capped or (call.kind not in SALES and not call.strict):
        return False
    return sum(moment - timedelta(hours=24) < attempt <= moment for attempt in call.attempts) >= 3


def capped_by_the_day(call: Call, today: date, zone: str) -> bool:
    """Caps in days are days of the callee's calendar."""
    if not call.attempts and not call.conversations:
        return False

    def ago(moments: tuple[datetime, ...]) -> list[int]:
        return [(today - moment.astimezone(zone_info(zone)).date()).days for moment in moments]

    attempts = ago(call.attempts)
    if "FR" in call.jurisdictions and sum(0 <= days < 30 for days in attempts) >= 4:
        return call.kind in SALES or call.strict
    if "ES" in call.jurisdictions and call.strict and sum(0 <= days < 31 for days in attempts) >= 3:
        return True
    if call.kind != "debt":
        return False
    if "US" in call.jurisdictions:
        talked = any(0 <= days < 7 for days in ago(call.conversations))
        return talked or sum(0 <= days < 7 for days in attempts) >= 7
    if "RU" in call.jurisdictions:
        # A week may be any seven days, or the one that begins on Monday; a month likewise.
        spans = (1, 7, 31) if call.strict else (1, today.weekday() + 1, today.day)
        day, week, month = (sum(0 <= days < span for days in attempts) for span in spans)
        return day >= 1 or week >= 2 or month >= 8
    return False
