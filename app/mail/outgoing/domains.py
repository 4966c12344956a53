"""Domains that mails are signed for (DKIM, RFC 6376): a key of each, looked for before its use."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Collection
from enum import StrEnum
from uuid import UUID

import dkim
import dns.exception
import dns.resolver
import idna
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import func, select

from app.events import write_event
from app.identity.limits import Limit, counter, take
from app.identity.operations.guard import require, require_change
from app.identity.sealing import seal, unseal
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.mail.messages.rights import SETUP
from app.mail.outgoing.lost import find, lose
from app.mail.outgoing.models import MailDomain
from app.mail.trouble import Kind, Trouble, Unreadable
from config.settings import Settings

STAMP = "mail_domains"  # Drawn with the first one: until then nobody asks for any.
MOST = 20  # Of a workspace.
SECONDS = 5.0  # For an answer of the name servers.
CHECKS = Limit("mail-domain:check", 60, 3600)  # Of one workspace: each is a call outside.
SIGNED = (
    *("from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to"),
    *("references", "mime-version", "content-type"),
)
LookUp = Callable[[str], list[str]]


class Problem(StrEnum):
    """Why a domain is not signed for."""

    MISSING = "missing"  # No such record.
    OTHER = "other"  # Another key stands there.
    UNKNOWN = "unknown"  # The name servers could not be asked.


class CannotAsk(Exception):
    """The name servers gave no answer, so nothing is known."""


def look_up(name: str) -> list[str]:
    """The texts of a name; none where it has none. CannotAsk where nobody answered."""
    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise CannotAsk(type(error).__name__) from error
    return [b"".join(one.strings).decode("ascii", "replace") for one in found]


def domains_of(by: Actor) -> list[MailDomain]:
    """Every domain of the workspace, by name."""
    require(by, *SETUP)
    return list(by.session.scalars(select(MailDomain).order_by(MailDomain.domain)))


def find_domain(domain_id: UUID, by: Actor) -> MailDomain:
    """One of them, or Missing."""
    require(by, *SETUP)
    found = by.session.get(MailDomain, domain_id)
    if found is None:
        raise Missing(_("There is no such domain."))
    return found


def add_domain(typed: str, by: Actor, settings: Settings) -> MailDomain:
    """Make a key for a domain; it is used once its record was found."""
    require_change(by, *SETUP)
    name = _clean(typed)
    if by.session.scalar(select(MailDomain.id).where(MailDomain.domain == name)) is not None:
        raise Refused(_("This domain is there already."), field="domain")
    if (by.session.scalar(select(func.count()).select_from(MailDomain)) or 0) >= MOST:
        raise Refused(_("At most %(limit)s domains.", limit=MOST), field="domain")
    key = generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    row_id = new_id()
    domain = MailDomain(
        id=row_id,
        domain=name,
        selector=f"zuke-{secrets.token_hex(4)}",
        private_key=seal(private.decode(), settings.keys, by.tenant.id, row_id),
        public_key=b64encode(public).decode(),
        created_at=by.now,
    )
    by.session.add(domain)
    stamps.draw(by.session, STAMP)
    write_event(by, "mail_domain", domain.id, "created", changes={"name": [None, name]})
    return domain


def remove_domain(domain: MailDomain, by: Actor) -> None:
    """Forget a domain with its key."""
    require_change(by, *SETUP)
    write_event(by, "mail_domain", domain.id, "deleted", changes={"name": [domain.domain, None]})
    by.session.delete(domain)


def check_domain(domain: MailDomain, by: Actor, ask: LookUp = look_up) -> None:
    """Look for the record of a domain; where nobody answers, what was known stays."""
    require_change(by, *SETUP)
    take([counter(by.tenant, CHECKS, "")], by.now)
    note_check(domain, by, ask)


def note_check(domain: MailDomain, by: Actor, ask: LookUp = look_up) -> None:
    """The same by itself, as a domain may change hands or lose its record."""
    domain.checked_at = by.now
    try:
        found = ask(domain.record_name)
    except CannotAsk:
        domain.problem = Problem.UNKNOWN.value
        return
    keys = [_key_in(one) for one in found]
    if domain.public_key in keys:
        if domain.verified_at is None:
            find(domain, by)
        domain.problem = None
        return
    if domain.verified_at is not None:
        lose(domain, by)
    domain.problem = (Problem.OTHER if found else Problem.MISSING).value


def domain_of(address: str, by: Actor) -> MailDomain | None:
    """The domain of an address, whether its record was found or not; None for a stranger's."""
    if stamps.stamp(by.session, STAMP) is None:
        return None
    name = address.rpartition("@")[2].casefold()
    return by.session.scalars(select(MailDomain).where(MailDomain.domain == name)).one_or_none()


def lost_domains(names: Collection[str], by: Actor) -> list[MailDomain]:
    """Those of some domains whose record is gone; no statement where there was never one."""
    if not names or stamps.stamp(by.session, STAMP) is None:
        return []
    gone = (MailDomain.domain.in_(names), MailDomain.lost_at.is_not(None))
    return list(by.session.scalars(select(MailDomain).where(*gone).order_by(MailDomain.domain)))


def signed(content: bytes, domain: MailDomain, by: Actor, settings: Settings) -> bytes:
    """A mail with its signature; Unreadable where the key opens no more."""
    key = unseal(domain.private_key, settings.keys, by.tenant.id, domain.id)
    if key is None:
        raise Unreadable(Trouble(Kind.KEY))
    head = content.partition(b"\r\n\r\n")[0].lower()
    names = [one for one in SIGNED if f"\r\n{one}:".encode() in b"\r\n" + head]
    header: bytes = dkim.sign(
        content,
        domain.selector.encode(),
        domain.domain.encode(),
        key.encode(),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[one.encode() for one in names],
    )
    return header + content


def _clean(typed: str) -> str:
    """A domain in ASCII; Refused for what is none."""
    text = typed.strip().rstrip(".").lower().rpartition("@")[2]
    try:
        name = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        name = ""
    last = name.rpartition(".")[2]
    if "." not in name or len(name) > 190 or last.isdigit():
        raise Refused(_("Enter a domain such as example.com."), field="domain")
    return name


def _key_in(text: str) -> str:
    """The key of a record, without the spaces that editors of name servers add."""
    parts = (one.partition("=") for one in text.split(";"))
    tags = {name.strip().lower(): value for name, _equals, value in parts}
    return "".join(tags.get("p", "").split())
