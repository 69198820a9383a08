"""Encryption of single fields, with keys that can be rotated."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from dialer.domain.errors import Unavailable


class FernetSecretBox:
    """The SecretBox of the product: seals with the first key, opens with any."""

    def __init__(self, keys: tuple[str, ...]):
        self._newest = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, plain: str) -> str:
        """Encrypt and sign with the newest key."""
        return self._fernet.encrypt(plain.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt with whichever key fits; raises Unavailable when none does."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unavailable(_NO_KEY) from None

    def renew(self, sealed: str) -> str | None:
        """Encrypt again with the newest key; None where that is the key already."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            pass
        else:
            return None
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise Unavailable(_NO_KEY) from None


_NO_KEY = "A stored credential cannot be read with the present field encryption keys."
