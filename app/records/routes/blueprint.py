"""The blueprint of the records' pages, and what their routes share."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, redirect, request

from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted
from app.kernel.language import _
from app.records.access import fetch
from app.records.merge.absorbed import merged_into
from app.records.model import Record
from app.records.pages.gone import gone
from app.records.pool.reading import fetch_in_pool
from app.records.tailored import tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.links import safe_path

blueprint = Blueprint("records", __name__, template_folder="../templates")


def type_for(collection: str, verb: str, by: Actor) -> RecordType:
    """The type at an address; Missing with its module off, NotPermitted without the right."""
    record_type = tailored_at(collection, by)
    if not by.may(record_type.key, verb):
        raise NotPermitted(_("Your role does not allow this."))
    return record_type


def record_for(
    collection: str, record_id: UUID, verb: str, *, by_pool: bool = False
) -> tuple[RecordType, Record, Actor]:
    """Type, record and actor of a route about one record that the actor may treat so.

    With `by_pool`, a record that they see by the pool alone comes with who reads it there.
    """
    by = current.actor()
    record_type = tailored_at(collection, by)
    try:
        return record_type, fetch(record_type, record_id, by, verb), by
    except Missing:
        found = fetch_in_pool(record_type, record_id, by) if by_pool else None
        if found is not None:
            return record_type, *found
        lead_on(record_type, record_id, by)
        raise gone(record_type, record_id, by) from None


def lead_on(record_type: RecordType, record_id: UUID | None, by: Actor) -> None:
    """End a request for a merged record by leading to the one that it was merged into.

    Only what reads is led on: a change is of the record that its sender had before their eyes. The
    way is not to be remembered, as the merge may be undone.
    """
    if request.method not in ("GET", "HEAD"):
        return
    into = merged_into(record_type, record_id, by)
    if into is not None:
        path = request.full_path.rstrip("?").replace(str(record_id), str(into))
        answer = redirect(path, 301)
        answer.headers["Cache-Control"] = "no-store"
        abort(answer)


def record_url(record_type: RecordType, record_id: UUID) -> str:
    """The address of a record's page."""
    return f"/{record_type.collection}/{record_id}"


def next_or(fallback: str) -> str:
    """Where the reader goes after a change: to the page that sent it, else to `fallback`."""
    return safe_path(request.values.get("next"), fallback)
