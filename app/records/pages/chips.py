"""The filters of a list as chips: what each one says, and the address of the list without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.countries import country_code, country_name
from app.kernel.ids import parse_id
from app.kernel.language import Text, _, current, gettext
from app.records.fields import Field, Option
from app.records.filters import Filter
from app.records.pages.looks import Words
from app.records.pages.shown import UNNAMED
from app.records.pages.state import MINE, ListState, is_same
from app.records.references import titles
from app.web.formats import formats, parse_moment

BETWEEN: Mapping[str, Text] = {
    "ne": _("not %(value)s"),
    "contains": _("contains %(value)s"),
    "starts": _("begins with %(value)s"),
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


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: its field, what it asks for, and the address without it."""

    label: Text
    text: str
    url: str


def chips(
    state: ListState, picklists: Mapping[str, tuple[Option, ...]], by: Actor
) -> tuple[Chip, ...]:
    """The chips of a list; a view that is a tab needs none, as the tab says it."""
    record_type = state.record_type
    tabs = (MINE, *(view.arguments for view in record_type.views))
    if any(is_same(state, arguments) for arguments in tabs):
        return ()
    found = []
    for one in state.asked.filters:
        field = record_type.by_key[one.key]
        text = _text(field, one, _value(field, one, picklists, by))
        found.append(Chip(field.label, text, state.without(one)))
    return tuple(found)


def _text(field: Field, one: Filter, value: str) -> str:
    if one.operator == "isnull":
        return gettext("empty") if one.text in ("true", "1") else gettext("not empty")
    compared = IN_TIME if field.kind in ("moment", "day") else IN_NUMBER
    between = BETWEEN.get(one.operator) or compared.get(one.operator)
    return gettext(between.message, value=value) if between is not None else value


def _value(
    field: Field, one: Filter, picklists: Mapping[str, tuple[Option, ...]], by: Actor
) -> str:
    """What a filter compares with, in words."""
    if one.text == "me" and field.to == "user":
        return gettext("me")
    if one.text == "now":
        return gettext("now")
    parts = one.text.split(",") if one.operator == "in" else [one.text]
    if field.kind in ("choice", "choices"):
        words = Words(picklists.get(field.key) or field.options)
        return formats(by).listed(words[part] for part in parts)
    if field.to:
        ids = [found for part in parts if (found := parse_id(part)) is not None]
        return formats(by).listed(titles(field.to, ids, by).values()) or UNNAMED
    if field.kind == "country":
        names = (country_name(country_code(part) or part, current()) for part in parts)
        return formats(by).listed(names)
    moment = parse_moment(one.text) if field.kind == "moment" else None
    return formats(by).moment(moment, by.today()) if moment else one.text
