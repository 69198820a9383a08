"""Cases of caps, conversations, consent, kinds of call, campaign windows and nights on which clocks change."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.facts import sheet
from tests.facts.cases import SUMMER, WINTER, Case, around, example, local, number_in, number_of, some, utc_text, wall

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
NEW_YORK, CHICAGO, PARIS = "America/New_York", "America/Chicago", "Europe/Paris"


def texts(moments: list[datetime]) -> list[str]:
    """Moments as the command reads them."""
    return [utc_text(moment) for moment in moments]


def caps_of_24_hours() -> Iterator[Case]:
    """Three attempts in 24 hours, counted over midnight, clock changes and states."""
    places = {
        "FL": {"number": number_in("305")},
        "MD": {"number": number_in("410")},
        "OK": {"number": number_in("405")},
        "OR": {"number": number_in("503")},
        "TX": {"number": number_in("713")},
        "WA": {"number": number_in("206")},
        "TX with an address in FL": {"number": number_in("713"), "state": "FL"},
        "OK with an address in MD": {"number": number_in("405"), "state": "MD"},
        "FL with an address in TX": {"number": number_in("305"), "state": "TX"},
        "Pensacola or not": {"number": number_in("850")},
    }
    # The second night is that of 1 November 2026, the third that of 14 March 2027.
    for day in (date(2026, 9, 15), date(2026, 10, 31), date(2027, 3, 13)):
        first = wall(day, 15 * 60, CHICAGO) + timedelta(minutes=7, seconds=31)
        evening = wall(day, 18 * 60 + 40, CHICAGO)
        patterns = {
            "two": [first, first + HOUR],
            "three": [first, first + HOUR, first + 2 * HOUR],
            "three unsorted": [first + 2 * HOUR, first, first + HOUR],
            "four": [first, first + timedelta(minutes=20), first + HOUR, first + 2 * HOUR],
            "three in the evening": [evening, evening + timedelta(minutes=5), evening + timedelta(minutes=10)],
            "three, one of them old": [first - 30 * HOUR, first, first + HOUR],
            "three by its end": [first - 23 * HOUR, first, first + HOUR],
        }
        for place, case in places.items():
            for name, attempts in patterns.items():
                lifts = sorted(attempts)[-3 if len(attempts) > 2 else 0] + 24 * HOUR
                for at in (
                    evening + timedelta(minutes=15),
                    wall(day + DAY, 8 * 60 + 30, CHICAGO),
                    wall(day + DAY, 12 * 60 + 30, CHICAGO),
                    lifts - SECOND,
                    lifts + SECOND,
                    lifts + HOUR,
                ):
                    if at > max(attempts):
                        yield {
                            "id": f"{place}: {name} attempts at {at}",
                            **case,
                            "utc": utc_text(at),
                            "prior_attempts_utc": texts(attempts),
                        }


def french_cap() -> Iterator[Case]:
    """Four attempts in 30 calendar days of Paris."""
    case = {"number": example("FR")}
    today = date(2026, 10, 14)
    for oldest in (26, 28, 29, 30, 31):
        for hour in (0, 1, 10, 22, 23):
            attempts = [wall(today - oldest * DAY, hour * 60 + 30, PARIS)]
            attempts += [wall(today - back * DAY, 11 * 60, PARIS) for back in (20, 9, 3)]
            for minute in (9 * 60 + 30, 11 * 60, 19 * 60 + 59, 20 * 60):
                yield {
                    "id": f"France: four attempts, the oldest {oldest} days ago at {hour}:30, now at {minute // 60} h",
                    **case,
                    "utc": utc_text(wall(today, minute, PARIS)),
                    "prior_attempts_utc": texts(attempts),
                }
    for count in (0, 1, 2, 3, 4, 5, 6):
        attempts = [wall(today - back * DAY, 11 * 60, PARIS) for back in range(1, count + 1)]
        at = utc_text(wall(today, 15 * 60, PARIS))
        yield {"id": f"France: {count} attempts", **case, "utc": at, "prior_attempts_utc": texts(attempts)}


def debts() -> Iterator[Case]:
    """Regulation F: seven attempts in seven days, and a week's peace after a conversation."""
    today = date(2026, 9, 16)
    for code, zone in (("212", NEW_YORK), ("850", NEW_YORK), ("605", CHICAGO)):
        case = {"number": number_in(code), "call_type": "debt"}
        for count in (6, 7, 8):
            for oldest in (5, 6, 7):
                for hour in (0, 12, 22, 23):
                    attempts = [wall(today - oldest * DAY, hour * 60 + 30, zone)]
                    attempts += [wall(today - (back % 5) * DAY, 10 * 60 + back, zone) for back in range(count - 1)]
                    yield {
                        "id": f"debt {code}: {count} attempts, the oldest {oldest} days ago at {hour}:30",
                        **case,
                        "utc": utc_text(wall(today, 15 * 60, zone)),
                        "prior_attempts_utc": texts(attempts),
                    }
        for back in (0, 1, 5, 6, 7, 8):
            for hour in (0, 9, 22, 23):
                for minute in (7 * 60 + 59, 12 * 60, 20 * 60 + 59):
                    talked, at = wall(today - back * DAY, hour * 60 + 30, zone), wall(today, minute, zone)
                    if talked < at:
                        yield {
                            "id": f"debt {code}: talked {back} days ago at {hour}:30, now at {minute // 60} h",
                            **case,
                            "utc": utc_text(at),
                            "prior_conversations_utc": texts([talked]),
                        }
    talked = texts([wall(today - DAY, 12 * 60, NEW_YORK)])
    for kind in ("telemarketing", "debt"):
        at = utc_text(wall(today, 12 * 60, NEW_YORK))
        number = number_in("212")
        yield {
            "id": f"{kind} after a talk",
            "number": number,
            "utc": at,
            "call_type": kind,
            "prior_conversations_utc": talked,
        }


