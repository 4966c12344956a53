"""What an archive holds of a workspace's tables, and what a restored one must have put right.

`tenants.archive` copies tables whose meaning it does not know; this says which of them open doors,
which rows speak of files, and what was sealed for the workspace that it was made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.identity.sealing import is_sealed, seal, unseal
from tenants.archive.manifest import Manifest
from tenants.archive.write import Keeping
from tenants.facts import TenantFacts

# Whoever holds such a row's secret gets in, so it holds at the one workspace and at no copy of it.
DOORS = (
    "api_tokens",
    "calendar_feeds",
    "document_links",
    "email_changes",
    "idempotency_keys",
    "invitations",
    "known_devices",
    "password_resets",
    "sign_in_challenges",
    "support_grants",
    "user_sessions",
)
KEEPING = Keeping(
    left_out=DOORS,
    named={
        "files": "SELECT stored FROM files UNION SELECT stored FROM file_versions ORDER BY 1",
        "mail-in": "SELECT stored FROM incoming_mails WHERE stored IS NOT NULL ORDER BY 1",
    },
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column with secrets under the service's key, bound to the workspace and to the row.

    `lost` is done for a row whose secret none of this service's keys opens.
    """

    table: str
    column: str
    lost: Sequence[str]


SEALED = (
    Sealed(
        "users",
        "totp_secret",
        (
            "DELETE FROM recovery_codes WHERE user_id = :id",
            "UPDATE users SET totp_secret = NULL, totp_confirmed_at = NULL WHERE id = :id",
        ),
    ),
    Sealed("webhooks", "secret", ("DELETE FROM webhooks WHERE id = :id",)),
    Sealed(
        "webhooks",
        "earlier_secret",
        ("UPDATE webhooks SET earlier_secret = NULL, earlier_until = NULL WHERE id = :id",),
    ),
    Sealed("mail_servers", "password", ("DELETE FROM mail_servers WHERE id = :id",)),
    Sealed("mail_domains", "private_key", ("DELETE FROM mail_domains WHERE id = :id",)),
    Sealed("messages", "bcc", ("UPDATE messages SET bcc = NULL WHERE id = :id",)),
)
# What would happen twice, here and where the archive comes from, waits for somebody's word.
QUIET = (
    "UPDATE webhooks SET stopped = 'by_hand', stopped_at = :now WHERE stopped IS NULL",
    "UPDATE webhook_deliveries SET state = 'failed', error = NULL "
    "WHERE state IN ('waiting', 'sending')",
    "UPDATE report_mailings SET ended_at = :now WHERE ended_at IS NULL",
    "UPDATE works SET state = 'cancelled', finished_at = :now "
    "WHERE state IN ('waiting', 'running')",
    "UPDATE messages SET state = 'draft', send_at = NULL WHERE state IN ('waiting', 'sending')",
    "UPDATE imports SET state = 'cancelled', finished_at = :now "
    "WHERE state IN ('waiting', 'running')",
    "UPDATE exports SET state = 'cancelled', finished_at = :now "
    "WHERE state IN ('waiting', 'running')",
    "UPDATE exports SET state = 'expired' WHERE state = 'done'",
    "UPDATE takeouts SET state = 'cancelled', finished_at = :now "
    "WHERE state IN ('waiting', 'running')",
    "UPDATE takeouts SET state = 'expired' WHERE state = 'done'",
    "UPDATE farewells SET taken_back_at = :now WHERE taken_back_at IS NULL",
    # What the other workspace pays for, and was told of it, is not this one's.
    "UPDATE seat_bounds SET bought = NULL, held = NULL",
    "DELETE FROM bill_reminders",
    "DELETE FROM usage_notices",
)


def settled(keys: Sequence[str], now: datetime) -> Callable[[Session, TenantFacts, Manifest], None]:
    """What puts a restored workspace right, with the service's `keys`; see `restore`."""

    def settle(session: Session, facts: TenantFacts, manifest: Manifest) -> None:
        for statement in QUIET:
            session.execute(text(statement), {"now": now})
        for one in SEALED:
            _seal_anew(session, one, keys, facts, manifest)

    return settle


def _seal_anew(
    session: Session,
    sealed: Sealed,
    keys: Sequence[str],
    facts: TenantFacts,
    manifest: Manifest,
) -> None:
    """Bind the secrets of one column to the new workspace, or let go of what can't be opened."""
    column = f'"{sealed.column}"'
    find = f'SELECT id, {column} FROM "{sealed.table}" WHERE {column} IS NOT NULL'  # noqa: S608 - our own names
    keep = f'UPDATE "{sealed.table}" SET {column} = :value WHERE id = :id'  # noqa: S608 - our own names
    for row_id, kept in session.execute(text(find)).all():
        if not is_sealed(kept):
            continue
        plain = unseal(kept, keys, manifest.workspace.id, row_id)
        if plain is None:
            for statement in sealed.lost:
                session.execute(text(statement), {"id": row_id})
        else:
            value = seal(plain, keys, facts.id, row_id)
            session.execute(text(keep), {"id": row_id, "value": value})
