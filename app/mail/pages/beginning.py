"""What stands in the fields of a mail's form that nobody has typed into yet."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.mail.messages.hidden import hidden_recipients
from app.mail.messages.models import IN, Message
from app.mail.messages.people import Mailbox, kept_people, listed, takes_in
from app.mail.messages.places import people_of, shows_addresses
from app.mail.senders.use import our_addresses
from app.records.model import Record
from app.records.types import RecordType
from app.web.formats import input_moment
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Begun:
    """What a form begins with: a reply's or a draft's message, and files of the record to send."""

    answers: Message | None = None
    draft: Message | None = None
    files: tuple[UUID, ...] = ()


def texts_to_begin(
    record_type: RecordType, record: Record, begun: Begun, by: Actor, settings: Settings
) -> dict[str, str]:
    """What stands in the fields of a form that nobody has sent yet."""
    if begun.draft is not None:
        draft = begun.draft
        return {
            "to": listed(kept_people(draft.recipients["to"])),
            "cc": listed(kept_people(draft.recipients["cc"])),
            "bcc": listed(hidden_recipients(draft, by, settings)),
            "subject": draft.subject,
            "body": draft.body,
            "send_at": _later(draft, by),
            "sender": str(draft.sender_ref or ""),
        }
    if begun.answers is not None:
        return _answer(begun.answers, by, settings)
    return {"to": listed(people_of(record_type, record, by))}


def _answer(message: Message, by: Actor, settings: Settings) -> dict[str, str]:
    """Who an answer goes to: whoever wrote, else whoever was written to; the others get copies.

    Not the firm's own addresses, nor those for mail in, which are known to their people alone.

    Nobody stands there yet for whoever may not see addresses.
    """
    user = by.session.get_one(User, by.user_id)
    to, cc = (kept_people(message.recipients.get(key, [])) for key in ("to", "cc"))
    if message.direction == IN:
        first = [Mailbox(message.reply_to or message.sender_address, message.sender_name)]
        others = [*to, *cc]
    else:
        first, others = to, cc
    met = {user.email.casefold(), *(one.key for one in first)}
    met |= our_addresses({one.key for one in others}, by)
    subject = message.subject
    if not subject.casefold().startswith(("re:", "re：", "回复", "答复")):
        subject = gettext("Re: %(subject)s", subject=subject)
    if not shows_addresses(by):
        first, others = [], []
    return {
        "to": listed(first),
        "cc": listed(one for one in others if one.key not in met and not takes_in(one, settings)),
        "subject": subject[:300],
    }


def _later(draft: Message, by: Actor) -> str:
    if not draft.is_later or draft.send_at is None or draft.send_at <= by.now:
        return ""
    return input_moment(draft.send_at, by.zone)
