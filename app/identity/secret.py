"""Secrets that are shown once: drawn from the system's randomness, kept only as digests."""

from __future__ import annotations

import secrets
from hashlib import sha256

TOKEN_PREFIX = "zk_"  # noqa: S105  So that programs and scanners recognise one of our API tokens.
SHOWN_LENGTH = 11  # How much of an API token is kept to tell it from others.
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # Without those that eyes confuse.


def new_secret() -> str:
    """A fresh secret of 256 bits, fit for URLs and cookies."""
    return secrets.token_urlsafe(32)


def new_api_token() -> str:
    """A fresh API token, `zk_` and 256 bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_recovery_code() -> str:
    """A fresh recovery code of some 79 bits in four groups, such as `k7mp-2xqa-9dfe-hh3w`."""
    letters = [secrets.choice(_CODE_LETTERS) for _place in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def digest(secret: str) -> str:
    """The SHA-256 of a secret in hexadecimal; our secrets are random, so no salt is needed."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
