"""The builder of reports: one form whose every choice shows its numbers at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _
from app.records.filters import Node
from app.records.pages.filter_words import PERIODS
from app.records.pages.filtering.builder import Builder, builder, filters_asked, rows_before
from app.records.pages.filtering.choosing import lightened
from app.records.pages.filtering.offers import OfferGroup, offers
from app.records.pages.filtering.typed import PREFIX, Rows, arguments_of
from app.records.pages.state import ListState, read_state
from app.records.types import RecordType
from app.reports.engine.counted import readable_type, readable_types
from app.reports.engine.definition import (
    COUNT,
    MOST_GROUPS,
    NUMBER,
    Definition,
    Grouped,
)
from app.reports.engine.kinds import DATES, NAMED, NUMBERS
from app.reports.pages.arguments import (
    BETWEEN,
    build_url,
    definition_of,
    read_definition,
)
from app.reports.pages.measures import (
    MeasureRow,
    Typed,
    asked_measures,
    measure_rows,
    measures_of,
    read_measures,
)
from app.reports.pages.offered import Offered, offered
from app.reports.pages.shown import Shown, shown

UNITS = {
    "day": _("Day"),
    "week": _("Week"),
    "month": _("Month"),
    "quarter": _("Quarter"),
    "year": _("Year"),
    "fiscal_year": _("Fiscal year"),
}
SORTS = {
    "": _("In their own order"),
    "most": _("Most first"),
    "least": _("Least first"),
}
SHAPES = {
    "table": _("Table"),
    "pivot": _("Pivot table"),
    "bar": _("Bars"),
    "line": _("Line"),
    "pie": _("Pie"),
    "funnel": _("Funnel"),
    NUMBER: _("Number with trend"),
}
COMPARE = {
    "": _("Not compared"),
    "before": _("With the period before"),
    "year": _("With the year before"),
}
MOST = (0, 5, 10, 20, 50)
DAYS = {
    "last_7_days": _("Last 7 days"),
    "last_30_days": _("Last 30 days"),
    "last_90_days": _("Last 90 days"),
    "last_365_days": _("Last 365 days"),
}
UNFINISHED = ("show", "add", "group", "drop")  # What is still being put together.
Choices = tuple[tuple[str, str], ...]
EVERY = "every"  # The argument by which a reader without scripts has every field in the page.


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The controls of one group: its field, and what suits the kind of that field."""

    number: int
    asked: Grouped
    is_date: bool
    is_number: bool
    is_named: bool

    @property
    def step(self) -> str:
        """The width of its ranges as it was typed."""
        return "" if self.asked.step is None else f"{self.asked.step.normalize():f}"


@dataclass(frozen=True, slots=True)
class Build:
    """All that the builder's page shows; `shown` is what it counted, `alerts` why it did not."""

    types: Choices
    record_type: RecordType
    definition: Definition
    filters: Builder
    offered: Offered
    groups: tuple[GroupRow, ...]
    measured: tuple[MeasureRow, ...]
    shown: Shown | None
    alerts: tuple[str, ...]
    report: str = ""

    @property
    def period(self) -> tuple[str, str, str, str]:
        """The period's date, its name, and its first and last day where it has none."""
        period = self.definition.period
        if period is None:
            return "", "", "", ""
        if period.text in self.periods:
            return period.key, period.text, "", ""
        first, _comma, last = period.text.partition(",")
        return period.key, BETWEEN, first, last or first

    @property
    def url(self) -> str:
        """Where the builder opens on what it shows."""
        return build_url(self.definition, self.report)

    @property
    def again_url(self) -> str:
        """Where a report that a worker made today is counted anew."""
        return f"{self.url}&fresh=1"

    @property
    def periods(self) -> dict[str, str]:
        """The periods by their names."""
        told = {**DAYS, **{key: text for key, text in PERIODS.items() if key != "now"}}
        found = {key: f"{text}"[:1].upper() + f"{text}"[1:] for key, text in told.items()}
        period = self.definition.period
        if period is not None and period.text and "-" not in period.text:
            found.setdefault(period.text, period.text.replace("_", " "))
        return {**found, BETWEEN: str(_("From … to …"))}

    @property
    def words(self) -> dict[str, dict[str, Text]]:
        """The choices of controls that are the same for every report."""
        return {"units": UNITS, "sorts": SORTS, "shapes": SHAPES, "compare": COMPARE}

    @property
    def most(self) -> tuple[int, ...]:
        """How many groups can be named."""
        return MOST


