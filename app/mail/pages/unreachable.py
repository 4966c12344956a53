"""Addresses that mails do not reach, in words: on records, in the composer, on timelines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from email.utils import parseaddr
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.mail.messages.models import Unreachable
from app.mail.messages.people import Mailbox
from app.mail.messages.unreachable import (
    REACHABLE,
    UNREACHABLE,
    unreachable,
    unreachable_on,
)
from app.mail.outgoing.domains import lost_domains
from app.mail.outgoing.servers import failing_since
from app.mail.outgoing.way import goes_by_own
from app.records.model import Record
from app.records.pages.changes import Tells
from app.records.pages.notes import Note
from app.records.pages.record import may_mail
from app.records.types import RecordType
from app.web.formats import formats
from config.settings import Settings


def notes(record_type: RecordType, record: Record, by: Actor) -> Iterable[Note]:
    """What the page of a record says of its addresses, and a way to say that they work again."""
    found = unreachable_on(record_type, record, by)
    if not found:
        return []
    url = f"/{record_type.collection}/{record.id}/mail/reachable" if may_mail(by) else ""
    label = gettext("It works again") if url else ""
    return [Note(_said(address, one, by), label, url) for address, one in found.items()]


def warnings(addresses: Collection[str], by: Actor) -> list[str]:
    """The same of addresses that a mail is about to go to."""
    return [_said(address, one, by) for address, one in unreachable(addresses, by).items()]


def server_warnings(mine: Iterable[Mailbox], by: Actor, settings: Settings) -> list[str]:
    """What stands in the way of the firm's mails: its server fails, the record of a domain is gone.

    Of domains only those of addresses that the writer may write from.
    """
    write = formats(by)
    if goes_by_own(by):
        failing = failing_since(by)
        if failing is None:
            return []
        since = write.moment(failing[0], by.today())
        return [gettext("Your mail server fails since %(when)s, so e-mails wait.", when=since)]
    names = {one.key.rpartition("@")[2] for one in mine}
    return [
        gettext(
            "The DKIM record of %(domain)s is gone since %(when)s, so e-mails from there come from "
            "%(address)s.",
            domain=one.domain,
            when=write.moment(one.lost_at, by.today()),
            address=parseaddr(settings.mail_from)[1],
        )
        for one in lost_domains(names, by)
        if one.lost_at is not None
    ]


def tell(verb: str, _changes: Mapping[str, Any]) -> Text | None:
    """The words of an event on a timeline."""
    return {
        UNREACHABLE: _("told that e-mails do not reach the address"),
        REACHABLE: _("told that e-mails reach the address again"),
    }.get(verb)


def _said(address: str, one: Unreachable, by: Actor) -> str:
    since = formats(by).day(one.since.astimezone(by.zone).date(), by.today())
    return gettext(
        "E-mails do not reach %(address)s since %(date)s: %(reason)s",
        address=address,
        date=since,
        reason=one.said if one.status in one.said else f"{one.status} {one.said}".strip(),
    )


TELLS = Tells((UNREACHABLE, REACHABLE), tell)
