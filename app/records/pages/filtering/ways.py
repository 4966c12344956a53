"""The ways in which people ask for a field: an operator in words, and the control of its value.

One operator of the language can be several ways: a date may be given, or counted in days from now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kernel.language import Text, _
from app.records.fields import Field
from app.records.filters import read_list, write_list
from app.records.filters.below import BELOW, has_below
from app.records.filters.compare import DATES, MANY, NUMBERS, TEXTS
from app.records.filters.written import LISTS

DAY = r"\d{4}-\d\d-\d\d"
PERIOD = r"today|yesterday|tomorrow|(?:this|last|next)_(?:week|month|quarter|year)"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking: `control` takes its values, `text` is how one stands in the filter.

    A way is recognised by its operator and by `known`, a pattern with the value as its only group.
    """

    key: str
    label: Text
    operator: str
    control: str
    text: str = "{}"
    known: str = r"(?s:(.+))"

    def written(self, values: Sequence[str]) -> str:
        """The text of a filter with these values."""
        if self.control == "none":
            return self.text
        if self.operator in LISTS:
            return write_list(values)
        return self.text.format(values[0] if values else "")

    def values(self, operator: str, text: str) -> list[str] | None:
        """The values of a filter that was asked in this way, or None when it was not."""
        if operator != self.operator:
            return None
        parts = read_list(text) if operator in LISTS else [text]
        if self.control in ("days", "numbers", "times") and len(parts) != 2:
            return None
        found = [re.fullmatch(self.known, part) for part in parts]
        if self.control == "none":
            return [] if all(found) else None
        return [one[1] for one in found if one] if all(found) else None


EMPTY = (
    Way("empty", _("is empty"), "isnull", "none", "true", "true|1"),
    Way("filled", _("is not empty"), "isnull", "none", "false", "false|0"),
)
SAME = ("eq", _("is")), ("ne", _("is not"))


def _same(control: str) -> tuple[Way, ...]:
    return tuple(Way(key, label, key, control) for key, label in SAME)


def _amounts(control: str) -> tuple[Way, ...]:
    return (
        *_same(control),
        Way("gte", _("at least"), "gte", control),
        Way("lte", _("at most"), "lte", control),
        Way("gt", _("more than"), "gt", control),
        Way("lt", _("less than"), "lt", control),
        Way("between", _("between"), "between", f"{control}s"),
    )


TEXT = (
    Way("contains", _("contains"), "contains", "text"),
    *_same("text"),
    Way("starts", _("begins with"), "starts", "text"),
)
CHOICE = (
    Way("in", _("is any of"), "in", "ticks"),
    Way("nin", _("is none of"), "nin", "ticks"),
)
DATE = (
    Way("period", _("is in"), "eq", "period", "{}", f"({PERIOD})"),
    Way("last", _("in the last … days"), "eq", "count", "last_{}_days", r"last_(\d+)_days"),
    Way("next", _("in the next … days"), "eq", "count", "next_{}_days", r"next_(\d+)_days"),
    Way("stale", _("nothing in the last … days"), "stale", "count", "{}", r"(\d+)"),
    Way("ago", _("more than … days ago"), "lt", "count", "{}_days_ago", r"(\d+)_days_ago"),
    Way("ahead", _("in more than … days"), "gt", "count", "in_{}_days", r"in_(\d+)_days"),
    Way("on", _("on"), "eq", "day", "{}", f"({DAY})"),
    Way("before", _("before"), "lt", "day", "{}", f"({DAY})"),
    Way("after", _("after"), "gt", "day", "{}", f"({DAY})"),
    Way("between", _("between"), "between", "days", "{}", f"({DAY})"),
)
IN_OR_BELOW = Way(BELOW, _("is, or stands below"), BELOW, "lookup")
FLAG = (
    Way("yes", _("yes"), "eq", "none", "true", "true|1|on|yes"),
    Way("no", _("no"), "eq", "none", "false", "false|0"),
)
TIME = (
    Way("eq", _("at"), "eq", "time"),
    Way("lt", _("before"), "lt", "time"),
    Way("gt", _("after"), "gt", "time"),
    Way("between", _("between"), "between", "times"),
)
WAYS: Mapping[str, tuple[Way, ...]] = {
    **dict.fromkeys(TEXTS, TEXT),
    **dict.fromkeys(DATES, DATE),
    **dict.fromkeys(NUMBERS, _amounts("number")),
    "choice": CHOICE,
    "choices": CHOICE,
    "tags": CHOICE,
    "country": _same("country"),
    "reference": _same("lookup"),
    "flag": FLAG,
    "time": TIME,
}


def ways_of(field: Field) -> tuple[Way, ...]:
    """The ways in which a field can be asked for; the first one is what is meant at first."""
    below = (IN_OR_BELOW,) if has_below(field) else ()
    return (*WAYS.get(field.kind, TEXT), *below, *(EMPTY if field.nullable else ()))


def way_of(field: Field, operator: str, text: str) -> tuple[Way, list[str]] | None:
    """The way in which a filter was asked, with its values; None where the form has no such."""
    if field.kind in ("choice", *MANY) and operator in ("eq", "ne", "has") and text:
        operator, text = {"ne": "nin"}.get(operator, "in"), write_list([text])
    for way in ways_of(field):
        values = way.values(operator, text)
        if values is not None:
            return way, values
    return None
