"""The page of one mail: who wrote to whom, all that it says, and what was written before."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.mail.messages.body import has_pictures
from app.mail.messages.hidden import hidden_recipients
from app.mail.messages.models import Message
from app.mail.messages.people import Mailbox, kept_people
from app.mail.messages.places import shows_addresses
from app.mail.pages.timeline import entry, thread
from app.records.model import Record
from app.records.pages.timeline import Entry
from app.records.types import RecordType
from app.web.formats import formats
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class MessagePage:
    """All that `mail/message.html` shows."""

    entry: Entry
    sender: str
    to: str
    cc: str
    bcc: str
    when: str
    has_html: bool
    has_pictures: bool
    record_url: str
    record_title: str
    record_icon: str
    earlier: list[Entry]


def message_page(
    message: Message, record_type: RecordType, record: Record, by: Actor, settings: Settings
) -> MessagePage:
    """A mail that `by` may read by one of its records."""
    is_open = shows_addresses(by)

    def line(people: list[Mailbox]) -> str:
        names = [one.shown if is_open else one.told(shows_addresses=False) for one in people]
        return ", ".join(one or "…" for one in names)

    return MessagePage(
        entry(message, record_type, record, by),
        line([Mailbox(message.sender_address, message.sender_name)]),
        line(kept_people(message.recipients.get("to", []))),
        line(kept_people(message.recipients.get("cc", []))),
        line(hidden_recipients(message, by, settings)),
        formats(by).exact(message.at),
        message.html is not None,
        message.html is not None and has_pictures(message.html),
        f"/{record_type.collection}/{record.id}",
        record_type.title_of(record),
        record_type.icon,
        thread(message, record_type, record, by),
    )
