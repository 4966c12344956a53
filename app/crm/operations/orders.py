"""Records from before a release that orders lists by more texts get the keys for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, update

from app.crm.models import Account, Activity, Contact, Product
from app.crm.operations.keys import ACCOUNT_ORDERS, ACTIVITY_ORDERS, CONTACT_ORDERS, end_key
from app.jobs.enqueue import enqueue
from app.kernel.actor import Actor
from app.kernel.searchkeys import number_key
from app.records.model import Record

FILL = "fill_sort_keys"
CHUNK = 500  # Records at once; the others follow as jobs of so many.
Order = tuple[type[Record], Mapping[str, str], Callable[[str, str | None], str | None]]
ORDERS: Mapping[str, Order] = {
    "account": (Account, ACCOUNT_ORDERS, end_key),
    "contact": (Contact, CONTACT_ORDERS, end_key),
    "activity": (Activity, ACTIVITY_ORDERS, end_key),
    "product": (Product, {"number": "number_sort"}, lambda _name, text: number_key(text)),
}


def fill_sort_keys(kind: str, after: UUID | None, by: Actor) -> None:
    """Write the keys of the next records of a type where they are not what they should be.

    Their version stays, as nobody edited them. A job goes on where there are more, and with the
    next type behind the last record.
    """
    model, orders, make = ORDERS[kind]
    statement = select(model).order_by(model.id).limit(CHUNK).with_for_update(key_share=True)
    if make is end_key:  # A key that may be missing tells by that which row lacks it.
        lacking = (
            and_(getattr(model, key).is_(None), getattr(model, text).is_not(None))
            for text, key in orders.items()
        )
        statement = statement.where(or_(*lacking))
    if after is not None:
        statement = statement.where(model.id > after)
    records = by.session.scalars(statement.execution_options(populate_existing=True)).all()
    wrong = []
    for one in records:
        keys = {key: make(text, getattr(one, text)) for text, key in orders.items()}
        if any(getattr(one, key) != value for key, value in keys.items()):
            wrong.append({"record_id": one.id, **keys})
    if wrong:
        table = model.__table__
        meant = table.c.id == bindparam("record_id")
        by.session.connection().execute(
            update(table).where(meant),  # type: ignore[arg-type]
            wrong,
        )
    if len(records) == CHUNK:
        enqueue(by, FILL, {"kind": kind, "after": str(records[-1].id)})
    elif kind != list(ORDERS)[-1]:
        kinds = list(ORDERS)
        enqueue(by, FILL, {"kind": kinds[kinds.index(kind) + 1]})
