"""Documents of records: looked at while they are made, made, fetched, deleted."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Response, request

from app.documents.pages import papers as pages
from app.documents.pages.links import links_shown
from app.documents.pages.papers import Filled
from app.documents.papers.find import documents_of, find_document, pdf_bytes
from app.documents.papers.make import (
    Wish,
    delete_document,
    draft_of,
    look,
    look_again,
    make_document,
)
from app.documents.routes.blueprint import blueprint
from app.documents.texts.operations import get_template
from app.documents.texts.render import Gap, render
from app.identity.routes.asking import typed
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NoSpace, NotPermitted, OverLimit, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.files.names import name_for
from app.records.files.operations import may_add
from app.records.model import Record
from app.records.routes.blueprint import next_or, record_for, record_url
from app.records.routes.sending import as_attachment
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import fragment, page, see_other
from app.web.toasts import toast

FORM = "documents/paper_form.html"
OF_RECORD = "/<collection:collection>/<uuid:record_id>/documents"
ONE = "/documents/<uuid:document_id>"
PDF = "application/pdf"


@blueprint.get(OF_RECORD)
@access(record_verb="read")
def show_documents(collection: str, record_id: UUID) -> Response:
    """Every document of a record."""
    record_type, record, by = record_for(collection, record_id, "read")
    lines = pages.lines_of(documents_of(record_type, record, by, pages.MOST), by)
    return page(
        "documents/papers.html",
        url=record_url(record_type, record_id),
        title=record_type.title_of(record),
        words=record_type.words,
        lines=lines,
        may_make=may_add(record_type, record, by),
    )


@blueprint.get(f"{OF_RECORD}/new")
@access(record_verb="act")
def new_document(collection: str, record_id: UUID) -> Response:
    """The form of a document, in the drawer or as a page."""
    record_type, record, by = _to_be_made(collection, record_id)
    back = next_or(record_url(record_type, record_id))
    layout = request.args.get("layout", "")
    form = pages.paper_form(record_type, record, by, layout_key=layout, next_url=back)
    return page(FORM, "form", form=form)


@blueprint.post(f"{OF_RECORD}/new")
@access(record_verb="act")
def create_document(collection: str, record_id: UUID) -> Response:
    """Make a document; where it is refused, what was typed stays."""
    record_type, record, by = record_for(collection, record_id, "read")
    wish = _wish()
    try:
        made = make_document(record_type, record, wish, by)
    except (Refused, OverLimit, NoSpace) as answer:
        by.session.rollback()
        return _again(collection, record_id, wish, answer)
    toast(_("Made: %(name)s", name=made.title), more_url=f"/documents/{made.id}")
    return see_other(next_or(record_url(record_type, record_id)))


@blueprint.post(f"{OF_RECORD}/preview")
@access(record_verb="act")
def preview_document(collection: str, record_id: UUID) -> Response:
    """The first pages of what is being made; nothing is kept."""
    record_type, record, by = _to_be_made(collection, record_id)
    try:
        draft = draft_of(record_type, record, _wish(), by)
        found = pages.preview_of(look(draft, by, pages.SHOWN_PAGES))
    except (Refused, NotPermitted) as answer:
        found = pages.PaperPreview(error=_said(answer))
    return fragment("documents/_paper_preview.html", preview=found)


@blueprint.post(f"{OF_RECORD}/text")
@access(record_verb="act")
def fill_text(collection: str, record_id: UUID) -> Response:
    """Subject and text of the chosen template, filled in for the record, in the form again.

    They take the place of what a template gave before. What somebody typed stays: the text goes
    below it, and where only the language was changed nothing does.
    """
    record_type, record, by = _to_be_made(collection, record_id)
    wish = _wish()
    gaps: tuple[Gap, ...] = ()
    errors = {}
    filled = Filled(typed("filled_subject"), typed("filled_body"), typed("filled_by"))
    if wish.template_id is not None and not _keeps_all(wish, filled):
        template = get_template(by, wish.template_id)
        try:
            found = render(template, record, wish.language, by)
        except Refused as answer:
            errors = {"template_id": _said(answer)}
        else:
            gaps = found.missing
            subject, body = filled.over(wish.subject, found.subject), found.body
            if not filled.is_body(wish.body):
                body = f"{wish.body.rstrip()}\n\n{body}"
            filled = Filled.of(found.subject, found.body, wish.template_id)
            wish = replace(wish, subject=subject, body=body)
    form = pages.paper_form(
        record_type, record, by, wish, next_url=next_or(""), gaps=gaps, errors=errors
    )
    form = replace(form, filled=filled)
    return page(FORM, "form", form=form)


@blueprint.get(ONE)
@access()
def show_document(document_id: UUID) -> Response:
    """One document: what it is, its PDF."""
    by = current.actor()
    found = find_document(document_id, by)
    it, links = pages.paper_page(*found, by), links_shown(*found, by)
    return page("documents/paper.html", "form", it=it, links=links)


@blueprint.get(f"{ONE}/pages")
@access()
def look_at_document(document_id: UUID) -> Response:
    """The first pages of a document as pictures, for its page."""
    by = current.actor()
    document, _type, _record = find_document(document_id, by)
    try:
        found = pages.preview_of(look_again(document, by, pages.SHOWN_PAGES))
    except (Missing, Refused) as answer:
        found = pages.PaperPreview(error=_said(answer))
    return fragment("documents/_paper_preview.html", preview=found)


@blueprint.get(f"{ONE}/pdf")
@access()
def fetch_document(document_id: UUID) -> Response:
    """The PDF of a document, to be saved."""
    by = current.actor()
    document, _type, _record = find_document(document_id, by)
    name = name_for(document.title, "pdf") or f"{document.id}.pdf"
    return as_attachment(iter([pdf_bytes(document, by)]), name, PDF)


@blueprint.post(f"{ONE}/delete")
@access()
def remove_document(document_id: UUID) -> Response:
    """Delete a document; its file goes into the bin of its record."""
    by = current.actor()
    document, record_type, record = find_document(document_id, by, "update")
    title = document.title
    delete_document(document, record_type, record, by)
    toast(_("“%(name)s” was deleted.", name=title))
    return see_other(next_or(record_url(record_type, record.id)))


def _to_be_made(collection: str, record_id: UUID) -> tuple[RecordType, Record, Actor]:
    """A record of which a document may be made; NotPermitted where it may not be changed."""
    record_type, record, by = record_for(collection, record_id, "read")
    if not may_add(record_type, record, by):
        raise NotPermitted(_("Your role does not allow this on this record."))
    return record_type, record, by


def _again(collection: str, record_id: UUID, wish: Wish, answer: Answer) -> Response:
    record_type, record, by = record_for(collection, record_id, "read")
    alerts = () if answer.errors else (answer.message,)
    form = pages.paper_form(
        record_type,
        record,
        by,
        wish,
        next_url=next_or(""),
        errors=answer.errors,
        alerts=alerts,
    )
    return page(FORM, "form", status=answer.status, form=form)


def _said(answer: Answer) -> str:
    return str(next(iter(answer.errors.values()), answer.message))


def _keeps_all(wish: Wish, filled: Filled) -> bool:
    """True where only the language was changed, and the text is somebody's own."""
    return str(wish.template_id) == filled.template and not filled.is_body(wish.body)


def _wish() -> Wish:
    return Wish(
        typed("layout"),
        typed("language"),
        typed("subject"),
        typed("body"),
        parse_id(typed("template_id")),
        has_seal=typed("seal") == "1",
        has_bank=typed("bank") == "1",
    )
