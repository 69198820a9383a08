"""Password hashes and encrypted fields."""

import pytest
from cryptography.fernet import Fernet

from dialer.domain.errors import Unavailable
from dialer.integrations.passwords import Argon2Passwords
from dialer.integrations.secrets import FernetSecretBox

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def passwords() -> Argon2Passwords:
    return Argon2Passwords(time_cost=1, memory_kibibytes=8, parallelism=1)


def test_a_password_fits_its_own_hash_only(passwords: Argon2Passwords) -> None:
    password_hash = passwords.hash("correct horse")
    assert passwords.verify(password_hash, "correct horse")
    assert not passwords.verify(password_hash, "correct horsf")
    assert "correct" not in password_hash


def test_the_same_password_is_never_hashed_alike(passwords: Argon2Passwords) -> None:
    assert passwords.hash("correct horse") != passwords.hash("correct horse")


@pytest.mark.parametrize("damaged", ["", "plain", "$argon2id$v=19$m=8,t=1,p=1$AAAA"])
def test_a_damaged_hash_fits_nothing(passwords: Argon2Passwords, damaged: str) -> None:
    assert not passwords.verify(damaged, "plain")


def test_a_hash_of_another_cost_still_fits(passwords: Argon2Passwords) -> None:
    password_hash = Argon2Passwords(time_cost=2, memory_kibibytes=16, parallelism=1).hash("correct horse")
    assert passwords.verify(password_hash, "correct horse")


def test_what_was_sealed_before_a_rotation_still_opens() -> None:
    sealed = FernetSecretBox((OLD,)).seal("auth token")
    assert FernetSecretBox((NEW, OLD)).open(sealed) == "auth token"
    assert "auth" not in sealed


def test_sealing_uses_the_newest_key() -> None:
    sealed = FernetSecretBox((NEW, OLD)).seal("auth token")
    with pytest.raises(Unavailable):
        FernetSecretBox((OLD,)).open(sealed)
    assert FernetSecretBox((NEW,)).open(sealed) == "auth token"
