"""Rates for programs: read by every one, entered by those whose role keeps the currencies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.currencies import read_code
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.money import operations
from app.records.money.models import ExchangeRate
from app.records.money.operations import MANAGE
from app.records.money.rates import rates_of, turned
from app.records.openapi import money as told
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, PAGED, parameter
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

BASE = "/exchange-rates"
ONE = f"{BASE}/<uuid:rate_id>"
KNOWN = ("currency", "rate_on", "rate")
LONGEST = 30  # Characters of an amount.


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(BASE)
@_described(
    "list_exchange_rates",
    told.LISTED,
    parameters=(parameter("currency", told.CODE), *PAGED),
)
@access(who=Who.TOKEN)
def list_rates() -> Response:
    """The rates of a currency, the latest first; without one, the rate of today of each."""
    by = current.actor()
    limit = read_page(request.args, ("currency", "cursor"))
    if "currency" not in request.args:
        rows = [row for row, _number in operations.latest_rates(by, by.today())]
        return send(Reply(200, dumps({"data": [_shown(one) for one in rows], "next": None})))
    before = _day("cursor") if request.args.get("cursor") else None
    rows = operations.rates_of_currency(by, _code("currency"), before=before, limit=limit)
    more, rows = len(rows) > limit, rows[:limit]
    following = rows[-1].rate_on.isoformat() if more else None
    return send(Reply(200, dumps({"data": [_shown(one) for one in rows], "next": following})))


@blueprint.post(BASE)
@_described("create_exchange_rate", told.MADE, sends=told.SENT_NEW, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_rate_by_program() -> Response:
    """Enter the rate of a currency from a day on."""
    by = current.actor()
    body = body_of(KNOWN)

    def create() -> Reply:
        row = operations.add_rate(by, {one: text_of(body, one) for one in KNOWN})
        made = marked(_shown(row), row.version, 201)
        made.headers["Location"] = f"/api/v1{BASE}/{row.id}"
        return made

    return repeatable(by, body, create)


@blueprint.get(ONE)
@_described("get_exchange_rate", told.ONE)
@access(who=Who.TOKEN)
def show_one_rate(rate_id: UUID) -> Response:
    """One rate."""
    refuse_arguments(list(request.args))
    row = operations.get_rate(current.actor(), rate_id)
    return send(marked(_shown(row), row.version))


@blueprint.patch(ONE)
@_described("update_exchange_rate", told.ONE, sends=told.SENT, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def change_rate_by_program(rate_id: UUID) -> Response:
    """Change a rate; what was made with it before keeps it."""
    by = current.actor()
    row = operations.get_rate(by, rate_id)
    body = body_of(KNOWN)
    version = seen_version(request.if_match, row)
    before = {
        "currency": row.currency,
        "rate_on": row.rate_on.isoformat(),
        "rate": f"{row.rate:f}",
    }
    wish = {one: text_of(body, one, before[one]) for one in KNOWN}
    operations.change_rate(by, row, wish, version)
    return send(marked(_shown(row), row.version))


@blueprint.delete(ONE)
@_described("delete_exchange_rate", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_rate_by_program(rate_id: UUID) -> Response:
    """Remove a rate."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.remove_rate(by, operations.get_rate(by, rate_id))
    return Response(status=204)


@blueprint.get("/conversions")
@_described(
    "convert_amount",
    told.CONVERTED,
    parameters=(
        {**parameter("amount"), "required": True},
        {**parameter("from", told.CODE), "required": True},
        {**parameter("to", told.CODE), "required": True},
        parameter("on", told.DAY),
    ),
)
@access(who=Who.TOKEN)
def convert_amount() -> Response:
    """An amount in another currency by the rates of a day, today's where none is named."""
    by = current.actor()
    refuse_arguments([one for one in request.args if one not in ("amount", "from", "to", "on")])
    amount, on = _amount(), _day("on") if request.args.get("on") else by.today()
    source, target = _code("from"), _code("to")
    rates = rates_of(by, (source, target), on)
    shown = {
        "amount": f"{turned(amount, rates[source], rates[target], target):f}",
        "currency": target,
        "rate": f"{rates[source] / rates[target]:f}",
        "rate_on": on.isoformat(),
        "from_amount": f"{amount:f}",
        "from_currency": source,
    }
    return send(Reply(200, dumps(shown)))


def _code(key: str) -> str:
    found = read_code(request.args.get(key, ""))
    if found is None:
        raise Refused(_("Choose a currency by its code, such as USD."), field=key)
    return found


def _day(key: str) -> date:
    try:
        return date.fromisoformat(request.args.get(key, ""))
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22."), field=key) from None


def _amount() -> Decimal:
    text = request.args.get("amount", "")
    try:
        amount = Decimal(text) if len(text) <= LONGEST else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    # Written out, a number next to nothing is as long as its exponent says.
    is_long = amount.is_finite() and amount.adjusted() < -LONGEST
    if not amount.is_finite() or is_long or abs(amount) >= Decimal(10) ** 14:
        raise Refused(_("This must be a number."), field="amount")
    return amount


def _shown(row: ExchangeRate) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "currency": row.currency,
        "own_currency": current.actor().tenant.currency,
        "rate_on": row.rate_on.isoformat(),
        "rate": f"{row.rate.normalize():f}",
        "source": row.source,
        "version": row.version,
        "updated_at": as_json(row.updated_at),
        "updated_by_id": str(row.updated_by_id) if row.updated_by_id else None,
    }
