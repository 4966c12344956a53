"""The address at which a person's mail comes in: it names the workspace, and proves the rest.

`<slug>+<key><proof>@INBOUND_MAIL_DOMAIN`: the proof is an HMAC of workspace and key under the
service's secret, so that nobody can make one up, and one of another workspace is none here.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Previewing
from app.kernel.language import _
from app.mail.inbound.models import MailAddress
from config.settings import Settings

KEY_LENGTH = 8  # Characters of base32: 40 bits that tell the people of a workspace apart.
PROOF_LENGTH = 15  # 75 bits; with a slug of forty characters the local part has its 64.
LOCAL = re.compile(
    rf"(?P<slug>[a-z0-9-]{{3,40}})\+(?P<key>[a-z2-7]{{{KEY_LENGTH}}})"
    rf"(?P<proof>[a-z2-7]{{{PROOF_LENGTH}}})\Z"
)


def read_local(local: str) -> tuple[str, str, str] | None:
    """Slug, key and proof of what stands before the @, or None where it is none of ours."""
    found = LOCAL.match(local.lower())
    return (found["slug"], found["key"], found["proof"]) if found else None


def proves(tenant_id: UUID, key: str, proof: str, keys: Sequence[str]) -> bool:
    """True when we wrote this proof for this key of this workspace."""
    return any(hmac.compare_digest(_proof(tenant_id, key, one), proof) for one in keys)


def my_address(by: Actor, settings: Settings) -> str:
    """The address of whoever acts; empty where they have none."""
    if not settings.inbound_mail_domain or by.person_id is None:
        return ""
    key = by.session.scalar(select(MailAddress.key).where(MailAddress.user_id == by.person_id))
    return _written(by, key, settings) if key else ""


def renew_address(by: Actor, settings: Settings) -> str:
    """A new address; what is sent to the one before, if there was one, is refused from now on."""
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if by.user_id is None or not settings.inbound_mail_domain:
        raise NotPermitted(_("Your role does not allow this."))
    return _written(by, _draw(by), settings)


def _draw(by: Actor) -> str:
    key = b32encode(secrets.token_bytes(5)).decode().lower()
    row = insert(MailAddress).values(user_id=by.user_id, key=key, made_at=by.now)
    changed = {"key": key, "made_at": by.now}
    by.session.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=changed))
    return key


def _written(by: Actor, key: str, settings: Settings) -> str:
    proof = _proof(by.tenant.id, key, settings.secret_key)
    return f"{by.tenant.slug}+{key}{proof}@{settings.inbound_mail_domain}"


def _proof(tenant_id: UUID, key: str, secret: str) -> str:
    made = hmac.new(secret.encode(), b"mail-in|" + tenant_id.bytes + key.encode(), sha256)
    return b32encode(made.digest()).decode().lower()[:PROOF_LENGTH]
