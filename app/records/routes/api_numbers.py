"""How records are numbered, for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page
from app.records.api.inputs import flag_of, text_of
from app.records.api.shape import Reply, dumps
from app.records.numbers import operations
from app.records.numbers.facts import Series
from app.records.numbers.give import Chosen, chosen, next_number
from app.records.numbers.operations import MANAGE
from app.records.openapi import numbers as told
from app.records.openapi.described import described
from app.records.openapi.parts import LIMITED
from app.records.routes.api import blueprint, send
from app.records.routes.sent import body_of
from app.web import current
from app.web.access import Who, access

BASE = "/number-sequences"


@blueprint.get(BASE)
@described(
    "list_number_sequences", told.TAG, told.LISTED, schemas=told.NAMED, parameters=(LIMITED,)
)
@access(who=Who.TOKEN, permission=MANAGE)
def list_number_sequences() -> Response:
    """How records of each type, and papers of each kind, are numbered, with the next number."""
    read_page(request.args, ())
    by = current.actor()
    data = [_shown(one, by) for one in operations.all_series(by)]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.patch(BASE)
@described("update_number_sequence", told.TAG, told.ONE, schemas=told.NAMED, sends=told.SENT)
@access(who=Who.TOKEN, permission=MANAGE)
def change_number_sequence() -> Response:
    """Change how something is numbered; what is not named stays. Letters are `paper.letter`."""
    by = current.actor()
    body = body_of(("record_type", "pattern", "resets", "is_on"))
    kind = text_of(body, "record_type")
    series = next((one for one in operations.all_series(by) if one.key == kind), None)
    if series is None:
        raise Refused(_("There is no such record type."), field="record_type")
    before = _chosen(series, by)
    is_on = flag_of(body, "is_on")
    how = operations.read_chosen(
        text_of(body, "pattern", before.pattern),
        text_of(body, "resets", before.resets.value),
        before.is_on if is_on is None else is_on,
    )
    operations.change_numbers(by, series, how)
    return send(Reply(200, dumps(_shown(series, by))))


def _chosen(series: Series, by: Actor) -> Chosen:
    how = chosen(series, by)
    if how is None:
        raise ValueError(series.key)
    return how


def _shown(series: Series, by: Actor) -> dict[str, Any]:
    how = _chosen(series, by)
    return {
        "record_type": series.key,
        "pattern": how.pattern,
        "resets": how.resets.value,
        "is_on": how.is_on,
        "next_number": next_number(series, how, by),
    }
