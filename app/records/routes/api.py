"""The API of every record type: list, create, read, change, delete, and the declared actions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Held, Missing, NotPermitted
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records import gate
from app.records.access import fetch, may_do
from app.records.api.asked import read_fields, read_list, readable_keys, refuse_arguments
from app.records.api.body import demand_known, read_object
from app.records.api.groups import grouped
from app.records.api.idempotency import HEADER, fingerprint, once
from app.records.api.mentions import mentions_in
from app.records.api.shape import Reply, dumps, reply, seen_version, shape
from app.records.assignment.distribute import OWNER, rules_decide
from app.records.door import may_change, perform
from app.records.model import Record
from app.records.pool.facts import REASSIGN
from app.records.pool.reading import fetch_in_pool, reader_of_list
from app.records.pool.views import open_in_pool
from app.records.query import COUNT_CAP, count, page
from app.records.routes.blueprint import lead_on
from app.records.tailored import tailored_at
from app.records.trash import fetch_deleted
from app.records.types import RecordType
from app.web import current
from app.web.access import Who, access

blueprint = Blueprint("records_api", __name__, url_prefix="/api/v1")


@blueprint.get("/<collection>")
@access(who=Who.TOKEN, record_verb="read")
def list_records(collection: str) -> Response:
    """One page of a list: the records, and the cursor of the next page; or its groups."""
    by, record_type = subject(collection)
    if "group" in request.args:
        return send(Reply(200, dumps(grouped(request.args, record_type, by))))
    asked = read_list(request.args, record_type, by)
    reader = reader_of_list(record_type, asked.query.filters, by)
    if reader is not by:  # What may be asked and is told follows from what the pool shows.
        by, asked = reader, read_list(request.args, record_type, reader)
    found = page(record_type, asked.query, by, asked.keys, with_titles=False)
    mentions = mentions_in(record_type, found.rows, asked.keys, by)
    answer: dict[str, Any] = {
        "data": [
            shape(record_type, row, asked.keys, by, mentions.get(row.id)) for row in found.rows
        ],
        "next": found.next,
    }
    if asked.total:
        cap = COUNT_CAP if asked.total == "capped" else None
        total = count(record_type, asked.query, by, cap=cap)
        answer["total"] = min(total, cap) if cap else total
        answer["total_is_exact"] = cap is None or total <= cap
    return send(Reply(200, dumps(answer)))


@blueprint.post("/<collection>")
@access(who=Who.TOKEN, record_verb="create")
def create_record(collection: str) -> Response:
    """Create a record; the same Idempotency-Key gives the same answer for a day.

    Without an `owner_id` it is the caller's, or goes to whom the rules of assignment choose.
    """
    by, record_type = subject(collection)
    may_change(record_type, "create", by)
    inputs = _inputs((*record_type.by_key, *record_type.inputs))

    def create() -> Reply:
        by_rules = {OWNER: None} if rules_decide(record_type, by) else {}
        record = perform(record_type, "create", by=by, **{**by_rules, **inputs})
        made = reply(record_type, record, _told_keys(record_type, by), by, 201)
        made.headers["Location"] = f"/api/v1/{collection}/{record.id}"
        return made

    return repeatable(by, inputs, create)


@blueprint.get("/<collection>/<record_id>")
@access(who=Who.TOKEN, record_verb="read")
def show_record(collection: str, record_id: str) -> Response:
    """One record; 304 when the caller has it already, 301 when it was merged into another."""
    by, record_type = subject(collection)
    try:
        record = fetch(record_type, parse_id(record_id), by)
    except Missing:
        found = fetch_in_pool(record_type, parse_id(record_id), by)
        if found is None:
            lead_on(record_type, parse_id(record_id), by)
            raise
        record, by = found
    open_in_pool(record_type, record, by)
    response = send(reply(record_type, record, read_fields(request.args, record_type, by), by))
    response.make_conditional(request)  # In place: 304 where the caller's copy is fresh.
    return response


@blueprint.patch("/<collection>/<record_id>")
@access(who=Who.TOKEN, record_verb="update")
def change_record(collection: str, record_id: str) -> Response:
    """Change the fields that are given; 412 when If-Match names another version."""
    by, record_type = subject(collection)
    record = fetch(record_type, parse_id(record_id), by, "update")
    inputs = _inputs(record_type.by_key)
    _perform(record_type, "update", record, by, inputs)
    return send(reply(record_type, record, _told_keys(record_type, by), by))


@blueprint.delete("/<collection>/<record_id>")
@access(who=Who.TOKEN, record_verb="delete")
def delete_record(collection: str, record_id: str) -> Response:
    """Delete a record with all below it; `restore` brings it back for 30 days."""
    by, record_type = subject(collection)
    record = fetch(record_type, parse_id(record_id), by, "delete")
    refuse_arguments(list(request.args))
    _perform(record_type, "delete", record, by, {})
    return Response(status=204)


@blueprint.post("/<collection>/<record_id>/<action>")
@access(who=Who.TOKEN, record_verb="act")
def act_on_record(collection: str, record_id: str, action: str) -> Response:
    """Do a declared action, or bring a deleted record back with `restore`."""
    by, record_type = subject(collection)
    declared = record_type.action(action)
    if declared is None and action != "restore":
        raise Missing(_("There is no such action."))
    may_change(record_type, action, by)
    inputs = _inputs(declared.takes if declared else (), may_be_empty=True)

    def act() -> Reply:
        record = (
            fetch(record_type, parse_id(record_id), by, action)
            if declared
            else _deleted(record_type, record_id, by)
        )
        _perform(record_type, action, record, by, inputs)
        # Who passes on a record that they saw in the pool is told no more of it than they saw.
        is_theirs = action != REASSIGN or may_do(record_type, record, "read", by)
        return reply(record_type, record, _told_keys(record_type, by) if is_theirs else (), by)

    return repeatable(by, inputs, act)


def subject(collection: str) -> tuple[Actor, RecordType]:
    """Who calls and about which type; NotPermitted where the type may not be read at all."""
    by = current.actor()
    record_type = tailored_at(collection, by)
    if request.method in ("GET", "HEAD") and not by.may(record_type.key, "read"):
        raise NotPermitted(_("Your role does not allow this."))
    return by, record_type


def _told_keys(record_type: RecordType, by: Actor) -> tuple[str, ...]:
    """What the answer to a change tells: its id alone where the caller may write but not read."""
    return readable_keys(record_type, by) if by.may(record_type.key, "read") else ()


def _deleted(record_type: RecordType, record_id: str, by: Actor) -> Record:
    record = fetch_deleted(record_type, parse_id(record_id), by)
    if record is None:
        raise Missing(_("There is no such record."))
    return record


def _inputs(known: Any, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The fields in the body, each of them known."""
    refuse_arguments(list(request.args))
    inputs = read_object(request.get_data(), request.mimetype, may_be_empty=may_be_empty)
    demand_known(inputs, known)
    return inputs


