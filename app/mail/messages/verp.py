"""The envelope sender of one mail: whatever comes back to it is about that mail (VERP).

`<slug>+<key><proof>@INBOUND_MAIL_DOMAIN`, as the addresses of people for mail in, with a proof that
is good for nothing else.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from app.kernel.actor import Actor
from app.mail.messages.models import Message
from config.settings import Settings

KEY_BYTES = 5
PROOF_LENGTH = 15  # As that of a person's address.


def envelope_sender(message: Message, by: Actor, settings: Settings) -> str:
    """Where what comes back of a mail goes; empty where the service takes no mail in."""
    if not settings.inbound_mail_domain:
        return ""
    if message.bounce_key is None:
        message.bounce_key = b32encode(secrets.token_bytes(KEY_BYTES)).decode().lower()
    proof = _proof(by.tenant.id, message.bounce_key, settings.secret_key)
    return f"{by.tenant.slug}+{message.bounce_key}{proof}@{settings.inbound_mail_domain}"


def proves_bounce(tenant_id: UUID, key: str, proof: str, keys: Sequence[str]) -> bool:
    """True when we wrote this proof for a mail of this workspace."""
    return any(hmac.compare_digest(_proof(tenant_id, key, one), proof) for one in keys)


def _proof(tenant_id: UUID, key: str, secret: str) -> str:
    made = hmac.new(secret.encode(), b"bounce|" + tenant_id.bytes + key.encode(), sha256)
    return b32encode(made.digest()).decode().lower()[:PROOF_LENGTH]
