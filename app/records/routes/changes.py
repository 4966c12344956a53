"""Deleting and bringing back, declared actions, and deleting many at once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import Text, _, ngettext
from app.records.access import permitted, within_reach
from app.records.door import Inputs, perform
from app.records.many import perform_many
from app.records.model import Record
from app.records.routes.blueprint import (
    blueprint,
    next_or,
    record_for,
    record_url,
    type_for,
)
from app.records.tailored import tailored_at
from app.records.trash import fetch_deleted
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

MOST_AT_ONCE = 500


@blueprint.post("/<collection:collection>/<uuid:record_id>/delete")
@access(record_verb="delete")
def delete(collection: str, record_id: UUID) -> Response:
    """Delete a record and what hangs on it; the message brings it back."""
    record_type, record, by = record_for(collection, record_id, "delete")
    name = record_type.title_of(record)
    perform(record_type, "delete", record, by=by)
    undo = f"{record_url(record_type, record_id)}/restore"
    return _done(_("%(name)s was deleted.", name=name), f"/{collection}", undo)


@blueprint.post("/<collection:collection>/<uuid:record_id>/restore")
@access(record_verb="delete")
def restore(collection: str, record_id: UUID) -> Response:
    """Bring a deleted record back with what was deleted with it."""
    by = current.actor()
    record_type = type_for(collection, "delete", by)
    record = fetch_deleted(record_type, record_id, by)
    if record is None:
        raise Missing(_("There is no such record."))
    perform(record_type, "restore", record, by=by)
    name = record_type.title_of(record)
    return _done(_("%(name)s was restored.", name=name), record_url(record_type, record_id))


@blueprint.post("/<collection:collection>/bulk/delete")
@access(record_verb="delete")
def delete_many(collection: str) -> Response:
    """Delete the ticked rows as one batch, all of them or none."""
    by = current.actor()
    record_type = type_for(collection, "delete", by)
    records = _ticked(record_type, by)
    batch_id = new_id()
    ids = perform_many(record_type, "delete", records, by=by.in_batch(batch_id))
    undo = f"/{collection}/bulk/{batch_id}/restore"
    told = ngettext("%(n)s record was deleted.", "%(n)s records were deleted.", len(ids))
    return _done(told, f"/{collection}", undo)


@blueprint.post("/<collection:collection>/bulk/<uuid:batch_id>/restore")
@access(record_verb="delete")
def restore_many(collection: str, batch_id: UUID) -> Response:
    """Bring back what one bulk change deleted."""
    by = current.actor()
    record_type = type_for(collection, "delete", by)
    model = record_type.model
    gone: Sequence[Record] = by.session.scalars(
        select(model)
        .where(model.delete_batch_id == batch_id, within_reach(record_type, by, "read"))
        .limit(MOST_AT_ONCE)
    ).all()
    if not gone:
        raise Missing(_("There is no such record."))
    for record in gone:
        if record.deleted_at is not None:  # One may have come back with its parent, an earlier row.
            perform(record_type, "restore", record, by=by)
    told = ngettext("%(n)s record was restored.", "%(n)s records were restored.", len(gone))
    return _done(told, f"/{collection}")


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
    told = _("%(action)s: %(name)s", action=action.label, name=record_type.title_of(record))
    return _done(told, url, undo)


def _ticked(record_type: RecordType, by: Actor) -> list[Record]:
    """The rows that a list's form ticked; NotPermitted when one of them may not be deleted."""
    texts = request.form.getlist("id")
    ids = {one for text in texts if (one := parse_id(text)) is not None}
    if not ids or len(texts) > MOST_AT_ONCE:
        raise Refused(_("Select some rows first, at most %(limit)s.", limit=MOST_AT_ONCE))
    model = record_type.model
    found: Sequence[Record] = by.session.scalars(
        select(model).where(model.id.in_(ids), permitted(record_type, by, "delete"))
    ).all()
    if len(found) < len(ids):
        raise NotPermitted(_("Some of these are gone, or your role may not delete them."))
    return list(found)


def _done(text: Text | str, fallback: str, undo_url: str | None = None) -> Response:
    """Tell what was done: in place for htmx, whose page reloads what changed, else on the next."""
    toast(text, undo_url=undo_url)
    if not is_htmx():
        return see_other(next_or(fallback))
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed"
    return response
