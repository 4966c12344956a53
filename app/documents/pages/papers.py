"""Documents as pages show them: beside a record, while one is made, and one by itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from app.documents.papers.find import documents_of
from app.documents.papers.language import customer_language
from app.documents.papers.layouts import Layout, layouts_for
from app.documents.papers.letterhead import SEAL, letterhead, pictures_on
from app.documents.papers.make import Wish
from app.documents.papers.models import Document
from app.documents.pdf.press import Pages
from app.documents.texts.models import Purpose
from app.documents.texts.operations import templates_for
from app.documents.texts.render import Gap
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import NATIVE_NAMES, OFFERED, Text, _
from app.records.files.models import File
from app.records.files.operations import may_add
from app.records.files.sizes import size_text
from app.records.model import Record
from app.records.pages.record import mail_url
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats

BESIDE = 5
MOST = 200
SHOWN_PAGES = 3


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A document in a list."""

    id: UUID
    title: str
    note: str
    exact: str
    size: str
    number: str = ""

    @property
    def url(self) -> str:
        """The document by itself."""
        return f"/documents/{self.id}"


@dataclass(frozen=True, slots=True)
class PapersPanel:
    """The documents beside a record; `new_url` is empty for whoever may make none."""

    url: str
    new_url: str
    lines: list[PaperLine]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """By what is known that subject and text stand as a template gave them: digests, or nothing.

    `template` is the id of that template.
    """

    subject: str = ""
    body: str = ""
    template: str = ""

    @classmethod
    def of(cls, subject: str, body: str, template_id: UUID | None) -> Filled:
        """The digests of what a template gives."""
        return cls(_digest(subject), _digest(body), str(template_id))

    def is_body(self, text: str) -> bool:
        """True for a text that nobody typed."""
        return not text.strip() or _digest(text) == self.body

    def over(self, standing: str, given: str) -> str:
        """The subject: that of a template only where nobody typed one."""
        is_typed = bool(standing.strip()) and _digest(standing) != self.subject
        return standing if is_typed else given or standing


def _digest(text: str) -> str:
    return sha256(" ".join(text.split()).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PaperForm:
    """The form by which a document is made; `fill_url` answers with the text of a template."""

    url: str
    record_url: str
    title: str
    layouts: list[tuple[Layout, str]]
    wish: Wish
    takes_text: bool
    languages: list[tuple[str, str]]
    templates: list[tuple[UUID, str]]
    may_seal: bool
    has_bank: bool
    next: str
    gaps: tuple[Gap, ...] = ()
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alerts: tuple[Text | str, ...] = ()
    filled: Filled = Filled()


@dataclass(frozen=True, slots=True)
class PaperPreview:
    """The first pages as pictures, and how many there are; or why there are none."""

    pictures: list[str] = field(default_factory=list)
    total: int = 0
    error: Text | str = ""


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One document by itself."""

    line: PaperLine
    record_url: str
    record_title: str
    record_icon: str
    layout: str
    language: str
    who: str
    may_change: bool
    mail_url: str  # Where a mail is written that it goes along with; empty where none can be.


def papers_panel(record: Record, by: Actor) -> dict[str, Any]:
    """What stands beside a record: its newest documents, and the way to make one."""
    record_type = next(one for one in registry() if isinstance(record, one.model))
    found = documents_of(record_type, record, by, BESIDE + 1)
    url = f"/{record_type.collection}/{record.id}/documents"
    may = bool(layouts_for(record_type)) and may_add(record_type, record, by)
    return {
        "papers": PapersPanel(
            url, f"{url}/new" if may else "", lines_of(found[:BESIDE], by), len(found) > BESIDE
        )
    }


def lines_of(found: Sequence[Document], by: Actor) -> list[PaperLine]:
    """Documents in words; one statement for all who made them."""
    people = names_of(by, {one.made_by_id for one in found if one.made_by_id})
    write = formats(by)
    lines = []
    for one in found:
        who = people.get(one.made_by_id, "") if one.made_by_id else ""
        when = write.relative(one.made_at, by.now)
        parts = (one.number, NATIVE_NAMES[one.language], when, who)
        note = " · ".join(part for part in parts if part)
        exact, size = write.exact(one.made_at), size_text(one.size)
        lines.append(PaperLine(one.id, one.title, note, exact, size, one.number or ""))
    return lines


def paper_form(
    record_type: RecordType,
    record: Record,
    by: Actor,
    wish: Wish | None = None,
    layout_key: str = "",
    next_url: str = "",
    errors: Mapping[str, Text | str] | None = None,
    alerts: tuple[Text | str, ...] = (),
    gaps: tuple[Gap, ...] = (),
) -> PaperForm:
    """The form for a record; Missing where nothing can be made of its type."""
    layouts = layouts_for(record_type)
    if not layouts:
        raise Missing(_("There is no such page."))
    wished = wish.layout if wish is not None else layout_key
    layout = next((one for one in layouts if one.key == wished), layouts[0])
    url = f"/{record_type.collection}/{record.id}/documents"
    if wish is None:
        wish = Wish(layout.key, customer_language(record_type, record, by))
    head = letterhead(by)
    purposes = (Purpose.PART, Purpose.TEXT, Purpose.MAIL)
    templates = templates_for(record_type.key, by, *purposes) if layout.takes_text else []
    return PaperForm(
        url=url,
        record_url=f"/{record_type.collection}/{record.id}",
        title=record_type.title_of(record),
        layouts=[(one, f"{url}/new?layout={one.key}") for one in layouts],
        wish=wish,
        takes_text=layout.takes_text,
        languages=[(one, NATIVE_NAMES[one]) for one in OFFERED],
        templates=[(one.id, one.name) for one in templates],
        may_seal=bool(head.seal) and by.may(*SEAL),
        has_bank=bool(head.bank),
        next=next_url,
        gaps=gaps,
        errors=errors or {},
        alerts=alerts,
    )


def preview_of(pages: Pages) -> PaperPreview:
    """Pages as a browser shows them without asking for anything more."""
    shown = [f"data:image/png;base64,{b64encode(one).decode()}" for one in pages.pictures]
    return PaperPreview(shown, pages.total)


def logo_shown(firm: Mapping[str, Any], by: Actor) -> str:
    """The logo that the data of a document names, as an address that holds it; or nothing."""
    found = pictures_on(firm, by).get(firm.get("logo") or "")
    return f"data:image/png;base64,{b64encode(found).decode()}" if found else ""


def _is_kept(document: Document, by: Actor) -> bool:
    """True where the file of a document is still what was made, and in no bin."""
    file = by.session.get(File, document.file_id) if document.file_id else None
    return file is not None and file.deleted_at is None and file.digest == document.digest


def paper_page(document: Document, record_type: RecordType, record: Record, by: Actor) -> PaperPage:
    """One document by itself."""
    (line,) = lines_of([document], by)
    layout = next((one for one in layouts_for(record_type) if one.key == document.layout), None)
    people = names_of(by, {document.made_by_id} if document.made_by_id else set())
    place = mail_url(record_type, record, by) if _is_kept(document, by) else ""
    return PaperPage(
        line,
        f"/{record_type.collection}/{record.id}",
        record_type.title_of(record),
        record_type.icon,
        str(layout.label) if layout is not None else document.layout,
        NATIVE_NAMES[document.language],
        people.get(document.made_by_id, "") if document.made_by_id else "",
        may_add(record_type, record, by),
        f"{place}?file={document.file_id}" if place and document.file_id else "",
    )
