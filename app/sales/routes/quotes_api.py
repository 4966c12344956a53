"""The links by which customers answer quotes, for programs."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.access import fetch
from app.records.api.asked import refuse_arguments
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import (
    DONE,
    TEXT,
    answer,
    nullable,
    record_of,
    ref,
)
from app.records.openapi.values import Schema
from app.records.routes.api import repeatable
from app.records.routes.sent import body_of
from app.records.tailored import tailored
from app.records.values import as_json
from app.sales.models import Quote
from app.sales.operations.quote_links import SHARE, end_link, make_link
from app.sales.routes.blueprint import blueprint, is_on
from app.web import current
from app.web.access import Who, access

TAG = _("Quotes")
ONE = "/api/v1/quotes/<uuid:record_id>"
DAY: Schema = {**TEXT, "format": "date"}
LINK: dict[str, Schema] = {"QuoteLink": record_of(url=TEXT, valid_until=nullable(DAY))}


@blueprint.post(f"{ONE}/link")
@described(
    "make_quote_link",
    TAG,
    {"201": answer(ref("QuoteLink"))},
    schemas=LINK,
    is_repeatable=True,
    is_offered=is_on,
)
@access(who=Who.TOKEN, permission=SHARE)
def make_quote_link(record_id: UUID) -> Response:
    """Make the address by which the customer answers; it is told this once, an older one ends."""
    by = current.actor()
    body = body_of((), may_be_empty=True)

    def make() -> Reply:
        quote = _quote(record_id, "update", by)
        url = make_link(quote, by)
        return Reply(201, dumps({"url": url, "valid_until": as_json(quote.valid_until)}))

    return repeatable(by, body, make)


@blueprint.delete(f"{ONE}/link")
@described("end_quote_link", TAG, DONE, is_offered=is_on)
@access(who=Who.TOKEN, permission=SHARE)
def end_quote_link(record_id: UUID) -> Response:
    """End the link of a quote: whoever has it finds a page that says so."""
    refuse_arguments(list(request.args))
    by = current.actor()
    end_link(_quote(record_id, "update", by), by)
    return Response(status=204)


def _quote(record_id: UUID, verb: str, by: Actor) -> Quote:
    return cast("Quote", fetch(tailored("quote", by), record_id, by, verb))