def _perform(
    record_type: RecordType, verb: str, record: Record, by: Actor, inputs: dict[str, Any]
) -> None:
    """Go through the door with the version that If-Match names."""
    version = seen_version(request.if_match, record)
    perform(record_type, verb, record, by=by, version=version, **inputs)


def repeatable(by: Actor, inputs: dict[str, Any], work: Any) -> Response:
    """Do what a POST asks, once for each Idempotency-Key; what is held back is asked for once."""

    def done_or_asked() -> Reply:
        try:
            answer: Reply = work()
        except Held as held:
            return waits(gate.keep(held, by))
        return answer

    asked = fingerprint(request.method, request.path, inputs)
    return send(once(by, request.headers.get(HEADER), asked, done_or_asked))


def waits(asked: gate.Asked) -> Reply:
    """The answer to a change that waits until somebody approves it: 202, and where that is."""
    url = f"/api/v1/approvals/{asked.id}"
    told = {"approval": {"id": str(asked.id), "url": url}, "detail": str(asked.message)}
    answer = Reply(202, dumps(told))
    answer.headers["Location"] = url
    return answer


def send(answer: Reply) -> Response:
    """An answer as it goes out."""
    response = Response(answer.body, answer.status, mimetype="application/json")
    response.headers.extend(answer.headers)
    return response
