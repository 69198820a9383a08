"""Password hashes by Argon2id."""

import argon2
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """The PasswordHasher of the product. The default cost is the second of RFC 9106: 64 MiB, 3 passes."""

    def __init__(self, *, time_cost: int = 3, memory_kibibytes: int = 65_536, parallelism: int = 4):
        self._hasher = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kibibytes, parallelism=parallelism)

    def hash(self, password: str) -> str:
        """Hash a password for storage, with a salt of its own and the cost written beside it."""
        return self._hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the password fits. A hash that is damaged fits nothing."""
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
