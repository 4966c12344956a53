"""The list of each record type."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import Refused
from app.records.pages.listing import count_state, list_page
from app.records.pages.state import read_state
from app.records.routes.blueprint import blueprint, type_for
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page


@blueprint.get("/<collection:collection>")
@access(record_verb="read")
def show_list(collection: str) -> Response:
    """One page of a list, or its rows alone when htmx asks for them.

    An address that asks for what can't be is told so, with the way to the whole list.
    """
    by = current.actor()
    record_type = type_for(collection, "read", by)
    try:
        state = read_state(record_type, request.args)
        shown = list_page(state, by)
    except Refused as refused:
        if is_htmx():
            raise  # The rows stay as they are, and a message says why.
        values = {"record_type": record_type, "message": refused.message}
        return page("records/refused.html", status=refused.status, **values)
    response = page("records/list.html", list=shown)
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
