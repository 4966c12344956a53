"""Documents for programs: the same rights and rules as the pages have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.documents.papers.find import documents_of, find_document, pdf_bytes
from app.documents.papers.language import customer_language
from app.documents.papers.make import Wish, delete_document, make_document
from app.documents.papers.models import Document
from app.documents.routes import papers_told as told
from app.documents.routes.blueprint import blueprint
from app.documents.routes.papers import PDF
from app.documents.texts.operations import get_template
from app.documents.texts.render import render
from app.identity.routes.paging import asked_place, cut
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.records.access import fetch
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import flag_of, id_of, text_of
from app.records.api.shape import Reply, dumps
from app.records.files.names import name_for
from app.records.model import Record
from app.records.openapi.described import described, on_some_type
from app.records.openapi.parts import DONE, PAGED
from app.records.routes.api import repeatable, send, subject
from app.records.routes.sending import as_attachment
from app.records.routes.sent import body_of
from app.records.types import RecordType
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

OF_RECORD = "/api/v1/<collection>/<record_id>/documents"
ONE = "/api/v1/documents/<uuid:document_id>"
KNOWN = ("layout", "language", "subject", "body", "template_id", "with_seal", "with_bank")
Body = dict[str, Any]


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe one of these calls; all refer to the same schemas."""
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(OF_RECORD)
@_described("list_documents", told.LISTED, parameters=PAGED)
@access(who=Who.TOKEN, record_verb="read")
def list_documents(collection: str, record_id: str) -> Response:
    """One page of the documents of a record, the newest first."""
    limit = read_page(request.args, ("cursor",))
    before = asked_place(request.args)
    by, record_type = subject(collection)
    record = fetch(record_type, parse_id(record_id), by)
    found = documents_of(record_type, record, by, limit + 1, before)
    papers, following = cut(found, limit, lambda one: one.made_at)
    data = [_shown(one) for one in papers]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post(OF_RECORD)
@_described("make_document", told.MADE, sends=told.SENT, is_repeatable=True, needs="update")
@access(who=Who.TOKEN, record_verb="act")
def make_by_program(collection: str, record_id: str) -> Response:
    """Make a document of a record; a template fills subject and text in where none are given."""
    by, record_type = subject(collection)
    body = body_of(KNOWN)

    def make() -> Reply:
        record = fetch(record_type, parse_id(record_id), by, "update")
        made = make_document(record_type, record, _wish(body, record_type, record, by), by)
        location = f"/api/v1/documents/{made.id}"
        return Reply(201, dumps(_shown(made)), {"Location": location})

    return repeatable(by, body, make)


@blueprint.get(ONE)
@_described("get_document", told.ONE)
@access(who=Who.TOKEN)
def show_one_document(document_id: UUID) -> Response:
    """One document."""
    refuse_arguments(list(request.args))
    document, _type, _record = find_document(document_id, current.actor())
    return send(Reply(200, dumps(_shown(document))))


@blueprint.get(f"{ONE}/pdf")
@_described("download_document", told.PDF)
@access(who=Who.TOKEN)
def fetch_by_program(document_id: UUID) -> Response:
    """The PDF of a document."""
    refuse_arguments(list(request.args))
    by = current.actor()
    document, _type, _record = find_document(document_id, by)
    name = name_for(document.title, "pdf") or f"{document.id}.pdf"
    return as_attachment(iter([pdf_bytes(document, by)]), name, PDF)


@blueprint.delete(ONE)
@_described("delete_document", DONE, is_offered=on_some_type("update"))
@access(who=Who.TOKEN)
def delete_by_program(document_id: UUID) -> Response:
    """Delete a document; its file goes into the bin of its record."""
    refuse_arguments(list(request.args))
    by = current.actor()
    delete_document(*find_document(document_id, by, "update"), by)
    return Response(status=204)


def _wish(body: Body, record_type: RecordType, record: Record, by: Actor) -> Wish:
    template_id = id_of(body, "template_id") if body.get("template_id") is not None else None
    language = text_of(body, "language") or customer_language(record_type, record, by)
    about, text = text_of(body, "subject"), text_of(body, "body")
    if template_id is not None and not text.strip():
        found = render(get_template(by, template_id), record, language, by)
        about, text = about or found.subject, found.body
    return Wish(
        text_of(body, "layout"),
        language,
        about,
        text,
        template_id,
        has_seal=flag_of(body, "with_seal") is True,
        has_bank=flag_of(body, "with_bank") is True,
    )


def _shown(one: Document) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "record_type": one.record_type,
        "record_id": str(one.record_id),
        "layout": one.layout,
        "layout_version": one.layout_version,
        "language": one.language,
        "title": one.title,
        "number": one.number,
        "template_id": as_json(one.template_id),
        "size": one.size,
        "digest": one.digest,
        "file_id": as_json(one.file_id),
        "made_at": as_json(one.made_at),
        "made_by_id": as_json(one.made_by_id),
    }
