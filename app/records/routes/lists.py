"""The list of each record type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, gettext
from app.records.filters.conditions import meant
from app.records.lenses.lens import DATE
from app.records.pages.listing import blocked_views, count_state, list_page
from app.records.pages.state import ListState, read_state
from app.records.pool.reading import reader_of_list
from app.records.query import read_grouping
from app.records.routes.blueprint import blueprint, type_for
from app.records.types import RecordType
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import fragment, is_htmx, page, see_other


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
        if state.lens.name:  # A view that was saved of a board, or an address that names one.
            return see_other(state.url())
        shown = list_page(state, by, reader_of_list(record_type, state.asked.filters, by))
    except Refused as refused:
        return _refused(record_type, state, refused, by)
    return _with_address(page("records/list.html", list=shown), state)


def show_through(
    collection: str,
    lens: str,
    template: str,
    name: str,
    make: Callable[[ListState, Actor, Actor], object],
) -> Response:
    """A list through another lens: `make` makes what `template` shows under `name`.

    It takes what is asked for, who asks, and as whom they read the records.
    """
    by = current.actor()
    record_type = type_for(collection, "read", by)
    state = None
    try:
        arguments = request.args.copy()
        arguments["lens"] = lens
        state = read_list(record_type, arguments, by)
        if state.look.group:  # It is kept for when the rows are shown again.
            read_grouping(record_type, state.look.group, by)
        shown = make(state, by, reader_of_list(record_type, state.asked.filters, by))
    except Refused as refused:
        return _refused(record_type, state, refused, by)
    values: dict[str, Any] = {name: shown}
    return _with_address(page(template, **values), state)


def _refused(
    record_type: RecordType, state: ListState | None, refused: Refused, by: Actor
) -> Response:
    """What is told where a list can't be shown, with the way to one that can."""
    if state is not None and state.opened is not None and not state.is_changed:
        views = blocked_views(state, by)
        return page("records/view_blocked.html", record_type=record_type, views=views, state=state)
    message = _named(record_type, refused, by)
    if is_htmx():  # The rows stay as they are, and a message says why.
        raise Refused(message, errors=refused.errors)
    return page(
        "records/refused.html",
        status=refused.status,
        record_type=record_type,
        message=message,
    )


def _named(record_type: RecordType, refused: Refused, by: Actor) -> Text | str:
    """Why a list can't be shown, with the field that it is about where its reader sees that."""
    found = [meant(record_type, name.partition("__")[0], by) for name in refused.errors]
    labels = [str(one.field.label) for one in found if one is not None]
    if not labels:
        return refused.message
    which = formats(by).listed(labels)
    return gettext("%(field)s: %(problem)s", field=which, problem=refused.message)


def _with_address(response: Response, state: ListState) -> Response:
    """The form of a search sends empty fields and defaults too; its address shows what matters."""
    if request.headers.get("HX-Trigger-Name") == "q" or request.args.get("q") == "":
        place = [(DATE, state.on)] if state.on else []
        response.headers["HX-Replace-Url"] = state.url(*place)
    return response


@blueprint.get("/<collection:collection>/count")
@access(record_verb="read")
def count_list(collection: str) -> Response:
    """How many rows a list has, up to the cap, or with `total=exact` beyond it."""
    by = current.actor()
    state = read_state(type_for(collection, "read", by), request.args)
    reader = reader_of_list(state.record_type, state.asked.filters, by)
    is_exact = request.args.get("total") == "exact"
    total = count_state(state, by, reader, is_exact=is_exact)
    return fragment("records/_total.html", total=total)
