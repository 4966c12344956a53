"""The list of each record type."""

from __future__ import annotations

from flask import Response, request

from app.records.pages.listing import list_page
from app.records.pages.state import read_state
from app.records.routes.blueprint import blueprint, type_for
from app.web import current
from app.web.access import access
from app.web.render import page


@blueprint.get("/<collection:collection>")
@access(record_verb="read")
def show_list(collection: str) -> Response:
    """One page of a list, or its rows alone when htmx asks for them."""
    by = current.actor()
    state = read_state(type_for(collection, "read", by), request.args)
    response = page("records/list.html", list=list_page(state, by))
    if request.headers.get("HX-Trigger-Name") == "q" or request.args.get("q") == "":
        # The form sends empty fields and defaults too; the address bar shows what matters.
        response.headers["HX-Replace-Url"] = state.url()
    return response
