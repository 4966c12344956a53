"""The terms of customers for programs: read and set by who manages them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.kernel.language import _
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import (
    FLAG,
    NOT_MODIFIED,
    TEXT,
    WHOLE,
    answer,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.records.routes.api import send
from app.records.routes.sent import body_of
from app.sales.routes.blueprint import blueprint, is_on
from app.sales.terms.kept import MANAGE, Terms, save_terms, terms_of
from app.web import current
from app.web.access import Who, access

PLACE = "/api/v1/terms"
TAG = _("Terms")
CELL = record_of(discount=TEXT, payment_days=WHOLE, deposit=TEXT, standing=TEXT)
TEXTS: Schema = {"type": "array", "items": TEXT}
JUDGING = record_of(good_share=TEXT, good_days=TEXT, bad_share=TEXT, bad_days=TEXT, is_kept=FLAG)
CELLS: Schema = {"type": "object", "additionalProperties": CELL}
NAMED: dict[str, Schema] = {
    "Terms": record_of(is_on=FLAG, big_sizes=TEXTS, cells=CELLS, judging=JUDGING, version=WHOLE)
}
SHOWN = {"200": answer(ref("Terms"))}
SENT = sent((), is_on=FLAG, big_sizes=TEXTS, cells=CELLS, judging=JUDGING)


@blueprint.get(PLACE)
@described("get_terms", TAG, SHOWN | NOT_MODIFIED, schemas=NAMED, is_offered=is_on)
@access(who=Who.TOKEN, permission=MANAGE)
def get_terms() -> Response:
    """What may be agreed with customers by their size and payment record."""
    refuse_arguments(list(request.args))
    response = send(_marked(terms_of(current.actor())))
    response.make_conditional(request)
    return response


@blueprint.put(PLACE)
@described("set_terms", TAG, SHOWN, schemas=NAMED, sends=SENT, is_versioned=True, is_offered=is_on)
@access(who=Who.TOKEN, permission=MANAGE)
def set_terms() -> Response:
    """Set the terms as a whole; a cell that is left out is the usual one."""
    by = current.actor()
    body = body_of(("is_on", "big_sizes", "cells", "judging"))
    version = seen_version(request.if_match, terms_of(by)) if request.if_match else None
    return send(_marked(save_terms(by, body, version)))


def _marked(terms: Terms) -> Reply:
    told: dict[str, Any] = {
        "is_on": terms.is_on,
        "big_sizes": list(terms.big_sizes),
        "cells": {key: one.kept() for key, one in terms.cells.items()},
        "judging": terms.thresholds.kept(),
        "version": terms.version,
    }
    return marked(told, terms.version)
