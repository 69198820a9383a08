"""Which counts a login takes."""

import pytest

from dialer.domain.login_throttles import Throttle, login_throttles, network_of, place_of


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
     (None, "unknown"), ("", "unknown"), ("not an address", "unknown")],
)  # fmt: skip
def test_networks(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_a_known_place_shares_no_count_with_anywhere_else() -> None:
    known = {one.key for one in login_throttles("ada@example.com", "203.0.113.9", is_known_place=True)}
    strange = {one.key for one in login_throttles("ada@example.com", "203.0.113.9", is_known_place=False)}
    assert (len(known), len(strange), known & strange) == (1, 2, set())


def test_accounts_are_told_apart_in_any_case_of_letters() -> None:
    def keys(email: str) -> set[str]:
        return {one.key for one in login_throttles(email, "203.0.113.9", is_known_place=True)}

    assert keys(" Ada@Example.com") == keys("ada@example.com") != keys("bea@example.com")


def test_keys_and_places_tell_neither_address_nor_account() -> None:
    told = " ".join(one.key for one in login_throttles("ada@example.com", "203.0.113.9", is_known_place=False))
    assert "ada" not in told + place_of("203.0.113.9")
    assert "203.0" not in told + place_of("203.0.113.9")


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (5, 0), (6, 1), (7, 2), (15, 512), (16, 900), (10_000, 900)])
def test_delays_double_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert Throttle("x", free=5).wait_after(failures).total_seconds() == seconds
