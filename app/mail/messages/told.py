"""A message as programs see it, over the API and in what webhooks tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from app.identity import outside
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.mail.messages.find import files_by_message, find_message
from app.mail.messages.hidden import hidden_recipients, sees_hidden
from app.mail.messages.models import MESSAGE, UNSIGNED, Message
from app.mail.messages.people import Mailbox, kept_people
from app.mail.messages.places import links_of, shows_addresses
from app.mail.messages.rights import SEND
from app.mail.trouble import told
from app.records.access import can_read
from app.records.happenings import Called, Happenings
from app.records.registry import registry
from app.records.values import as_json

Told = dict[str, Any]
VERBS = {
    "sent": _("E-mail sent"),
    "received": _("E-mail received"),
    "bounced": _("E-mail not delivered"),
    "complained": _("E-mail reported as unwanted"),
}


def reads_mails(by: Actor) -> bool:
    """True for who is told of mails at all: a person, or a program whose scopes hold the sending.

    A token that was given for records alone reads no mail that stands on them.
    """
    return by.user_id is not None and by.rights.within_scopes(*SEND)


def lines_told(messages: Sequence[Message], by: Actor) -> list[Told]:
    """Messages in a list: without their HTML and the records that they stand on."""
    files = files_by_message([one.id for one in messages], by)
    is_open = shows_addresses(by)
    return [_line(one, files.get(one.id, ()), by, is_open=is_open) for one in messages]


def message_told(message: Message, by: Actor) -> Told:
    """One message whole, with those of its records that `by` may read."""
    (line,) = lines_told([message], by)
    return {
        **line,
        "html": message.html,
        "records": [
            {"record_type": one.record_type, "record_id": str(one.record_id)}
            for one in links_of(message, by)
            if _reads(one.record_type, one.record_id, by)
        ],
    }


def _found(message_id: UUID, by: Actor) -> Told | None:
    try:
        message, _type, _record = find_message(message_id, by)
    except Missing:
        return None
    return message_told(message, by)


def _reads(kind: str, record_id: UUID, by: Actor) -> bool:
    declared = registry().get(kind)
    return declared is not None and by.may(kind, "read") and can_read(declared, record_id, by)


def _line(message: Message, files: Iterable[Any], by: Actor, *, is_open: bool) -> Told:
    def people(key: str) -> list[Told]:
        return [_person(one, is_open=is_open) for one in kept_people(message.recipients[key])]

    hidden = hidden_recipients(message, by, outside.settings())
    return {
        "id": str(message.id),
        "direction": message.direction,
        "state": message.state,
        "thread_id": str(message.thread_id),
        "from": _person(Mailbox(message.sender_address, message.sender_name), is_open=is_open),
        "to": people("to"),
        "cc": people("cc"),
        "bcc": [_person(one, is_open=True) for one in hidden] if sees_hidden(message, by) else None,
        "subject": message.subject,
        "text": message.text,
        "is_private": message.is_private,
        "user_id": as_json(message.user_id),
        "at": as_json(message.at),
        "send_at": as_json(message.send_at),
        "created_at": as_json(message.created_at),
        "error": told(message.error) if message.error and is_open else None,
        "refused": sorted(_seen(message.refused, message, by)) if is_open else [],
        "bounces": [
            {"address": address, **message.bounces[address]}
            for address in sorted(_seen(message.bounces, message, by))
        ]
        if is_open
        else [],
        "sent_as": message.options.get(UNSIGNED, {}).get("address"),
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "files": [
            {
                "id": str(one.id),
                "name": one.name,
                "size": one.size,
                "content": f"/api/v1/messages/{message.id}/files/{one.id}",
            }
            for one in files
        ],
    }


def _seen(addresses: Iterable[str], message: Message, by: Actor) -> set[str]:
    """Those of a mail's addresses that `by` may know of; hidden copies are its writer's alone."""
    if sees_hidden(message, by):
        return set(addresses)
    people = [one for key in ("to", "cc") for one in kept_people(message.recipients[key])]
    named = {one.key for one in people}
    return {one for one in addresses if one.casefold() in named}


def _person(one: Mailbox, *, is_open: bool) -> Told:
    return {
        "name": one.name if is_open else one.told(shows_addresses=False),
        "address": one.address if is_open else None,
    }


MAILS = Happenings(MESSAGE, Called(_("Mail"), _("E-mails")), VERBS, reads_mails, _found)
