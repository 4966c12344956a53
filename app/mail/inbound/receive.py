"""Taking mail in: who it is for, kept as it came, and only then acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from app.identity.limits import Counter, Limit, TooMany, counter, number, take
from app.identity.models import User
from app.jobs.enqueue import enqueue
from app.kernel import clock
from app.kernel.actor import service_actor
from app.kernel.ids import new_id
from app.mail.inbound.addresses import proves, read_local
from app.mail.inbound.charsets import storable
from app.mail.inbound.models import Fate, IncomingMail, MailAddress, Why
from app.mail.messages.models import Message
from app.mail.messages.verp import proves_bounce
from config.settings import Settings
from tenants.facts import TenantFacts
from tenants.files import folder_of, new_name
from tenants.resolve import resolve_host
from tenants.scope import tenant_scope

TAKE_IN = "take_mail_in"  # One that others don't wait for.
TAKE_ALL = "take_mails_in"  # All that wait, some at a time.
ROOM = "mail-in"
PER_SENDER = Limit("mail-in:sender", 2_000, 3600)  # To one address, from one envelope sender.
PER_ADDRESS = Limit("mail-in:address", 3_000, 3600)  # To one address, from anybody.
WORKSPACE = "mail-in:workspace"
PER_WORKSPACE = 10_000  # An hour; a workspace's own `mails_in_per_hour` goes before it.
PER_MAIL = Limit("mail-in:reports", 100, 3600)  # Of what comes back of one mail of ours.
LIVES = timedelta(days=90)  # How long something may come back of one.
TOLD = Limit("mail-in:told", 1, 3600)  # How often the ledger says that there were too many.
LONGEST_SENDER = 320


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose address a mail came to, and which mail of theirs it is the envelope sender of."""

    tenant: TenantFacts
    user_id: UUID
    bounced_id: UUID | None = None


class Closed(Exception):
    """The workspace of an address is suspended: what comes for it is to be sent again later."""


def find_recipient(address: str, settings: Settings) -> Recipient | None:
    """Whose address this is; None for all others, in one way and without a look at their data.

    Closed for a proven address of a workspace that is suspended, for as long as senders try.
    """
    local, _at, domain = address.rpartition("@")
    if not settings.inbound_mail_domain or domain.lower() != settings.inbound_mail_domain.lower():
        return None
    read = read_local(local)
    if read is None:
        return None
    slug, key, proof = read
    tenant = resolve_host(f"{slug}.{settings.service_host}", settings)
    if tenant is None:
        return None
    is_bounce = proves_bounce(tenant.id, key, proof, settings.keys)
    if not is_bounce and not proves(tenant.id, key, proof, settings.keys):
        return None
    if tenant.is_suspended:
        raise Closed
    if is_bounce:
        return _writer_of(tenant, key)
    with tenant_scope(tenant) as session:
        found = session.scalar(
            select(User.id)
            .join(MailAddress, MailAddress.user_id == User.id)
            .where(MailAddress.key == key, User.is_active.is_(True))
        )
    return Recipient(tenant, found) if found is not None else None


def _writer_of(tenant: TenantFacts, key: str) -> Recipient | None:
    """Whoever wrote the mail whose envelope sender this is; may they have left meanwhile.

    None once that mail went so long ago that nothing of it comes back any more.
    """
    went = func.coalesce(Message.taken_at, Message.at)
    with tenant_scope(tenant) as session:
        found = session.execute(
            select(Message.id, Message.user_id).where(
                Message.bounce_key == key, went > clock.now() - LIVES
            )
        ).one_or_none()
    return Recipient(tenant, found.user_id, found.id) if found and found.user_id else None


def count_mail(recipients: Sequence[Recipient], sender: str) -> None:
    """Count a mail of this sender for each recipient, or raise TooMany; the ledger tells of that.

    All limits are counted at once, so that what is refused by one is counted by none.
    """
    counters: dict[str, Counter] = {}
    for one in recipients:
        most = one.tenant.limits.get("mails_in_per_hour", PER_WORKSPACE)
        for limit, subject in (*_own_limits(one, sender), (Limit(WORKSPACE, most, 3600), "")):
            found = counter(one.tenant, limit, subject)
            counters[found.key] = found
    try:
        take(counters.values(), clock.now())
    except TooMany:
        for one in recipients:
            _tell_of_limit(one, sender)
        raise


def _own_limits(one: Recipient, sender: str) -> list[tuple[Limit, str]]:
    """The limits of the address itself: what comes back of a mail takes nothing of its writer's."""
    if one.bounced_id is not None:
        return [(PER_MAIL, str(one.bounced_id))]
    return [(PER_SENDER, f"{one.user_id}|{sender}"), (PER_ADDRESS, str(one.user_id))]


def _tell_of_limit(recipient: Recipient, sender: str) -> None:
    """Say in the ledger, once an hour, that mails were asked to be sent again later."""
    now = clock.now()
    if number(counter(recipient.tenant, TOLD, str(recipient.user_id)), now) > 1:
        return
    with tenant_scope(recipient.tenant) as session:
        line = _line(recipient, b"", sender, None, now)
        line.state, line.why, line.settled_at = Fate.SKIPPED, Why.LIMIT, now
        session.add(line)


def keep(recipient: Recipient, content: bytes, sender: str) -> UUID:
    """Keep a raw mail with its line in the ledger and the job that reads it; its id.

    Once this has answered, the mail is safe. NoRoom when the disk is full.
    """
    stored = new_name("eml")
    folder = folder_of(recipient.tenant.id, ROOM)
    with folder.making(stored) as draft:
        draft.write_bytes(content)
    try:
        with tenant_scope(recipient.tenant) as session:
            by = service_actor(session, recipient.tenant, clock.now(), via="mail")
            mail = _line(recipient, content, sender, stored, by.now)
            session.add(mail)
            enqueue(by, TAKE_ALL, {}, key=TAKE_ALL)
            return mail.id
    except BaseException:
        folder.remove(stored)  # Nobody was told that it is kept: it will be sent again.
        raise


def _line(
    recipient: Recipient, content: bytes, sender: str, stored: str | None, now: datetime
) -> IncomingMail:
    return IncomingMail(
        id=new_id(),
        user_id=recipient.user_id,
        received_at=now,
        bounced_ref=recipient.bounced_id,
        state=Fate.WAITING,
        stored=stored,
        size=len(content),
        digest=sha256(content).hexdigest(),
        envelope_from=storable(sender)[:LONGEST_SENDER],
    )
