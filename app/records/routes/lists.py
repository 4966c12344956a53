"""The list of each record type."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import Refused
from app.records.pages.listing import blocked_views, count_state, list_page
from app.records.pages.state import read_state
from app.records.routes.blueprint import blueprint, type_for
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page


@blueprint.get("/<collection:collection>")
@access(record_verb="read")
def show_list(collection: str) -> Response:
    """One page of a list, or its rows alone when htmx asks for them.

    An address that asks for what can't be is told so, with the way to the whole list; a saved view
    whose filters its reader may not see says so.
    """
    by = current.actor()
    record_type = type_for(collection, "read", by)
    state = None
    try:
        state = read_list(record_type, request.args, by)
        shown = list_page(state, by)
    except Refused as refused:
        if state is not None and state.opened is not None and not state.is_changed:
            views = blocked_views(state, by)
            return page(
                "records/view_blocked.html", record_type=record_type, views=views, state=state
            )
        if is_htmx():
            raise  # The rows stay as they are, and a message says why.
        return page(
            "records/refused.html",
            status=refused.status,
            record_type=record_type,
            message=refused.message,
        )
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
