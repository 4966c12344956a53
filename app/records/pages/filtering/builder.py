"""The builder as its template draws it: each row with its ways and the control of its values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.kernel.countries import countries
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, current
from app.records.access import readable_keys
from app.records.fields import Field
from app.records.filters import DEEPEST, Filter, Node
from app.records.filters.conditions import Meant, meant, where
from app.records.pages.choices import choices_of
from app.records.pages.filter_words import PERIODS, WHO, Names, in_words, names_in
from app.records.pages.filtering.currencies import joined, offered, parted
from app.records.pages.filtering.offers import OfferGroup, offers
from app.records.pages.filtering.typed import (
    PREFIX,
    Arguments,
    Row,
    Rows,
    edit,
    filters_of,
    mark_of,
    read_rows,
    rows_of,
)
from app.records.pages.filtering.ways import Way, way_of, ways_of
from app.records.pages.shown import UNNAMED
from app.records.pages.state import ListState, read_query
from app.records.priced.field import CurrencyField
from app.records.types import RecordType
from app.records.views.opened import read_list

HANDOVER = "handover"  # The argument that says for whose handover conditions are chosen.
APPROVAL = "approval"  # And the one that says for which rule of approval.


@dataclass(frozen=True, slots=True)
class RowShown:
    """One condition as it is drawn; `kept` says in words what the form has no control for."""

    path: str
    row: Row
    field: Field | None
    label: str
    ways: tuple[Way, ...]
    way: Way | None
    options: tuple[tuple[str, str], ...]
    kept: str
    is_first: bool  # Where the focus goes.
    people: str  # Where colleagues are looked up.
    prefix: str = PREFIX
    currencies: tuple[str, ...] = ()  # To choose from beside an amount; the firm's is the first.
    is_group = False

    @property
    def name(self) -> str:
        """What the names of its controls begin with."""
        return f"{self.prefix}.{self.path}"

    @property
    def id(self) -> str:
        """What the ids of its controls begin with."""
        return f"{self.prefix}-{self.path.replace('.', '-')}"

    @property
    def mark(self) -> str:
        """What the orders of its buttons begin with."""
        return mark_of(self.prefix)

    @property
    def value(self) -> str:
        """The first of its values."""
        return self.row.values[0] if self.row.values else ""

    @property
    def other(self) -> str:
        """The second of two."""
        return self.row.values[1] if len(self.row.values) > 1 else ""

    @property
    def source(self) -> str:
        """Where the box of a reference looks things up."""
        if self.field is None or self.field.to == "user":
            return self.people
        return f"/lookup/{self.field.to}"

    @property
    def was(self) -> str:
        """What its controls are made for: when that changes, what was typed no longer fits."""
        return f"{self.row.key}|{self.way.control if self.way else ''}"


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group as it is drawn; a group within it can be added where `may_nest`."""

    path: str
    how: str
    parts: tuple[RowShown | GroupShown, ...]
    may_nest: bool
    prefix: str = PREFIX
    is_group = True

    @property
    def name(self) -> str:
        """What the name of its control begins with."""
        return f"{self.prefix}.{self.path}" if self.path else self.prefix

    @property
    def mark(self) -> str:
        """What the orders of its buttons begin with."""
        return mark_of(self.prefix)


@dataclass(frozen=True, slots=True)
class Builder:
    """All that `records/filter.html` shows; `rest` is what else the list's address says."""

    record_type: RecordType
    state: ListState
    whole: GroupShown
    fields: tuple[OfferGroup, ...]
    rest: str
    alerts: tuple[str, ...] = ()
    handover: str = ""  # Whose handover the conditions are for, by the person's id.
    approval: str = ""  # Which rule of approval they are for.

    @property
    def action(self) -> str:
        """Where the form is sent."""
        return f"{self.state.path}/filter"


def state_before(record_type: RecordType, arguments: Arguments, by: Actor) -> ListState:
    """The list that the builder was opened on: from its form, else from the address itself."""
    if "rest" in arguments:
        return read_list(record_type, read_query(arguments["rest"]), by)
    known = {
        name: text
        for name, text in arguments.items()
        if name not in ("at", "do", HANDOVER, APPROVAL)
    }
    return read_list(record_type, known, by)


def rows_before(state: ListState, arguments: Arguments, by: Actor) -> Rows:
    """The rows of a form that was sent, or those of the list's filters."""
    if "rest" in arguments:
        rows = read_rows(arguments)
        edit(rows, arguments.get("do", ""))
        for row in rows.rows():
            _forget(state.record_type, row, by)
    else:
        rows = rows_of(state.asked.filters, lambda one: _row_of(state.record_type, one, by))
    if not rows.parts:
        rows.parts.append(Row(is_new=True))
    return rows


def filters_asked(record_type: RecordType, rows: Rows, by: Actor) -> tuple[Node, ...]:
    """The filters of the rows; Refused, with what is wrong said on each, when some don't fit."""
    readable = readable_keys(record_type, by)
    for row in rows.rows():
        row.error = _wrong(record_type, row, by, readable)
    if any(row.error for row in rows.rows()):
        raise Refused(_("Please check the marked conditions."))
    found = filters_of(rows, lambda row: _filter_of(record_type, row, by))
    where(record_type, found, by, readable)  # Refused where they are too many.
    return found


