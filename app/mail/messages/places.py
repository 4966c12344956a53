"""The records that a message stands on: where it was written, its customer, whose addresses it has.

Which fields hold addresses follows from the record types: those of the kind e-mail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import collate, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.mail.messages.models import Message, MessageLink
from app.mail.messages.people import Mailbox
from app.records.access import fetch, permitted, sees
from app.records.fields import Field
from app.records.history import account_of
from app.records.model import Record
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType

STAMP = "messages"  # Drawn with the first mail of a workspace: until then no page asks for any.
MOST = 20  # Records of one type that share the addresses of one message.

Place = tuple[str, UUID]  # The key of a record type and the id of a record.


def are_any(by: Actor) -> bool:
    """False while a workspace has no mails; no statement is run for it."""
    return stamps.stamp(by.session, STAMP) is not None


def note_first(by: Actor) -> None:
    """Let every timeline ask for mails from now on."""
    if not are_any(by):
        stamps.draw(by.session, STAMP)


def address_fields(record_type: RecordType) -> tuple[Field, ...]:
    """The declared fields that hold an e-mail address."""
    return tuple(one for one in record_type.fields if type(one) is Field and one.kind == "email")


def takes_mail(record_type: RecordType) -> bool:
    """True for types whose records are written to, or whose people are about them."""
    return has_addresses(record_type) or (record_type.has_timeline and bool(record_type.mailed_to))


def has_addresses(record_type: RecordType) -> bool:
    """True for types whose records have addresses of their own and tell of their mails."""
    return record_type.has_timeline and bool(address_fields(record_type))


def addresses_of(record_type: RecordType, record: Record, by: Actor) -> list[str]:
    """The addresses of a record that `by` may see."""
    fields = [one for one in address_fields(record_type) if sees(record_type, one.key, by)]
    return [value for one in fields if (value := one.value(record))]


def people_of(record_type: RecordType, record: Record, by: Actor) -> list[Mailbox]:
    """Who a mail about a record goes to: itself, else the first it names that has an address."""
    name = record_type.title_of(record) if record_type.is_person else ""
    if own := addresses_of(record_type, record, by):
        return [Mailbox(own[0], name)]
    for attribute in record_type.mailed_to:
        field = record_type.field(attribute.key)
        target_id = getattr(record, field.key)
        if target_id is None or not field.to or not sees(record_type, field.key, by):
            continue
        target = tailored(registry().type(field.to), by)
        try:
            found = people_of(target, fetch(target, target_id, by), by)
        except Missing:
            continue
        if found:
            return found
    return []


def shows_addresses(by: Actor) -> bool:
    """False for whoever may not see the addresses of some records: a mail can name any of them."""
    return all(
        sees(record_type, one.key, by)
        for record_type in registry().switched_on(by.tenant)
        if has_addresses(record_type)
        for one in address_fields(record_type)
    )


def holders(addresses: Collection[str], by: Actor) -> list[tuple[RecordType, Any]]:
    """The living records that have one of these addresses, as rows of their id and customer.

    Whoever acts may not see all of them: it is the addresses that say where a mail belongs.
    """
    keys = {one.casefold() for one in addresses}
    found: list[tuple[RecordType, Any]] = []
    for record_type in registry().switched_on(by.tenant) if keys else ():
        if not has_addresses(record_type):
            continue
        model = record_type.model
        account = record_type.account
        # As the index of such a field has it: see `record_indexes`.
        held = [
            collate(func.lower(one.attribute), "C").in_(keys) for one in address_fields(record_type)
        ]
        columns = [model.id, *([account.label("account")] if account is not None else [])]
        rows = by.session.execute(
            select(*columns).where(or_(*held), model.deleted_at.is_(None)).limit(MOST)
        )
        found += [(record_type, row) for row in rows]
    return found


def places_for(
    addresses: Collection[str], by: Actor, about: tuple[RecordType, Record] | None = None
) -> set[Place]:
    """Every record on which a message stands: what it is about, who it names, their customers."""
    found: set[Place] = set()
    if about is not None:
        record_type, record = about
        found.add((record_type.key, record.id))
        found |= _customer(record_type, account_of(record_type, record))
    for record_type, row in holders(addresses, by):
        found.add((record_type.key, row.id))
        found |= _customer(record_type, getattr(row, "account", None))
    return found


def leave_others(message: Message, places: Collection[Place], by: Actor) -> None:
    """Take a draft from the records where it stands no more, as when its addresses changed."""
    for link in links_of(message, by):
        if (link.record_type, link.record_id) not in places:
            by.session.delete(link)
    by.session.flush()  # What stands is compared with the rows, so they must be written.


def put_on(message: Message, places: Iterable[Place], by: Actor) -> None:
    """Let a message stand on these records as well."""
    rows = [
        {
            "message_id": message.id,
            "record_type": kind,
            "record_id": record_id,
            "thread_id": message.thread_id,
            "at": message.at,
        }
        for kind, record_id in sorted(places)
    ]
    if rows:
        by.session.execute(insert(MessageLink).values(rows).on_conflict_do_nothing())


def move_in_time(message: Message, by: Actor) -> None:
    """Let the timelines sort a message by what its moment is now."""
    for link in links_of(message, by):
        link.at = message.at


def links_of(message: Message, by: Actor) -> list[MessageLink]:
    """The records on which a message stands."""
    statement = select(MessageLink).where(MessageLink.message_id == message.id)
    return list(by.session.scalars(statement.order_by(MessageLink.record_type)))


def readable_place(message: Message, by: Actor) -> tuple[RecordType, Record] | None:
    """One record of a message that `by` may read, by which they may read the message too."""
    links = sorted(links_of(message, by), key=lambda one: one.record_type == "account")
    for link in links:
        declared = registry().get(link.record_type)
        if declared is None or not by.tenant.allows(declared.module):
            continue
        model = declared.model
        statement = select(model.id).where(model.id == link.record_id, permitted(declared, by))
        if by.session.execute(statement).first() is not None:
            record_type = tailored(declared, by)
            return record_type, fetch(record_type, link.record_id, by)
    return None


def _customer(record_type: RecordType, account_id: UUID | None) -> set[Place]:
    if record_type.account is None or account_id is None:
        return set()
    field = record_type.by_key.get(record_type.account.key)  # None where it is the record itself.
    return {(field.to, account_id)} if field is not None and field.to else set()
