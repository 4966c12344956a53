"""Editing one field where it stands: a cell of a list or a detail of a record."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, Refused
from app.records import gate
from app.records.access import writable_field
from app.records.custom.conditions import others_depend_on
from app.records.door import perform
from app.records.fields import Field
from app.records.model import Record
from app.records.pages.cell import cell_html
from app.records.pages.choices import choices_of
from app.records.pages.controls import controls, input_texts
from app.records.pages.details import detail
from app.records.pages.form import changed_values, sent_text, with_hint
from app.records.pages.unseen import warn_unseen
from app.records.priced.field import CURRENCY, RATE_ON
from app.records.references import titles
from app.records.routes.asking import wants_to_ask
from app.records.routes.blueprint import blueprint, next_or, record_for, record_url
from app.records.routes.forms import seen_version
from app.records.types import RecordType
from app.web.access import access
from app.web.render import fragment, is_htmx, see_other
from app.web.toasts import toast


@blueprint.get("/<collection:collection>/<uuid:record_id>/fields/<key>")
@access(record_verb="update")
def show_field(collection: str, record_id: UUID, key: str) -> Response:
    """The form of one field."""
    record_type, record, by = record_for(collection, record_id, "update")
    field = writable_field(record_type, key, by)
    return _form(record_type, record, field, by, input_texts(record_type, record, by)[key])


@blueprint.post("/<collection:collection>/<uuid:record_id>/fields/<key>")
@access(record_verb="update")
def save_field(collection: str, record_id: UUID, key: str) -> Response:
    """Save one field and answer with how it is shown now."""
    record_type, record, by = record_for(collection, record_id, "update")
    field = writable_field(record_type, key, by)
    text = sent_text(field, request.form)
    inputs = changed_values(record_type, record, {key: text}, by)
    try:
        perform(record_type, "update", record, by=by, version=seen_version(), **inputs)
    except Held as held:
        if not wants_to_ask(held):
            return _form(record_type, record, field, by, text, held)
        toast(gate.keep(held, by).message, kind="info")
    except (Refused, Conflict) as answer:
        by.session.rollback()
        return _form(record_type, record, field, by, text, answer)
    warn_unseen(record_type, record, by)
    if not is_htmx():
        return see_other(next_or(record_url(record_type, record_id)))
    return _value(record_type, record, field, by)


def _form(
    record_type: RecordType,
    record: Record,
    field: Field,
    by: Actor,
    text: str,
    answer: Answer | None = None,
) -> Response:
    """The form of a field; refused, it shows why, or what a colleague made of it."""
    picklists = choices_of(record_type, by) if field.kind in ("choice", "tags") else {}
    errors = dict(answer.errors) if answer else {}
    if answer is not None and field.key not in errors:
        # Another field stands against it: the cell is the only place to say so.
        errors[field.key] = next(iter(errors.values()), answer.message)
    theirs = getattr(answer, "theirs", {})
    control = controls(
        record_type,
        [field.key],
        {field.key: text},
        by,
        picklists,
        errors=errors,
        theirs=theirs,
        stands=input_texts(record_type, record, by),
    )[0]
    hints = gate.hints(record_type, record, by)
    control = with_hint(control, hints) if hints else control
    may_ask = isinstance(answer, Held)
    url = f"{record_url(record_type, record.id)}/fields/{field.key}"
    return fragment(
        "records/_edit.html",
        status=422 if may_ask else answer.status if answer else 200,
        may_ask=may_ask,
        control=control,
        url=url,
        version=record.version,
        next=record_url(record_type, record.id),
    )


def _value(record_type: RecordType, record: Record, field: Field, by: Actor) -> Response:
    """The inside of the cell or of the detail, as the page that sent it shows such."""
    picklists = choices_of(record_type, by) if field.kind in ("choice", "tags") else {}
    value = field.value(record)
    names = titles(field.to, [value], by) if field.to and value else {}
    if request.headers.get("HX-Target", "").startswith("td"):
        return Response(cell_html(record_type, field, record, picklists, names, by))
    one = detail(record_type, record, field, by, picklists, names)
    response = fragment("records/_detail_value.html", one=one)
    # The page's head and timeline show it too; other details may come or go with it.
    is_shared = bool(record_type.prices) and field.key in (CURRENCY, RATE_ON)
    is_watched = is_shared or others_depend_on(record_type, field.key)
    response.headers["HX-Trigger"] = "field-changed" + ", details-changed" * is_watched
    return response
