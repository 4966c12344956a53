"""What somebody wants to send, as they typed it and as it is once checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.mail.addresses import SUBJECT_LENGTH, clean_header
from app.mail.messages.models import Message
from app.mail.messages.people import MOST, Mailbox, read_people
from tenants.arriving import Arriving

LATEST = timedelta(days=366)
LONGEST = 200_000  # Characters.


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to send, as they typed it.

    `brought` are files that came along, `chosen` those of the record, `kept` those of the `draft`
    that this goes on with. `press` is by which the same press of a form is known.
    """

    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    send_at: str = ""
    is_private: bool = False
    is_signed: bool = False
    quotes: bool = False
    answers: Message | None = None
    draft: Message | None = None
    press: str = ""
    sender: UUID | None = None
    brought: Sequence[Arriving] = field(default_factory=tuple)
    chosen: Sequence[UUID] = field(default_factory=tuple)
    kept: Sequence[UUID] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Read:
    """The same, checked."""

    to: list[Mailbox]
    cc: list[Mailbox]
    bcc: list[Mailbox]
    subject: str
    body: str
    send_at: datetime | None


def read_wish(wish: Wish, by: Actor) -> Read:
    """What was typed, checked as a whole."""
    errors: dict[str, Text | str] = {}
    people: dict[str, list[Mailbox]] = {"to": [], "cc": [], "bcc": []}
    seen: set[str] = set()
    for key in people:
        try:
            found = read_people(cast("str", getattr(wish, key)), key)
        except Refused as answer:
            errors |= answer.errors
            continue
        people[key] = [one for one in found if one.key not in seen]
        seen |= {one.key for one in found}
    if not people["to"] and "to" not in errors:
        errors["to"] = _("Say who it goes to.")
    if len(seen) > MOST:
        errors["to"] = _("At most %(limit)s addresses.", limit=MOST)
    subject = _subject(wish.subject, errors)
    body = _body(wish, errors)
    send_at = _moment(wish.send_at, by, errors)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Read(people["to"], people["cc"], people["bcc"], subject, body, send_at)


def _subject(typed: str, errors: dict[str, Text | str]) -> str:
    if not typed.strip():
        errors["subject"] = _("Give the e-mail a subject.")
    elif len(typed.strip()) > SUBJECT_LENGTH:
        errors["subject"] = _("At most %(limit)s characters.", limit=SUBJECT_LENGTH)
    else:
        try:
            return clean_header(typed)
        except Refused as answer:
            errors["subject"] = answer.message
    return ""


def _body(wish: Wish, errors: dict[str, Text | str]) -> str:
    body = wish.body.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if len(body) > LONGEST:
        errors["body"] = _("At most %(limit)s characters.", limit=LONGEST)
    elif not body and not (wish.brought or wish.chosen or wish.kept):
        errors["body"] = _("Write something, or attach a file.")
    return body


def _moment(typed: str, by: Actor, errors: dict[str, Text | str]) -> datetime | None:
    """When it is to go, in the writer's zone; None for now."""
    if not typed.strip():
        return None
    try:
        moment = datetime.fromisoformat(typed.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=by.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        errors["send_at"] = _("Enter a date and time like 2026-11-22 09:30.")
        return None
    if moment <= by.now:
        errors["send_at"] = _("This time is over.")
    elif moment > by.now + LATEST:
        errors["send_at"] = _("This date is too far away.")
    return moment
