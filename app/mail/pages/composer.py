"""The form in which a mail is written, on a record's page or in the drawer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import NATIVE_NAMES, OFFERED, Text, _
from app.mail.messages.find import FILES
from app.mail.messages.people import Mailbox, read_people
from app.mail.messages.signatures import signature_of
from app.mail.messages.templates import Offer, offers, speaks
from app.mail.pages.beginning import Begun, texts_to_begin
from app.mail.pages.unreachable import server_warnings, warnings
from app.mail.senders.use import usable
from app.records.files.find import lines_by_record, lines_of, some_lines_of
from app.records.files.sizes import size_text
from app.records.model import Record
from app.records.types import RecordType
from app.web.formats import formats, input_moment
from config.settings import Settings

OFFERED_FILES = 20
MORNING = time(8, 30)
KEYS = ("to", "cc", "bcc", "subject", "body", "send_at")


@dataclass(frozen=True, slots=True)
class Tick:
    """A file that can go along."""

    id: UUID
    name: str
    size: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SenderChoice:
    """An address that the mail can come from; `value` is empty for the writer's own."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language that a template can be taken in; the customer's own is chosen."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class QuickTime:
    """A usual time to send at: its label, and the moment as a control for moments takes it."""

    label: Text
    value: str
    told: str


@dataclass(frozen=True, slots=True)
class Composer:
    """All that `mail/compose.html` shows; `texts` hold what stands in the fields."""

    url: str
    record_url: str
    id: str
    title: str
    texts: Mapping[str, str]
    sender: str
    senders: list[SenderChoice]
    signature: str
    is_signed: bool
    is_private: bool
    answers: UUID | None
    quotes: bool
    draft: UUID | None
    form: UUID
    kept: list[Tick]
    offered: list[Tick]
    lookup: str
    templates: list[Offer]
    languages: list[LanguageChoice]
    draft_key: str
    quick_times: tuple[QuickTime, ...]
    warnings: list[str]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alert: str = ""

    @property
    def has_copies(self) -> bool:
        """True when the lines for copies stand open."""
        keys = ("cc", "bcc")
        return any(self.texts.get(key) or self.errors.get(key) for key in keys)


def composer(
    record_type: RecordType, record: Record, begun: Begun, by: Actor, settings: Settings
) -> Composer:
    """The form for a new mail, an answer, or a draft that is gone on with."""
    texts = texts_to_begin(record_type, record, begun, by, settings)
    options: Mapping[str, Any] = begun.draft.options if begun.draft else {}
    return _form(
        record_type,
        record,
        by,
        settings,
        begun,
        texts,
        is_signed=bool(options.get("signed", True)),
        is_private=_is_private(begun),
        quotes=bool(options.get("quotes", True)),
        chosen=frozenset(str(one) for one in begun.files),
        dropped=frozenset(),
    )


def _is_private(begun: Begun) -> bool:
    """Whether the box stands ticked: as the draft has it, else as the mail that is answered."""
    begins = begun.draft or begun.answers
    return begins is not None and begins.is_private


def refused(
    record_type: RecordType,
    record: Record,
    begun: Begun,
    typed: Mapping[str, str],
    ticks: Mapping[str, frozenset[str]],
    answer: Answer,
    by: Actor,
    settings: Settings,
) -> Composer:
    """The form as it was sent, with what stands against it."""
    shown = {*KEYS, "file", "sender"}
    known = {key: text for key, text in answer.errors.items() if key in shown}
    alert = "" if known else str(next(iter(answer.errors.values()), answer.message))
    return _form(
        record_type,
        record,
        by,
        settings,
        begun,
        {key: typed.get(key, "") for key in (*KEYS, "press", "sender")},
        is_signed="signed" in typed,
        is_private="private" in typed,
        quotes="quotes" in typed,
        chosen=ticks["chosen"],
        dropped=ticks["dropped"],
        errors=known,
        alert=alert,
    )


