"""Writing an activity on a record's page."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from flask import Response, request

from app.crm.pages.composer import FIELDS, WITH_FILES, refused
from app.crm.routes.blueprint import blueprint
from app.kernel.actor import Actor
from app.kernel.errors import NoSpace, OverLimit, Refused
from app.kernel.language import Text, _
from app.records import gate
from app.records.door import Inputs, perform
from app.records.files.operations import add_file
from app.records.model import Record
from app.records.pages.form import sent_text
from app.records.pages.timeline import Asked, timeline
from app.records.pages.unseen import warn_unseen
from app.records.registry import registry
from app.records.routes.blueprint import record_for, record_url
from app.records.tailored import tailored
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast
from app.web.uploads import arrived

FILES_CANT_WAIT = _(
    "Files can't wait for approval: send this without them, and add them once it is approved."
)


@blueprint.post("/<collection:collection>/<uuid:record_id>/activities")
@access(permission=("activity", "create"), takes_files=True)
def write_activity(collection: str, record_id: UUID) -> Response:
    """Write down or plan something with a record, and answer with its timeline."""
    record_type, record, by = record_for(collection, record_id, "read")
    kind = request.form.get("kind", "")
    if kind not in FIELDS:
        raise Refused(_("There is no such kind of activity."), field="kind")
    fields = registry().type("activity").by_key
    keys = [key for key in FIELDS[kind] if key in request.form]
    typed = {key: sent_text(fields[key], request.form) for key in keys}
    inputs: Inputs = {
        **typed,
        "kind": kind,
        "about_type": record_type.key,
        "about_id": record.id,
    }
    try:
        with _waiting(kind):
            activity = perform("activity", "create", by=by, **inputs)
        # Whoever may write it down may say it with files, though not change it later.
        notes = _attach(activity, kind, by)
    except (Refused, OverLimit, NoSpace) as answer:
        by.session.rollback()
        if not is_htmx():
            raise
        compose = refused(record_type, record, kind, typed, answer, by)
        return fragment("crm/compose.html", status=422, compose=compose)
    for note in notes:
        toast(note, kind="warn")
    toast(_("Saved."))
    warn_unseen(registry().type("activity"), activity, by)
    url = record_url(record_type, record_id)
    if not is_htmx():
        return see_other(url)
    shown = timeline(record_type, record, by, Asked())
    response = page("records/timeline.html", "timeline", timeline=shown, record_type=record_type)
    response.headers["HX-Trigger"] = "panels-changed"  # A promise stands beside the timeline too.
    return response


def _waiting(kind: str) -> AbstractContextManager[None]:
    """Refuses what has to wait for approval where files came along, which can't wait with it."""
    if kind in WITH_FILES and arrived():
        return gate.refusing(FILES_CANT_WAIT)
    return nullcontext()


def _attach(activity: Record, kind: str, by: Actor) -> list[Text]:
    """Put the files that came along on the activity; answers with what is to be told of them."""
    if kind not in WITH_FILES:
        return []
    record_type = tailored("activity", by)
    kept = [add_file(record_type, activity, one, by, verb="create") for one in arrived()]
    return [one.note for one in kept if one.note is not None]
