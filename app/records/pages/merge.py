"""The page that merges records: each as a column, each field a row, what differs first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted
from app.kernel.language import Text, _, gettext
from app.records.access import may_do, permitted, sees
from app.records.fields import Option
from app.records.merge.family import refuse_merging, refuse_number
from app.records.merge.values import ALL, Question, fullest, questions
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.looks import Face, face
from app.records.pages.merge_news import News, who_was_faster
from app.records.pages.shown import shown_text
from app.records.references import titles
from app.records.types import RecordType
from app.web.formats import formats

PREFIX = "f."  # Of the names of controls, before a field's key.


@dataclass(frozen=True, slots=True)
class Column:
    """One of the records; `fact` says when it was added and whose it is."""

    id: UUID
    version: int
    title: str
    url: str
    face: Face
    fact: str
    can_stay: bool
    stays: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One value to choose; `value` is what is sent."""

    value: str
    text: str
    is_chosen: bool
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One field that differs; `united` is there where all values can be taken together."""

    key: str
    label: Text
    cells: list[Cell]
    united: Cell | None
    error: str = ""
    is_own: bool = False  # Somebody chose otherwise than is proposed.

    @property
    def name(self) -> str:
        """The name of its controls."""
        return PREFIX + self.key


@dataclass(frozen=True, slots=True)
class MergePage:
    """All that `records/merge.html` shows."""

    record_type: RecordType
    url: str
    columns: list[Column]
    rows: list[Row]
    same: list[tuple[Text, str]]
    alerts: list[str] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    @property
    def has_united(self) -> bool:
        """True when some row has a cell for all values together."""
        return any(row.united for row in self.rows)


def merge_page(
    record_type: RecordType,
    ids: Sequence[UUID],
    by: Actor,
    *,
    keep: UUID | None = None,
    choices: Mapping[str, str] | None = None,
    answer: Answer | None = None,
    versions: Mapping[UUID, int] | None = None,
) -> MergePage:
    """The records side by side, holding what was chosen, with what stands against it.

    `versions` are those that the person saw: who changed the records since is told.

    Refused where nothing of it can be merged, Missing for a record that `by` may not see,
    NotPermitted where none of them may stay.
    """
    refuse_merging(record_type, by)
    refuse_number(ids)
    records = _records(record_type, ids, by)
    stayers = _stayers(record_type, records, by)
    if not stayers:
        raise NotPermitted(_("Your role does not allow merging these: it may not delete them."))
    survivor = next((one for one in stayers if one.id == keep), None)
    if survivor is None:
        survivor = fullest(record_type, stayers, by)
    asked = questions(record_type, [survivor, *(one for one in records if one != survivor)], by)
    errors: Mapping[str, Text | str] = answer.errors if answer else {}
    show = _writer(record_type, asked, by)
    rows = [
        _row(
            one,
            records,
            (choices or {}).get(one.field.key, ""),
            str(errors.get(one.field.key, "")),
            show,
        )
        for one in asked
        if one.differs
    ]
    shown = {row.key for row in rows}
    alerts = [str(text) for key, text in errors.items() if key not in shown]
    if answer is not None and not errors:
        alerts.append(str(answer.message))
    owners = _owners(record_type, records, by)
    return MergePage(
        record_type,
        f"/{record_type.collection}/merge",
        [_column(record_type, one, survivor, stayers, owners, by) for one in records],
        rows,
        [
            (one.field.label, text)
            for one in asked
            if not one.differs and (text := show(one, one.values[survivor.id]))
        ],
        alerts,
        who_was_faster(record_type, records, versions, by) if versions else [],
    )


def _records(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> list[Record]:
    model = record_type.model
    found = {
        one.id: one
        for one in by.session.scalars(
            select(model).where(model.id.in_(ids), permitted(record_type, by))
        )
    }
    if len(found) < len(ids):
        raise Missing(_("Some of these are gone, or you may not see them."))
    return sorted(found.values(), key=lambda one: (one.created_at, one.id))


def _stayers(record_type: RecordType, records: Sequence[Record], by: Actor) -> list[Record]:
    """The records that may stay: they may be changed, and each of the others deleted."""
    fixed = [one for one in records if not may_do(record_type, one, "delete", by)]
    if len(fixed) > 1:
        return []
    return [one for one in fixed or records if may_do(record_type, one, "update", by)]


def _owners(record_type: RecordType, records: Sequence[Record], by: Actor) -> dict[UUID, str]:
    """The names of those whose records they are; none for a reader who may not see that."""
    if not sees_field(record_type, "owner_id", by):
        return {}
    return titles("user", {one.owner_id for one in records if one.owner_id}, by)


def _column(
    record_type: RecordType,
    record: Record,
    survivor: Record,
    stayers: Sequence[Record],
    owners: Mapping[UUID, str],
    by: Actor,
) -> Column:
    title = record_type.title_of(record)
    facts = []
    if sees_field(record_type, "created_at", by):
        when = formats(by).relative(record.created_at, by.now)
        facts.append(gettext("Added %(when)s", when=when))
    if record.owner_id is not None and record.owner_id in owners:
        facts.append(owners[record.owner_id])
    return Column(
        record.id,
        record.version,
        title,
        f"/{record_type.collection}/{record.id}",
        face(record_type, record.id, title),
        " · ".join(facts),
        record in stayers,
        record is survivor,
    )


def sees_field(record_type: RecordType, key: str, by: Actor) -> bool:
    """True for a field that the type has and the reader may see."""
    return key in record_type.by_key and sees(record_type, key, by)


def _writer(record_type: RecordType, asked: Sequence[Question], by: Actor) -> Any:
    """What writes a value of a question in words."""
    picklists: Mapping[str, tuple[Option, ...]] = choices_of(record_type, by)
    wanted: dict[str, set[UUID]] = {}
    for one in asked:
        if one.field.to:
            wanted.setdefault(one.field.to, set()).update(filter(None, one.values.values()))
    names: dict[UUID, str] = {}
    for to, ids in wanted.items():
        names |= titles(to, ids, by)

    def show(question: Question, value: Any) -> str:
        if value in (None, "", ()):
            return ""
        options = picklists.get(question.field.key, ())
        return shown_text(question.field, value, by, options, names)

    return show


def _row(question: Question, records: Sequence[Record], choice: str, error: str, show: Any) -> Row:
    chosen = choice if _is_offered(question, choice) else str(question.proposed)
    is_own = chosen != str(question.proposed)
    cells = [
        Cell(
            str(one.id),
            show(question, question.values[one.id]),
            chosen == str(one.id),
            one.id in question.offered,
        )
        for one in records
    ]
    united = None
    if question.can_unite:
        united = Cell(ALL, show(question, question.taken(ALL)), chosen == ALL)
    return Row(question.field.key, question.field.label, cells, united, error, is_own)


def _is_offered(question: Question, choice: str) -> bool:
    """True for what can be chosen; what was chosen of a record that is gone since can't be."""
    return (choice == ALL and question.can_unite) or choice in map(str, question.offered)
