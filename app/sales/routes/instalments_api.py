"""The instalments of contracts for programs, in their order, as `set_instalments` takes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.kernel.currencies import digits_of
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import fetch, sees
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import ID, TEXT, answer, nullable, record_of, ref
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.tailored import tailored
from app.sales.lines.arithmetic import NOTHING
from app.sales.models import Contract, Instalment
from app.sales.operations.collected import collected_of
from app.sales.plan.kept import instalments_of, wish_of
from app.sales.plan.sight import sees_plan
from app.sales.plan.words import STATUSES, status_of
from app.sales.plan.written import DUE_BY
from app.sales.routes.blueprint import blueprint, is_on
from app.web import current
from app.web.access import Who, access

DAY: Schema = {**TEXT, "format": "date"}
INSTALMENT = record_of(
    id=ID,
    name=TEXT,
    share=nullable(TEXT),
    amount=TEXT,
    due_by={**TEXT, "enum": [one.value for one in DUE_BY]},
    milestone=nullable(TEXT),
    due_on=nullable(DAY),
    days={"type": "integer"},
    reached_on=nullable(DAY),
    status={**TEXT, "enum": list(STATUSES)},
    collected=nullable(TEXT),  # None for whoever is not told of invoices.
)
LIST = record_of(data={"type": "array", "items": ref("Instalment")}, currency=TEXT)


@blueprint.get("/api/v1/contracts/<uuid:record_id>/instalments")
@described(
    "list_contract_instalments",
    _("Contracts"),
    {"200": answer(LIST)},
    schemas={"Instalment": INSTALMENT},
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=("contract", "read"))
def list_contract_instalments(record_id: UUID) -> Response:
    """The instalments of a contract; `set_instalments` takes them as they are given here."""
    by = current.actor()
    refuse_arguments(list(request.args))
    contract = cast("Contract", fetch(tailored("contract", by), record_id, by, "read"))
    if not sees_plan(by):  # No empty list, which would be taken for the plan there is.
        raise NotPermitted(_("Your role does not allow this."))
    rows = instalments_of(contract.id, by)
    told_in = sees(tailored("contract", by), "collected", by)
    came = collected_of([one.id for one in rows], by) if rows and told_in else {}
    told = [_told(one, contract, came.get(one.id, NOTHING) if told_in else None) for one in rows]
    return send(Reply(200, dumps({"data": told, "currency": contract.currency})))


def _told(one: Instalment, contract: Contract, collected: Decimal | None) -> dict[str, Any]:
    by = current.actor()
    reached = one.reached_on.isoformat() if one.reached_on is not None else None
    return {
        **wish_of(one, contract.currency),
        "reached_on": reached,
        "status": status_of(one, contract, by.today(), collected or NOTHING),
        "collected": (
            f"{collected:.{digits_of(contract.currency)}f}" if collected is not None else None
        ),
    }
