"""Writing generated rows into a workspace by COPY, with the keys that every way in fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID
from zlib import crc32

from app.crm.models import Account, Activity, Contact
from app.crm.operations.activities import link_rows
from app.crm.operations.keys import fill_contact
from app.crm.operations.steps import refresh_all_steps
from app.demo.ages import entered
from app.demo.diary import activities
from app.demo.firms import firm
from app.demo.generate import accounts, contacts
from app.demo.seeds import AccountSeed, Workspace
from app.events import event_row
from app.events.copy import copy_events, copy_rows
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.records.door import creation_changes
from app.records.duplicates.keep import copy_keys, note_shared
from app.records.history import account_of
from app.records.many import column_values
from app.records.model import Record
from app.records.picklists import TAGS, load_picklists
from app.records.registry import registry
from app.records.types import RecordType

CHUNK = 5000
WITHOUT = ("note",)  # What has no moment that it is due.


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many rows of each kind to make, and from which seed."""

    accounts: int
    contacts: int
    activities: int
    seed: int
    workspace: Workspace


class Ids:
    """The ids of the rows made so far, 16 bytes each, so that a million of them stay small."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self) -> UUID:
        """A fresh id, kept under the next index."""
        made = new_id()
        self._bytes += made.bytes
        return made

    def __getitem__(self, index: int) -> UUID:
        return UUID(bytes=bytes(self._bytes[index * 16 : index * 16 + 16]))


def load(by: Actor, owners: Sequence[UUID], amounts: Amounts) -> Iterator[int]:
    """Write accounts, contacts and activities; yields how many rows stand after each chunk.

    `by` is a service actor whose `now` counts as the present; `owners` are the users in the order
    of the workspace's people. Everything is written in the actor's transaction.
    """
    account_ids, contact_ids = Ids(), Ids()
    written = 0
    for rows in (
        _accounts(by, owners, amounts, account_ids),
        _contacts(by, owners, amounts, account_ids, contact_ids),
        _activities(by, owners, amounts, account_ids, contact_ids),
    ):
        for chunk in chunks(rows):
            write(by, chunk)
            written += len(chunk)
            yield written
    refresh_all_steps(by.session)
    for record_type in registry():
        note_shared(record_type, by)


def chunks(rows: Iterable[Record]) -> Iterator[list[Record]]:
    """Rows in lists of CHUNK."""
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def write(by: Actor, records: Sequence[Record]) -> None:
    """COPY records of one type, their links, and an event each as their owner's doing."""
    record_type = _type_of(records[0])
    columns = [attribute.key for attribute in record_type.model.__mapper__.column_attrs]
    copy_rows(by.session, record_type.model.__tablename__, columns, map(column_values, records))
    copy_keys(record_type, records, by)
    if record_type.key == "activity":
        links = (row for one in records for row in link_rows(one))  # type: ignore[arg-type]
        copy_rows(
            by.session, "activity_links", ("activity_id", "record_type", "record_id", "at"), links
        )
    copy_events(by.session, (_event(by, record_type, one) for one in records))


def _type_of(record: Record) -> RecordType:
    return next(one for one in registry() if isinstance(record, one.model))


def _event(by: Actor, record_type: RecordType, record: Record) -> dict[str, Any]:
    row = event_row(
        by,
        record_type.key,
        record.id,
        "created",
        account_id=account_of(record_type, record),
        changes=creation_changes(record_type, record),
    )
    return {**row, "actor_id": record.owner_id, "at": record.created_at, "via": "web"}


def born(owner: UUID, moment: datetime) -> dict[str, Any]:
    """The columns that every new record has."""
    return {
        "version": 1,
        "created_at": moment,
        "created_by_id": owner,
        "updated_at": moment,
        "updated_by_id": owner,
        "owner_id": owner,
        "custom": {},
    }


def _accounts(by: Actor, owners: Sequence[UUID], amounts: Amounts, ids: Ids) -> Iterator[Record]:
    prepare = registry().type("account").prepare
    as_of = by.now.astimezone(by.zone)
    listed = _listed("account", by)
    for number, seed in enumerate(accounts(amounts.seed, amounts.accounts, amounts.workspace)):
        owner = owners[seed.owner % len(owners)]
        birth = born(owner, entered(seed.age, as_of))
        facts = {key: _fit(listed.get(key), said, number) for key, said in _facts(seed).items()}
        account = Account(id=ids.add(), **facts, **birth)
        prepare(account, by)
        yield account


def _contacts(
    by: Actor, owners: Sequence[UUID], amounts: Amounts, account_ids: Ids, ids: Ids
) -> Iterator[Record]:
    made = contacts(amounts.seed, amounts.contacts, amounts.workspace, accounts=amounts.accounts)
    as_of = by.now.astimezone(by.zone)
    at, name = -1, ""  # The contacts of a firm stand together.
    for seed in made:
        owner = owners[seed.owner % len(owners)]
        contact = Contact(
            id=ids.add(),
            first_name=seed.first_name or None,
            last_name=seed.last_name or None,
            email=seed.email or None,
            phone=seed.phone or None,
            title=seed.title or None,
            account_id=account_ids[seed.account],
            **born(owner, entered(seed.age, as_of)),
        )
        if seed.account != at:
            at, name = seed.account, firm(amounts.seed, amounts.workspace, seed.account).name
        fill_contact(contact, name)
        yield contact


def _activities(
    by: Actor, owners: Sequence[UUID], amounts: Amounts, account_ids: Ids, contact_ids: Ids
) -> Iterator[Record]:
    prepare = registry().type("activity").prepare
    made = activities(
        amounts.seed,
        amounts.activities,
        amounts.workspace,
        accounts=amounts.accounts,
        contacts=amounts.contacts,
        as_of=by.now.astimezone(by.zone),
    )
    listed = _listed("activity", by).get("way")
    for number, seed in enumerate(made):
        owner = owners[seed.owner % len(owners)]
        activity = Activity(
            id=new_id(),
            kind=seed.kind,
            subject=seed.subject,
            body=seed.body or None,
            way=_fit(listed, seed.way, number) or None,
            next_at=seed.next_at,
            due_at=None if seed.kind in WITHOUT else seed.due or (None if seed.done else seed.at),
            is_promise=seed.promise and seed.kind not in WITHOUT,
            done_at=seed.at if seed.done else None,
            account_id=account_ids[seed.account],
            contact_id=None if seed.contact is None else contact_ids[seed.contact],
            **born(owner, min(seed.at, by.now)),
        )
        prepare(activity, by)
        yield activity


def _listed(record_type: str, by: Actor) -> dict[str, list[str]]:
    """The values that the workspace offers, by field; a field without any is absent."""
    offered = {
        key: [one.value for one in options if not one.is_retired]
        for key, options in load_picklists(by.session, record_type).items()
        if key != TAGS
    }
    return {key: values for key, values in offered.items() if values}


def _fit(listed: Sequence[str] | None, said: Any, number: int) -> Any:
    """What was drawn where the workspace lists it, else one of its own values, always the same."""
    if not listed or not said or said in listed:
        return said
    return listed[crc32(f"{said} {number}".encode()) % len(listed)]


def _facts(seed: AccountSeed) -> dict[str, Any]:
    """The fields of an account as its columns; what is empty is absent."""
    keys = (
        "name",
        "kind",
        "customer_kind",
        "lifecycle",
        "phone",
        "email",
        "website",
        "industry",
        "size",
        "source",
        "business_id",
        "country",
        "province",
        "city",
        "district",
        "address",
    )
    return {key: getattr(seed, key) or None for key in keys}
