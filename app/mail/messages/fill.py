"""What is written down of a mail that goes out, and whether a draft says something else by now."""

from __future__ import annotations

import json

from app.identity.models import User
from app.identity.sealing import seal
from app.kernel.actor import Actor
from app.kernel.folding import fold
from app.kernel.language import gettext
from app.mail.messages.attach import files_to_send
from app.mail.messages.hidden import opened_bcc
from app.mail.messages.models import Message
from app.mail.messages.people import Mailbox
from app.mail.messages.places import shows_addresses
from app.mail.messages.quotes import quoted
from app.mail.messages.signatures import signature_of
from app.mail.messages.wish import Read, Wish
from app.mail.send import message_id
from app.mail.senders.models import Sender
from app.web.formats import formats
from config.settings import Settings

MOST_REFERENCES = 50


def fill(
    message: Message,
    wish: Wish,
    read: Read,
    sender: Sender | None,
    by: Actor,
    settings: Settings,
) -> None:
    """Write down what goes out; it is from whoever acts, or from the sender that they chose."""
    user = by.session.get_one(User, by.user_id)
    answers = wish.answers
    message.user_id = user.id
    message.sender_ref = sender.id if sender is not None else None
    if sender is not None:
        message.sender_name, message.sender_address = sender.name, sender.address
        message.reply_to = sender.reply_to or sender.address
    else:
        message.sender_name, message.sender_address = user.name, user.email
        message.reply_to = user.email
    message.recipients = {
        "to": [one.as_json() for one in read.to],
        "cc": [one.as_json() for one in read.cc],
    }
    message.bcc = None
    if read.bcc:
        plain = json.dumps([one.as_json() for one in read.bcc])
        message.bcc = seal(plain, settings.keys, by.tenant.id, message.id)
    message.subject, message.body = read.subject, read.body
    message.text = _whole(wish, read.body, sender, by)
    message.options = {"signed": wish.is_signed, "quotes": wish.quotes}
    message.is_private = wish.is_private
    message.language = by.language
    message.message_id = message_id(settings, message.id)
    if answers is not None:
        message.thread_id, message.in_reply_to = answers.thread_id, answers.message_id
        message.references = [*answers.references, answers.message_id][-MOST_REFERENCES:]
    elif wish.draft is None:
        message.thread_id, message.in_reply_to, message.references = message.id, None, []
    message.attempts, message.refused = 0, {}
    message.press = wish.press or None
    visible = [*read.to, *read.cc]
    words = [read.subject, *(f"{one.name} {one.address}" for one in visible)]
    message.search_text = fold(" ".join(words))


def says_else(wish: Wish, read: Read, sender: Sender | None, by: Actor, settings: Settings) -> bool:
    """True where a draft that may have left before says something else now.

    Whoever has the former would take the new one for the same and not show it: so it becomes
    another mail, and the former stays as what may have arrived.
    """
    draft = wish.draft
    if draft is None or not draft.may_have_left:
        return False
    people = {"to": [one.as_json() for one in read.to], "cc": [one.as_json() for one in read.cc]}
    files = {one.id for one in files_to_send(draft, by)}
    return (
        draft.subject != read.subject
        or draft.text != _whole(wish, read.body, sender, by)
        or draft.sender_ref != wish.sender
        or draft.recipients != people
        or opened_bcc(draft, by, settings) != read.bcc
        or bool(wish.brought or wish.chosen)
        or not files <= set(wish.kept)
    )


def follow(message: Message, former: Message) -> None:
    """Let a mail stand in the thread of the one whose place it takes."""
    message.thread_id, message.in_reply_to = former.thread_id, former.in_reply_to
    message.references = list(former.references)


def _whole(wish: Wish, body: str, sender: Sender | None, by: Actor) -> str:
    """What was typed, the signature, and the mail that it answers."""
    parts = [body]
    signature = sender.signature if sender is not None else signature_of(by)
    if wish.is_signed and signature:
        parts.append(signature)
    if wish.quotes and wish.answers is not None:
        write = formats(by)
        when = write.moment(wish.answers.at, by.today())
        writer = Mailbox(wish.answers.sender_address, wish.answers.sender_name)
        who = writer.told(shows_addresses=shows_addresses(by)) or gettext("hidden address")
        parts.append(quoted(wish.answers.text, who, when))
    return "\n\n".join(part for part in parts if part)
