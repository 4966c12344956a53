"""Terminating one contract, and saying that a milestone of it was reached."""

from __future__ import annotations

from functools import partial
from typing import cast
from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.door import perform
from app.records.routes.blueprint import next_or, record_for, record_url
from app.sales.models import Contract, Instalment
from app.sales.pages.made import made_of
from app.sales.plan.kept import instalments_of
from app.sales.plan.sight import sees_plan
from app.sales.plan.words import when_text
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

TERMINATE, REACH = "sales/contract_terminate.html", "sales/instalment_reach.html"
ONE = "/contracts/<uuid:record_id>"
REACHED = f"{ONE}/instalments/<uuid:instalment_id>/reach"


@blueprint.get(f"{ONE}/terminate")
@access(record_verb="act")
def show_terminate(record_id: UUID) -> Response:
    """The question why a contract ends before its time."""
    contract, url, _by = _contract(record_id, "terminate")
    return show(TERMINATE, _shown(contract, url), block="form")


@blueprint.post(f"{ONE}/terminate")
@access(record_verb="act")
def do_terminate(record_id: UUID) -> Response:
    """Say that a contract ends before its time."""
    contract, url, by = _contract(record_id, "terminate")

    def work() -> None:
        perform("contract", "terminate", contract, by=by, reason=typed("reason"), on=typed("on"))

    refused = submit(work, TERMINATE, partial(_shown, contract, url))
    if refused is not None:
        return refused
    undo = f"{url}/reopen" if by.may("contract", "reopen") else None
    toast(_("Terminated: %(name)s", name=contract.name), undo_url=undo)
    return see_other(next_or(url))


@blueprint.get(REACHED)
@access(record_verb="act")
def show_reach(record_id: UUID, instalment_id: UUID) -> Response:
    """The question on what day a milestone was reached."""
    contract, url, by = _contract(record_id, "reach")
    one = _instalment(contract, instalment_id, by)
    shown = _reaching(one, url, by)
    return show(REACH, shown, block="form", typed={"on": by.today().isoformat()})


@blueprint.post(REACHED)
@access(record_verb="act")
def do_reach(record_id: UUID, instalment_id: UUID) -> Response:
    """Say on what day a milestone was reached."""
    contract, url, by = _contract(record_id, "reach")
    one = _instalment(contract, instalment_id, by)

    def work() -> None:
        perform("contract", "reach", contract, by=by, instalment=str(one.id), on=typed("on"))

    refused = submit(work, REACH, partial(_reaching, one, url, by))
    if refused is not None:
        return refused
    toast(_("Milestone reached: %(name)s", name=one.name))
    return see_other(next_or(url))


@blueprint.post(f"{ONE}/instalments/<uuid:instalment_id>/invoice")
@access(record_verb="act")
def ask_invoice(record_id: UUID, instalment_id: UUID) -> Response:
    """Ask for the invoice of what is left of an instalment."""
    contract, url, by = _contract(record_id, "invoice")
    one = _instalment(contract, instalment_id, by)
    perform("contract", "invoice", contract, by=by, instalment=str(one.id))
    made = made_of("invoice", "instalment_id")(one, by)
    toast(_("An invoice was asked for"), more_url=made or None)
    return see_other(next_or(url))


def _shown(contract: Contract, url: str) -> dict[str, object]:
    return {"url": f"{url}/terminate", "title": contract.name, "next": next_or(url)}


def _reaching(one: Instalment, url: str, by: Actor) -> dict[str, object]:
    return {
        "url": f"{url}/instalments/{one.id}/reach",
        "title": one.name,
        "when": when_text(one.due_by, one.milestone, one.days, one.due_on, by),
        "next": next_or(url),
    }


def _instalment(contract: Contract, instalment_id: UUID, by: Actor) -> Instalment:
    if not sees_plan(by):
        raise NotPermitted(_("Your role does not allow this."))
    rows = instalments_of(contract.id, by)
    found = next((one for one in rows if one.id == instalment_id), None)
    if found is None:
        raise Missing(_("There is no such instalment."))
    return found


def _contract(record_id: UUID, verb: str) -> tuple[Contract, str, Actor]:
    record_type, record, by = record_for("contracts", record_id, verb)
    action = record_type.action(verb)
    if action is not None and not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return cast("Contract", record), record_url(record_type, record_id), by
