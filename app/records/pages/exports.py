"""The question before an export, and the exports that were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.identity.operations.users import names_of
from app.jobs.progress import Work
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, ngettext
from app.records.bulk.selection import Counted
from app.records.exports.begin import (
    AT_ONCE,
    EVERY,
    SHOWN,
    URL,
    every_key,
    formats_of,
    shown_keys,
    title_of,
)
from app.records.exports.formats import FORMATS, Format
from app.records.exports.keep import MANAGE
from app.records.exports.models import Export, State
from app.records.files.sizes import size_text
from app.records.imports.ahead import work_waits_for
from app.records.registry import registry
from app.records.tailored import switched_on
from app.records.types import EXPORT, RecordType
from app.records.views.look import Look
from app.web.formats import formats

LISTED = 8  # Columns that the question names.
STATES = {
    State.WAITING: (_("Waiting"), ""),
    State.RUNNING: (_("Under way"), "info"),
    State.DONE: (_("Ready"), "good"),
    State.FAILED: (_("Failed"), "bad"),
    State.CANCELLED: (_("Cancelled"), "warn"),
    State.EXPIRED: (_("Expired"), ""),
}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One answer to which columns go out."""

    value: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ExportForm:
    """All that `records/export.html` shows; `selected` are hidden fields that say which rows."""

    record_type: RecordType
    title: str
    note: str
    left_out: str
    selected: Sequence[tuple[str, str]]
    formats: list[Format]
    format: str
    columns: list[ColumnChoice]
    chosen: str
    is_empty: bool = False
    alerts: list[Text | str] = field(default_factory=list)

    @property
    def action(self) -> str:
        """Where the form is sent."""
        return f"/{self.record_type.collection}/export"


def export_form(
    record_type: RecordType,
    look: Look,
    counted: Counted,
    selected: Sequence[tuple[str, str]],
    by: Actor,
    *,
    format_key: str = "",
    chosen: str = SHOWN,
    alerts: Sequence[Text | str] = (),
) -> ExportForm:
    """The question, with what stands against it when it was refused."""
    offered = formats_of(record_type)
    alerts = list(alerts)
    if not counted.reached and not alerts:
        alerts.append(_("There is nothing to export here."))
    return ExportForm(
        record_type,
        title_of(record_type, counted.reached, by),
        _note(counted.reached, by),
        _left_out(counted, by),
        selected,
        list(offered.values()),
        format_key if format_key in offered else next(iter(offered)),
        [
            ColumnChoice(SHOWN, gettext("Columns as shown"), _names(record_type, look, by)),
            ColumnChoice(EVERY, gettext("Every field"), _number_of_fields(record_type, by)),
        ],
        EVERY if chosen == EVERY else SHOWN,
        is_empty=not counted.reached,
        alerts=alerts,
    )


def _names(record_type: RecordType, look: Look, by: Actor) -> str:
    """The first columns by name."""
    keys = shown_keys(record_type, look, by)
    names = [str(record_type.by_key[key].label) for key in keys[:LISTED]]
    return formats(by).listed([*names, *(["…"] if len(keys) > LISTED else [])])


def _number_of_fields(record_type: RecordType, by: Actor) -> str:
    number = len(every_key(record_type, by))
    return ngettext("%(n)s field that you may see", "%(n)s fields that you may see", number)


def _note(rows: int, by: Actor) -> str:
    if rows <= AT_ONCE:
        return gettext("The file comes at once.")
    return gettext(
        "It is made in the background, as it has more than %(n)s rows."
        " A notification tells you when it is ready.",
        n=formats(by).number(AT_ONCE),
    )


def _left_out(counted: Counted, by: Actor) -> str:
    if not counted.left_out:
        return ""
    return ngettext(
        "%(n)s more is left out: your role does not let you export it.",
        "%(n)s more are left out: your role does not let you export them.",
        counted.left_out,
        n=formats(by).number(counted.left_out),
    )


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One export of the page; `expires` is empty where there is no file."""

    export: Export
    title: str
    format: Text | str
    state: Text
    tone: str
    done: str
    total: str
    size: str
    who: str
    when: str
    expires: str
    waits: str

    @property
    def url(self) -> str:
        """Below it stands what can be done with it."""
        return f"{URL}/{self.export.id}"

    @property
    def has_file(self) -> bool:
        """True while it can be downloaded."""
        return bool(self.expires)


def export_lines(exports: Sequence[Export], by: Actor) -> list[ExportLine]:
    """Exports in words; their people are named by one statement."""
    people = names_of(by, {one.user_id for one in exports if one.user_id})
    return [_line(one, people, by) for one in exports]


def _line(export: Export, people: dict[UUID, str], by: Actor) -> ExportLine:
    write = formats(by)
    is_over = export.expires_at is None or export.expires_at <= by.now
    is_ready = export.state == State.DONE
    state, tone = STATES[State.EXPIRED if is_ready and is_over else State(export.state)]
    shape = FORMATS.get(export.format)
    expires = ""
    if is_ready and export.expires_at is not None and not is_over:
        expires = write.moment(export.expires_at, by.today())
    return ExportLine(
        export,
        str(registry().type(export.record_type).words.many),
        shape.label if shape else export.format,
        state,
        tone,
        write.number(export.done),
        write.number(export.total),
        size_text(export.size),
        people.get(export.user_id, "") if export.user_id else "",
        write.relative(export.created_at, by.now),
        expires,
        _waits_for(export, by),
    )


def _waits_for(export: Export, by: Actor) -> str:
    """What an export waits for that has not begun."""
    work = by.session.get(Work, export.id) if export.state == State.WAITING else None
    return work_waits_for(work, by) if work is not None else ""


def exportable(by: Actor) -> list[RecordType]:
    """The types of which `by` may export something."""
    return [one for one in switched_on(by) if by.may(one.key, "read") and by.may(one.key, EXPORT)]


def has_exports(by: Actor) -> bool:
    """True for who may export anything at all, or see what others exported."""
    types = registry().switched_on(by.tenant)
    return sees_everyones(by) or any(by.may(one.key, EXPORT) for one in types)


def sees_everyones(by: Actor) -> bool:
    """True for who may see the exports of all."""
    return by.may(*MANAGE)
