"""The receiver: SMTP by aiosmtpd, which hands each mail over to threads of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import structlog
from flask import Flask

from app.identity.limits import TooMany
from app.mail.inbound.charsets import storable
from app.mail.inbound.receive import (
    Closed,
    Recipient,
    count_mail,
    find_recipient,
    keep,
)
from config.settings import Settings
from tenants.files import NoRoom

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

RECIPIENTS = "zuke_recipients"  # Its place in an envelope, which is made anew for each mail.
LARGEST = 25 * 1024 * 1024
MOST_RECIPIENTS = 20
UNKNOWN = "550 5.1.1 There is no such address here"
CLOSED = "450 4.2.1 This mailbox is closed for now, try again later"
BUSY = "450 4.7.1 Too many mails at once, try again later"
FAULT = "451 4.3.0 This could not be kept, try again later"
FULL = "452 4.3.1 There is no room at the moment, try again later"
KEPT = "250 2.0.0 Kept"

Result = TypeVar("Result")
log = structlog.get_logger(__name__)


class Receiver:
    """Takes mails for the people of every workspace; it knows nobody but by a proven address."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it.
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take whoever is known, and refuse all others."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            found = await self._in_thread(lambda: find_recipient(address, self.settings))
        except Closed:
            return CLOSED
        except Exception:
            log.exception("mail_in_recipient_failed")
            return FAULT
        if found is None:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        self._known(envelope).append(found)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it.
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail for each of its recipients before saying so."""
        content = envelope.original_content or b""
        sender = storable(envelope.mail_from or "")
        recipients = list(self._known(envelope))
        return await self._in_thread(lambda: self._keep(recipients, content, sender))

    def _known(self, envelope: Envelope) -> list[Recipient]:
        """Whose addresses were named for this mail, looked up a moment ago."""
        known: list[Recipient] = envelope.__dict__.setdefault(RECIPIENTS, [])
        return known

    def _keep(self, recipients: list[Recipient], content: bytes, sender: str) -> str:
        try:
            if not recipients:
                return UNKNOWN
            count_mail(recipients, sender)
            for one in recipients:
                keep(one, content, sender)
        except TooMany:
            return BUSY
        except NoRoom:
            return FULL
        except Exception:
            log.exception("mail_in_not_kept")
            return FAULT
        return KEPT

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        def within() -> Result:
            with self.app.app_context():
                return work()

        return await asyncio.to_thread(within)
