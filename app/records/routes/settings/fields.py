"""The settings of fields: every type with its fields, and what is done with the workspace's own."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.custom import operations
from app.records.custom.models import CustomField
from app.records.custom.operations import MANAGE
from app.records.pages.settings.field_form import list_url
from app.records.pages.settings.field_list import field_list
from app.records.pages.settings.numbered import moved
from app.records.routes.blueprint import blueprint
from app.records.tailored import switched_on, tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

PLACE = "/settings/fields"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_types() -> Response:
    """Every record type with how many fields it has."""
    by = current.actor()
    lists = [field_list(one, by) for one in switched_on(by)]
    return page("records/settings/types.html", lists=lists)


@blueprint.get(f"{PLACE}/<collection:collection>")
@access(permission=MANAGE)
def show_fields(collection: str) -> Response:
    """The fields of one type."""
    by = current.actor()
    return page("records/settings/fields.html", list=field_list(tailored_at(collection, by), by))


@blueprint.post(f"{PLACE}/<collection:collection>/order")
@access(permission=MANAGE)
def order_fields(collection: str) -> Response:
    """Put the workspace's own fields into the order of the form; a button moves one of them."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    one, _dot, direction = request.form.get("move", "").rpartition(".")
    wished = moved(request.form.getlist("id")[: operations.MOST], one, direction)
    ids = [found for found in map(parse_id, wished) if found is not None]
    operations.order_fields(by, record_type, ids)
    if is_htmx():
        return Response(status=204)
    return see_other(list_url(record_type))


@blueprint.post(f"{PLACE}/<collection:collection>/<uuid:field_id>/retire")
@access(permission=MANAGE)
def retire_field(collection: str, field_id: UUID) -> Response:
    """Take a field out of use."""
    record_type, row, by = field_at(collection, field_id)
    try:
        operations.retire_field(by, row)
    except Refused as answer:
        return _again(record_type, answer, by)
    toast(_("Retired. What records hold in it stays."))
    return see_other(list_url(record_type))


@blueprint.post(f"{PLACE}/<collection:collection>/<uuid:field_id>/restore")
@access(permission=MANAGE)
def restore_field(collection: str, field_id: UUID) -> Response:
    """Bring a retired field back."""
    record_type, row, by = field_at(collection, field_id)
    try:
        operations.bring_back_field(by, row)
    except Refused as answer:
        return _again(record_type, answer, by)
    toast(_("Back in use, with what records hold in it."))
    return see_other(list_url(record_type))


def _again(record_type: RecordType, answer: Refused, by: Actor) -> Response:
    """The fields as they stand, with why nothing was changed."""
    by.session.rollback()
    shown = field_list(record_type, by)
    return page("records/settings/fields.html", status=422, list=shown, problem=answer.message)


def field_at(collection: str, field_id: UUID) -> tuple[RecordType, CustomField, Actor]:
    """Type, field and actor of an address; Missing for a field of another type."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    row = operations.get_field(by, field_id)
    if row.record_type != record_type.key:
        raise Missing(_("There is no such field."))
    return record_type, row, by
