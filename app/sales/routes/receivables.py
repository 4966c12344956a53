"""What customers owe, as a page and as a file; how one of them paid."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.crm.models import Account
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.access import fetch
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps, money
from app.records.door import perform
from app.records.filters import once_each
from app.records.openapi.described import described
from app.records.openapi.parts import (
    FLAG,
    ID,
    TEXT,
    WHOLE,
    answer,
    nullable,
    parameter,
    record_of,
    ref,
)
from app.records.openapi.values import AMOUNT, Schema
from app.records.routes.api import send
from app.records.routes.blueprint import next_or, record_for
from app.records.tailored import tailored
from app.sales.operations.payment_record import PaymentRecord, payment_record
from app.sales.operations.receivables import (
    AGES,
    Owed,
    all_together,
    demand_receivables,
    receivables,
)
from app.sales.pages.payer import demand_record, proposal
from app.sales.pages.receivables import read_day, receivables_page, receivables_rows
from app.sales.routes.blueprint import blueprint, is_on
from app.web import current
from app.web.access import Who, access
from app.web.render import page, see_other
from app.web.sheets import csv_lines
from app.web.toasts import toast

READ = ("invoice", "read")
TAG = _("Receivables")
MONEY = record_of(amount={**TEXT, "pattern": AMOUNT}, currency=TEXT)
DAY: Schema = {**TEXT, "format": "date"}
OWED = record_of(
    account_id=nullable(ID),
    **{key: MONEY for key, _first, _last in AGES},
    total=MONEY,
    overdue=MONEY,
    disputed=MONEY,
    count=WHOLE,
    oldest=WHOLE,
)
RECORD = record_of(
    as_of=DAY,
    due=WHOLE,
    due_money=MONEY,
    on_time=WHOLE,
    on_time_money=MONEY,
    days_late=TEXT,
    overdue=WHOLE,
    overdue_money=MONEY,
    disputed=WHOLE,
    disputed_money=MONEY,
    dso=nullable(WHOLE),
    is_rated=FLAG,
    proposed=nullable(TEXT),
)
NAMED: dict[str, Schema] = {
    "Owed": OWED,
    "Receivables": record_of(
        as_of=DAY, data={"type": "array", "items": ref("Owed")}, total=ref("Owed")
    ),
    "PaymentRecord": RECORD,
}
ASKED = (parameter("as_of", DAY),)


@blueprint.get("/receivables")
@access(permission=READ)
def show_receivables() -> Response:
    """What each customer owes and how old it is."""
    by = current.actor()
    error = ""
    try:
        as_of = read_day(request.args.get("as_of", ""), by)
    except Refused as refused:
        as_of, error = read_day("", by), str(refused.errors["as_of"])
    table = receivables_page(as_of, by)
    return page("sales/receivables.html", table=table, error=error, status=422 if error else 200)


@blueprint.get("/receivables.csv")
@access(permission=("invoice", "export"))
def export_receivables() -> Response:
    """The same as a file, with all customers."""
    by = current.actor()
    as_of = read_day(request.args.get("as_of", ""), by)
    heads, rows = receivables_rows(as_of, by)
    answer_ = Response("".join(csv_lines(heads, rows)), mimetype="text/csv")
    name = f"receivables-{as_of.isoformat()}.csv"
    answer_.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer_


@blueprint.get("/api/v1/receivables")
@described(
    "list_receivables",
    TAG,
    {"200": answer(ref("Receivables"))},
    schemas=NAMED,
    parameters=ASKED,
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=READ)
def list_receivables() -> Response:
    """What each customer owes as of a day by age, in the firm's currency; most overdue first."""
    by = current.actor()
    as_of = _asked_day()
    demand_receivables(by)
    owed = receivables(by, as_of)
    told = {
        "as_of": as_of.isoformat(),
        "data": [_owed(one) for one in owed],
        "total": _owed(all_together(owed)),
    }
    return send(Reply(200, dumps(told)))


@blueprint.get("/api/v1/accounts/<uuid:record_id>/payment_record")
@described(
    "get_payment_record",
    TAG,
    {"200": answer(ref("PaymentRecord"))},
    schemas=NAMED,
    parameters=ASKED,
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=("account", "read"))
def get_payment_record(record_id: UUID) -> Response:
    """How a customer paid until a day, and what that says of them."""
    by = current.actor()
    as_of = _asked_day()
    account = cast("Account", fetch(tailored("account", by), record_id, by))
    demand_record(by)
    found = payment_record(by, account.id, as_of)
    return send(Reply(200, dumps(_record(found, proposal(found, by)))))


@blueprint.post("/accounts/<uuid:record_id>/payment_record")
@access(record_verb="update")
def take_proposal(record_id: UUID) -> Response:
    """Let the account say of how its customer pays what their payments say."""
    record_type, record, by = record_for("accounts", record_id, "update")
    demand_record(by)
    found = payment_record(by, record.id, read_day("", by))
    version = whole(request.form.get("version", ""))
    perform(
        record_type, "update", record, by=by, version=version, payment_record=proposal(found, by)
    )
    toast(_("Saved."))
    return see_other(next_or(f"/accounts/{record_id}"))


def _asked_day() -> Any:
    once_each(request.args)
    refuse_arguments([one for one in request.args if one != "as_of"], ("as_of",))
    return read_day(request.args.get("as_of", ""), current.actor())


def _owed(one: Owed) -> dict[str, Any]:
    own = current.actor().tenant.currency
    ages = {key: money(amount, own) for (key, *_), amount in zip(AGES, one.ages, strict=True)}
    return {
        "account_id": str(one.account_id) if one.account_id is not None else None,
        **ages,
        "total": money(one.total, own),
        "overdue": money(one.overdue, own),
        "disputed": money(one.disputed, own),
        "count": one.count,
        "oldest": one.oldest,
    }


def _record(found: PaymentRecord, proposed: str | None) -> dict[str, Any]:
    own = current.actor().tenant.currency
    told = asdict(found)
    for key in ("due_money", "on_time_money", "overdue_money", "disputed_money"):
        told[key] = money(told[key], own)
    return {
        **told,
        "as_of": found.as_of.isoformat(),
        "days_late": format(found.days_late, "f"),
        "is_rated": found.is_rated,
        "proposed": proposed,
    }
