"""The page of one record."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.access import sees
from app.records.pages.changes import field_history
from app.records.pages.links import links_of
from app.records.pages.peek import peek
from app.records.pages.pool import pool_note
from app.records.pages.record import record_page
from app.records.pages.timeline import read_asked, timeline
from app.records.pool.views import open_in_pool
from app.records.recents.operations import note_opened
from app.records.routes.blueprint import blueprint, record_for, record_url
from app.records.views.opened import read_origin
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page, target_block

PEEK = "peek_body"


@blueprint.get("/<collection:collection>/<uuid:record_id>")
@access(record_verb="read")
def show_record(collection: str, record_id: UUID) -> Response:
    """A record's page; its timeline alone, or the record beside a list, when htmx asks for that."""
    block = target_block() if is_htmx() else ""
    try:
        record_type, record, by = record_for(collection, record_id, "read", by_pool=True)
    except Missing as answer:
        if block != PEEK:
            raise
        return fragment("records/peek_missing.html", status=404, answer=answer)
    came_from = read_origin(record_type, request.args.get("in"), by)
    is_opened = block not in ("timeline", "earlier")
    views = open_in_pool(record_type, record, by)  # Its timeline alone tells of it as well.
    if block == PEEK:
        it = peek(record_type, record, by, came_from)
        return page(
            "records/peek.html", PEEK, it=it, pool=pool_note(record_type, record, views, by)
        )
    asked = read_asked(request.args.get("show", ""), request.args.get("before", ""))
    if not is_opened:
        origin = came_from.origin() if came_from else ""
        shown = timeline(record_type, record, by, asked, origin)
        return page("records/timeline.html", block, timeline=shown, record_type=record_type)
    if by.user_id is not None:
        note = partial(note_opened, by.tenant, by.user_id, record_type.key, record_id, by.now)
        current.aside(note)
    return page(
        "records/record.html",
        it=record_page(record_type, record, by, came_from, asked),
        pool=pool_note(record_type, record, views, by),
        links=links_of(record_type, record, by),
    )


@blueprint.get("/<collection:collection>/<uuid:record_id>/history/<key>")
@access(record_verb="read")
def show_history(collection: str, record_id: UUID, key: str) -> Response:
    """Who changed one field when, from what to what; in the drawer, or as a page."""
    record_type, record, by = record_for(collection, record_id, "read", by_pool=True)
    field = record_type.by_key.get(key)
    if field is None or not sees(record_type, key, by):
        raise Missing(_("There is no such field."))
    open_in_pool(record_type, record, by)
    return page(
        "records/history.html",
        "form",
        record_type=record_type,
        title=record_type.title_of(record),
        url=record_url(record_type, record_id),
        field=field,
        changes=field_history(record_type, record, key, by),
    )
