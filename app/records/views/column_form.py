"""The form in which a reader chooses the columns of a list, their order and their widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.kernel.whole import whole
from app.records.access import readable_fields
from app.records.pages.columns import layout
from app.records.pages.state import ListState
from app.records.views.look import (
    DENSITIES,
    MOST,
    MOST_FROZEN,
    Chosen,
    Look,
    fitting,
)

WIDEST_TYPED = 9999  # Pixels; what is wider than a column can be is cut, what is this odd refused.


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that can be a column; `width` as typed, "" for as wide as its content."""

    key: str
    label: Text
    width: str
    is_shown: bool
    error: Text | str = ""


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """All that `records/columns.html` shows; the title is always a column, and the first."""

    title: Choice
    choices: tuple[Choice, ...]
    frozen: str
    is_compact: bool
    errors: Mapping[str, Text | str]


def column_form(
    state: ListState, typed: Mapping[str, str], errors: Mapping[str, Text | str], by: Actor
) -> ColumnForm:
    """The form of a list that looks as `state` says; what was `typed` of widths stands as it is.

    Shown columns come first in their order, then what can be one too.
    """
    record_type = state.record_type
    shape = layout(record_type, by, state.look)
    widths = {one.key: str(one.width) for one in state.look.columns if one.width}
    widths |= {key[6:]: text for key, text in typed.items() if key.startswith("width-")}
    fields = {one.key: one for one in readable_fields(record_type, by)}
    shown = [column.key for column in shape.columns]
    rest = [key for key in fields if key not in shown and key != shape.title.key]

    def choice(key: str, *, is_shown: bool) -> Choice:
        error = errors.get(f"width-{key}", "")
        return Choice(key, fields[key].label, widths.get(key, ""), is_shown, error)

    choices = [choice(key, is_shown=True) for key in shown]
    choices += [choice(key, is_shown=False) for key in rest]
    return ColumnForm(
        choice(shape.title.key, is_shown=True),
        tuple(choices),
        typed.get("freeze", str(state.look.frozen)),
        state.look.is_compact,
        errors,
    )


def read_form(
    typed: Mapping[str, str], chosen: Sequence[str]
) -> tuple[Look, dict[str, Text | str]]:
    """The look that a sent form asks for, and what can't be read of it, by input.

    `chosen` are the keys of the ticked columns, in their order.
    """
    errors: dict[str, Text | str] = {}
    columns = []
    for key in dict.fromkeys(chosen):
        text = typed.get(f"width-{key}", "").strip()
        width = whole(text) if text else 0
        if width is None or width > WIDEST_TYPED:
            errors[f"width-{key}"] = _("A whole number of pixels, such as 180.")
        else:
            columns.append(Chosen(key, fitting(width)))
    if len(columns) > MOST:
        errors["columns"] = _("At most %(most)s columns.", most=MOST)
    freeze = whole(typed.get("freeze", "1"))
    frozen = 1 if freeze is None or freeze > MOST_FROZEN else freeze
    density = typed.get("density", "")
    return Look(tuple(columns), frozen, density == DENSITIES[1]), errors


def moved(chosen: Sequence[str], up: str, down: str) -> list[str]:
    """The keys with one of them a place further up or down, for readers without script."""
    keys = list(dict.fromkeys(chosen))
    for key, step in ((up, -1), (down, 1)):
        if key in keys:
            at = keys.index(key)
            to = min(max(at + step, 0), len(keys) - 1)
            keys.insert(to, keys.pop(at))
    return keys
