"""Where a callee may be: numbers, addresses, postal codes and given zones, and what holds if they differ."""

import pytest

from dialer.domain.compliance import Locality, next_allowed, resolve_state
from dialer.domain.errors import Invalid
from tests.builders.callees import BOOK, at_wall, make_subject, place_of, reasons

EAST, CENTRAL, MOUNTAIN, WEST = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


@pytest.mark.parametrize(
    ("code", "states", "zones"),
    [
        ("305", {"US-FL"}, {EAST}),
        ("850", {"US-FL"}, {EAST, CENTRAL}),
        ("448", {"US-FL"}, {EAST, CENTRAL}),
        ("689", {"US-FL"}, {EAST}),
        ("219", {"US-IN"}, {EAST, CENTRAL}),
        ("317", {"US-IN"}, {EAST}),
        ("270", {"US-KY"}, {EAST, CENTRAL}),
        ("423", {"US-TN"}, {EAST, CENTRAL}),
        ("865", {"US-TN"}, {EAST}),
        ("615", {"US-TN"}, {CENTRAL}),
        ("915", {"US-TX"}, {MOUNTAIN}),
        ("432", {"US-TX"}, {CENTRAL, MOUNTAIN}),
        ("308", {"US-NE"}, {CENTRAL, MOUNTAIN}),
        ("605", {"US-SD"}, {CENTRAL, MOUNTAIN}),
        ("775", {"US-NV"}, {WEST, "America/Boise"}),
        ("541", {"US-OR"}, {WEST, "America/Boise"}),
        ("928", {"US-AZ"}, {"America/Phoenix", MOUNTAIN}),
        ("906", {"US-MI"}, {"America/Detroit", "America/Menominee"}),
        ("907", {"US-AK"}, {"America/Anchorage", "America/Adak"}),
        ("787", {"US-PR"}, {"America/Puerto_Rico"}),
        ("671", {"US-GU"}, {"Pacific/Guam"}),
    ],
)
def test_an_area_code_says_the_state_and_every_zone_it_reaches_into(
    code: str, states: set[str], zones: set[str]
) -> None:
    place = place_of(f"+1{code}5550123")
    assert set(place.jurisdictions) == {"US"} | states
    assert set(place.time_zones) == zones


@pytest.mark.parametrize(
    ("code", "provinces", "zones"),
    [
        ("416", {"CA-ON"}, {"America/Toronto"}),
        ("807", {"CA-ON"}, {"America/Toronto", "America/Winnipeg", "America/Atikokan"}),
        ("604", {"CA-BC"}, {"America/Vancouver"}),
        ("250", {"CA-BC"}, {"America/Vancouver", "America/Edmonton", "America/Dawson_Creek", "America/Creston"}),
        ("902", {"CA-NS", "CA-PE"}, {"America/Halifax"}),
        ("306", {"CA-SK"}, {"America/Regina", "America/Edmonton"}),
        ("879", {"CA-NL"}, {"America/St_Johns", "America/Goose_Bay"}),
    ],
)
def test_canadian_codes_say_their_provinces(code: str, provinces: set[str], zones: set[str]) -> None:
    place = place_of(f"+1{code}5550123")
    assert set(place.jurisdictions) == {"CA"} | provinces
    assert set(place.time_zones) == zones


@pytest.mark.parametrize(
    ("number", "countries", "zones"),
    [
        ("+442079460018", {"GB"}, {"Europe/London"}),
        ("+61733331234", {"AU"}, {"Australia/Brisbane"}),
        ("+34612345678", {"ES"}, {"Europe/Madrid", "Atlantic/Canary"}),
        ("+912228403221", {"IN"}, {"Asia/Kolkata"}),
        ("+18762345678", {"JM"}, {"America/Jamaica"}),
        ("+18002345678", {"US"}, set()),
        ("+16002345678", {"CA"}, set()),
        ("+881612345678", {"001"}, set()),
    ],
)
def test_other_numbers_lie_where_the_library_says_or_nowhere(number: str, countries: set[str], zones: set[str]) -> None:
    place = place_of(number)
    assert (set(place.jurisdictions), set(place.time_zones)) == (countries, zones)
    assert place.is_known is bool(zones)