def kinds_of_call() -> Iterator[Case]:
    """Recordings, surveys and debts where the facts treat them apart, and sales beside them."""
    for state in ("IL", "MI", "MN", "NE", "NV", "KY", "NY", "CA"):
        for kind in ("prerecorded", "telemarketing"):
            case = {"number": number_of(state), "call_type": kind}
            yield from around(f"{kind} {state}", case, WINTER[4:])
    for state in sheet.STATES:
        case = {"number": number_of(state), "call_type": "prerecorded"}
        yield from around(f"prerecorded {state}", case, [WINTER[3], SUMMER[5]])
    for state in ("NE", "IL"):
        for at in ("2026-12-25 12:30", "2026-12-25 13:30"):
            case = {"number": number_of(state), "call_type": "prerecorded"}
            yield {"id": f"prerecorded {state} at Christmas {at}", **case, "utc": local(CHICAGO, at)}
    for kind in ("survey", "debt"):
        for state in ("NY", "TX", "FL", "RI", "PA"):
            case = {"number": number_of(state), "call_type": kind}
            yield from around(f"{kind} {state}", case, [WINTER[2], WINTER[6]])
    yield from around("survey AU", {"number": example("AU"), "call_type": "survey"}, some(SUMMER))
    moscow = {"number": "+74951234567", "call_type": "debt"}
    yield from around("debt in Moscow", moscow, [*some(SUMMER), date(2027, 1, 5), date(2026, 11, 4), date(2027, 6, 12)])
    for back, hour in ((0, 9), (1, 23), (1, 9), (2, 9)):
        for others in ((), (3,), (5,), (9,), (2, 4)):
            attempts = [wall(SUMMER[3] - back * DAY, hour * 60, "Europe/Moscow")]
            attempts += [wall(SUMMER[3] - other * DAY, 12 * 60, "Europe/Moscow") for other in others]
            at = utc_text(wall(SUMMER[3], 14 * 60, "Europe/Moscow"))
            name = f"debt in Moscow: attempts {back} days ago and {others}"
            yield {"id": name, **moscow, "utc": at, "prior_attempts_utc": texts(attempts)}


