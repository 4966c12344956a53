"""Prospects become customers with their first order or contract, unless somebody said otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update

from app.crm.models import Account
from app.crm.models.account import CUSTOMER, PROSPECT
from app.events import Event, event_row
from app.events.copy import copy_events
from app.kernel.actor import Actor
from app.sales.models import Order
from app.sales.models.order import RETURN

ORDERED = ("confirmed", "delivered", "completed")


def customers_of_orders(orders: Sequence[Order], by: Actor) -> None:
    """Let those who ordered be customers; drafts and returns make none."""
    placed = (one for one in orders if one.status in ORDERED and one.kind != RETURN)
    let_be_customers((one.account_id for one in placed), by)


def let_be_customers(account_ids: Iterable[UUID | None], by: Actor) -> None:
    """Make customers of those accounts that are prospects, with an event each.

    Where somebody once set the lifecycle of an account that stood, it stays as it was set. Who may
    sell need not be one who may change accounts.
    """
    ids = {one for one in account_ids if one is not None}
    if not ids:
        return
    was_set = exists().where(
        Event.record_type == "account",
        Event.record_id == Account.id,
        Event.verb == "updated",
        Event.changes.has_key("lifecycle"),
    )
    # Held in one order, so that two who sell to the same customers never wait for each other.
    prospects = (
        select(Account.id)
        .where(Account.id.in_(ids), Account.lifecycle == PROSPECT, Account.deleted_at.is_(None))
        .where(~was_set)
        .order_by(Account.id)
        .with_for_update(key_share=True)
    )
    found = by.session.scalars(prospects).all()
    if not found:
        return
    values: dict[str, Any] = {
        "lifecycle": CUSTOMER,
        "version": Account.version + 1,
        "updated_at": by.now,
        "updated_by_id": by.user_id,
    }
    change = update(Account).where(Account.id.in_(found)).values(values)
    by.session.execute(change.execution_options(synchronize_session="fetch"))
    changes = {"lifecycle": [PROSPECT, CUSTOMER]}
    told = [
        event_row(by, "account", one, "updated", account_id=one, changes=changes) for one in found
    ]
    copy_events(by.session, told)
