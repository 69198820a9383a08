"""What a password must be."""

import pytest

from dialer.domain.errors import Invalid
from dialer.domain.passwords import check_password, is_common

COMMON = [
    "password", "Password1!", "P@ssw0rd", "passw0rd123", "12345678", "87654321", "11223344", "00000000", "qwertyui",
    "1q2w3e4r", "zaq12wsx", "abcabcabc", "asdfasdf", "aaaaaaaa", "letmein!!", "Welcome2024!", "iloveyou1", "trustno1",
    "admin123!", "sunshine99", "p a s s w o r d", "passwordpassword", "abcdefgh", "football1",
]  # fmt: skip
GOOD = [
    "correct horse battery", "securepassword", "securePassword123", "tall giraffes hum", "Tr0ub4dor&3", "kV9#mzQ2pL",
    "  eight or more ", "83914756201934", "größer als gedacht",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert is_common(password)
    with pytest.raises(Invalid):
        check_password(password, email="ada@example.com")


@pytest.mark.parametrize("password", GOOD)
def test_anything_else_is_taken_as_it_is(password: str) -> None:
    assert check_password(password, email="ada@example.com") == password


@pytest.mark.parametrize(
    "password", ["ada.lovelace@example.com", "Ada.Lovelace@Example.com", "ada.lovelace", "Ada.Lovelace1"]
)
def test_the_address_is_no_password(password: str) -> None:
    with pytest.raises(Invalid, match="e-mail"):
        check_password(password, email="Ada.Lovelace@example.com")


@pytest.mark.parametrize(("length", "is_good"), [(7, False), (8, True), (200, True), (201, False)])
def test_lengths(length: int, is_good: bool) -> None:
    password = ("kV9#mzQ2" * 30)[: length - 1] + "x"
    if is_good:
        check_password(password, email="ada@example.com", field="new_password")
        return
    with pytest.raises(Invalid) as refused:
        check_password(password, email="ada@example.com", field="new_password")
    assert refused.value.fields[0].field == "new_password"
