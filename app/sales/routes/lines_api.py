"""The lines of papers for programs: read in their order, as `set_lines` takes them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import fetch
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import ID, TEXT, answer, nullable, record_of, ref
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.tailored import tailored
from app.sales.lines.arithmetic import reckon
from app.sales.lines.model import Paper
from app.sales.lines.papers import standing_lines
from app.sales.lines.written import as_sent
from app.sales.models import Order
from app.sales.pages.lines import sees_margin, sees_sums
from app.sales.pages.orders import returns_told
from app.sales.routes.blueprint import blueprint, is_on
from app.web import current
from app.web.access import Who, access


def line_schema(name: str) -> dict[str, Schema]:
    """A line as programs read it, under the name that its paper gives it.

    `cost` is there where it is known, for whoever may see what is left of the paper.
    """
    line = record_of(
        product_id=nullable(ID),
        name=TEXT,
        quantity=TEXT,
        unit=TEXT,
        unit_price=TEXT,
        discount=nullable(TEXT),
        discount_amount=TEXT,
        tax_rate=TEXT,
        net=TEXT,
    )
    return {name: {**line, "properties": {**line["properties"], "cost": TEXT}}}


def lines_schema(name: str) -> Schema:
    """The lines of a paper, and the currency of their amounts."""
    return record_of(data={"type": "array", "items": ref(name)}, currency=TEXT)


ORDER_LINES = record_of(
    data={"type": "array", "items": ref("OrderLine")},
    currency=TEXT,
    returns={"type": "array", "items": ID},
)


@blueprint.get("/api/v1/quotes/<uuid:record_id>/lines")
@described(
    "list_quote_lines",
    _("Quotes"),
    {"200": answer(lines_schema("QuoteLine"))},
    schemas=line_schema("QuoteLine"),
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=("quote", "read"))
def list_quote_lines(record_id: UUID) -> Response:
    """The lines of a quote, in their order; `set_lines` takes them as they are given here."""
    return _told("quote", record_id)


@blueprint.get("/api/v1/orders/<uuid:record_id>/lines")
@described(
    "list_order_lines",
    _("Orders"),
    {"200": answer(ORDER_LINES)},
    schemas=line_schema("OrderLine"),
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=("order", "read"))
def list_order_lines(record_id: UUID) -> Response:
    """The lines of an order, in their order; `set_lines` takes them as they are given here.

    `returns` are the ids of what gives back of it.
    """
    return _told("order", record_id)


def _told(kind: str, record_id: UUID) -> Response:
    by = current.actor()
    refuse_arguments(list(request.args))
    paper = cast("Paper", fetch(tailored(kind, by), record_id, by, "read"))
    if not sees_sums(paper, by):  # No empty list, which would be taken for the lines there are.
        raise NotPermitted(_("Your role does not allow this."))
    told: dict[str, Any] = {"data": _lines(paper, by), "currency": paper.currency}
    if isinstance(paper, Order):
        told["returns"] = [str(one.id) for one in returns_told(paper, by)]
    return send(Reply(200, dumps(told)))


def _lines(paper: Paper, by: Actor) -> list[dict[str, Any]]:
    lines = standing_lines(paper, by)
    totals = reckon([one.figures for one in lines], paper.currency)
    found = []
    for one, its in zip(lines, totals.lines, strict=True):
        told = {**as_sent(one), "net": format(its.net, "f")}
        if sees_margin(paper, by) and its.cost is not None:
            told["cost"] = format(its.cost, "f")
        found.append(told)
    return found
