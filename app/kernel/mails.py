"""Addresses of mail: judged by email-validator, of which most need no more than their domain."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    validate_email,
)

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(rf"({_LOCAL}(?:\.{_LOCAL})*)@([A-Za-z0-9.-]+)")
# Letters, digits and single dashes in each part, and a last part of letters alone.
_LABEL = r"[a-z0-9](?:[a-z0-9]|-(?!-)){0,60}[a-z0-9]"
_USUAL = re.compile(rf"(?:(?:{_LABEL}|[a-z0-9])\.){{1,3}}[a-z]{{2,20}}")
# Names that are the same however they are written, which the library writes in one way.
_ROLES = re.compile(
    r"(?:info|marketing|sales|support|abuse|noc|security|postmaster|hostmaster|"
    r"usenet|news|webmaster|www|uucp|ftp)",
    re.IGNORECASE,
)
_LONGEST, _LONGEST_LOCAL = 254, 64
_KEPT = 8192


def read_address(text: str) -> str | None:
    """Return an address as it is kept, its domain in small letters, or None if it can't be one."""
    plain = _PLAIN.fullmatch(text)
    if plain is None or len(text) > _LONGEST or len(plain[1]) > _LONGEST_LOCAL:
        return _judged(text)
    if _ROLES.fullmatch(plain[1]):
        return _judged(text)
    domain = _domain(plain[2])
    return f"{plain[1]}@{domain}" if domain else None


@lru_cache(_KEPT)
def _domain(domain: str) -> str | None:
    """Return a domain as it is kept, or None if no mail can go there."""
    lowered = domain.lower()
    if _USUAL.fullmatch(lowered) and not _is_special(lowered):
        return lowered
    judged = _judged(f"a@{domain}")
    return judged[2:] if judged else None


def _is_special(domain: str) -> bool:
    """Tell whether a domain, or one above it, is set aside for no mail."""
    parts = domain.split(".")
    return any(".".join(parts[at:]) in SPECIAL_USE_DOMAIN_NAMES for at in range(len(parts)))


def _judged(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None
