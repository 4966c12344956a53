"""Passwords are kept by argon2id (RFC 9106) with the parameters that OWASP names as its minimum."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Characters of what was typed that are looked at. No password that is kept has as many, and
# normalising a long run of combining marks takes time by the square of its length.
LONGEST = 1000

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def normal_form(password: str) -> str:
    """The one spelling of a password that keyboards and systems write differently (NFKC)."""
    return unicodedata.normalize("NFKC", password[:LONGEST])


def hash_password(password: str) -> str:
    """The encoded hash of a password, with a salt of its own."""
    return _hasher.hash(_bytes(password))


def verify_password(encoded: str | None, password: str) -> bool:
    """True when `password` is the one that was kept as `encoded`.

    Without a hash (nobody there, nothing set yet) the same work is done and the answer is False,
    so that the time taken tells nothing.
    """
    try:
        right = _hasher.verify(encoded or _decoy(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(right) and encoded is not None


def needs_rehash(encoded: str) -> bool:
    """True when the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(encoded)


def _bytes(password: str) -> bytes:
    return normal_form(password).encode("utf-8", "replace")


@cache
def _decoy() -> str:
    """A hash that no password opens in practice, compared where there is no user."""
    return _hasher.hash("nobody has this password")
