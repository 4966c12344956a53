"""Filling a template in: `render` answers with the texts, and with what could not be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.documents.texts.engine import parse, write
from app.documents.texts.variables import RecordValues, Seen, day_value, firm, person
from app.documents.texts.wrong import Wrong
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import LOCALES, Text, _, using
from app.kernel.localized import pick
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.tailored import tailored

LONGEST_SUBJECT = 500  # Characters.


class Why(StrEnum):
    """Why nothing stands where a template names something."""

    HIDDEN = "hidden"
    EMPTY = "empty"
    UNKNOWN = "unknown"


TOLD = {
    Why.HIDDEN: _("%(path)s: you may not see this, so it stays empty."),
    Why.EMPTY: _("%(path)s is empty on this record."),
    Why.UNKNOWN: _("%(path)s means nothing here any more."),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A path of a template for which nothing could be written, such as `contact.title`."""

    path: str
    why: Why

    @property
    def text(self) -> Text:
        """The sentence that tells of it."""
        return Text(TOLD[self.why].message, {"path": self.path})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template filled in for one record, in the language that it was really written in.

    `uses` are the fields, and the other records, that it asked for and was given.
    """

    subject: str
    body: str
    missing: tuple[Gap, ...]
    language: str
    uses: Uses


class Texts(Protocol):
    """What can be rendered: a template, one of its versions, or what somebody is typing."""

    @property
    def record_type(self) -> str:
        """The key of the type whose records it is for."""

    @property
    def subject(self) -> Mapping[str, str]:
        """The subject by language; empty where there is none."""

    @property
    def body(self) -> Mapping[str, str]:
        """The text by language."""


def render(
    template: Texts, record: Record, language: str, by: Actor, *, is_html: bool = False
) -> Rendered:
    """Fill a template in for a record that `by` may read, for a reader of `language`.

    Where it is not written in that language, the next best is taken, and values are written in
    that one. Plain text comes out as it is; with `is_html` values are escaped. Refused, with the
    field `subject` or `body`, where the template can't be worked out, and with `template_id` for a
    record of another type than it is for.
    """
    record_type = tailored(template.record_type, by)
    if not isinstance(record, record_type.model):
        raise Refused(_("This template is for other records."), field="template_id")
    spoken = written_in(template.body, language, by)
    seen = Seen()
    gaps: list[Gap] = []
    with using(spoken):
        values: dict[str, object] = {
            record_type.key: RecordValues(record_type, record, by, seen, record_type.key, 1),
            "firm": firm(by),
            "me": person(by, by.user_id),
            "today": day_value(by.today(), by),
        }
        done = {
            part: _part(part, pick(texts, spoken, by.tenant.language), values, gaps, is_html)
            for part, texts in (("subject", template.subject), ("body", template.body))
        }
    gaps += [Gap(path, Why.HIDDEN) for path in seen.hidden]
    hidden = {one.path for one in gaps if one.why is Why.HIDDEN}
    told = [one for one in gaps if one.why is Why.HIDDEN or one.path not in hidden]
    subject = " ".join(done["subject"].split())[:LONGEST_SUBJECT]
    return Rendered(subject, done["body"], tuple(dict.fromkeys(told)), spoken, seen.uses)


def written_in(texts: Mapping[str, str], language: str, by: Actor) -> str:
    """The language among those of `texts` that is taken for a reader of `language`."""
    chinese = ("zh-CN", "zh-TW") if language.startswith("zh") else ()
    order = (language, *chinese, by.tenant.language, *LOCALES)
    return next((one for one in order if texts.get(one)), language)


def _part(
    part: str, source: str, values: Mapping[str, object], gaps: list[Gap], is_html: bool
) -> str:
    if not source:
        return ""
    try:
        text, told = write(parse(source, is_html=is_html), values)
    except Wrong as answer:
        raise Refused(answer.told(), field=part) from None
    gaps += [Gap(path, Why.EMPTY) for path in told.empty]
    gaps += [Gap(path, Why.UNKNOWN) for path in told.unknown]
    return text