@pytest.mark.parametrize(("number", "at_least"), [("+61412345678", 8), ("+79161234567", 11)])
def test_mobiles_of_wide_countries_may_be_in_any_of_their_zones(number: str, at_least: int) -> None:
    assert len(place_of(number).time_zones) >= at_least


@pytest.mark.parametrize("state", ["RI", "ri", "US-RI", "Rhode Island", " rhode  island ", "R.I."])
def test_an_address_elsewhere_adds_its_state_and_zones(state: str) -> None:
    assert place_of("+14155550123", state=state) == Locality.of(["US", "US-CA", "US-RI"], [WEST, EAST])


def test_an_address_in_the_numbers_own_state_changes_nothing() -> None:
    assert place_of("+18505550123", state="FL") == place_of("+18505550123")
    assert place_of("+13055550123", state="Florida").time_zones == (EAST,)


def test_a_split_state_without_a_postal_code_adds_all_its_zones() -> None:
    assert set(place_of("+14155550123", state="TN").time_zones) == {CENTRAL, EAST, WEST}


@pytest.mark.parametrize(
    ("evidence", "zones"),
    [
        ({"state": "TN", "postal_code": "37201"}, {WEST, CENTRAL}),
        ({"state": "TN", "postal_code": "37902"}, {WEST, EAST}),
        ({"postal_code": "37902"}, {WEST, EAST}),
        ({"postal_code": "37902-1234"}, {WEST, EAST}),
        ({"state": "TN", "postal_code": "10001"}, {WEST, EAST, CENTRAL}),
    ],
)
def test_a_postal_code_says_where_in_the_other_state(evidence: dict[str, str], zones: set[str]) -> None:
    assert set(place_of("+14155550123", **evidence).time_zones) == zones


def test_a_postal_code_alone_brings_its_states_rules() -> None:
    assert place_of("+14155550123", postal_code="02903").jurisdictions == ("US", "US-CA", "US-RI")
    assert place_of("+14155550123", postal_code="2903").jurisdictions == ("US", "US-CA", "US-RI")
    assert place_of("+14155550123", postal_code="M5V 2T6").jurisdictions == ("CA", "CA-ON", "US", "US-CA")


@pytest.mark.parametrize(
    ("number", "postal_code", "zones"),
    [
        ("+18505550123", "32501", {CENTRAL}),
        ("+18505550123", "32301", {EAST}),
        ("+18505550123", "32456", {EAST}),
        ("+16205550123", "67735", {MOUNTAIN}),
        ("+19065550123", "49801", {"America/Menominee"}),
        ("+19065550123", "49855", {"America/Detroit"}),
        ("+19285550123", "86001", {"America/Phoenix"}),
        ("+19285550123", "86515", {MOUNTAIN}),
        ("+19285550123", "86039", {"America/Phoenix", MOUNTAIN}),
        ("+13055550123", "32501", {EAST, CENTRAL}),
        ("+18505550123", "09123", {EAST, CENTRAL}),
        ("+18075550123", "M5V 2T6", {"America/Toronto"}),
    ],
)
def test_a_postal_code_narrows_the_numbers_own_zones(number: str, postal_code: str, zones: set[str]) -> None:
    assert set(place_of(number, postal_code=postal_code).time_zones) == zones


@pytest.mark.parametrize(
    ("number", "evidence", "zones"),
    [
        ("+18505550123", {"time_zone": CENTRAL}, {CENTRAL}),
        ("+18505550123", {"time_zone": "US/Central"}, {CENTRAL}),
        ("+18505550123", {"time_zone": WEST}, {EAST, CENTRAL, WEST}),
        ("+18002345678", {"time_zone": CENTRAL}, {CENTRAL}),
        ("+18505550123", {"time_zone": EAST, "postal_code": "32501"}, {EAST, CENTRAL}),
        ("+14155550123", {"time_zone": EAST, "state": "TN"}, {WEST, EAST}),
    ],
)
def test_a_zone_that_the_customer_gave_narrows_its_own_and_is_added_to_others(
    number: str, evidence: dict[str, str], zones: set[str]
) -> None:
    assert set(place_of(number, **evidence).time_zones) == zones