def consents() -> Iterator[Case]:
    """Where a call needs consent, from when, and where it does not."""
    numbers = {state: number_of(state) for state in ("CT", "MD", "OK", "FL", "TX", "NY", "WA", "UT", "PR", "ON")}
    numbers |= {region: example(region) for region in ("GB", "ES", "FR", "DE", "IT", "AU", "UZ", "RU", "JP", "BR")}
    noons = {
        "AU": "2026-12-14T02:00:00Z",
        "JP": "2026-12-14T02:00:00Z",
        "UZ": "2026-12-14T09:00:00Z",
        "RU": "2026-12-14T09:30:00Z",
    }
    europe = {"GB", "ES", "FR", "DE", "IT"}
    for place, number in numbers.items():
        at = noons.get(place, "2026-12-14T14:30:00Z" if place in europe else "2026-12-14T18:30:00Z")
        for consent in (True, False):
            for kind in ("telemarketing", "prerecorded"):
                name = f"{kind} {place} with{'' if consent else 'out'} consent"
                yield {"id": name, "number": number, "utc": at, "consent": consent, "call_type": kind}
    for text in (
        "07-31 15:00",
        "08-07 21:00",
        "08-10 15:00",
        "08-10 19:59",
        "08-10 20:00",
        "08-11 00:30",
        "08-11 15:00",
    ):
        for consent in (True, False):
            at = local(PARIS, f"2026-{text}")
            name = f"France on {text} with{'' if consent else 'out'} consent"
            yield {"id": name, "number": example("FR"), "utc": at, "consent": consent}
    mixed = {"number": number_in("713"), "state": "CT", "utc": local(NEW_YORK, "2026-12-14 12:00")}
    for consent in (True, False):
        yield {"id": f"Texan number, Connecticut address, consent {consent}", **mixed, "consent": consent}


def campaign_windows() -> Iterator[Case]:
    """Windows narrow, cross midnight, and belong to the weekday on which they start."""
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    windows = [
        {"start": "09:00", "end": "17:00", "days": week[:5]},
        {"start": "06:00", "end": "23:00", "days": week},
        {"start": "18:00", "end": "10:00", "days": ["fri"]},
        {"start": "20:00", "end": "09:30", "days": ["sat", "sun"]},
        {"start": "22:00", "end": "02:00", "days": ["fri"]},
        {"start": "10:07", "end": "10:23", "days": ["tue", "sat"]},
        {"start": "19:53", "end": "08:11", "days": week},
        {"start": "12:00", "end": "12:00", "days": ["wed"]},
        {"start": "00:00", "end": "00:00", "days": ["mon", "sat"]},
        {"start": "13:00", "end": "14:00", "days": week},
    ]
    places = {
        "New York": {"number": number_in("212")},
        "Houston": {"number": number_in("713")},
        "Rhode Island": {"number": number_in("401")},
        "Rhode Island or California": {"number": number_in("401"), "state": "CA"},
        "Pensacola or not": {"number": number_in("850")},
        "Paris": {"number": example("FR")},
    }
    moments = [
        "03:00",
        "07:59",
        "08:05",
        "08:30",
        "10:07",
        "10:23",
        "11:59",
        "12:00",
        "13:30",
        "16:59",
        "17:00",
        "18:00",
        "20:30",
        "23:59",
    ]
    for name, case in places.items():
        zone = PARIS if name == "Paris" else CHICAGO if name == "Houston" else NEW_YORK
        for number, window in enumerate(windows):
            for day in (SUMMER[1], SUMMER[4], SUMMER[6]):
                for text in moments[number % 7 :: 7]:
                    at = local(zone, f"{day} {text}")
                    shown = f"{window['start']}-{window['end']} {'+'.join(window['days'])}"
                    yield {"id": f"{name}, window {shown}, at {at}", **case, "utc": at, "campaign_window": window}
    every_day = {"start": "13:00", "end": "14:00"}
    for name, window in {
        "no days": every_day,
        "capital letters": {**every_day, "days": ["TUE", "Wed"]},
        "names in full": {**every_day, "days": ["tuesday", "Wednesday"]},
    }.items():
        for text in ("2026-12-15 13:30", "2026-12-15 14:30", "2026-12-17 13:30"):
            case = {"number": number_in("212"), "utc": local(NEW_YORK, text), "campaign_window": window}
            yield {"id": f"window with {name} at {text}", **case}


