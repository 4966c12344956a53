"""Writing an activity on a record's page."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.crm.pages.composer import FIELDS, refused
from app.crm.routes.blueprint import blueprint
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.door import Inputs, perform
from app.records.pages.timeline import Asked, timeline
from app.records.routes.blueprint import record_for, record_url
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast


@blueprint.post("/<collection:collection>/<uuid:record_id>/activities")
@access(permission=("activity", "create"))
def write_activity(collection: str, record_id: UUID) -> Response:
    """Write down or plan something with a record, and answer with its timeline."""
    record_type, record, by = record_for(collection, record_id, "read")
    kind = request.form.get("kind", "")
    if kind not in FIELDS:
        raise Refused(_("There is no such kind of activity."), field="kind")
    typed = {key: request.form[key] for key in FIELDS[kind] if key in request.form}
    inputs: Inputs = {
        **typed,
        "kind": kind,
        "about_type": record_type.key,
        "about_id": record.id,
    }
    try:
        perform("activity", "create", by=by, **inputs)
    except Refused as answer:
        by.session.rollback()
        if not is_htmx():
            raise
        compose = refused(record_type, record, kind, typed, answer, by)
        return fragment("crm/compose.html", status=422, compose=compose)
    toast(_("Saved."))
    url = record_url(record_type, record_id)
    if not is_htmx():
        return see_other(url)
    shown = timeline(record_type, record, by, Asked())
    return page("records/timeline.html", "timeline", timeline=shown, record_type=record_type)
