"""The settings of text templates: the list, the editor with its picker and preview, the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.documents.texts.models import Purpose, TextTemplate, TextVersion
from app.documents.texts.offered import Group, offered
from app.documents.texts.operations import Use, Wish, list_templates, used_by, versions_of
from app.documents.texts.render import Gap, Rendered, render
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import NATIVE_NAMES, OFFERED, Text, _, current
from app.records.access import fetch, permitted
from app.records.model import Record
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType
from app.web.formats import formats

PLACE = "/settings/templates"
PURPOSES = {
    Purpose.MAIL.value: _("Mail"),
    Purpose.TEXT.value: _("Text to copy"),
    Purpose.PART.value: _("Part of a document"),
}


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template in the list."""

    id: UUID
    name: str
    purpose: Text
    languages: str
    changed: str

    @property
    def url(self) -> str:
        """Its editor."""
        return f"{PLACE}/{self.id}"


@dataclass(frozen=True, slots=True)
class OfType:
    """The templates for records of one type."""

    record_type: RecordType
    lines: list[TemplateLine]


@dataclass(frozen=True, slots=True)
class Language:
    """What is written in one language, with what stands against it."""

    key: str
    name: str
    subject: str
    body: str
    subject_error: Text | str = ""
    body_error: Text | str = ""

    @property
    def is_written(self) -> bool:
        """True where there is a text, or something stands against it."""
        return bool(self.subject or self.body or self.subject_error or self.body_error)


@dataclass(frozen=True, slots=True)
class Preview:
    """A template filled in for a record, or why it can't be; `record_id` is empty where none is."""

    record_id: str = ""
    record_title: str = ""
    language: str = ""
    rendered: Rendered | None = None
    error: Text | str = ""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be filled in."""
        return self.rendered.missing if self.rendered is not None else ()


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """All that the editor shows."""

    url: str
    template: TextTemplate | None
    version: int
    record_type: RecordType
    name: str
    purpose: str
    languages: list[Language]
    picker: list[Group]
    preview: Preview
    uses: list[Use]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alerts: tuple[Text | str, ...] = ()

    @property
    def purposes(self) -> Mapping[str, Text]:
        """What a template can be for."""
        return PURPOSES


@dataclass(frozen=True, slots=True)
class VersionLine:
    """What a template said from a moment on."""

    number: int
    name: str
    who: str
    when: str
    is_now: bool
    texts: list[Language]


def template_list(by: Actor) -> list[OfType]:
    """Every template, by the type of its records in the navigation's order."""
    found = list_templates(by)
    groups = []
    for one in switched_on(by):
        lines = [_line(each, by) for each in found if each.record_type == one.key]
        if lines:
            groups.append(OfType(one, lines))
    return groups


def types_to_choose(by: Actor) -> list[RecordType]:
    """The types that a template can be made for."""
    return [one for one in switched_on(by) if by.may(one.key, "read")]


def type_to_write_for(key: str, by: Actor) -> RecordType | None:
    """The type of this key, where a template can be made for it."""
    return next((one for one in types_to_choose(by) if one.key == key), None)


def form(
    wish: Wish,
    template: TextTemplate | None,
    by: Actor,
    preview: Preview,
    errors: Mapping[str, Text | str] | None = None,
    alerts: tuple[Text | str, ...] = (),
) -> TemplateForm:
    """The editor with what a wish holds; Missing where its type is none."""
    record_type = type_to_write_for(wish.record_type, by)
    if record_type is None:
        raise Missing(_("There is no such record type."))
    against = errors or {}
    return TemplateForm(
        url=f"{PLACE}/{template.id}" if template is not None else f"{PLACE}/new",
        template=template,
        version=template.version if template is not None else 0,
        record_type=record_type,
        name=wish.name,
        purpose=wish.purpose,
        languages=_languages(wish.subject, wish.body, against),
        picker=offered(record_type, by),
        preview=preview,
        uses=used_by(template, by) if template is not None else [],
        errors=against,
        alerts=alerts,
    )


def wish_of(template: TextTemplate) -> Wish:
    """A template as the editor begins with it."""
    return Wish(
        template.name, template.record_type, template.purpose, template.subject, template.body
    )


def preview_of(wish: Wish, record_id: UUID | None, language: str, by: Actor) -> Preview:
    """A wish filled in for a record, else for the one that was made last."""
    language = language if language in OFFERED else current()
    record_type = type_to_write_for(wish.record_type, by)
    record = _record(record_type, record_id, by) if record_type is not None else None
    if record_type is None or record is None:
        return Preview(language=language)
    shown = Preview(str(record.id), record_type.title_of(record), language)
    try:
        rendered = render(wish, record, language, by)
    except Refused as refused:
        (error,) = refused.errors.values()
        return Preview(shown.record_id, shown.record_title, language, None, error)
    return Preview(shown.record_id, shown.record_title, language, rendered)


def history(template: TextTemplate, by: Actor) -> list[VersionLine]:
    """What a template said, the newest first."""
    found = versions_of(by, template)
    people = names_of(by, {one.by_id for one in found if one.by_id})
    return [_version(one, template, people, by) for one in found]


def _record(record_type: RecordType, record_id: UUID | None, by: Actor) -> Record | None:
    """The record that was chosen, else the last one that `by` may read."""
    if record_id is not None:
        try:
            return fetch(tailored(record_type, by), record_id, by)
        except Missing:
            return None
    model = record_type.model
    newest = select(model).where(permitted(record_type, by))
    order = (model.created_at.desc(), model.id.desc())
    return by.session.scalars(newest.order_by(*order).limit(1)).first()


def _line(one: TextTemplate, by: Actor) -> TemplateLine:
    write = formats(by)
    names = write.listed(NATIVE_NAMES[key] for key in NATIVE_NAMES if one.body.get(key))
    changed = write.relative(one.updated_at, by.now)
    return TemplateLine(one.id, one.name, PURPOSES[one.purpose], names, changed)


def _languages(
    subject: Mapping[str, str], body: Mapping[str, str], errors: Mapping[str, Text | str]
) -> list[Language]:
    """The languages, the reader's first."""
    first = current() if current() in OFFERED else "zh-CN"
    order = (first, *(one for one in OFFERED if one != first))
    return [
        Language(
            one,
            NATIVE_NAMES[one],
            subject.get(one, ""),
            body.get(one, ""),
            errors.get(f"subject.{one}", ""),
            errors.get(f"body.{one}", "") or (errors.get("body", "") if one == first else ""),
        )
        for one in order
    ]


def _version(
    one: TextVersion, template: TextTemplate, people: Mapping[UUID, str], by: Actor
) -> VersionLine:
    texts = [each for each in _languages(one.subject, one.body, {}) if each.is_written]
    return VersionLine(
        one.number,
        one.name,
        people.get(one.by_id, "") if one.by_id else "",
        formats(by).exact(one.at),
        one.number == template.version,
        texts,
    )