def builder(
    state: ListState, rows: Rows, by: Actor, focus: str, *alerts: str, prefix: str = PREFIX
) -> Builder:
    """The form with these rows; `focus` is the path of the row to begin at.

    A form that holds several has a `prefix` for the names of each one's controls.
    """
    record_type = state.record_type
    fields = offers(record_type, by)
    named = {one.key: (one.meant, one.whole) for group in fields for one in group.offers}
    is_known = isinstance(rows.at(focus), Row) and focus != ""
    deepest = DEEPEST if rows.how == "and" else DEEPEST - 1
    asked = (_filter_of(record_type, row, by) for row in rows.rows())
    names = names_in(record_type, [one for one in asked if one is not None], by)

    def shown(part: Row | Rows, path: str, depth: int) -> RowShown | GroupShown:
        if isinstance(part, Row):
            is_first = path == focus if is_known else part.is_new
            found = _shown(record_type, part, path, named.get(part.key), by, names, is_first)
            return replace(found, prefix=prefix)
        return group(part, path, depth)

    def group(part: Rows, path: str, depth: int) -> GroupShown:
        inner = enumerate(part.parts)
        shown_parts = (shown(one, f"{path}.{n}" if path else f"{n}", depth + 1) for n, one in inner)
        return GroupShown(path, part.how, tuple(shown_parts), depth < deepest, prefix)

    bare = replace(state, asked=replace(state.asked, filters=(), cursor=""), first=1)
    return Builder(record_type, bare, group(rows, "", 0), fields, bare.explicit_query(), alerts)


def _row_of(record_type: RecordType, one: Filter, by: Actor) -> Row:
    """The row that shows a filter of the list."""
    found = meant(record_type, one.key, by)
    known = way_of(found.field, one.operator, one.text) if found else None
    if known is None:
        return Row(one.key, kept=one)
    way, values = known
    values, currency = parted(found.field, values) if found else (values, "")
    return Row(one.key, way.key, values, currency=currency)


def _forget(record_type: RecordType, row: Row, by: Actor) -> None:
    """Drop what was typed for another field, or for another control than the row has now."""
    found = meant(record_type, row.key, by)
    was_key, _bar, was_control = row.was.partition("|")
    if found is None or not row.was or row.kept is not None:
        return
    if was_key != row.key:
        row.way, row.values = "", []
    elif was_control != _way(found.field, row).control:
        row.values = []


def _way(field: Field, row: Row) -> Way:
    ways = ways_of(field)
    return next((one for one in ways if one.key == row.way), ways[0])


def _filter_of(record_type: RecordType, row: Row, by: Actor) -> Filter | None:
    """The filter that a row asks for, or None while its field is not chosen."""
    if row.kept is not None:
        return row.kept
    found = meant(record_type, row.key, by)
    if found is None:
        return Filter(row.key, "eq", "") if row.key else None
    way = _way(found.field, row)
    values = joined(found.field, row.values, row.currency, by)
    return Filter(row.key, way.operator, way.written(values))


def _wrong(record_type: RecordType, row: Row, by: Actor, readable: frozenset[str]) -> Text | str:
    """What is wrong with a row, or nothing."""
    one = _filter_of(record_type, row, by)
    if one is None:
        return ""
    found = meant(record_type, row.key, by, readable)
    if row.kept is None and found is not None:
        way = _way(found.field, row)
        if way.control != "none" and not row.values:
            return _("Give a value to compare with.")
    try:
        where(record_type, (one,), by, readable)
    except Refused as refused:
        return refused.message
    return ""


def _shown(
    record_type: RecordType,
    row: Row,
    path: str,
    known: tuple[Meant, str] | None,
    by: Actor,
    names: Names,
    is_first: bool,
) -> RowShown:
    people = f"/{record_type.collection}/filter/people"
    if known is None:
        return RowShown(path, row, None, row.key, (), None, (), "", is_first, people)
    found, label = known
    field = found.field
    if row.kept is not None:
        told = in_words(record_type, row.kept, by, names)[1]
        return RowShown(path, row, field, label, (), None, (), told, is_first, people)
    way = _way(field, row)
    options = _options(found, way, row, by, names)
    currencies = offered(field, way, row.currency, by)
    return RowShown(
        path,
        row,
        field,
        label,
        ways_of(field),
        way,
        options,
        "",
        is_first,
        people,
        currencies=currencies,
    )


def _options(
    found: Meant, way: Way, row: Row, by: Actor, names: Names
) -> tuple[tuple[str, str], ...]:
    """What a control offers: choices, countries, periods, or what a reference points to."""
    field = found.field
    if way.control == "ticks":
        options = choices_of(found.of, by).get(field.key) or field.options
        if isinstance(field, CurrencyField):  # Of the many, those that the firm uses.
            options = tuple(o for o in options if not o.is_retired or o.value in row.values)
        return tuple((one.value, one.shown()) for one in options)
    if way.control == "country":
        return tuple(countries(current()).items())
    if way.control == "period":
        return tuple((key, str(text)) for key, text in PERIODS.items() if key != "now")
    if way.control != "lookup" or not field.to:
        return ()
    words = [(key, str(text)) for key, text in WHO.items()] if field.to == "user" else []
    chosen = [one for one in row.values[:1] if parse_id(one) is not None]
    return (*words, *((one, _named(field.to, one, names)) for one in chosen))


def _named(to: str, text: str, names: Names) -> str:
    known = parse_id(text)
    return names.get(to, {}).get(known, UNNAMED) if known else UNNAMED
