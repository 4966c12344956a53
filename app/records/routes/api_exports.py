"""Exports over the API: asked for, followed, fetched; with the rights of person and token."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.routes.paging import asked_place, gather
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import ids_of, text_of
from app.records.api.shape import Reply, dumps
from app.records.exports.begin import (
    Wish,
    begin,
    card_keys,
    count,
    every_key,
    format_called,
    listed,
)
from app.records.exports.keep import (
    cancel_export,
    delete_export,
    exports_of,
    find_export,
    sees_export,
)
from app.records.exports.make import may_export
from app.records.exports.models import Export, State
from app.records.exports.which import Which
from app.records.routes.api import blueprint, repeatable, send, subject
from app.records.routes.exports import send_export
from app.records.routes.sent import body_of
from app.records.types import RecordType
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

MOST_IDS = 1000


@blueprint.post("/<collection>/export")
@access(who=Who.TOKEN, record_verb="export", while_suspended=True)
def begin_export(collection: str) -> Response:
    """Ask for a file of a list; it is made in the background, however few rows it has."""
    by, record_type = subject(collection)
    may_export(record_type, by)
    body = body_of(("format", "query", "ids", "fields"))
    wish = _wish(record_type, body, by)

    def ask() -> Reply:
        export = begin(wish, count(wish, by), by)
        place = {"Location": f"/api/v1/exports/{export.id}"}
        return Reply(202, dumps(_shown(export, by)), place)

    return repeatable(by, body, ask)


@blueprint.get("/exports")
@access(who=Who.TOKEN, while_suspended=True)
def show_every_export() -> Response:
    """One page of the exports that the caller may see, the newest first."""
    by = current.actor()
    limit = read_page(request.args, ("cursor",))
    found, following = gather(
        lambda many, before: exports_of(by, many, before),
        lambda one: sees_export(one, by),
        limit,
        asked_place(request.args),
        lambda one: one.created_at,
    )
    data = [_shown(one, by) for one in found]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.get("/exports/<uuid:export_id>")
@access(who=Who.TOKEN, while_suspended=True)
def show_one_export(export_id: UUID) -> Response:
    """How far an export is."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send(Reply(200, dumps(_shown(find_export(export_id, by), by))))


@blueprint.get("/exports/<uuid:export_id>/file")
@access(who=Who.TOKEN, while_suspended=True)
def fetch_export(export_id: UUID) -> Response:
    """The file of an export that is done."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send_export(find_export(export_id, by), by)


@blueprint.post("/exports/<uuid:export_id>/cancel")
@access(who=Who.TOKEN, while_suspended=True)
def end_export(export_id: UUID) -> Response:
    """Stop an export that is under way."""
    refuse_arguments(list(request.args))
    by = current.actor()
    cancel_export(export_id, by)
    return send(Reply(200, dumps(_shown(find_export(export_id, by), by))))


@blueprint.delete("/exports/<uuid:export_id>")
@access(who=Who.TOKEN, while_suspended=True)
def drop_export(export_id: UUID) -> Response:
    """Remove an export with its file; one under way is stopped."""
    refuse_arguments(list(request.args))
    delete_export(export_id, current.actor())
    return Response(status=204)


def _wish(record_type: RecordType, body: dict[str, Any], by: Actor) -> Wish:
    """What the body asks for; Refused with a message for what makes no sense."""
    query = text_of(body, "query").removeprefix("?")
    ids = ids_of(body, "ids")
    if ids is not None and not 0 < len(ids) <= MOST_IDS:
        raise Refused(_("Select some rows first, at most %(limit)s.", limit=MOST_IDS), field="ids")
    state = listed(record_type, query)
    shape = format_called(record_type, text_of(body, "format", "csv"))
    if not shape.is_table and "fields" in body:
        raise Refused(_("Cards have fields of their own."), field="fields")
    return Wish(
        record_type,
        shape,
        Which(state.asked, tuple(dict.fromkeys(ids or ()))),
        state.query(),
        _keys(record_type, body, by) if shape.is_table else card_keys(record_type, by),
        is_whole=shape.is_table and "fields" not in body,
    )


def _keys(record_type: RecordType, body: dict[str, Any], by: Actor) -> tuple[str, ...]:
    """The fields in the order in which they were asked for; every one where nothing is said."""
    readable = every_key(record_type, by)
    if "fields" not in body:
        return readable
    wanted = body["fields"]
    is_list = isinstance(wanted, list) and all(isinstance(one, str) for one in wanted)
    if not is_list or not wanted or not set(wanted) <= set(readable):
        raise Refused(_("There is no such field."), field="fields")
    return tuple(dict.fromkeys(wanted))


def _shown(export: Export, by: Actor) -> dict[str, Any]:
    """An export as programs see it; `file` is where it can be fetched, while it can."""
    is_there = export.state == State.DONE and export.expires_at is not None
    is_over = is_there and export.expires_at is not None and export.expires_at <= by.now
    return {
        "id": str(export.id),
        "record_type": export.record_type,
        "format": export.format,
        "state": State.EXPIRED.value if is_over else str(export.state),
        "rows": export.total,
        "done": export.done,
        "size": export.size,
        "error": export.error,
        "user_id": str(export.user_id) if export.user_id else None,
        "created_at": as_json(export.created_at),
        "finished_at": as_json(export.finished_at),
        "expires_at": as_json(export.expires_at),
        "file": f"/api/v1/exports/{export.id}/file" if is_there and not is_over else None,
    }
