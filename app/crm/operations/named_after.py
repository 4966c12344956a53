"""Records of other modules that are found by the name of their customer: their keys follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from app.crm.operations.keys import firm_keys, firm_name, firm_names
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.rows import update_rows
from app.kernel.searchkeys import OTHER, with_other
from app.records.registry import registry
from app.records.types import RecordType

REFRESH_NAMED = "refresh_keys_of_named"
REFRESH_ALL = "refresh_every_contact"  # And then what else is named after accounts.
CHUNK = 200  # Records at once; the others follow as jobs of so many.
Keys = tuple[str, list[str]]


def keys_with_firm(text: str, found: Iterable[str], firm: str) -> Keys:
    """The search text and grams of a row, with the name of this firm instead of any before."""
    own, firm_text, firm_grams = text.split(f"\n{OTHER}", 1)[0], *firm_keys(firm)
    kept = [one for one in found if not one.startswith(OTHER)]
    return with_other(own, firm_text), [*kept, *firm_grams]


def named_after_accounts() -> Sequence[RecordType]:
    """The types beside contacts whose records are found by the name of their account."""
    return [
        one
        for one in registry()
        if one.search_other is not None
        and one.key != "contact"
        and one.field(one.search_other.key).to == "account"
    ]


def refresh_named(kind: str, account_id: UUID, after: UUID | None, by: Actor) -> None:
    """Write the keys of the next records of an account anew; a job goes on where there are more.

    Their version stays, as nobody edited them. The name is read once the rows are locked, so that
    of two jobs at work on the same rows the later one knows the newest name.
    """
    record_type = registry().type(kind)
    model, customer = cast("Any", record_type.model), cast("Any", record_type.search_other)
    statement = select(model.id, model.search_text, model.search_grams).where(
        customer == account_id, model.deleted_at.is_(None)
    )
    if after is not None:
        statement = statement.where(model.id > after)
    statement = statement.order_by(model.id).limit(CHUNK).with_for_update(key_share=True)
    rows = by.session.execute(statement).all()
    name = firm_name(account_id, by)
    _write(model, {row.id: keys_with_firm(row[1], row[2], name) for row in rows}, by)
    if len(rows) == CHUNK:
        told = {"kind": kind, "account_id": str(account_id), "after": str(rows[-1].id)}
        enqueue(by, REFRESH_NAMED, told)


def refresh_every_named(account_id: UUID, by: Actor) -> None:
    """Let the records of an account be found by its name as it is now."""
    for one in named_after_accounts():
        refresh_named(one.key, account_id, None, by)


def refresh_all_named(kind: str, after: UUID | None, by: Actor) -> None:
    """Write the keys of a type's next records where they don't hold the name of their account.

    For records from before they were found by it; a job goes on where there are more.
    """
    record_type = registry().type(kind)
    model, customer = cast("Any", record_type.model), cast("Any", record_type.search_other)
    statement = select(
        model.id, customer.label("firm_id"), model.search_text, model.search_grams
    ).where(model.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(model.id > after)
    statement = statement.order_by(model.id).limit(CHUNK).with_for_update(key_share=True)
    rows = by.session.execute(statement).all()
    names = firm_names({row.firm_id for row in rows}, by)
    keys = {
        row.id: keys_with_firm(row.search_text, row.search_grams, names.get(row.firm_id, ""))
        for row in rows
    }
    held = {row.id: (row.search_text, row.search_grams) for row in rows}
    _write(model, {one: its for one, its in keys.items() if its != held[one]}, by)
    if len(rows) == CHUNK:
        enqueue(by, REFRESH_ALL, {"record_type": kind, "after": str(rows[-1].id)})


def refresh_one(record: Any, by: Actor) -> None:
    """Bring the keys of a record up to date that was deleted while its firm was renamed."""
    name = firm_name(record.account_id, by)
    keys = keys_with_firm(record.search_text, record.search_grams, name)
    _write(type(record), {record.id: keys}, by)


def _write(model: Any, keys: dict[UUID, Keys], by: Actor) -> None:
    rows = [
        {"id": one, "search_text": text, "search_grams": grams}
        for one, (text, grams) in keys.items()
    ]
    update_rows(by.session, model, rows)
