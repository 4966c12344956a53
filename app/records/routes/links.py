"""The address of a record or a list in the drawer, or on a page of its own, to be passed on."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.records.pages.link import PageLink, list_link, record_link
from app.records.pages.state import read_query
from app.records.routes.blueprint import blueprint, record_for, type_for
from app.records.views.opened import list_to_keep, read_list
from app.web import current
from app.web.access import access
from app.web.render import page


@blueprint.get("/<collection:collection>/<uuid:record_id>/link")
@access(record_verb="read")
def show_record_link(collection: str, record_id: UUID) -> Response:
    """The address of a record's page."""
    record_type, record, by = record_for(collection, record_id, "read")
    return _shown(record_link(record_type, record, by))


@blueprint.get("/<collection:collection>/link")
@access(record_verb="read")
def show_list_link(collection: str) -> Response:
    """The address of the list whose own has these arguments."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    state = read_list(record_type, request.args, by)
    list_to_keep(record_type, read_query(state.query()), by)  # It must be one that can be shown.
    return _shown(list_link(state, by))


def _shown(link: PageLink) -> Response:
    return page("records/link.html", "form", link=link)
