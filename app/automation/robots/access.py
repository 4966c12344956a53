"""The address of a robot and its signing secret: whoever has them writes into the group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from app.automation.webhooks.models import Webhook
from app.identity.sealing import seal, unseal
from tenants.facts import TenantFacts

SHOWN = 4  # The last characters of an address, by which its owner tells it from another.


@dataclass(frozen=True, slots=True)
class Access:
    """Where a robot is called, and what signs for it; no `secret` where none is checked."""

    url: str
    secret: str = ""


def close(access: Access, webhook: Webhook, tenant: TenantFacts, keys: Sequence[str]) -> None:
    """Keep the access sealed in the robot's row, and its address so that nobody can use it."""
    webhook.secret = seal(json.dumps(asdict(access)), keys, tenant.id, webhook.id)
    webhook.url = masked(access.url)


def open_access(webhook: Webhook, tenant: TenantFacts, keys: Sequence[str]) -> Access | None:
    """The access of a robot; None where the service's keys do not open it any more."""
    opened = unseal(webhook.secret, keys, tenant.id, webhook.id)
    return Access(**json.loads(opened)) if opened is not None else None


def masked(url: str) -> str:
    """An address without what lets others use it: `https://oapi.dingtalk.com/…a1b2`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…{url[-SHOWN:]}"
