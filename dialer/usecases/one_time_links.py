"""Tokens that are worth something once: made here, told to one person, kept as hashes."""

import hashlib
import secrets


def fresh_token() -> str:
    """A token of 256 bits, in characters that a link may hold."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """How a token is kept. It cannot be guessed, so a fast hash does."""
    return hashlib.sha256(token.encode()).digest()
