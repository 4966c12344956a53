"""Converting and disqualifying one lead."""

from __future__ import annotations

from functools import partial
from typing import cast
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Held, Refused
from app.kernel.language import _
from app.records.access import can_read
from app.records.door import perform
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.tailored import tailored
from app.sales.models import Lead
from app.sales.operations.leads import reasons
from app.sales.pages.conversion import OTHER, convert_form, joined, sale_inputs
from app.sales.routes.blueprint import blueprint
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

CONVERT, DISQUALIFY = "sales/convert.html", "records/pool_form.html"
LEADS = "leads"


@blueprint.get("/leads/<uuid:record_id>/convert")
@access(record_verb="act")
def show_convert(record_id: UUID) -> Response:
    """What a lead may join and what would be made of it, in the drawer or as a page."""
    lead, url, by = _lead(record_id, "convert")
    form = convert_form(lead, by, url=f"{url}/convert", next_url=next_or(""))
    return page(CONVERT, "form", form=form)


@blueprint.post("/leads/<uuid:record_id>/convert")
@access(record_verb="act")
def do_convert(record_id: UUID) -> Response:
    """Convert a lead; the person or the account that it became comes next."""
    lead, url, by = _lead(record_id, "convert")
    try:
        for kind in ("account", "contact"):
            if request.form.get(kind) == OTHER and not joined(request.form, kind):
                raise Refused(_("Choose the record that it joins."), field=f"{kind}_id")
        perform(
            "lead",
            "convert",
            lead,
            by=by,
            account_id=joined(request.form, "account"),
            contact_id=joined(request.form, "contact"),
            **sale_inputs(request.form),  # type: ignore[arg-type]  # Inputs are what the form says.
        )
    except Held:
        raise  # It is asked for at the edge.
    except Answer as answer:
        by.session.rollback()
        lead, url, by = _lead(record_id, "convert")
        errors = answer.errors or {"": answer.message}
        form = convert_form(
            lead,
            by,
            url=f"{url}/convert",
            next_url=next_or(""),
            sent=request.form,
            errors=errors,
        )
        return page(CONVERT, "form", status=answer.status, form=form)
    toast(_("Converted: %(name)s", name=lead.name))
    became = _became(lead, url, by)
    place = next_or(became)
    # From its own page the way leads on; from a list or a board one goes on there.
    return see_other(became if place.partition("?")[0] == url else place)


def _became(lead: Lead, url: str, by: Actor) -> str:
    """The page of what a lead has become, as far as `by` may read it."""
    became = (
        ("opportunity", lead.opportunity_id),
        ("account", lead.account_id),
        ("contact", lead.contact_id),
    )
    for kind, record_id in became:
        record_type = tailored(kind, by)
        if record_id is not None and can_read(record_type, record_id, by):
            return record_url(record_type, record_id)
    return url


@blueprint.get("/leads/<uuid:record_id>/disqualify")
@access(record_verb="act")
def show_disqualify(record_id: UUID) -> Response:
    """The question why a lead leads to nothing."""
    lead, url, by = _lead(record_id, "disqualify")
    return show(DISQUALIFY, _shown(lead, url, by), block="form")


@blueprint.post("/leads/<uuid:record_id>/disqualify")
@access(record_verb="act")
def do_disqualify(record_id: UUID) -> Response:
    """Say that a lead leads to nothing."""
    lead, url, by = _lead(record_id, "disqualify")

    def work() -> None:
        if not typed("reason"):
            raise Refused(_("Please fill in this field."), field="reason")
        perform("lead", "disqualify", lead, by=by, reason=typed("reason"), note=typed("note"))

    refused = submit(work, DISQUALIFY, partial(_shown, lead, url, by))
    if refused is not None:
        return refused
    undo = f"{url}/reopen" if by.may("lead", "reopen") else None
    toast(_("Disqualified: %(name)s", name=lead.name), undo_url=undo)
    return see_other(next_or(url))


def _shown(lead: Lead, url: str, by: Actor) -> dict[str, object]:
    record_type = tailored("lead", by)
    action = record_type.action("disqualify")
    return {
        "url": f"{url}/disqualify",
        "title": record_type.title_of(lead),
        "action": action,
        "choose": action.choose if action else None,
        "offers": [(one.value, one.shown()) for one in reasons(by)],
        "next": next_or(url),
        "has_note": True,
        "warnings": [],
    }


def _lead(record_id: UUID, verb: str) -> tuple[Lead, str, Actor]:
    record_type, record, by = record_for(LEADS, record_id, verb)
    action = record_type.action(verb)
    if action is not None and not action.when(record):
        raise Refused(_("This can't be done with this record as it stands."))
    return cast("Lead", record), record_url(record_type, record_id), by
