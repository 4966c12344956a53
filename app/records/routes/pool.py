"""Claiming, returning and passing on one record."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from flask import Response

from app.identity.routes.asking import again, show, typed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Held, Missing, Refused
from app.kernel.language import _
from app.records.access import can_read
from app.records.door import Inputs, perform
from app.records.model import Record
from app.records.pages.pool import told_before
from app.records.pool.facts import CLAIM, POOL_FILTER, REASSIGN, RETURN
from app.records.pool.reading import fetch_in_pool
from app.records.routes.blueprint import blueprint, next_or, record_for, record_url
from app.records.tailored import tailored_at
from app.records.types import Action, Choose, RecordType
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, see_other
from app.web.toasts import toast

FORM = "records/pool_form.html"
POOL_QUERY = urlencode(POOL_FILTER)


@blueprint.post("/<collection:collection>/<uuid:record_id>/claim")
@access(record_verb="act")
def claim(collection: str, record_id: UUID) -> Response:
    """Become the owner of a record; whoever comes second is told who was quicker."""
    record_type, _action = _declared(collection, CLAIM)
    try:
        record_type, record, by = record_for(collection, record_id, CLAIM)
        perform(record_type, CLAIM, record, by=by)
    except (Conflict, Refused) as answer:
        if is_htmx():
            raise
        current.session().rollback()
        toast(answer.message, kind="warn")
        return see_other(_stays(record_type, record_id))
    toast(_("Claimed: %(name)s", name=record_type.title_of(record)))
    return see_other(record_url(record_type, record_id))


def _stays(record_type: RecordType, record_id: UUID) -> str:
    """Where who could not claim a record goes on: where they were, unless it is gone from there."""
    by = current.actor()
    url, pool = record_url(record_type, record_id), f"/{record_type.collection}?{POOL_QUERY}"
    is_there = can_read(record_type, record_id, by) or fetch_in_pool(record_type, record_id, by)
    back = next_or(url if is_there else pool)
    return back if is_there or urlsplit(back).path != url else pool


@blueprint.get("/<collection:collection>/<uuid:record_id>/pool/return")
@access(record_verb="act")
def show_return(collection: str, record_id: UUID) -> Response:
    """The question why a record is returned."""
    return _show(collection, record_id, RETURN)


@blueprint.post("/<collection:collection>/<uuid:record_id>/pool/return")
@access(record_verb="act")
def do_return(collection: str, record_id: UUID) -> Response:
    """Put a record into the pool."""
    return _do(collection, record_id, RETURN)


@blueprint.get("/<collection:collection>/<uuid:record_id>/pool/reassign")
@access(record_verb="act")
def show_reassign(collection: str, record_id: UUID) -> Response:
    """The question to whom a record is passed on."""
    return _show(collection, record_id, REASSIGN)


@blueprint.post("/<collection:collection>/<uuid:record_id>/pool/reassign")
@access(record_verb="act")
def do_reassign(collection: str, record_id: UUID) -> Response:
    """Pass a record on to a colleague."""
    return _do(collection, record_id, REASSIGN)


def _show(collection: str, record_id: UUID, verb: str) -> Response:
    _type, action = _declared(collection, verb)
    record_type, record, by = record_for(collection, record_id, verb)
    return show(FORM, _shown(record_type, record, action, by), block="form")


def _do(collection: str, record_id: UUID, verb: str) -> Response:
    _type, action = _declared(collection, verb)
    record_type, record, by = record_for(collection, record_id, verb)
    keys = (action.choose.key, *action.optional) if action.choose else ()
    inputs: Inputs = {key: typed(key) for key in keys}
    shown = partial(_shown, record_type, record, action, by)
    name = record_type.title_of(record)
    try:
        _demand(action, inputs)
        perform(record_type, verb, record, by=by, **inputs)
    except Held:
        raise  # It is asked for at the edge.
    except Answer as answer:
        current.session().rollback()
        return again(FORM, answer, shown())
    toast(_("%(action)s: %(name)s", action=action.done, name=name))
    url = record_url(record_type, record_id)
    return see_other(next_or(url if can_read(record_type, record_id, by) else f"/{collection}"))


def _demand(action: Action, inputs: Inputs) -> None:
    """Refused for a form in which nothing was chosen."""
    key = action.choose.key if action.choose else ""
    if not inputs.get(key):
        message = _("Please fill in this field.")
        raise Refused(_("Please check the marked fields."), errors={key: message})


def _declared(collection: str, verb: str) -> tuple[RecordType, Action]:
    """The type at an address and its action; Missing for a type without a pool."""
    record_type = tailored_at(collection, current.actor())
    action = record_type.action(verb)
    if record_type.pool is None or action is None:
        raise Missing(_("There is no such page."))
    return record_type, action


def _shown(record_type: RecordType, record: Record, action: Action, by: Actor) -> dict[str, object]:
    choose: Choose | None = action.choose
    url = record_url(record_type, record.id)
    return {
        "url": f"{url}/{action.ask.path}" if action.ask else url,
        "title": record_type.title_of(record),
        "action": action,
        "choose": choose,
        "offers": [(one.value, one.label) for one in choose.offers(record_type, by)]
        if choose
        else [],
        "next": next_or(url),
        "has_note": "note" in action.optional,
        "warnings": told_before(record_type, action.name, [record_type.model.id == record.id], by),
    }
