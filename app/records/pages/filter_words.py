"""Filters in words: what a chip says of a condition, or of a group of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.countries import country_code, country_name
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, current, gettext, ngettext
from app.kernel.whole import whole
from app.records.fields import Field
from app.records.filters import Filter, Group, Node, leaves, read_list
from app.records.filters.below import BELOW
from app.records.filters.compare import DATES
from app.records.filters.conditions import Meant, meant
from app.records.filters.periods import COUNTED
from app.records.filters.written import LISTS
from app.records.pages.choices import choices_of
from app.records.pages.looks import Words
from app.records.pages.shown import UNNAMED, shown_text
from app.records.references import titles
from app.records.types import RecordType
from app.records.values import Unfit, read_value
from app.web.formats import formats

GROUPS: Mapping[str, Text] = {
    "and": _("All of"),
    "or": _("Any of"),
    "not": _("None of"),
}
COMPARED: Mapping[str, Text] = {
    "ne": _("not %(value)s"),
    "nin": _("not %(value)s"),
    "contains": _("contains %(value)s"),
    "starts": _("begins with %(value)s"),
    BELOW: _("%(value)s or below"),
}
IN_TIME: Mapping[str, Text] = {
    "lt": _("before %(value)s"),
    "lte": _("up to %(value)s"),
    "gt": _("after %(value)s"),
    "gte": _("from %(value)s"),
}
IN_NUMBER: Mapping[str, Text] = {
    "lt": _("less than %(value)s"),
    "lte": _("at most %(value)s"),
    "gt": _("more than %(value)s"),
    "gte": _("at least %(value)s"),
}
PERIODS: Mapping[str, Text] = {
    "now": _("now"),
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_quarter": _("this quarter"),
    "last_quarter": _("last quarter"),
    "next_quarter": _("next quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
    "next_year": _("next year"),
}
WHO: Mapping[str, Text] = {"me": _("me"), "my_team": _("my team")}
Names = Mapping[str, Mapping[UUID, str]]  # Titles by the type that they are of.


def names_in(record_type: RecordType, filters: Iterable[Node], by: Actor) -> Names:
    """The titles of the records that some filters compare with, as far as `by` may open them."""
    wanted: dict[str, set[UUID]] = {}
    for one in leaves(filters):
        found = meant(record_type, one.key, by)
        if found is not None and found.field.to:
            ids = {known for part in _parts(one) if (known := parse_id(part)) is not None}
            wanted.setdefault(found.field.to, set()).update(ids)
    return {to: titles(to, ids, by) for to, ids in wanted.items()}


def in_words(record_type: RecordType, node: Node, by: Actor, names: Names) -> tuple[str, str]:
    """What a filter is about and what it asks for: (Lifecycle, Customer), (Any of, ...)."""
    if isinstance(node, Group):
        parts = (_part(record_type, part, by, names) for part in node.parts)
        return str(GROUPS[node.how]), formats(by).listed(parts)
    found = meant(record_type, node.key, by)
    if found is None:
        return UNNAMED, UNNAMED
    return label_of(found), _text(found, node, by, names)


def _part(record_type: RecordType, node: Node, by: Actor, names: Names) -> str:
    """A part of a group; what is a group itself stands in brackets."""
    label, text = in_words(record_type, node, by, names)
    told = f"{label} {text}"
    return gettext("(%(conditions)s)", conditions=told) if isinstance(node, Group) else told


def label_of(found: Meant) -> str:
    """The label of a field, with those of the references that lead to it."""
    return found.label


def _parts(one: Filter) -> list[str]:
    return read_list(one.text) if one.operator in LISTS else [one.text]


def _text(found: Meant, one: Filter, by: Actor, names: Names) -> str:
    field = found.field
    if one.operator == "isnull":
        return gettext("is empty") if one.text in ("true", "1") else gettext("is not empty")
    if one.operator == "stale":
        days = whole(one.text)
        if days is None:
            return one.text
        return ngettext("none in %(n)s day", "none in %(n)s days", days)
    values = [_value(found, part, by, names) or gettext("empty") for part in _parts(one)]
    if one.operator == "between":
        return "–".join(values)
    value = formats(by).listed(values)
    compared = IN_TIME if field.kind in (*DATES, "time") else IN_NUMBER
    said = COMPARED.get(one.operator) or compared.get(one.operator)
    return gettext(said.message, value=value) if said is not None else value


def _value(found: Meant, part: str, by: Actor, names: Names) -> str:
    """One value that a filter compares with, in words."""
    field = found.field
    if field.to:
        if field.to == "user" and part in WHO:
            return str(WHO[part])
        known = parse_id(part)
        return names.get(field.to, {}).get(known, UNNAMED) if known else ""
    if field.kind in ("choice", "choices", "tags"):
        return Words(choices_of(found.of, by).get(field.key) or field.options)[part]
    if field.kind == "country":
        return country_name(country_code(part) or part, current())
    if field.kind in DATES:
        return _date(field, part, by)
    return _plain(field, part, by)


def _date(field: Field, part: str, by: Actor) -> str:
    """A day, a moment or a period."""
    if part in PERIODS:
        return str(PERIODS[part])
    counted = COUNTED.fullmatch(part)
    if counted is not None:
        return _counted(*counted.groups())
    try:
        return formats(by).day(date.fromisoformat(part), by.today())
    except ValueError:
        return _plain(field, part, by)


def _counted(which: str | None, among: str, ago: str | None, ahead: str | None) -> str:
    """The last 30 days, 14 days ago, in 7 days."""
    number = int(among or ago or ahead or 0)
    if which == "last":
        return ngettext("last %(n)s day", "last %(n)s days", number)
    if which == "next":
        return ngettext("next %(n)s day", "next %(n)s days", number)
    if ago:
        return ngettext("%(n)s day ago", "%(n)s days ago", number)
    return ngettext("in %(n)s day", "in %(n)s days", number)


def _plain(field: Field, part: str, by: Actor) -> str:
    """A number, a text, yes or no, as a page shows them."""
    try:
        return shown_text(field, read_value(field, part, by, ()), by)
    except Unfit:
        return part  # Part of an address or of a number, as it was typed.
