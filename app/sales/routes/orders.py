"""Cancelling one order."""

from __future__ import annotations

from functools import partial
from typing import cast
from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.door import perform
from app.records.routes.blueprint import next_or, record_for, record_url
from app.sales.models import Order
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

CANCEL = "sales/order_cancel.html"
PLACE = "/orders/<uuid:record_id>/cancel"


@blueprint.get(PLACE)
@access(record_verb="act")
def show_cancel(record_id: UUID) -> Response:
    """The question why nothing comes of an order."""
    order, url, _by = _order(record_id)
    return show(CANCEL, _shown(order, url), block="form")


@blueprint.post(PLACE)
@access(record_verb="act")
def do_cancel(record_id: UUID) -> Response:
    """Say that nothing comes of an order."""
    order, url, by = _order(record_id)

    def work() -> None:
        perform("order", "cancel", order, by=by, reason=typed("reason"))

    refused = submit(work, CANCEL, partial(_shown, order, url))
    if refused is not None:
        return refused
    undo = f"{url}/reopen" if by.may("order", "reopen") else None
    toast(_("Cancelled: %(name)s", name=order.name), undo_url=undo)
    return see_other(next_or(url))


def _shown(order: Order, url: str) -> dict[str, object]:
    return {"url": f"{url}/cancel", "title": order.name, "next": next_or(url)}


def _order(record_id: UUID) -> tuple[Order, str, Actor]:
    record_type, record, by = record_for("orders", record_id, "cancel")
    action = record_type.action("cancel")
    if action is not None and not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return cast("Order", record), record_url(record_type, record_id), by
