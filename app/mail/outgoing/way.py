"""The way of one mail: by which server, from which address, signed for which domain.

A mail comes from an address of the firm only where the firm's own server sends it or where we
may sign for its domain. Else it has the name of its sender at the service's address, as a receiver
would take it for forged. A server of the firm that fails is waited for: no other takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.mail.messages.models import Message
from app.mail.messages.verp import envelope_sender
from app.mail.outgoing.domains import domain_of
from app.mail.outgoing.models import MailDomain
from app.mail.outgoing.servers import mail_server, opened
from app.mail.smtp import Server
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Way:
    """How a mail goes: `server` is the firm's own, None for the service's.

    `as_itself` is whether it comes from its sender's own address. An empty `envelope` stands for
    the address that it comes from. `domain` is the one that it is signed for; `lost` the one for
    which it is not any more, so that it comes from the service's address.
    """

    server: Server | None
    as_itself: bool
    envelope: str
    domain: MailDomain | None
    lost: MailDomain | None = None


def goes_by_own(by: Actor) -> bool:
    """True while the firm's own server takes its mails."""
    kept = mail_server(by)
    return kept is not None and kept.is_on


def way_of(message: Message, by: Actor, settings: Settings) -> Way:
    """How a mail goes now; Unreadable where the password of the firm's server is."""
    known = domain_of(message.sender_address, by)
    domain = known if known is not None and known.verified_at is not None else None
    kept = mail_server(by)
    if kept is not None and kept.is_on:
        # Servers of firms take no envelope sender of strangers: what comes back goes to the sender.
        return Way(opened(kept, by, settings), True, "", domain)
    lost = known if known is not None and known.lost_at is not None else None
    return Way(None, domain is not None, envelope_sender(message, by, settings), domain, lost)
