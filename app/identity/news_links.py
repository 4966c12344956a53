"""The address in a mail of news that stops such mails, for whoever reads the mail.

It names a person and when the mail was made, and an HMAC-SHA-256 (RFC 2104) under a key derived for
this purpose alone binds both to the workspace. Nothing is kept: what it may do is in it.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"zuke news by mail stopped v1"
ID, MOMENT, PROOF = 16, 8, 16  # Bytes.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


def make_link(
    user_id: UUID, at: datetime, tenant_id: UUID, keys: Sequence[str], purpose: bytes = PURPOSE
) -> str:
    """The last part of the address for a person's mail that is made at `at`.

    Other mails that are stopped so name what else they are about, under a `purpose` of their own.
    """
    said = user_id.bytes + ((at - EPOCH) // MICRO).to_bytes(MOMENT, "big")
    return urlsafe_b64encode(said + _proof(said, tenant_id, keys[0], purpose)).decode().rstrip("=")


def read_link(
    link: str, tenant_id: UUID, keys: Sequence[str], purpose: bytes = PURPOSE
) -> tuple[UUID, datetime] | None:
    """Whose mail had this address and when it was made; None where we did not make it for here."""
    try:
        raw = urlsafe_b64decode(link + "=" * (-len(link) % 4))
    except ValueError:
        return None
    said, proof = raw[: ID + MOMENT], raw[ID + MOMENT :]
    if len(raw) != ID + MOMENT + PROOF:
        return None
    if not any(hmac.compare_digest(proof, _proof(said, tenant_id, key, purpose)) for key in keys):
        return None
    return UUID(bytes=said[:ID]), EPOCH + int.from_bytes(said[ID:], "big") * MICRO


def _proof(said: bytes, tenant_id: UUID, key: str, purpose: bytes) -> bytes:
    return hmac.digest(_derived(key, purpose), tenant_id.bytes + said, "sha256")[:PROOF]


@cache
def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
