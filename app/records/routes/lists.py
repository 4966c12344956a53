"""The list of each record type."""

from __future__ import annotations

from flask import Response, request

from app.records.pages.listing import count_state, list_page
from app.records.pages.state import read_state
from app.records.routes.blueprint import blueprint, type_for
from app.web import current
from app.web.access import access
from app.web.render import fragment, page


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


@blueprint.get("/<collection:collection>/count")
@access(record_verb="read")
def count_list(collection: str) -> Response:
    """How many rows a list has, up to the cap, or with `total=exact` beyond it."""
    by = current.actor()
    state = read_state(type_for(collection, "read", by), request.args)
    is_exact = request.args.get("total") == "exact"
    return fragment("records/_total.html", total=count_state(state, by, is_exact=is_exact))
