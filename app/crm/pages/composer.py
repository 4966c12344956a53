"""The composer: what is written down or planned on a record's page, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from app.crm.pages.timeline import ICONS, way_options
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, _
from app.mail.messages.places import takes_mail
from app.mail.messages.write import may_write
from app.records.access import writable_keys
from app.records.fields import Option
from app.records.files.words import KEY as FILE
from app.records.model import Record
from app.records.registry import registry
from app.records.types import RecordType
from app.web.formats import formats, input_moment

# What each kind sends; the words of what is only written down are its body.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "follow_up": ("way", "body", "next_at", "is_promise"),
    "note": ("body",),
    "task": ("subject", "due_at", "is_promise"),
    "call": ("body", "minutes", "due_at", "is_promise"),
    "meeting": ("subject", "due_at", "is_promise", "minutes", "body"),
    "visit": ("body", "minutes", "due_at", "is_promise"),
    "mail": ("body",),
}
LABELS: Mapping[str, Text] = {
    "follow_up": _("Follow-up"),
    "note": _("Note"),
    "task": _("Task"),
    "call": _("Call"),
    "meeting": _("Meeting"),
    "visit": _("Visit"),
    "mail": _("Mail"),
}
WITH_FILES = ("follow_up", "note")
PROMISE = "is_promise"
JOTTED = ("note", "task")
MORNING = time(9, 30)


@dataclass(frozen=True, slots=True)
class QuickTime:
    """A usual next time: its label, and the moment as a control for moments takes it."""

    label: Text
    value: str
    told: str


@dataclass(frozen=True, slots=True)
class Compose:
    """The form of one kind of activity, holding what was typed when that was refused."""

    kind: str
    label: Text
    icon: str
    action: str
    draft: str
    ways: tuple[Option, ...]
    quick_times: tuple[QuickTime, ...]
    may_promise: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alert: str = ""
    send_url: str = ""  # Where such a one is sent and not only written down.

    @property
    def takes_files(self) -> bool:
        """True where files can go with the words."""
        return self.kind in WITH_FILES


def composer(record: Record, by: Actor) -> dict[str, list[Compose]]:
    """The forms of every kind for a record, for those who may write activities."""
    if not by.may("activity", "create") or by.tenant.is_read_only:
        return {"forms": []}
    record_type = _type_of(record)
    ways = way_options(by)
    return {"forms": [_form(record_type, record, kind, ways, by) for kind in FIELDS]}


def jotter(record: Record, by: Actor) -> dict[str, list[Compose]]:
    """What is written down of a thing and not of a customer: notes and tasks.

    Of what is agreed with a customer mails are written as well.
    """
    forms = composer(record, by)["forms"]
    return {"forms": [one for one in forms if one.kind in JOTTED or one.send_url]}


def follow_up(record: Record, by: Actor) -> dict[str, list[Compose]]:
    """The form of a follow-up alone, for a record beside its list."""
    if not by.may("activity", "create") or by.tenant.is_read_only:
        return {"forms": []}
    return {"forms": [_form(_type_of(record), record, "follow_up", way_options(by), by)]}


def refused(
    record_type: RecordType,
    record: Record,
    kind: str,
    texts: Mapping[str, str],
    answer: Answer,
    by: Actor,
) -> Compose:
    """One form as it was typed, with what stands against it."""
    ways = way_options(by) if kind == "follow_up" else ()
    made = _form(record_type, record, kind, ways, by)
    shown = (*FIELDS[kind], *([FILE] if kind in WITH_FILES else ()))
    known = {key: text for key, text in answer.errors.items() if key in shown}
    alert = "" if known else str(next(iter(answer.errors.values()), answer.message))
    return Compose(
        kind,
        made.label,
        made.icon,
        made.action,
        made.draft,
        ways,
        made.quick_times,
        made.may_promise,
        texts,
        known,
        alert,
    )


def _form(
    record_type: RecordType, record: Record, kind: str, ways: tuple[Option, ...], by: Actor
) -> Compose:
    return Compose(
        kind=kind,
        label=LABELS[kind],
        icon=ICONS[kind],
        action=f"/{record_type.collection}/{record.id}/activities",
        draft=f"{record_type.key}:{record.id}:{kind}",
        ways=ways,
        quick_times=quick_times(by),
        may_promise=PROMISE in FIELDS[kind] and _may_promise(by),
        send_url=_send_url(record_type, record, by) if kind == "mail" else "",
    )


def _send_url(record_type: RecordType, record: Record, by: Actor) -> str:
    if not may_write(by) or not takes_mail(record_type):
        return ""
    return f"/{record_type.collection}/{record.id}/mail"


def _may_promise(by: Actor) -> bool:
    """True for who may say that something was promised, and until when."""
    activity = registry().type("activity")
    return {PROMISE, "due_at"} <= writable_keys(activity, by)


def quick_times(by: Actor) -> tuple[QuickTime, ...]:
    """Tomorrow, in three days, next Monday: in the morning of the reader's zone."""
    today = by.today()
    days = (
        (_("Tomorrow"), today + timedelta(days=1)),
        (_("In 3 days"), today + timedelta(days=3)),
        (_("Next week"), today + timedelta(days=7 - today.weekday())),
    )
    write = formats(by)
    found = []
    for label, day in days:
        moment = datetime.combine(day, MORNING, by.zone)
        found.append(QuickTime(label, input_moment(moment, by.zone), write.moment(moment, today)))
    return tuple(found)


def _type_of(record: Record) -> RecordType:
    return next(one for one in registry() if one.model is type(record))
