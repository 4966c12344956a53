"""Duplicates of a record by the API, merging them, and taking a merge back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import fetch
from app.records.api.asked import readable_keys, refuse_arguments
from app.records.api.shape import Reply, dumps, reply, seen_version
from app.records.duplicates.find import find_duplicates
from app.records.merge.family import refuse_merging
from app.records.merge.operations import merge_records
from app.records.merge.undo import find_merge, undo_merge
from app.records.openapi.calls import offers_merging
from app.records.openapi.described import described
from app.records.openapi.parts import ETAG, ID, TEXT, UNSHOWN, answer, page_of, record_of
from app.records.routes.api import blueprint, repeatable, send, subject
from app.records.routes.sent import Body, body_of, once
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType
from app.web import current
from app.web.access import Who, access

MERGE_ID = "Merge-Id"  # The header that names a merge, by which it can be taken back.


@blueprint.post("/<collection>/<record_id>/merge")
@access(who=Who.TOKEN, record_verb="act")
def merge_into(collection: str, record_id: str) -> Response:
    """Merge the records of `ids` into this one; 412 where If-Match names another version."""
    by, record_type = subject(collection)
    refuse_merging(record_type, by)
    body = body_of(("ids", "choices"))
    ids, choices = _read(body)

    def merge() -> Reply:
        survivor = fetch(record_type, parse_id(record_id), by, "update")
        version = seen_version(request.if_match, survivor)
        versions = {} if version is None else {survivor.id: version}
        made = merge_records(
            record_type, survivor.id, ids, by=by, choices=choices, versions=versions
        )
        shown = _shown(record_type, survivor.id, by)
        shown.headers[MERGE_ID] = str(made.id)
        return shown

    return repeatable(by, body, merge)


DUPLICATE = record_of(id=ID, title=TEXT, reasons={"type": "array", "items": TEXT})


@blueprint.get("/<collection>/<record_id>/duplicates")
@described(
    "list_duplicates",
    _("Merge"),
    {"200": answer(page_of("Duplicate"))},
    schemas={"Duplicate": DUPLICATE},
)
@access(who=Who.TOKEN, record_verb="read")
def list_duplicates(collection: str, record_id: str) -> Response:
    """The records that may be the same as this one, the surest first, each with the reasons."""
    by, record_type = subject(collection)
    refuse_arguments(list(request.args))
    record = fetch(record_type, parse_id(record_id), by)
    keys = {one.key for sign in record_type.signs for one in (*sign.needs, *sign.against)}
    given = {key: str(record_type.field(key).value(record) or "") for key in keys}
    data = [
        {"id": str(one.id), "title": one.title, "reasons": [str(text) for text in one.reasons]}
        for one in find_duplicates(record_type, given, by, but=record.id)
    ]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post("/merges/<uuid:merge_id>/undo")
@described(
    "undo_merge",
    _("Merge"),
    {"200": answer({"type": "object"}, ETAG), **UNSHOWN},
    is_repeatable=True,
    is_offered=lambda by: any(offers_merging(one, by) for one in switched_on(by)),
)
@access(who=Who.TOKEN)
def undo_merged(merge_id: UUID) -> Response:
    """Take a merge back, except what somebody touched since; answers with what stayed if seen."""
    by = current.actor()

    def undo(_body: Body) -> Reply:
        record_type = tailored(find_merge(merge_id, by).record_type, by)
        undone = undo_merge(merge_id, by=by)
        return _shown(record_type, undone.merge.survivor_id, by)

    return once(undo)


def _shown(record_type: RecordType, record_id: UUID, by: Actor) -> Reply:
    """The record as it stands now, or 204 where it is beyond what the caller may read."""
    try:
        record = fetch(record_type, record_id, by)
    except Missing:
        return Reply(204, "")
    return reply(record_type, record, readable_keys(record_type, by), by)


def _read(body: dict[str, Any]) -> tuple[list[UUID], dict[str, str]]:
    """The other records and the choices; Refused where they are none."""
    given, choices = body.get("ids"), body.get("choices", {})
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise Refused(_("Give a list of ids."), field="ids")
    if not isinstance(choices, dict) or not all(isinstance(one, str) for one in choices.values()):
        raise Refused(_("Give the choices as an object: a record's id by field."), field="choices")
    ids = []
    for number, text in enumerate(given):
        found = parse_id(text)
        if found is None:
            raise Refused(_("There is no such record."), field=f"ids[{number}]")
        ids.append(found)
    return ids, choices
