"""Many records by one call of the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.jobs.progress import State, Work
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.bulk.begin import begin_undo, find_change, why_not_undo
from app.records.bulk.models import BulkChange, Outcome
from app.records.bulk.program import Result, do_records
from app.records.bulk.verbs import verb_called
from app.records.mentions.batch import tell_mentioned_in_batch
from app.records.openapi import bulk as told
from app.records.openapi.described import described
from app.records.routes.api import blueprint, repeatable, send, subject
from app.records.routes.sent import Body, body_of, once
from app.records.sharing.news import tell_of_batch
from app.records.types import RecordType
from app.records.values import as_json
from app.web.access import Who, access


@blueprint.post("/<collection>/bulk")
@access(who=Who.TOKEN, record_verb="act")
def change_records(collection: str) -> Response:
    """Do a verb with up to 1,000 records: all or none, or with `each` whichever are in order."""
    by, record_type = subject(collection)
    body = body_of(("verb", "records", "each"))
    verb, records, each = _read(body)

    def change() -> Reply:
        return _reply(record_type, verb, records, by, each=each)

    return repeatable(by, body, change)


@blueprint.get("/<collection>/bulk/<uuid:batch_id>")
@described("get_bulk_change", told.TAG, **told.ONE, **told.SCHEMAS)
@access(who=Who.TOKEN, record_verb="read")
def show_change(collection: str, batch_id: UUID) -> Response:
    """What became of a change of many records, or of taking one back, and how far it is."""
    by, record_type = subject(collection)
    refuse_arguments(list(request.args))
    return send(Reply(200, dumps(_change(_found(batch_id, record_type, by), record_type, by))))


@blueprint.post("/<collection>/bulk/<uuid:batch_id>/undo")
@described(
    "undo_bulk_change",
    told.TAG,
    is_repeatable=True,
    needs="update",
    **told.UNDONE,
    **told.SCHEMAS,
)
@access(who=Who.TOKEN, record_verb="act")
def undo_change(collection: str, batch_id: UUID) -> Response:
    """Take a change of many records back, but for what was touched since; 202 while it goes on."""
    by, record_type = subject(collection)

    def work(_body: Body) -> Reply:
        _found(batch_id, record_type, by)
        undone = begin_undo(batch_id, by)
        by.session.flush()  # Its work is read with it.
        place = f"/api/v1/{collection}/bulk/{undone.id}"
        status = 200 if undone.finished_at is not None else 202
        return Reply(status, dumps(_change(undone, record_type, by)), {"Location": place})

    return once(work)


def _found(batch_id: UUID, record_type: RecordType, by: Actor) -> BulkChange:
    """The change of this type that the caller may see; Missing for all others."""
    found = find_change(batch_id, by)
    if found.record_type != record_type.key:
        raise Missing(_("There is no such page."))
    return found


def _change(change: BulkChange, record_type: RecordType, by: Actor) -> dict[str, Any]:
    why_not = why_not_undo(change, verb_called(record_type, change.verb), by)
    return {
        "id": str(change.id),
        "record_type": change.record_type,
        "verb": change.verb,
        "state": _state(change, by),
        "total": change.total,
        "done": change.done,
        "left_out": change.left_out,
        "asked": change.asked,
        "user_id": str(change.user_id) if change.user_id else None,
        "created_at": as_json(change.created_at),
        "finished_at": as_json(change.finished_at),
        "can_undo": why_not is None,
        "why_not_undo": None if why_not is None else str(why_not),
        "undoes_id": str(change.undoes_id) if change.undoes_id else None,
        "undone_by_id": str(change.undone_by_id) if change.undone_by_id else None,
    }


def _state(change: BulkChange, by: Actor) -> str:
    """How far it is; what needed no worker is done."""
    work = by.session.get(Work, change.id)
    return str(work.state) if work is not None else str(State.DONE)


def _read(body: dict[str, Any]) -> tuple[str, list[dict[str, Any]], bool]:
    """The verb, the records and whether each counts for itself; Refused where they are none."""
    verb, records, each = body.get("verb"), body.get("records"), body.get("each", False)
    if not isinstance(verb, str):
        raise Refused(_("Give the name of an action."), field="verb")
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise Refused(_("Give a list of records."), field="records")
    if not isinstance(each, bool):
        raise Refused(_("This must be yes or no."), field="each")
    return verb, records, each


def _reply(
    record_type: RecordType, verb: str, records: list[dict[str, Any]], by: Actor, *, each: bool
) -> Reply:
    batch_id, results = do_records(record_type, verb, records, by, each=each)
    tell_of_batch(by, batch_id)
    tell_mentioned_in_batch(by, batch_id)
    done = sum(one.is_done for one in results)
    answer = {
        "batch_id": str(batch_id),
        "done": done,
        "left_out": sum(one.outcome is Outcome.LEFT_OUT for one in results),
        "asked": sum(one.outcome is Outcome.ASKED for one in results),
        "results": [_shown(one) for one in results],
    }
    return Reply(200, dumps(answer))


def _shown(one: Result) -> dict[str, Any]:
    """One result as JSON; a refusal tells why, as the problem of its own call would."""
    shown: dict[str, Any] = {"id": str(one.id) if one.id else None, "status": one.status}
    if one.approval:
        shown |= {"detail": one.message, "approval": one.approval}
    elif not one.is_done:
        shown["detail"] = one.message
        shown["errors"] = [{"field": key, "message": str(text)} for key, text in one.errors.items()]
    return shown
