"""What a workspace rents and was billed, for programs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask import Response, jsonify, request

from app.billing.notices import MANAGE
from app.billing.routes.blueprint import blueprint
from app.billing.routes.usage import TAG
from app.billing.shown import current_subscription
from app.kernel.currencies import digits_of
from app.records.api.asked import refuse_arguments
from app.records.openapi.described import described
from app.records.openapi.parts import FLAG, ID, MOMENT, TEXT, WHOLE, answer, nullable, record_of
from app.web import current
from app.web.access import Who, access
from tenants.billing.tax_invoices import bills_of
from tenants.billing.unpaid import is_waiting

MONEY = record_of(amount=TEXT, currency=TEXT)
PLAN = record_of(
    plan=TEXT,
    state=TEXT,
    modules={"type": "array", "items": TEXT},
    way=nullable(TEXT),
    interval=nullable(TEXT),
    seats=nullable(WHOLE),
    waits_for_payment=FLAG,
    price=nullable(MONEY),
    period_end=nullable(MOMENT),
    cancels_at_period_end=FLAG,
    trial_ends_at=nullable(MOMENT),
    pay_by=nullable(MOMENT),
)
BILL = record_of(
    id=ID,
    number=TEXT,
    way=TEXT,
    status=TEXT,
    plan=TEXT,
    seats=WHOLE,
    due=MONEY,
    paid=MONEY,
    returned=MONEY,
    credited=MONEY,
    period_start=nullable(MOMENT),
    period_end=nullable(MOMENT),
    issued_at=MOMENT,
    due_at=nullable(MOMENT),
    paid_at=nullable(MOMENT),
)
BILLS = record_of(data={"type": "array", "items": BILL})
MOST_BILLS = 1_000


@blueprint.get("/api/v1/plan")
@described("get_plan", TAG, {"200": answer(PLAN)})
@access(who=Who.TOKEN, permission=MANAGE, while_suspended=True)
def api_plan() -> Response:
    """What the workspace rents: its plan, and what it pays for: seats, price of one, until when.

    While `waits_for_payment`, what is paid for is given once its bill is paid.
    """
    refuse_arguments(list(request.args))
    tenant, row = current.tenant(), current_subscription(current.actor())
    return jsonify(
        {
            "plan": tenant.plan,
            "state": tenant.state.value,
            "modules": list(tenant.modules),
            "way": row.way if row else None,
            "interval": row.interval if row else None,
            "seats": row.seats if row else None,
            "waits_for_payment": is_waiting(row),
            "price": _money(row.price, row.currency) if row else None,
            "period_end": _moment(row.period_end) if row else None,
            "cancels_at_period_end": bool(row and row.cancels_at_period_end),
            "trial_ends_at": _moment(tenant.trial_ends_at),
            "pay_by": _moment(tenant.pay_by),
        }
    )


@blueprint.get("/api/v1/bills")
@described("list_bills", TAG, {"200": answer(BILLS)})
@access(who=Who.TOKEN, permission=MANAGE, while_suspended=True)
def api_bills() -> Response:
    """Our bills to the workspace, the newest first: what was due, paid, paid back and credited."""
    refuse_arguments(list(request.args))
    lines = [
        {
            "id": str(one.id),
            "number": one.number,
            "way": one.way,
            "status": one.status,
            "plan": one.plan,
            "seats": one.seats,
            "due": _money(one.due, one.currency),
            "paid": _money(one.paid, one.currency),
            "returned": _money(one.returned, one.currency),
            "credited": _money(one.credited, one.currency),
            "period_start": _moment(one.period_start),
            "period_end": _moment(one.period_end),
            "issued_at": _moment(one.issued_at),
            "due_at": _moment(one.due_at),
            "paid_at": _moment(one.paid_at),
        }
        for one in bills_of(current.tenant().id, MOST_BILLS)
    ]
    return jsonify({"data": lines})


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:.{digits_of(currency)}f}", "currency": currency}


def _moment(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value is not None else None
