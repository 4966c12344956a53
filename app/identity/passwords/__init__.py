"""Passwords: which are taken, how they are kept, how they are compared."""

from app.identity.passwords.hashing import hash_password, needs_rehash, verify_password
from app.identity.passwords.rules import MAXIMUM, MINIMUM, check_new_password

__all__ = [
    "MAXIMUM",
    "MINIMUM",
    "check_new_password",
    "hash_password",
    "needs_rehash",
    "verify_password",
]
