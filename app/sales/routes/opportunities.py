"""Winning and losing one opportunity."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.door import perform
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.routes.changes import done
from app.records.tailored import tailored
from app.sales.models import Opportunity
from app.sales.operations.opportunities import may_write, reasons, today
from app.sales.pages.stage_path import stage_path
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import fragment, see_other
from app.web.toasts import toast

CLOSE = "sales/close.html"
OPPORTUNITIES = "opportunities"
WIN, LOSE = "win", "lose"


@blueprint.get("/opportunities/<uuid:record_id>/win")
@access(record_verb="act")
def show_win(record_id: UUID) -> Response:
    """When an opportunity was won, and why."""
    return _show(record_id, WIN)


@blueprint.post("/opportunities/<uuid:record_id>/win")
@access(record_verb="act")
def do_win(record_id: UUID) -> Response:
    """Say that an opportunity was won."""
    return _close(record_id, WIN)


@blueprint.get("/opportunities/<uuid:record_id>/lose")
@access(record_verb="act")
def show_lose(record_id: UUID) -> Response:
    """Why an opportunity was lost, and to whom."""
    return _show(record_id, LOSE)


@blueprint.post("/opportunities/<uuid:record_id>/lose")
@access(record_verb="act")
def do_lose(record_id: UUID) -> Response:
    """Say that an opportunity was lost."""
    return _close(record_id, LOSE)


@blueprint.get("/opportunities/<uuid:record_id>/path")
@access(record_verb="read")
def show_path(record_id: UUID) -> Response:
    """The stages of an opportunity alone, for its page after a field of it was changed there."""
    _type, record, by = record_for(OPPORTUNITIES, record_id, "read")
    return fragment("sales/_stage_path.html", panel=stage_path(cast("Opportunity", record), by))


def _show(record_id: UUID, verb: str) -> Response:
    opportunity, url, by = _opportunity(record_id, verb)
    shown = {"on": today(by).isoformat()}
    if may_write("competitor", by):
        shown["competitor"] = opportunity.competitor or ""
    return show(CLOSE, _form(opportunity, url, verb, by), block="form", typed=shown)


def _close(record_id: UUID, verb: str) -> Response:
    opportunity, url, by = _opportunity(record_id, verb)
    keys = ("reason", "note", "on", *(("competitor",) if verb == LOSE else ()))

    def work() -> None:
        given: dict[str, Any] = {key: typed(key) for key in keys}
        if verb == LOSE and not given["reason"]:
            raise Refused(_("Please fill in this field."), field="reason")
        perform("opportunity", verb, opportunity, by=by, **given)

    refused = submit(work, CLOSE, partial(_form, opportunity, url, verb, by))
    if refused is not None:
        return refused
    told: Text = _("Won: %(name)s", name=opportunity.name)
    if verb == LOSE:
        told = _("Lost: %(name)s", name=opportunity.name)
    undo = f"{url}/reopen" if by.may("opportunity", "reopen") else None
    if "next" not in request.form:  # At one press, such as a card that was dropped: no form asked.
        return done(told, url, undo)
    toast(told, undo_url=undo)
    return see_other(next_or(url))


def _form(opportunity: Opportunity, url: str, verb: str, by: Actor) -> dict[str, object]:
    record_type = tailored("opportunity", by)
    key = "won_reason" if verb == WIN else "lost_reason"
    return {
        "url": f"{url}/{verb}",
        "title": record_type.title_of(opportunity),
        "action": record_type.action(verb),
        "is_lost": verb == LOSE,
        "offers": [(one.value, one.shown()) for one in reasons(key, by)],
        "competitors": [(one.value, one.shown()) for one in reasons("competitor", by)]
        if may_write("competitor", by)
        else [],
        "today": today(by).isoformat(),
        "next": next_or(url),
    }


def _opportunity(record_id: UUID, verb: str) -> tuple[Opportunity, str, Actor]:
    record_type, record, by = record_for(OPPORTUNITIES, record_id, verb)
    action = record_type.action(verb)
    if action is not None and not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return cast("Opportunity", record), record_url(record_type, record_id), by
