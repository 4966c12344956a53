"""Lists by groups: how many records hold each value of a field, and the sums of their amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    null,
    select,
)

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.weeks import first_weekday
from app.records.access import readable_fields
from app.records.custom.field import OwnField
from app.records.fields import WALKED, Field
from app.records.filters import Filter
from app.records.filters.moments import moves_for, stands_at
from app.records.filters.periods import PERIODS
from app.records.query.amounts import amount
from app.records.query.asked import Query
from app.records.query.by_value import ordered_values, place_among
from app.records.query.narrowing import conditions
from app.records.query.target import target_of
from app.records.types import RecordType

CAP = 100  # Groups of one list; what is beyond is counted in the sums and told in a sentence.
DATES = ("moment", "day")
UNITS = ("day", "week", "month", "quarter", "year")
USUAL_UNIT = "month"
IS_DAY = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"


@dataclass(frozen=True, slots=True)
class Grouping:
    """By which field, and a date by which unit (one of UNITS)."""

    field: Field
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its value (of a date, the first day of the period), how many, and the sums.

    `title` is that of what a reference points to. The group of records whose reader may not open
    what they refer to `is_hidden`, and is one for all of them.
    """

    value: Any
    title: str | None
    is_hidden: bool
    count: int
    sums: tuple[Decimal | None, ...]

    @property
    def text(self) -> str:
        """Its value as an address writes it; "" for that of the empty ones."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Groups:
    """The first CAP groups of a list in their order; `number`, `count` and `sums` are of all."""

    shown: tuple[Group, ...]
    number: int
    count: int
    sums: tuple[Decimal | None, ...]


def groupable(record_type: RecordType, by: Actor) -> list[Field]:
    """The fields by which `by` can group a list: choices, references, yes or no, dates."""
    kinds = (*WALKED, *DATES)
    return [one for one in readable_fields(record_type, by) if one.to or one.kind in kinds]


def read_grouping(record_type: RecordType, text: str, by: Actor) -> Grouping:
    """What `key` or `key:unit` groups by; Refused where `by` may not, or there is no such."""
    key, _colon, unit = text.partition(":")
    field = next((one for one in groupable(record_type, by) if one.key == key), None)
    if field is None or (unit and (field.kind not in DATES or unit not in UNITS)):
        raise Refused(_("This list can't be grouped by that."), field="group")
    return Grouping(field, (unit or USUAL_UNIT) if field.kind in DATES else "")


def condition_of(grouping: Grouping, text: str, by: Actor) -> Filter:
    """The filter that leaves the records of one group; Refused where `text` is no date."""
    key = grouping.field.key
    if not text:
        return Filter(key, "isnull", "true")
    if not grouping.unit:
        return Filter(key, "eq", text)
    try:
        first = date.fromisoformat(text)
        last = _beyond(first, grouping.unit, by) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise Refused(_("There is no such group."), field="open") from None
    return Filter(key, "between", f"{first},{last}")


def groups(
    record_type: RecordType,
    asked: Query,
    by: Actor,
    grouping: Grouping,
    sums: Sequence[Field] = (),
    *,
    downwards: bool = False,
) -> Groups:
    """The groups of a list that `by` may read, in one statement; empty ones stand last."""
    field = grouping.field
    key = field.target_id if field.to else field.expression
    key = period_of(field, grouping.unit, by) if grouping.unit else key
    names = [f"sum_{number}" for number, _field in enumerate(sums)]
    amounts = [amount(one).label(name) for one, name in zip(sums, names, strict=True)]
    rows = select(key.label("key"), *amounts).select_from(record_type.model)
    row = rows.where(*conditions(record_type, asked, by)).subquery("row").c
    added = [func.sum(row[name]).label(name) for name in names]
    held = select(row.key, func.count().label("n"), *added).group_by(row.key).subquery("held")
    if field.to:
        named = _by_title(field, held, names, by)
    else:
        named = _by_place(record_type, field, held, by)
    found = named.subquery("found").c
    totals = [func.sum(found[name]).over() for name in names]
    place = found.place.desc() if downwards else found.place
    statement = select(
        found.key,
        found.title,
        found.is_hidden,
        found.n,
        func.count().over(),
        func.sum(found.n).over(),
        *(found[name] for name in names),
        *totals,
    ).order_by(
        case((found.is_hidden, 1), (found.key.is_(None), 2), else_=0),
        place,
        found.key.desc() if downwards else found.key,
    )
    return _read(list(by.session.execute(statement.limit(CAP))), len(names))


def _read(rows: list[Any], sums: int) -> Groups:
    if not rows:
        return Groups((), 0, 0, (None,) * sums)
    shown = tuple(
        Group(one[0], one[1], one[2], int(one[3]), tuple(one[6 : 6 + sums])) for one in rows
    )
    first = rows[0]
    return Groups(shown, first[4], int(first[5]), tuple(first[6 + sums :]))


def _by_title(field: Field, held: Any, names: Sequence[str], by: Actor) -> Select[Any]:
    """The groups of a reference by title; what may not be opened is one group."""
    target = target_of(field, by)
    row = target.row
    may_open = and_(row.id == held.c.key, target.may_open)
    is_hidden = and_(held.c.key.is_not(None), row.id.is_(None))
    joined = (
        select(
            row.id.label("key"),
            target.title.label("title"),
            target.key.label("place"),
            is_hidden.label("is_hidden"),
            held.c.n,
            *(held.c[name] for name in names),
        )
        .select_from(held)
        .outerjoin(row, may_open)
        .subquery("joined")
        .c
    )
    same = (joined.key, joined.title, joined.place, joined.is_hidden)
    added = [func.sum(joined[name]).label(name) for name in ("n", *names)]
    return select(*same, *added).group_by(*same)


def _by_place(record_type: RecordType, field: Field, held: Any, by: Actor) -> Select[Any]:
    """The groups of values that stand by themselves; options in the order of their picklist."""
    key, place = held.c.key, held.c.key
    if field.kind not in DATES:
        place = place_among(key, ordered_values(record_type, field, by))
    rest = [one for one in held.c if one is not key]
    alike = null().label("title"), false().label("is_hidden")
    return select(key, *alike, place.label("place"), *rest)


def period_of(field: Field, unit: str, by: Actor) -> ColumnElement[Any]:
    """The first day of the period that a date or moment lies in, by the reader's calendar."""
    day = day_of(field, by)
    if unit == "day":
        return day
    if unit == "week":
        begins = first_weekday(by.language, by.tenant.country)
        since = func.mod(cast(func.extract("isodow", day), Integer) + 6 - begins, 7)
        return day.op("-", return_type=Date())(since)
    return cast(func.date_trunc(unit, cast(day, DateTime())), Date)


def day_of(field: Field, by: Actor) -> ColumnElement[Any]:
    """The day of a date or moment for the reader."""
    if field.kind != "moment":
        return date_value(field)
    value = stands_at(field, by) if moves_for(field, by) else date_value(field)
    return cast(func.timezone(str(by.zone), value), Date)


def date_value(field: Field) -> ColumnElement[Any]:
    """A date or moment in SQL; what lies in JSON as none counts as none."""
    if not isinstance(field, OwnField):
        return field.expression
    text = field.attribute[field.own_key].astext
    kind = DateTime(timezone=True) if field.kind == "moment" else Date()
    return case((text.regexp_match(IS_DAY), cast(text, kind)), else_=null())


def _beyond(first: date, unit: str, by: Actor) -> date:
    """The day that follows a period."""
    if unit == "day":
        return first + timedelta(days=1)
    return PERIODS[unit](first, 0, by)[1]
