"""Secrets of webhooks and the headers that prove a message (Standard Webhooks 1.0)."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook as Signer

from app.automation.webhooks.models import Webhook
from app.identity.sealing import seal, unseal
from tenants.facts import TenantFacts

PREFIX = "whsec_"
BYTES = 32
AGENT = "Zuke-Webhooks/1"


def new_secret() -> str:
    """A fresh secret as receivers' libraries take it."""
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def sealed(secret: str, webhook: Webhook, tenant: TenantFacts, keys: Sequence[str]) -> str:
    """A secret as it is kept: a copied row opens at no other webhook."""
    return seal(secret, keys, tenant.id, webhook.id)


def secrets_of(
    webhook: Webhook, tenant: TenantFacts, keys: Sequence[str], now: datetime
) -> list[str]:
    """The secrets that sign now, the newest first."""
    kept = [webhook.secret]
    if webhook.earlier_secret and webhook.earlier_until and webhook.earlier_until > now:
        kept.append(webhook.earlier_secret)
    opened = [unseal(one, keys, tenant.id, webhook.id) for one in kept]
    return [one for one in opened if one is not None]


def signed(message_id: str, body: str, known: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a message that is sent now; each secret adds its signature."""
    signatures = [Signer(one).sign(message_id, now, body) for one in known]
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
