"""Many records by one call of the API."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.shape import Reply, dumps
from app.records.bulk.models import Outcome
from app.records.bulk.program import Result, do_records
from app.records.mentions.batch import tell_mentioned_in_batch
from app.records.routes.api import blueprint, repeatable, subject
from app.records.routes.sent import body_of
from app.records.sharing.news import tell_of_batch
from app.records.types import RecordType
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
