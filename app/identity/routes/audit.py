"""The audit of sign-ins and of changes to people's access."""

from __future__ import annotations

from flask import Response, request

from app.identity.audit_words import VERBS
from app.identity.operations import audit as operations
from app.identity.operations.users import names_of
from app.identity.routes.blueprint import blueprint
from app.identity.routes.paging import cursor_of, read_moment_cursor
from app.web import current
from app.web.access import access
from app.web.render import page


@blueprint.get("/settings/audit")
@access(permission=("audit", "read"))
def audit() -> Response:
    """What happened, the newest first, page by page."""
    by = current.actor()
    found = operations.read_audit(by, before=read_moment_cursor(request.args.get("before")))
    entries = found[: operations.PAGE]
    earlier = None
    if len(found) > operations.PAGE:
        earlier = cursor_of(entries[-1].at.isoformat(), entries[-1].id)
    return page(
        "identity/audit.html",
        entries=entries,
        earlier=earlier,
        verbs=VERBS,
        names=names_of(by, {entry.actor_id for entry in entries if entry.actor_id}),
    )