def _form(
    record_type: RecordType,
    record: Record,
    by: Actor,
    settings: Settings,
    begun: Begun,
    texts: Mapping[str, str],
    *,
    is_signed: bool,
    is_private: bool,
    quotes: bool,
    chosen: frozenset[str],
    dropped: frozenset[str],
    errors: Mapping[str, Text | str] | None = None,
    alert: str = "",
) -> Composer:
    url = f"/{record_type.collection}/{record.id}"
    user = by.session.get_one(User, by.user_id)
    kept = lines_by_record(FILES, [begun.draft.id], by) if begun.draft else {}
    own = lines_of(record_type, record, by, OFFERED_FILES)
    older = set(begun.files) - {one.id for one in own}
    own = [*some_lines_of(record_type, record, older, by), *own]
    if begun.files and "subject" not in texts:  # Unless somebody has typed one, or none.
        named = next((one.name for one in own if one.id in begun.files), "")
        texts = {**texts, "subject": named.removesuffix(".pdf")}
    templates = offers(record_type, by)
    mine = _mine(user, by)
    draft_id = begun.draft.id if begun.draft else None
    answered = begun.answers.id if begun.answers else None
    return Composer(
        url=f"{url}/mail",
        record_url=url,
        id=f"mail-{draft_id or answered or record.id}",
        title=record_type.title_of(record),
        texts=texts,
        sender=mine[""].shown,
        senders=_choices(texts.get("sender", ""), mine),
        signature=signature_of(by),
        is_signed=is_signed,
        is_private=is_private,
        answers=answered,
        quotes=quotes,
        draft=draft_id,
        form=parse_id(texts.get("press")) or new_id(),
        kept=[
            Tick(one.id, one.name, size_text(one.size), str(one.id) not in dropped)
            for one in (kept.get(draft_id, []) if draft_id else [])
        ],
        offered=[Tick(one.id, one.name, size_text(one.size), str(one.id) in chosen) for one in own],
        lookup=f"/messages/addresses?on={record_type.collection}/{record.id}",
        templates=templates,
        languages=_languages(record_type, record, by) if templates else [],
        draft_key=f"{record_type.key}:{record.id}:mail:{answered or ''}",
        quick_times=_quick_times(by),
        warnings=[*warnings(_addresses(texts), by), *server_warnings(mine.values(), by, settings)],
        errors=errors or {},
        alert=alert,
    )


def _languages(record_type: RecordType, record: Record, by: Actor) -> list[LanguageChoice]:
    own = speaks(record_type, record, by)
    return [LanguageChoice(one, NATIVE_NAMES[one], one == own) for one in OFFERED]


def _mine(user: User, by: Actor) -> dict[str, Mailbox]:
    """One's own address and all others that one may write from, by the value of their choice."""
    others = {str(one.id): Mailbox(one.address, one.name) for one in usable(by)}
    return {"": Mailbox(user.email, user.name), **others}


def _choices(chosen: str, mine: Mapping[str, Mailbox]) -> list[SenderChoice]:
    """What the mail can come from; nothing where there is no choice."""
    if len(mine) == 1:
        return []
    return [SenderChoice(value, one.shown, value == chosen) for value, one in mine.items()]


def _addresses(texts: Mapping[str, str]) -> list[str]:
    """Whom the form names, as far as that can be read."""
    found: list[str] = []
    for key in ("to", "cc", "bcc"):
        with suppress(Refused):
            found += [one.address for one in read_people(texts.get(key, ""), key)]
    return found


def _quick_times(by: Actor) -> tuple[QuickTime, ...]:
    """Tomorrow and on Monday, when people begin to work; in the writer's zone."""
    today, write = by.today(), formats(by)
    days = (
        (_("Tomorrow morning"), today + timedelta(days=1)),
        (_("Monday morning"), today + timedelta(days=7 - today.weekday())),
    )
    found = []
    for label, day in days:
        moment = datetime.combine(day, MORNING, by.zone)
        found.append(QuickTime(label, input_moment(moment, by.zone), write.moment(moment, today)))
    return tuple(found)
