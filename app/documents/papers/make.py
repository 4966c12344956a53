"""Making a paper of a record, and making it again from what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from app.documents.papers.layouts import Content, Given, Layout, layout_called, layouts_for
from app.documents.papers.letterhead import SEAL, firm_of, letterhead, pictures_on
from app.documents.papers.models import Document, Letterhead
from app.documents.pdf.press import Pages, pages_of, pdf_of
from app.documents.texts.operations import get_template
from app.documents.texts.render import render
from app.identity.operations.guard import require
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import NoSpace, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import OFFERED, _, gettext, using
from app.records.files.find import Found
from app.records.files.models import File
from app.records.files.names import name_for
from app.records.files.operations import add_file, delete_file, may_add
from app.records.files.places import room_of
from app.records.files.tells import Tells, Uses
from app.records.model import Record
from app.records.numbers.give import chosen, take_numbers
from app.records.types import RecordType
from app.web.formats import formats
from tenants.arriving import Arriving
from tenants.files import NoRoom

STAMP = "documents"  # Drawn with the first: until then no page asks for any.
ARRIVING = "arriving"
LONGEST_TITLE = 150  # Characters, for the name of its file.
LONGEST_BODY = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a layout, a language, a text where it takes one, seal and bank."""

    layout: str
    language: str
    subject: str = ""
    body: str = ""
    template_id: UUID | None = None
    has_seal: bool = False
    has_bank: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper before it is made."""

    layout: Layout
    language: str
    title: str
    data: Mapping[str, Any]
    pictures: Mapping[str, bytes]
    uses: Uses
    number: str = ""


def draft_of(
    record_type: RecordType, record: Record, wish: Wish, by: Actor, head: Letterhead | None = None
) -> Draft:
    """What a paper would hold; Refused with a message per field, NotPermitted for the seal."""
    layout = _layout(record_type, wish)
    if wish.has_seal:
        require(by, *SEAL)
    given = Given(wish.subject.strip(), wish.body.replace("\r\n", "\n").strip("\n"))
    if layout.takes_text and not given.body.strip():
        raise Refused(_("Write the text, or choose a template."), field="body")
    if len(given.body) > LONGEST_BODY or len(given.subject) > LONGEST_TITLE * 2:
        raise Refused(
            _("This is longer than %(limit)s characters.", limit=LONGEST_BODY), field="body"
        )
    with using(wish.language):
        content = layout.load(record_type, record, given, by)
        data = _data(content, head or letterhead(by), wish, by)
    uses = content.uses
    if layout.takes_text and wish.template_id is not None:
        template = get_template(by, wish.template_id)
        uses.add(render(template, record, wish.language, by).uses)
    pictures = pictures_on(data["firm"], by)
    return Draft(layout, wish.language, content.title, data, pictures, uses, content.number)


def look(draft: Draft, by: Actor, most: int) -> Pages:
    """The first pages of a paper as pictures, before it is made."""
    return pages_of(draft.layout.source(), draft.data, draft.pictures, by.now, most)


def make_document(record_type: RecordType, record: Record, wish: Wish, by: Actor) -> Document:
    """Make a paper, keep its PDF as a file of the record and its data beside it.

    Refused, OverLimit and NoSpace as for any file; NotPermitted where the record may not be
    changed.
    """
    if not may_add(record_type, record, by):
        raise NotPermitted(_("Your role does not allow this on this record."))
    draft = draft_of(record_type, record, wish, by)
    by_record = draft.layout.by_record
    number = (draft.number or None) if by_record else _number(draft.layout, by)
    if number is not None:
        draft = _numbered(draft, number)
    at = by.now.replace(microsecond=0)
    pdf = pdf_of(draft.layout.source(), draft.data, draft.pictures, at)
    tells = draft.uses.kept()
    file_id = _keep(record_type, record, draft.title, pdf, tells, by)
    made = Document(
        id=new_id(),
        record_type=record_type.key,
        record_id=record.id,
        layout=draft.layout.key,
        layout_version=draft.layout.version,
        language=draft.language,
        title=draft.title[:LONGEST_TITLE],
        number=number,
        template_id=wish.template_id,
        data=dict(draft.data),
        digest=sha256(pdf).hexdigest(),
        size=len(pdf),
        tells=tells,
        file_id=file_id,
        made_at=at,
        made_by_id=by.user_id,
    )
    by.session.add(made)
    by.session.flush()  # Its row must stand before its event and its links refer to it.
    if stamps.stamp(by.session, STAMP) is None:
        stamps.draw(by.session, STAMP)
    return made


def made_again(document: Document, by: Actor) -> bytes:
    """The PDF from what was kept: byte for byte the same while typst and the fonts are."""
    source = layout_called(document.layout).source(document.layout_version)
    pictures = pictures_on(document.data["firm"], by)
    return pdf_of(source, document.data, pictures, document.made_at)


def look_again(document: Document, by: Actor, most: int) -> Pages:
    """The first pages of a paper that was made, as pictures, from what was kept."""
    source = layout_called(document.layout).source(document.layout_version)
    pictures = pictures_on(document.data["firm"], by)
    return pages_of(source, document.data, pictures, document.made_at, most)


def _number(layout: Layout, by: Actor) -> str | None:
    """The next number of papers of a kind, where the firm numbers them.

    The series is held until the paper is committed, so that none is left out: who makes another of
    the kind at the same moment waits.
    """
    series = layout.series
    how = chosen(series, by) if series is not None else None
    if series is None or how is None or not how.is_on:
        return None
    return take_numbers(series, 1, by)[0]


def _numbered(draft: Draft, number: str) -> Draft:
    """The paper with its number before its date."""
    with using(draft.language):
        line = gettext("No. %(number)s", number=number)
    told = {"number": number, "date": f"{line} · {draft.data['date']}"}
    return replace(draft, data={**draft.data, **told})


def _layout(record_type: RecordType, wish: Wish) -> Layout:
    found = next((one for one in layouts_for(record_type) if one.key == wish.layout), None)
    if found is None:
        raise Refused(_("This is not one of the values to choose from."), field="layout")
    if wish.language not in OFFERED:
        raise Refused(_("This is not one of the values to choose from."), field="language")
    return found


def _data(content: Content, head: Letterhead, wish: Wish, by: Actor) -> dict[str, Any]:
    """All that stands on a paper, as it is kept."""
    return {
        "language": wish.language,
        "title": content.title,
        "date": formats(by).day(by.today(), date.min),
        "firm": firm_of(head, by, has_seal=wish.has_seal, has_bank=wish.has_bank),
        "words": {"page": gettext("Page {n} of {total}"), "bank": gettext("Bank account")},
        "content": dict(content.content),
    }


def _keep(
    record_type: RecordType, record: Record, title: str, pdf: bytes, tells: Tells, by: Actor
) -> UUID:
    try:
        with room_of(by, ARRIVING).passing() as path:
            arrived = Arriving(path, name_for(title[:LONGEST_TITLE], "pdf"), len(pdf))
            try:
                arrived.write(pdf)
                arrived.seek(0)
                return add_file(record_type, record, arrived, by, tells=tells).file.id
            finally:
                arrived.close()
    except NoRoom:
        raise NoSpace(
            _("There is no space left for files at the moment. Nothing was lost; try again later.")
        ) from None


def delete_document(document: Document, record_type: RecordType, record: Record, by: Actor) -> None:
    """Delete a document with its data; its file goes into the bin of its record."""
    if not may_add(record_type, record, by):
        raise NotPermitted(_("Your role does not allow this on this record."))
    file = by.session.get(File, document.file_id) if document.file_id else None
    by.session.delete(document)
    by.session.flush()  # Nothing points to the file any more.
    if file is not None and file.deleted_at is None:
        delete_file(Found(file, record_type, record), by)
