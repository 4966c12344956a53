"""What of a report one reader may see: its groups and measures as fields, judged anew each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.access import readable_keys
from app.records.fields import Field
from app.records.filters import Filter, Node, leaves
from app.records.filters.conditions import Meant, meant, where
from app.records.query.amounts import adds_up
from app.records.registry import registry
from app.records.tailored import own_fields_only
from app.records.types import RecordType
from app.reports.engine.clock import on_firms_clock, read_days
from app.reports.engine.counted import readable_type
from app.reports.engine.definition import (
    AVERAGE,
    DISTINCT,
    GREATEST,
    LEAST,
    RATE,
    SHARE,
    SUM,
    USUAL_UNIT,
    Definition,
    Grouped,
    Measure,
)
from app.reports.engine.kinds import DATES, MANY, NAMED, NUMBERS, PLAIN
from app.reports.engine.trend import as_number


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group as its reader sees it: what was asked for, and the field that it means."""

    asked: Grouped
    meant: Meant

    @property
    def field(self) -> Field:
        """The field whose values are the groups."""
        return self.meant.field

    @property
    def kind(self) -> str:
        """The kind of the field; a colleague or a record is a reference."""
        return "reference" if self.field.to else self.field.kind

    @property
    def is_many(self) -> bool:
        """True where one record stands in several groups."""
        return self.kind in MANY

    @property
    def is_limited(self) -> bool:
        """True where only some groups are named and the others are one."""
        return self.asked.most > 0 and self.kind in NAMED


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure as its reader sees it; a count and a rate are of no field."""

    asked: Measure
    meant: Meant | None = None

    @property
    def field(self) -> Field | None:
        """The field that is measured, or None."""
        return self.meant.field if self.meant is not None else None


@dataclass(frozen=True, slots=True)
class Meaning:
    """A report as one reader may see it.

    `asked` is the definition without what they may not see, `hidden` are the names of that.
    `firm` acts for the reader on the firm's clock.
    """

    asked: Definition
    record_type: RecordType
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measured, ...]
    filters: tuple[Node, ...]
    hidden: tuple[str, ...]
    firm: Actor

    @property
    def keys(self) -> frozenset[str]:
        """The type's own fields that the reader sees."""
        return readable_keys(self.record_type, self.firm)


def meaning(definition: Definition, by: Actor) -> Meaning:
    """What a definition means to `by`.

    Missing for a type that there is not, NotPermitted for one that they may not read. A group or a
    measure by a field that they may not see is left out and named in `hidden`; Refused where a
    filter or the period is by such a field, as it would betray it, and where nothing is left.
    """
    firm = on_firms_clock(by)
    record_type = readable_type(definition.record_type, firm)
    definition = as_number(definition, record_type, firm)
    hidden: list[str] = []
    dimensions = [
        one
        for asked in definition.groups
        if (one := _dimension(record_type, asked, firm, hidden)) is not None
    ]
    measures = [
        measured
        for measure in definition.measures
        if (measured := _measured(record_type, measure, firm, hidden)) is not None
    ]
    if not measures:
        raise NotPermitted(_("Your role may see none of the numbers of this report."))
    if sum(one.is_many for one in dimensions) > 1:
        message = _("Only one group can be of a field with several values.")
        raise Refused(message, field="groups")
    filters = (*definition.filters, *_within(record_type, definition, firm))
    _demand_visible(record_type, filters, firm)
    kept = replace(
        definition,
        groups=tuple(one.asked for one in dimensions),
        measures=tuple(one.asked for one in measures),
        drawn=0,  # Which is drawn changes nothing that is counted.
    )
    return Meaning(
        kept, record_type, tuple(dimensions), tuple(measures), filters, tuple(hidden), firm
    )


def span_of(key: str, first: object, last: object) -> tuple[Node, ...]:
    """The filter of a period, from its first to its last day."""
    return (Filter(key, "between", f"{first},{last}"),)


