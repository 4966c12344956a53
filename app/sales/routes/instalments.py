"""The payment plan of a contract on one screen."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import cast
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import typed
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Answer, Conflict, Held, NotPermitted, Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.api.shape import dumps
from app.records.door import perform
from app.records.pages.form import changed_values
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored
from app.records.values.numbers import read_decimal
from app.records.values.unfit import Unfit
from app.sales.models import Contract
from app.sales.pages.plan_editor import (
    CELLS,
    answer,
    plan_editor,
    preset_rows,
    sent_rows,
    standing_rows,
    sums,
)
from app.sales.plan.kept import planned
from app.sales.plan.sight import sees_plan
from app.sales.plan.written import MOST
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import fragment, page, see_other
from app.web.toasts import toast

PLAN = "sales/instalments.html"
PLACE = "/contracts/<uuid:record_id>/instalments"
FIELDS = (MOST + 1) * len(CELLS) + 50  # Of the editor's form: its rows, and what is about them.


@blueprint.get(PLACE)
@access(record_verb="act")
def show_instalments(record_id: UUID) -> Response:
    """The editor with the plan as it stands, or with a preset that is to be kept."""
    contract, _url, by = _contract(record_id)
    rows = preset_rows(contract, request.args.get("preset", ""), by)
    rows = rows or standing_rows(contract, by)
    it = plan_editor(contract, rows, planned(contract, rows), by)
    return page(PLAN, "editor", it=it)


@blueprint.post(PLACE)
@access(record_verb="act", form_fields=FIELDS)
def save_instalments(record_id: UUID) -> Response:
    """Keep the plan, or show what stands against it; nothing is lost."""
    contract, url, by = _contract(record_id)
    rows = sent_rows(request.form)
    head = {"amount": typed("amount")} if "amount" in request.form else {}
    try:
        _save(contract, rows, head, by)
    except Held:
        raise  # It is asked for at the edge.
    except Answer as refused:
        by.session.rollback()
        contract, _url, by = _contract(record_id)
        errors = refused.errors
        alert = refused.message if not errors or isinstance(refused, Conflict) else ""
        with by.session.no_autoflush:
            _try_amount(contract)
            found = planned(contract, rows)
            it = plan_editor(contract, rows, found, by, head=head, errors=errors, alert=alert)
            shown = page(PLAN, "editor", status=refused.status, it=it)
        by.session.rollback()  # What was tried of the contract itself is not kept.
        return shown
    toast(_("Saved."))
    return see_other(next_or(url))


@blueprint.post("/contracts/<uuid:record_id>/reckon")
@access(record_verb="act", form_fields=FIELDS)
def reckon_instalments(record_id: UUID) -> Response:
    """What the rows come to while somebody types; nothing is kept."""
    contract, _url, by = _contract(record_id)
    rows = sent_rows(request.form)
    with by.session.no_autoflush:
        _try_amount(contract)
        found = planned(contract, rows)
        told = answer(contract, rows, found, by)
        total, left, is_whole = sums(contract, found, by)
        shown = fragment(
            "sales/_plan_sums.html",
            total=total,
            left=left,
            is_whole=is_whole,
            error=found.errors.get("instalments"),
        )
    by.session.rollback()  # What was tried of the contract itself is not kept.
    told["sums"] = shown.get_data(as_text=True)
    return Response(dumps(told), mimetype="application/json")


def _save(contract: Contract, rows: list[dict[str, str]], head: dict[str, str], by: Actor) -> None:
    kind = tailored("contract", by)
    changed = changed_values(kind, contract, head, by) if contract.is_draft else {}
    version = whole(typed("version"))
    wished = {"instalments": rows, **changed}
    perform(kind, "set_instalments", contract, by=by, version=version, **wished)


def _try_amount(contract: Contract) -> None:
    """Let the amount that was typed count for what is told of the plan."""
    raw = typed("amount").strip()
    if "amount" not in request.form or not contract.is_draft:
        return
    raw = raw.removesuffix(contract.currency).strip()
    try:
        contract.amount = read_decimal(raw, 13, digits_of(contract.currency)) if raw else None
    except (Unfit, DecimalException):
        return
    if contract.amount is not None and contract.amount < 0:
        contract.amount = Decimal(0)


def _contract(record_id: UUID) -> tuple[Contract, str, Actor]:
    record_type, record, by = record_for("contracts", record_id, "set_instalments")
    contract = cast("Contract", record)
    if not sees_plan(by):
        raise NotPermitted(_("Your role does not allow this."))
    if not (contract.is_draft or contract.is_running):
        raise Refused(_("This can't be done with this record as it stands."))
    return contract, record_url(record_type, record_id), by
