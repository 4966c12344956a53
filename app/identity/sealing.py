"""Secrets that we must read again, sealed: a copy of the table alone opens nobody's second step.

AES-256-GCM (NIST SP 800-38D) under a key that HKDF (RFC 5869) derives from the service's secret.
Workspace and user are the associated data, so a row copied to somebody else does not open there.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEALED = "v1:"  # No plain secret has a colon: they are base32.
NONCE = 12  # Bytes, drawn anew for each sealing.


def seal(plain: str, keys: Sequence[str], tenant_id: UUID, user_id: UUID) -> str:
    """The secret sealed under the first of the service's `keys`, for this user of this tenant."""
    nonce = secrets.token_bytes(NONCE)
    closed = _cipher(keys[0]).encrypt(nonce, plain.encode(), _bound_to(tenant_id, user_id))
    return SEALED + urlsafe_b64encode(nonce + closed).decode()


def unseal(sealed: str, keys: Sequence[str], tenant_id: UUID, user_id: UUID) -> str | None:
    """The secret that `seal` closed under any of `keys` for this very user, or None."""
    try:
        raw = urlsafe_b64decode(sealed.removeprefix(SEALED))
    except ValueError:
        return None
    for key in keys:
        try:
            opened = _cipher(key).decrypt(raw[:NONCE], raw[NONCE:], _bound_to(tenant_id, user_id))
        except (InvalidTag, ValueError):
            continue
        return opened.decode()
    return None


def is_sealed(kept: str) -> bool:
    """True for what `seal` made, False for a secret that is still kept as it is."""
    return kept.startswith(SEALED)


def _cipher(key: str) -> AESGCM:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"zuke second step v1")
    return AESGCM(derived.derive(key.encode()))


def _bound_to(tenant_id: UUID, user_id: UUID) -> bytes:
    return tenant_id.bytes + user_id.bytes
