"""Adding a field of the workspace's own, and changing one."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.custom import operations
from app.records.custom.conditions import WHENS
from app.records.custom.kinds import KINDS, Kind
from app.records.custom.models import CustomField
from app.records.custom.operations import MANAGE
from app.records.pages.settings.field_form import (
    Typed,
    field_form,
    list_url,
    rows_for,
    sent,
    untouched,
)
from app.records.pages.settings.numbered import is_half_way
from app.records.routes.blueprint import blueprint
from app.records.routes.forms import seen_version
from app.records.routes.settings.fields import PLACE, field_at
from app.records.tailored import tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import fragment, page, see_other
from app.web.toasts import toast


@blueprint.get(f"{PLACE}/<collection:collection>/new")
@access(permission=MANAGE)
def new_field(collection: str) -> Response:
    """The picture list of kinds, or the form of a field of the kind that was chosen."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    kind = KINDS.get(request.args.get("kind", ""))
    if kind is None:
        return _kinds(record_type)
    rows = rows_for(record_type, None, by)
    return _show(record_type, kind, None, untouched(None, kind, rows, by), by)


@blueprint.post(f"{PLACE}/<collection:collection>/new")
@access(permission=MANAGE)
def create_field(collection: str) -> Response:
    """Add a field."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    kind = KINDS.get(request.form.get("kind", ""))
    if kind is None:
        return _kinds(record_type, 422)
    typed = sent(request.form, rows_for(record_type, None, by))
    if is_half_way(request.form):
        return _show(record_type, kind, None, typed, by)
    try:
        operations.define_field(by, record_type, kind.key, typed.wish(), key=typed.key)
    except Refused as answer:
        by.session.rollback()
        return _show(record_type, kind, None, typed, by, answer)
    toast(_("The field was added."))
    return see_other(list_url(record_type))


@blueprint.get(f"{PLACE}/<collection:collection>/<uuid:field_id>")
@access(permission=MANAGE)
def show_custom_field(collection: str, field_id: UUID) -> Response:
    """The form of a field as it stands."""
    record_type, row, by = field_at(collection, field_id)
    kind = KINDS[row.kind]
    rows = rows_for(record_type, row, by)
    return _show(record_type, kind, row, untouched(row, kind, rows, by), by)


@blueprint.post(f"{PLACE}/<collection:collection>/<uuid:field_id>")
@access(permission=MANAGE)
def change_custom_field(collection: str, field_id: UUID) -> Response:
    """Change a field; where another admin was faster, what was typed stays to be looked at."""
    record_type, row, by = field_at(collection, field_id)
    kind = KINDS[row.kind]
    typed = sent(request.form, rows_for(record_type, row, by))
    if is_half_way(request.form):
        return _show(record_type, kind, row, typed, by)
    try:
        operations.change_field(by, row, seen_version(), typed.wish())
    except (Refused, Conflict) as answer:
        by.session.rollback()
        return _show(record_type, kind, row, typed, by, answer)
    toast(_("Saved."))
    return see_other(list_url(record_type))


@blueprint.get(f"{PLACE}/<collection:collection>/condition")
@access(permission=MANAGE)
def show_condition(collection: str) -> Response:
    """One row of the builder of conditions, with what suits the field that was chosen."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    own_id = parse_id(request.args.get("of", ""))
    row = operations.get_field(by, own_id) if own_id is not None else None
    maker = rows_for(record_type, row, by)
    sent_rows = maker.sent(request.args)
    rows = [one for when in WHENS for one in sent_rows[when]]
    if not rows:
        raise Refused(_("This condition can't be kept."))
    form = field_form(record_type, KINDS["text"], row, Typed(), maker, by)
    return fragment("records/settings/_condition.html", row=rows[0], builder=form.conditions)


def _kinds(record_type: RecordType, status: int = 200) -> Response:
    return page(
        "records/settings/kinds.html",
        status=status,
        record_type=record_type,
        kinds=KINDS.values(),
        list_url=list_url(record_type),
    )


def _show(
    record_type: RecordType,
    kind: Kind,
    row: CustomField | None,
    typed: Typed,
    by: Actor,
    answer: Answer | None = None,
) -> Response:
    """The form with what was typed; after a conflict it holds the version that now stands."""
    form = field_form(record_type, kind, row, typed, rows_for(record_type, row, by), by, answer)
    return page("records/settings/field.html", status=answer.status if answer else 200, form=form)
