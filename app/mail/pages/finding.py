"""Mails and addresses found by words: in a search, and for the lines of a mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.folding import fold
from app.kernel.language import _, gettext
from app.mail.messages.find import visible
from app.mail.messages.models import Message, MessageLink
from app.mail.messages.people import Mailbox, kept_people
from app.mail.messages.places import address_fields, are_any, has_addresses, shows_addresses
from app.records.access import permitted, sees
from app.records.fields import Field
from app.records.model import Record
from app.records.pages.everywhere import FoundGroup
from app.records.pages.finding import Found, find_records
from app.records.pages.looks import face
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web.formats import formats

IN_GROUP = 5
LOOKED_AT = 60  # Mails that hold the words, of which those are shown that may be read.
OFFERED = 12
SHORTEST = 2  # Characters of what is looked for.


def find_messages(words: str, by: Actor) -> Iterator[FoundGroup]:
    """The mails whose subject or addresses hold the words, the newest first."""
    wanted = fold(words)
    types = _types(by)
    if len(wanted) < SHORTEST or not types or not are_any(by):
        return
    statement = select(Message).where(visible(by))
    for word in wanted.split():
        statement = statement.where(Message.search_text.contains(word, autoescape=True))
    found = list(by.session.scalars(statement.order_by(Message.at.desc()).limit(LOOKED_AT)))
    is_open = not found or shows_addresses(by)
    if not is_open:
        found = [one for one in found if _is_told(one, wanted)]
    readable = _readable([one.id for one in found], types, by) if found else set()
    write = formats(by)
    items = [
        Found(
            str(one.id),
            f"/messages/{one.id}",
            one.subject,
            f"{_sender(one, shows_addresses=is_open)} · {write.moment(one.at, by.today())}",
            "mail",
        )
        for one in found
        if one.id in readable
    ]
    if items:
        yield FoundGroup(str(_("Mails")), "", items[:IN_GROUP])


def _sender(message: Message, *, shows_addresses: bool) -> str:
    one = Mailbox(message.sender_address, message.sender_name)
    return one.told(shows_addresses=shows_addresses) or gettext("hidden address")


def _is_told(message: Message, wanted: str) -> bool:
    """True where the words stand in what is told to whoever sees no addresses."""
    people = [one for key in ("to", "cc") for one in kept_people(message.recipients.get(key, []))]
    people.append(Mailbox(message.sender_address, message.sender_name))
    names = (one.told(shows_addresses=False) for one in people)
    held = fold(" ".join([message.subject, *names]))
    return all(word in held for word in wanted.split())


def find_addresses(words: str, record_type: RecordType, record: Record, by: Actor) -> list[Found]:
    """Whom a mail about a record can go to: by words, else whoever belongs to the record."""
    found: list[Found] = []
    for one in _types(by):
        if words.strip():
            hits = find_records(one, words, by, limit=OFFERED, is_offer=True)
            ids = [UUID(hit.id) for hit in hits]
            wanted = one.model.id.in_(ids)
        else:
            wanted = _around(one, record_type, record)
            if wanted is None:
                continue
        found += _offers(one, wanted, by)
    return found[:OFFERED]


def _around(one: RecordType, record_type: RecordType, record: Record) -> Any:
    """The records of a type that refer to a record, or the record itself."""
    if one.key == record_type.key:
        return one.model.id == record.id
    for attribute in record_type.mailed_to:
        if record_type.field(attribute.key).to == one.key:
            return one.model.id == getattr(record, attribute.key)
    references = [field for field in one.fields if field.to == record_type.key]
    if not references:
        return None
    return references[0].expression == record.id


def _offers(record_type: RecordType, wanted: Any, by: Actor) -> list[Found]:
    """The addresses of some records, each with whose it is."""
    fields = _open_fields(record_type, by)
    model = record_type.model
    rows = by.session.execute(
        select(model.id, record_type.title_text.label("title"), *(one.attribute for one in fields))
        .where(wanted, permitted(record_type, by))
        .order_by(model.id)
        .limit(OFFERED)
    ).all()
    return [
        Found(
            Mailbox(address, row.title if record_type.is_person else "").shown,
            "",
            row.title,
            address,
            record_type.icon,
            face(record_type, row.id, row.title),
        )
        for row in rows
        for one in fields
        if (address := getattr(row, one.key))
    ]


def _types(by: Actor) -> list[RecordType]:
    """The types whose addresses the reader may see."""
    return [
        one
        for one in switched_on(by)
        if has_addresses(one) and by.may(one.key, "read") and _open_fields(one, by)
    ]


def _open_fields(record_type: RecordType, by: Actor) -> list[Field]:
    return [one for one in address_fields(record_type) if sees(record_type, one.key, by)]


def _readable(ids: list[UUID], types: list[RecordType], by: Actor) -> set[UUID]:
    """The mails among these that stand on a record that the reader may read."""
    found: set[UUID] = set()
    for one in types:
        model = one.model
        found |= set(
            by.session.scalars(
                select(MessageLink.message_id)
                .join(model, model.id == MessageLink.record_id)
                .where(
                    MessageLink.record_type == one.key,
                    MessageLink.message_id.in_(ids),
                    permitted(one, by),
                )
            )
        )
    return found