def _within(record_type: RecordType, definition: Definition, by: Actor) -> tuple[Node, ...]:
    period = definition.period
    if period is None:
        return ()
    found = meant(record_type, period.key, by)
    if found is not None and found.field.kind not in DATES:
        raise Refused(_("A period is of a date."), field="period")
    first, beyond = read_days(period.text, by)
    return span_of(period.key, first, beyond.fromordinal(beyond.toordinal() - 1))


def _demand_visible(record_type: RecordType, filters: Iterable[Node], by: Actor) -> None:
    """Refused where a filter does not fit or is by a field that the reader may not see."""
    for one in leaves(filters):
        if meant(record_type, one.key, by) is None:
            raise NotPermitted(
                _("This report is narrowed by a field that you may not see, or that is gone.")
            )
    where(record_type, filters, by, readable_keys(record_type, by))


def _dimension(
    record_type: RecordType, asked: Grouped, by: Actor, hidden: list[str]
) -> Dimension | None:
    found = meant(record_type, asked.key, by)
    if found is None:
        hidden.append(label_for(record_type, asked.key, by))
        return None
    if not can_group(found):
        raise Refused(_("A report can't be grouped by that."), field="groups")
    kind = found.field.kind
    unit = (asked.unit or USUAL_UNIT) if kind in DATES else ""
    step = (asked.step or usual_step(found.field)) if kind in NUMBERS else None
    if step is not None and kind == "whole" and step != int(step):
        raise Refused(_("This must be a whole number."), field="groups")
    dimension = Dimension(replace(asked, unit=unit, step=step), found)
    if not dimension.is_limited:
        dimension = replace(dimension, asked=replace(dimension.asked, most=0))
    return dimension


def _measured(
    record_type: RecordType, asked: Measure, by: Actor, hidden: list[str]
) -> Measured | None:
    if asked.what == RATE:
        for one in leaves((*asked.part, *asked.whole)):
            if meant(record_type, one.key, by) is None:
                hidden.append(label_for(record_type, one.key, by))
                return None
        return Measured(asked)
    if not asked.key:
        return Measured(asked)
    found = meant(record_type, asked.key, by)
    if found is None:
        hidden.append(label_for(record_type, asked.key, by))
        return None
    if not can_measure(asked.what, found):
        raise Refused(_("This field can't be measured so."), field="measures")
    return Measured(asked, found)


def can_group(found: Meant) -> bool:
    """True for a field by which a report can be grouped, and its groups opened as a list.

    The records that a related record refers to are some, as a condition on their title reaches no
    farther; those two references away are none.
    """
    field = found.field
    if field.is_lent:
        return False
    if field.to:
        return field.to == "user" or found.before is None
    return field.kind in (*PLAIN, *DATES, *NUMBERS, *MANY)


def can_measure(what: str, found: Meant) -> bool:
    """True for a field of which this can be measured."""
    field = found.field
    if field.is_lent:
        return False
    if what == DISTINCT:
        return field.kind not in (*MANY, "localized", "long_text")
    if what in (SUM, SHARE):
        return adds_up(field)
    if what in (AVERAGE, LEAST, GREATEST):
        dates = DATES if what != AVERAGE else ()
        return not field.to and field.kind in (*NUMBERS, *dates)
    return False


def usual_step(field: Field) -> Decimal:
    """The width of ranges where none was asked for."""
    return Decimal(1000) if field.kind in ("money", "amount") else Decimal(10)


def label_for(record_type: RecordType, key: str, by: Actor) -> str:
    """What a field that the reader may not see is called."""
    labels: list[str] = []
    at: RecordType | None = own_fields_only(record_type, by)
    for step in key.split("."):
        field = at.by_key.get(step) if at is not None else None
        if field is None:
            break
        labels.append(str(field.label))
        leads_on = bool(field.to) and field.to != "user"
        at = own_fields_only(registry().type(field.to or ""), by) if leads_on else None
    return " › ".join(labels) or str(_("a field that is gone"))


def name_of(found: Meant) -> Text | str:
    """The label of a field, with those of the references that lead to it."""
    return found.field.label if found.by is None else found.label
