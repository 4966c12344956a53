"""Whether there is already a record of what is being typed in."""

from __future__ import annotations

from flask import Response, request

from app.identity.operations.guard import require_writable
from app.records.pages.duplicates import suspects
from app.records.pages.form import typed_values
from app.records.routes.blueprint import blueprint, next_or, type_for
from app.web import current
from app.web.access import access
from app.web.render import fragment


@blueprint.post("/<collection:collection>/suspects")
@access(record_verb="read")
def show_suspects(collection: str) -> Response:
    """The records that may be the same as what a form holds; it is sent, as it names people."""
    by = current.actor()
    record_type = type_for(collection, "create", by)
    require_writable(by)
    typed = typed_values(record_type, request.form, by)
    return fragment("records/suspects.html", found=suspects(record_type, typed, by, next_or("")))
