"""The audit over the API: what happened, as far as the caller may know it."""

from __future__ import annotations

from flask import Response, request

from app.identity.routes.paging import asked_place, cursor_of
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page
from app.records.api.shape import Reply, dumps
from app.records.audit import read_events
from app.records.openapi import house
from app.records.openapi.described import described
from app.records.openapi.parts import LIMITED, parameter
from app.records.pages.audit import told_plainly
from app.records.pages.audit_asked import OF_PROGRAMS, read_asked
from app.records.routes.api import blueprint, send
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access


@blueprint.get("/audit")
@described(
    "list_events",
    house.AUDIT,
    parameters=(*map(parameter, (*OF_PROGRAMS, "cursor")), LIMITED),
    **house.listed("Event"),
)
@access(who=Who.TOKEN, permission=("audit", "read"))
def list_events() -> Response:
    """One page of events, the newest first, narrowed as the page of the settings is."""
    by = current.actor()
    limit = read_page(request.args, (*OF_PROGRAMS, "cursor"))
    asked = {to: request.args.get(name, "") for name, to in OF_PROGRAMS.items()}
    read = read_asked(asked, by, moments=True)
    if read.errors:
        names = {to: name for name, to in OF_PROGRAMS.items()}
        errors = {names[key]: text for key, text in read.errors.items()}
        raise Refused(_("Please check the marked fields."), errors=errors)
    before = asked_place(request.args)
    rows = read_events(by, read.asked, before=before, limit=limit)
    more, rows = len(rows) > limit, rows[:limit]
    data = [
        {
            "id": str(row.id),
            "at": as_json(row.at),
            "record_type": row.record_type,
            "record_id": str(row.record_id),
            "title": told.title or None,
            "verb": row.verb,
            "actor_id": str(row.actor_id) if row.actor_id else None,
            "actor": told.actor or None,
            "via": row.via,
            "changes": told.changes,
        }
        for row, told in zip(rows, told_plainly(rows, by), strict=True)
    ]
    following = cursor_of(rows[-1].at.isoformat(), rows[-1].id) if more else None
    return send(Reply(200, dumps({"data": data, "next": following})))
