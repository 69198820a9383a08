"""Codes of authenticator apps, by the vectors of the RFCs."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.one_time_codes import code_at, matching_step, parse_secret, present_secret, step_at

# RFC 4226, appendix D, and RFC 6238, appendix B: the last six of its eight digits.
SECRET = b"12345678901234567890"
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
TOTP = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


def test_codes_of_steps_are_those_of_rfc_4226() -> None:
    assert [code_at(SECRET, step) for step in range(10)] == HOTP


@pytest.mark.parametrize(("seconds", "code"), TOTP.items())
def test_codes_of_moments_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, step_at(at)) == code
    assert matching_step(SECRET, code, at) == seconds // 30


@given(st.binary(min_size=1, max_size=40))
def test_a_secret_survives_being_shown(secret: bytes) -> None:
    assert parse_secret(present_secret(secret)) == secret
    assert "=" not in present_secret(secret)


@pytest.mark.parametrize("code", ["", "28708", "2870820", "abcdef", "２８７０８２", "é"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None
