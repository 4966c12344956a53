"""Making and editing a record in the drawer, or on a page of its own."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, OverLimit, Refused
from app.kernel.language import _
from app.kernel.whole import whole
from app.records.access import can_read
from app.records.assignment.automatic import assign_now
from app.records.door import perform
from app.records.pages.form import Form, changed_values, edit_form, new_form, typed_values
from app.records.pages.unseen import warn_unseen
from app.records.routes.asking import asked_in_form, wants_to_ask
from app.records.routes.blueprint import (
    blueprint,
    next_or,
    record_for,
    record_url,
    type_for,
)
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast


@blueprint.get("/<collection:collection>/new")
@access(record_verb="create")
def show_new(collection: str) -> Response:
    """The form of a new record; arguments of the address fill it, and what follows from them."""
    by = current.actor()
    record_type = type_for(collection, "create", by)
    given = {**record_type.filled(request.args, by), **request.args}
    return _show(new_form(record_type, given, by, next_url=next_or("")))


@blueprint.post("/<collection:collection>/new")
@access(record_verb="create")
def create(collection: str) -> Response:
    """Make a record, then lead to it, or show an empty form for the next one."""
    by = current.actor()
    record_type = type_for(collection, "create", by)
    typed = typed_values(record_type, request.form, by)
    try:
        record = perform(record_type, "create", by=by, **typed)
    except Held as held:
        if wants_to_ask(held):
            return asked_in_form(held, by, f"/{collection}")
        form = new_form(record_type, typed, by, next_url=next_or(""), answer=held)
        return _show(form, held)
    except (Refused, OverLimit) as answer:
        by.session.rollback()
        return _show(new_form(record_type, typed, by, next_url=next_or(""), answer=answer), answer)
    name, owner = record_type.title_of(record), assign_now(record_type, record, by)
    if owner:
        toast(_("%(name)s was added and assigned to %(owner)s.", name=name, owner=owner))
    else:
        toast(_("%(name)s was added.", name=name))
    warn_unseen(record_type, record, by)
    if request.form.get("again"):
        return _again(record_type, by)
    # Whoever makes a record of nobody, or of a colleague, may not be able to open it.
    is_seen = can_read(record_type, record.id, by)
    place = record_url(record_type, record.id) if is_seen else f"/{collection}"
    return see_other(next_or(place))


@blueprint.get("/<collection:collection>/<uuid:record_id>/edit")
@access(record_verb="update")
def show_edit(collection: str, record_id: UUID) -> Response:
    """The form of a record as it stands; arguments of the address are filled in, to be saved."""
    record_type, record, by = record_for(collection, record_id, "update")
    given = typed_values(record_type, request.args, by)
    return _show(edit_form(record_type, record, by, typed=given, next_url=next_or("")))


@blueprint.post("/<collection:collection>/<uuid:record_id>/edit")
@access(record_verb="update")
def edit(collection: str, record_id: UUID) -> Response:
    """Save a record; where a colleague was faster, their change stands beside what was typed."""
    record_type, record, by = record_for(collection, record_id, "update")
    typed = typed_values(record_type, request.form, by)
    inputs = changed_values(record_type, record, typed, by)
    try:
        perform(record_type, "update", record, by=by, version=seen_version(), **inputs)
    except Held as held:
        if wants_to_ask(held):
            return asked_in_form(held, by, record_url(record_type, record_id))
        again = next_or("")
        form = edit_form(record_type, record, by, typed=typed, next_url=again, answer=held)
        return _show(form, held)
    except (Refused, Conflict) as answer:
        by.session.rollback()
        again = next_or("")
        return _show(
            edit_form(record_type, record, by, typed=typed, next_url=again, answer=answer), answer
        )
    toast(_("Saved."))
    warn_unseen(record_type, record, by)
    return see_other(next_or(record_url(record_type, record_id)))


def seen_version() -> int | None:
    """The version of the record that a form was made from."""
    return whole(request.form.get("version", ""))


def _again(record_type: RecordType, by: Actor) -> Response:
    """A fresh form; what is behind the drawer learns that there is one record more."""
    response = _show(new_form(record_type, {}, by, next_url=next_or("")))
    response.headers["HX-Trigger"] = "records-changed"
    return response


def _show(form: Form, answer: Answer | None = None) -> Response:
    status = answer.status if answer else 200
    may_ask = answer.message if isinstance(answer, Held) else ""
    if may_ask:
        status = 422
    return page("records/form.html", "form", status=status, form=form, may_ask=may_ask)