def built(arguments: MultiDict[str, str], by: Actor, *, is_light: bool = False) -> Build:
    """The builder as its form was sent, or opened on a definition; Refused for no readable type.

    What `is_light` holds of its choices what is chosen, else the fields of the record itself too.
    """
    readable = readable_types(by)
    if not readable:
        raise Refused(_("Your role may read no records to report on."))
    opened = read_definition(arguments["definition"]) if "definition" in arguments else None
    named = opened.record_type if opened is not None else arguments.get("type", "")
    record_type = readable_type(named or readable[0].counted_as, by)
    kind, report = record_type.counted_as, arguments.get("report", "")
    if arguments.get("was", kind) != kind:  # Another type has other fields.
        arguments = MultiDict({"type": kind})
    state = read_state(record_type, {})
    rows = _rows(state, arguments, opened, by)
    numbers = _numbers(state, arguments, opened, by)
    every = [*rows.rows(), *(row for one in numbers for row in one.rows)]
    mark, bar, do = arguments.get("do", "").rpartition("|")
    order, _dot, path = do.partition(".")
    if order not in ("add", "group"):  # The focus stays where it is.
        for row in every:
            row.is_new = False
    definition, counted, alerts = Definition(kind), None, list[str]()
    try:
        filters = filters_asked(record_type, rows, by)
        measures = asked_measures(numbers, state, by)
        typed = {**arguments, "type": kind}
        definition = opened or definition_of(typed, measures, filters)
        counted = shown(definition, by, is_fresh=arguments.get("fresh") == "1")
    except Answer as answer:
        is_unfinished = any(row.error for row in every) and order in UNFINISHED
        alerts += [] if is_unfinished else said(answer)
        definition = _without_filters(arguments, record_type, definition)
    if order in UNFINISHED:
        for row in every:
            row.error = ""
    focus = f"{mark}{bar}{path}" if order == "show" else "-"
    fields = offers(record_type, by)
    chosen, is_whole = {one.chosen for one in numbers}, arguments.get(EVERY) == "1"
    choices = offered(fields, definition, chosen, is_whole=is_whole, is_light=is_light)
    filters_shown = builder(state, rows, by, "-" if bar else focus)
    return Build(
        tuple((one.counted_as, str(one.words.many)) for one in readable),
        record_type,
        definition,
        lightened(filters_shown, choices.near),
        choices,
        _groups(definition, fields),
        tuple(
            replace(
                one,
                part=one.part and lightened(one.part, choices.near),
                whole=one.whole and lightened(one.whole, choices.near),
            )
            for one in measure_rows(numbers or [Typed(COUNT)], state, by, focus)
        ),
        counted,
        tuple(dict.fromkeys(alerts)),
        report,
    )


def _rows(
    state: ListState, arguments: MultiDict[str, str], opened: Definition | None, by: Actor
) -> Rows:
    """The conditions of the form, or those of the definition that it is opened on."""
    if opened is not None:
        return _rows_of(state, opened.filters, by)
    return _rows_sent(state, arguments_of(PREFIX, arguments), by)


def _numbers(
    state: ListState, arguments: MultiDict[str, str], opened: Definition | None, by: Actor
) -> list[Typed]:
    """The numbers of the form, or those of the definition that it is opened on."""
    if opened is not None:
        return measures_of(opened.measures, lambda filters: _rows_of(state, filters, by))
    return read_measures(arguments, lambda sent: _rows_sent(state, sent, by))


def _rows_sent(state: ListState, arguments: MultiDict[str, str], by: Actor) -> Rows:
    return rows_before(state, MultiDict([*arguments.items(multi=True), ("rest", "")]), by)


def _rows_of(state: ListState, filters: tuple[Node, ...], by: Actor) -> Rows:
    asked = replace(state.asked, filters=filters)
    return rows_before(replace(state, asked=asked), MultiDict(), by)


def _without_filters(
    arguments: MultiDict[str, str], record_type: RecordType, definition: Definition
) -> Definition:
    """What else a form asks for whose conditions are not whole, so that it stays as it was."""
    if definition.groups or "definition" in arguments:
        return definition
    try:
        return definition_of({**arguments, "type": record_type.counted_as}, (), ())
    except Refused:
        return definition


def said(answer: Answer) -> list[str]:
    """What an answer says, to stand above the form."""
    errors = getattr(answer, "errors", None) or {}
    return [str(one) for one in errors.values()] or [str(answer.message)]


def _groups(definition: Definition, fields: tuple[OfferGroup, ...]) -> tuple[GroupRow, ...]:
    """A row for each group, and an empty one while there is room."""
    known = {one.key: one.meant.field for group in fields for one in group.offers}
    asked = [*definition.groups, Grouped("")][:MOST_GROUPS]
    rows = []
    for number, one in enumerate(asked):
        field = known.get(one.key)
        kind = "" if field is None else ("reference" if field.to else field.kind)
        rows.append(GroupRow(number, one, kind in DATES, kind in NUMBERS, kind in NAMED))
    return tuple(rows)