def nights_of_changing_clocks() -> Iterator[Case]:
    """Every hour and a half around the two nights of the year, with and without windows over them."""
    nights = {
        ("New York", number_in("212"), NEW_YORK): (date(2026, 10, 31), date(2027, 3, 13)),
        ("Denver", number_in("303"), "America/Denver"): (date(2026, 10, 31), date(2027, 3, 13)),
        ("Phoenix or Navajo", number_in("928"), "America/Phoenix"): (date(2026, 10, 31), date(2027, 3, 13)),
        ("Vancouver", number_in("604"), "America/Vancouver"): (date(2026, 10, 31), date(2027, 3, 13)),
        ("St. John's", "+17097221234", "America/St_Johns"): (date(2026, 10, 31), date(2027, 3, 13)),
        ("London", example("GB"), "Europe/London"): (date(2026, 10, 24), date(2027, 3, 27)),
        ("Paris", example("FR"), PARIS): (date(2026, 10, 24), date(2027, 3, 27)),
        ("Sydney", "+61291234567", "Australia/Sydney"): (date(2026, 10, 3), date(2027, 4, 3)),
        ("Lord Howe Island", "+61265632000", "Australia/Lord_Howe"): (date(2026, 10, 3), date(2027, 4, 3)),
        ("an Australian mobile", "+61412345678", "Australia/Lord_Howe"): (date(2026, 10, 3), date(2027, 4, 3)),
        ("Santiago", example("CL"), "America/Santiago"): (date(2026, 9, 5), date(2027, 4, 3)),
    }
    windows = [
        None,
        {"start": "20:00", "end": "10:00", "days": ["sat"]},
        {"start": "02:30", "end": "09:00", "days": ["sun"]},
        {"start": "01:30", "end": "01:30", "days": ["sat", "sun"]},
    ]
    for (name, number, zone), evenings in nights.items():
        for evening in evenings:
            begin = wall(evening, 18 * 60, zone)
            for index in range(12):
                at = utc_text(datetime.fromtimestamp(begin.timestamp() + index * 5400, tz=begin.tzinfo))
                window = windows[index % len(windows)]
                case = {"id": f"{name} at {at}", "number": number, "utc": at}
                yield case if window is None else {**case, "campaign_window": window, "id": f"{case['id']} {window}"}


def refused_numbers() -> Iterator[Case]:
    """Numbers that are never dialled, at a good hour everywhere in America."""
    numbers = {
        "toll-free 800": "+18005550123",
        "toll-free 888": "+18885550123",
        "premium 900": "+19002345678",
        "personal 500": "+15002345678",
        "British 0870": "+448701234567",
        "British premium": "+449098790001",
        "British personal": "+447012345678",
        "British toll-free": "+448001234567",
        "French shared cost": "+33810123456",
        "German premium": "+499001234567",
        "international toll-free": "+80012345678",
        "Inmarsat": "+870773111632",
        "satellite 881": "+881612345678",
        "network 882": "+882343210123",
        "network 883": "+883510012345678",
        "premium 979": "+979123456789",
        "Jamaica": "+18765230123",
        "Dominican Republic": "+18092345678",
        "Bahamas": "+12423456789",
        "Bermuda": "+14413701234",
        "Barbados": "+12462501234",
        "not assigned": "+12005550123",
        "not known yet": "+14365550123",
        "too short": "+1212555",
        "too long": "+121255501234",
        "911": "911",
        "letters": "call me",
        "empty": "",
        "two numbers": "+12125550123 +12125550124",
    }
    for name, number in numbers.items():
        for extra in ({}, {"state": "NY", "country": "US", "postal_code": "10001"}):
            yield {
                "id": f"{name}{' with an address' if extra else ''}",
                "number": number,
                "utc": "2026-12-15T18:00:00Z",
                **extra,
            }


def rules() -> list[Case]:
    """Everything but where and when."""
    return [
        *caps_of_24_hours(),
        *french_cap(),
        *debts(),
        *kinds_of_call(),
        *consents(),
        *campaign_windows(),
        *nights_of_changing_clocks(),
        *refused_numbers(),
    ]
