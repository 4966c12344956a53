"""Public links of documents for programs: made, listed, revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.documents.papers.find import find_document
from app.documents.papers.links import DAYS, USUAL, get_link, links_of, make_link, revoke_link
from app.documents.papers.models import DocumentLink
from app.documents.routes.blueprint import blueprint
from app.documents.routes.papers_api import ONE
from app.documents.routes.papers_told import TAG
from app.identity.routes.paging import asked_place, cut
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described, on_some_type
from app.records.openapi.parts import (
    DONE,
    FLAG,
    ID,
    MOMENT,
    PAGED,
    TEXT,
    WHOLE,
    answer,
    nullable,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema
from app.records.routes.api import repeatable, send
from app.records.routes.sent import body_of
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

CHANGES = on_some_type("update")
LINKS = f"{ONE}/links"
SHOWN: dict[str, Schema] = {
    "id": ID,
    "created_at": MOMENT,
    "created_by_id": nullable(ID),
    "expires_at": MOMENT,
    "revoked_at": nullable(MOMENT),
    "is_open": FLAG,
    "counts": FLAG,
    "views": WHOLE,
    "first_viewed_at": nullable(MOMENT),
    "last_viewed_at": nullable(MOMENT),
}
NAMED = {"DocumentLink": record_of(**SHOWN), "FreshDocumentLink": record_of(**SHOWN, url=TEXT)}
DAYS_TOLD: Schema = {"type": "integer", "minimum": 1, "maximum": DAYS[-1], "default": USUAL}
SENT = sent((), days=DAYS_TOLD, counts={"type": ["boolean", "null"]})
LISTED: dict[str, Any] = {"200": answer(page_of("DocumentLink"))}
MADE: dict[str, Any] = {"201": answer(ref("FreshDocumentLink"))}


@blueprint.get(LINKS)
@described("list_document_links", TAG, LISTED, schemas=NAMED, parameters=PAGED)
@access(who=Who.TOKEN)
def list_links_by_program(document_id: UUID) -> Response:
    """One page of the public links of a document, the newest first; never their addresses."""
    limit = read_page(request.args, ("cursor",))
    before = asked_place(request.args)
    by = current.actor()
    document, _type, _record = find_document(document_id, by)
    links, following = cut(links_of(document, by, before), limit, lambda one: one.created_at)
    data = [_shown(one) for one in links]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post(LINKS)
@described(
    "make_document_link",
    TAG,
    MADE,
    schemas=NAMED,
    sends=SENT,
    is_repeatable=True,
    is_offered=CHANGES,
)
@access(who=Who.TOKEN)
def make_link_by_program(document_id: UUID) -> Response:
    """Make a public link; the answer holds its address, which is told this once."""
    by = current.actor()
    body = body_of(("days", "counts"), may_be_empty=True)
    days = body.get("days", USUAL)
    if isinstance(days, bool) or not isinstance(days, int):
        told = _("This must be a number from 1 to %(most)s.", most=DAYS[-1])
        raise Refused(told, field="days")
    counts = flag_of(body, "counts") is not False

    def make() -> Reply:
        found = find_document(document_id, by, "update")
        fresh = make_link(*found, by, days=days, counts=counts)
        return Reply(201, dumps({**_shown(fresh.link), "url": fresh.url}))

    return repeatable(by, body, make)


@blueprint.delete(f"{LINKS}/<uuid:link_id>")
@described("revoke_document_link", TAG, DONE, is_offered=CHANGES)
@access(who=Who.TOKEN)
def revoke_link_by_program(document_id: UUID, link_id: UUID) -> Response:
    """Revoke a public link: whoever has it finds a page that says so."""
    refuse_arguments(list(request.args))
    by = current.actor()
    document, record_type, record = find_document(document_id, by, "update")
    revoke_link(get_link(document, link_id, by), document, record_type, record, by)
    return Response(status=204)


def _shown(one: DocumentLink) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "created_at": as_json(one.created_at),
        "created_by_id": as_json(one.created_by_id),
        "expires_at": as_json(one.expires_at),
        "revoked_at": as_json(one.revoked_at),
        "is_open": one.is_open(current.moment()),
        "counts": one.counts,
        "views": one.views,
        "first_viewed_at": as_json(one.first_viewed_at),
        "last_viewed_at": as_json(one.last_viewed_at),
    }
