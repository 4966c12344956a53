"""The settings of picklists: the values of built-in choices that the workspace decides."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.language import _
from app.records.custom import picklists as operations
from app.records.custom.operations import MANAGE
from app.records.fields import Field
from app.records.pages.settings.numbered import is_half_way
from app.records.pages.settings.option_rows import (
    OptionEditor,
    OptionRow,
    blank_rows,
    sent_rows,
    standing_rows,
    wished,
)
from app.records.picklists import load_picklists
from app.records.routes.blueprint import blueprint
from app.records.tailored import switched_on, tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/picklists"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_picklists() -> Response:
    """Every picklist with its values."""
    by = current.actor()
    types = [
        (one, operations.picklist_fields(one), load_picklists(by.session, one.key))
        for one in switched_on(by)
    ]
    return page("records/settings/picklists.html", types=[one for one in types if one[1]])


@blueprint.get(f"{PLACE}/<collection:collection>/<key>")
@access(permission=MANAGE)
def show_picklist(collection: str, key: str) -> Response:
    """The editor of one picklist."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    field = operations.picklist_field(record_type, key)
    options = operations.standing_options(by, record_type, field)
    rows = standing_rows(options) or blank_rows()
    return _show(record_type, field, rows, operations.fingerprint(options))


@blueprint.post(f"{PLACE}/<collection:collection>/<key>")
@access(permission=MANAGE)
def change_picklist(collection: str, key: str) -> Response:
    """Keep the values; where another admin was faster, what was typed stays to be looked at."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    field = operations.picklist_field(record_type, key)
    rows, seen = sent_rows(request.form), request.form.get("seen", "")
    if is_half_way(request.form):
        return _show(record_type, field, rows, seen)
    try:
        operations.change_picklist(by, record_type, field, wished(rows), seen=seen)
    except (Refused, Conflict) as answer:
        by.session.rollback()
        now = operations.fingerprint(operations.standing_options(by, record_type, field))
        return _show(record_type, field, rows, now, answer)
    toast(_("Saved."))
    return see_other(PLACE)


def _show(
    record_type: RecordType,
    field: Field,
    rows: list[OptionRow],
    seen: str,
    answer: Answer | None = None,
) -> Response:
    return page(
        "records/settings/picklist.html",
        status=answer.status if answer else 200,
        record_type=record_type,
        field=field,
        url=f"{PLACE}/{record_type.collection}/{field.key}",
        seen=seen,
        editor=OptionEditor(rows, has_default=False),
        wrong=[answer.errors["options"]] if answer and "options" in answer.errors else [],
        alerts=[answer.message] if answer and not answer.errors else [],
        is_overtaken=isinstance(answer, Conflict),
    )
