"""The recycle bin over the API: what was deleted; each is brought back by its own address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.routes.paging import asked_place, cursor_of
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.erase import erase_record
from app.records.openapi import house
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, parameter
from app.records.recycle import Deleted, read_bin, restorable_types
from app.records.registry import registry
from app.records.retention import Retention, retention
from app.records.routes.api import blueprint, send
from app.records.tailored import tailored_at
from app.records.trash import fetch_deleted
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access


@blueprint.get("/recycle-bin")
@described(
    "list_deleted",
    house.BIN,
    parameters=(*map(parameter, ("record_type", "q", "cursor")), LIMITED),
    **house.listed("Deleted"),
)
@access(who=Who.TOKEN)
def list_deleted() -> Response:
    """One page of what was deleted and the caller may bring back, the latest first."""
    by = current.actor()
    limit = read_page(request.args, ("record_type", "q", "cursor"))
    kind = request.args.get("record_type", "")
    if kind and kind not in {one.key for one in restorable_types(by)}:
        raise Refused(_("There is no such record type."), field="record_type")
    before = asked_place(request.args)
    found = read_bin(by, kind=kind, q=request.args.get("q", "")[:200], before=before, limit=limit)
    shown, kept = found[:limit], retention(by)
    more = len(found) > limit
    answer = {
        "data": [_shown(one, kept) for one in shown],
        "next": cursor_of(shown[-1].at.isoformat(), shown[-1].id) if more else None,
    }
    return send(Reply(200, dumps(answer)))


@blueprint.delete("/recycle-bin/<collection:collection>/<uuid:record_id>")
@described("erase", house.BIN, DONE)
@access(who=Who.TOKEN, permission=("trash", "erase"))
def erase(collection: str, record_id: UUID) -> Response:
    """Erase a deleted record for good, with all that was deleted with it."""
    by = current.actor()
    refuse_arguments(list(request.args))
    record_type = tailored_at(collection, by)
    known = record_type.key in {one.key for one in restorable_types(by)}
    record = fetch_deleted(record_type, record_id, by) if known else None
    if record is None:
        raise Missing(_("There is no such record."))
    erase_record(record_type, record, by)
    return Response(status=204)


def _shown(one: Deleted, kept: Retention) -> dict[str, Any]:
    """A deleted record; `days_left` are those for which it can be brought back."""
    collection = registry().type(one.kind).collection
    return {
        "record_type": one.kind,
        "id": str(one.id),
        "title": one.title,
        "deleted_at": as_json(one.at),
        "deleted_by_id": str(one.by_id) if one.by_id else None,
        "deleted_with_it": one.below,
        "days_left": kept.days_left(one.at, current.moment()),
        "restore_url": f"/api/v1/{collection}/{one.id}/restore",
    }