def test_another_country_adds_itself_and_its_zones() -> None:
    place = place_of("+442079460018", country="United States", state="FL")
    assert place.jurisdictions == ("GB", "US", "US-FL")
    assert set(place.time_zones) == {"Europe/London", EAST, CENTRAL}
    assert len(place_of("+442079460018", country="US").time_zones) > 20


def test_territories_are_states_of_the_united_states() -> None:
    assert place_of("+17875550123", country="US") == Locality.of(["US", "US-PR"], ["America/Puerto_Rico"])
    assert place_of("+12125550123", country="PR").jurisdictions == ("US", "US-NY", "US-PR")


def test_the_address_first_profile_leaves_the_numbers_state_out_when_the_address_resolves() -> None:
    place = place_of("+13055550123", state="NY", profile="address_first")
    assert place == Locality.of(["US", "US-NY"], [EAST])
    assert place_of("+13055550123", profile="address_first") == place_of("+13055550123")
    assert place_of("+13055550123", state="nowhere", profile="address_first") == place_of("+13055550123")
    tennessee = place_of("+13055550123", state="TN", postal_code="37201", profile="address_first")
    assert tennessee == Locality.of(["US", "US-TN"], [CENTRAL])


@pytest.mark.parametrize(
    ("text", "country", "state"),
    [
        ("CA", None, "US-CA"), ("ON", None, "CA-ON"), ("ON", "CA", "CA-ON"), ("Québec", "CA", "CA-QC"),
        ("Quebec", "US", "CA-QC"), ("D.C.", "US", "US-DC"), ("WA", "AU", None), ("MI", "IT", None),
        ("US-WA", "AU", "US-WA"), ("Georgia", "GE", None), ("ZZ", "US", None), ("", "US", None),
    ],
)  # fmt: skip
def test_two_letters_are_a_state_only_where_the_country_has_such_states(
    text: str, country: str | None, state: str | None
) -> None:
    assert resolve_state(text, country, BOOK) == state


def test_what_names_nothing_is_ignored_but_an_unknown_zone_or_profile_is_refused() -> None:
    assert place_of("+12125550123", state="?", country="?", postal_code="?") == place_of("+12125550123")
    with pytest.raises(Invalid, match="time_zone"):
        place_of("+12125550123", time_zone="Mars/Olympus")
    with pytest.raises(Invalid, match="profile"):
        place_of("+12125550123", profile="loose")


def test_a_signature_tells_localities_apart_and_brings_them_back() -> None:
    place = place_of("+18505550123", state="RI")
    assert place.signature == "US,US-FL,US-RI|America/Chicago,America/New_York"
    assert Locality.from_signature(place.signature) == place
    nowhere = place_of("+18002345678")
    assert Locality.from_signature(nowhere.signature) == nowhere
    assert place.countries == ("US",)


def test_without_a_known_time_nobody_is_called() -> None:
    subject = make_subject("+16002345678")
    noon = at_wall("America/Toronto", "2027-03-03T12:00")
    assert reasons(subject, noon) == {("TIME-ZONE", "unknown_time_zone")}
    assert next_allowed(subject, noon, BOOK) is None
    assert reasons(make_subject("+16002345678", evidence={"state": "ON"}), noon) == set()


def test_every_area_code_and_state_has_zones_that_exist() -> None:
    from dialer.domain.compliance.wall_clock import is_zone

    geography = BOOK.geography
    areas = [*geography.area_codes.values(), *geography.states.values()]
    areas += [area for codes in geography.postal_areas.values() for area in codes.values()]
    assert len(geography.area_codes) == 421
    assert all(area.time_zones and all(map(is_zone, area.time_zones)) for area in areas)
    assert all(name in geography.states for area in areas for name in area.jurisdictions)
    for area in geography.area_codes.values():
        whole = {zone for name in area.jurisdictions for zone in geography.states[name].time_zones}
        assert set(area.time_zones) <= whole | {"America/Vancouver", "America/Whitehorse"}
