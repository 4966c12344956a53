"""Choosing by what a list is grouped: links in the drawer, or on a page of its own."""

from __future__ import annotations

from flask import Response, request

from app.records.pages.group_choices import group_choices
from app.records.routes.blueprint import blueprint, type_for
from app.records.views.opened import read_list
from app.web import current
from app.web.access import access
from app.web.render import page


@blueprint.get("/<collection:collection>/group")
@access(record_verb="read")
def show_groupings(collection: str) -> Response:
    """What the list whose address has these arguments can be grouped by."""
    by = current.actor()
    state = read_list(type_for(collection, "read", by), request.args, by)
    return page(
        "records/group.html",
        "form",
        state=state,
        choices=group_choices(state, by),
        none_url=state.grouped_by("") if state.look.group else "",
    )
