"""Deleting and bringing back, and declared actions."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.kernel.errors import Missing
from app.kernel.language import Text, _, gettext
from app.records.along import deleted_with, living_below, numbers_in_words
from app.records.door import Inputs, perform
from app.records.routes.blueprint import (
    blueprint,
    next_or,
    record_for,
    record_url,
    type_for,
)
from app.records.tailored import tailored_at
from app.records.trash import fetch_deleted
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast


@blueprint.post("/<collection:collection>/<uuid:record_id>/delete")
@access(record_verb="delete")
def delete(collection: str, record_id: UUID) -> Response:
    """Delete a record and what hangs on it; the message brings it back."""
    record_type, record, by = record_for(collection, record_id, "delete")
    name = record_type.title_of(record)
    perform(record_type, "delete", record, by=by)
    undo = f"{record_url(record_type, record_id)}/restore"
    return done(_("%(name)s was deleted.", name=name), f"/{collection}", undo)


@blueprint.get("/<collection:collection>/<uuid:record_id>/delete")
@access(record_verb="delete")
def ask_delete(collection: str, record_id: UUID) -> Response:
    """What a deletion takes along, in a sentence for the question before it."""
    record_type, _record, by = record_for(collection, record_id, "delete")
    model = record_type.model
    along = living_below(record_type, select(model.id).where(model.id == record_id), by)
    if not along:
        return Response(gettext("You can undo this."), mimetype="text/plain")
    what = numbers_in_words(along, by)
    text = gettext("Deleted with it: %(what)s. You can undo this.", what=what)
    return Response(text, mimetype="text/plain")


@blueprint.post("/<collection:collection>/<uuid:record_id>/restore")
@access(record_verb="delete")
def restore(collection: str, record_id: UUID) -> Response:
    """Bring a deleted record back with what was deleted with it."""
    by = current.actor()
    record_type = type_for(collection, "delete", by)
    record = fetch_deleted(record_type, record_id, by)
    if record is None:
        raise Missing(_("There is no such record."))
    along = deleted_with(record_type, record, by)
    perform(record_type, "restore", record, by=by)
    told = _("%(name)s was restored.", name=record_type.title_of(record))
    if along:
        told = _(
            "%(name)s was restored, with %(along)s.",
            name=record_type.title_of(record),
            along=numbers_in_words(along, by),
        )
    return done(told, record_url(record_type, record_id))


@blueprint.post("/<collection:collection>/<uuid:record_id>/<action:name>")
@access(record_verb="act")
def act(collection: str, record_id: UUID, name: str) -> Response:
    """Do a declared action with a record, such as completing a task."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    action = record_type.action(name)
    if action is None:
        raise Missing(_("There is no such action."))
    record_type, record, by = record_for(collection, record_id, name)
    inputs: Inputs = {key: request.form[key] for key in action.inputs if key in request.form}
    perform(record_type, name, record, by=by, **inputs)
    url = record_url(record_type, record_id)
    undo = f"{url}/{action.undo}" if action.undo and by.may(record_type.key, action.undo) else None
    told = _("%(action)s: %(name)s", action=action.done, name=record_type.title_of(record))
    made = action.leads_to(record, by)
    if made:
        toast(told)
        return see_other(made)
    return done(told, url, undo)


def done(text: Text | str, fallback: str, undo_url: str | None = None) -> Response:
    """Tell what was done: in place for htmx, whose page reloads what changed, else on the next."""
    toast(text, undo_url=undo_url)
    if not is_htmx():
        return see_other(next_or(fallback))
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed"
    return response
