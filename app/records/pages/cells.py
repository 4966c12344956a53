"""What each look of a cell shows: the cells of a whole column, made in one go.

A template, a macro or a translation for each cell made half of a list page's cost
(`performance.md`). What people typed is escaped here or before; `%s` stands where cells differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from typing import Any

from markupsafe import escape

from app.kernel.language import Text, _, gettext, ngettext
from app.kernel.names import avatar_colour
from app.records.pages.columns import Column, Layout
from app.records.pages.sheet import Sheet
from app.records.registry import registry
from app.records.types import RecordType
from app.web.assets import icon

NONE = '<span class="none">—</span>'
LONGEST = 80  # Letters of a long text.

Fill = Callable[[Sheet], Iterable[str]]  # What makes the part of each row that differs.
Piece = str | Fill
Writer = Callable[[Sheet, str], list[str]]


def _text(sheet: Sheet, key: str) -> list[str]:
    return [text or NONE for text in sheet.texts(key)]


def _long_text(sheet: Sheet, key: str) -> list[str]:
    return [escape(value[:LONGEST]) if value else NONE for value in sheet.values(key)]


def _choice(sheet: Sheet, key: str) -> list[str]:
    shown = sheet.shown(key)
    return [shown[value] for value in sheet.values(key)]


def _owner(sheet: Sheet, key: str) -> list[str]:
    owner = sheet.shapes.owner
    people = zip(sheet.values(key), sheet.titles(key), strict=True)
    return [owner[person] if person[0] else NONE for person in people]


def _reference(sheet: Sheet, key: str) -> list[str]:
    target = registry().type(sheet.record_type.by_key[key].to or "")
    link = f'<a class="link-quiet" href="/{target.collection}/'
    named = zip(sheet.values(key), sheet.titles(key), sheet.texts(key), strict=True)
    return [f'{link}{value}">{text}</a>' if title else NONE for value, title, text in named]


def _due(sheet: Sheet, key: str) -> list[str]:
    now, told, clock = sheet.shapes.now, sheet.shapes.moment, icon("clock")
    stands = sheet.shapes.stands

    def write(due: Any, done: Any) -> str:
        if not due:
            return NONE
        late = " is-late" if stands(due) < now and not done else ""
        return f'<span class="next{late}">{clock}{told[due]}</span>'

    return list(map(write, sheet.values(key), sheet.values("done_at")))


def _step(sheet: Sheet, key: str) -> list[str]:
    """A step with its day: late, of today, or later; where there is none that is said."""
    shapes, clock = sheet.shapes, icon("clock")
    without = f'<span class="is-without">{label(gettext("Nothing planned"))}</span>'

    def write(text: str, at: Any) -> str:
        if not text:
            return without
        stands = shapes.stands(at) if at else None
        late = "" if not stands else " is-late" if stands < shapes.now else ""
        late = late or (" is-today" if stands and stands <= shapes.tonight else "")
        day = f"<span> · {shapes.day[at]}</span>" if at else ""
        return (
            f'<span class="next{late}">{clock}'
            f'<span class="next-words" title="{text}">{text}</span>{day}</span>'
        )

    return list(map(write, sheet.texts(key), sheet.values(f"{key}_at")))


def _percent(sheet: Sheet, key: str) -> list[str]:
    number = sheet.shapes.number
    return [NONE if value is None else f"{number[value]}%" for value in sheet.values(key)]


def _whole(sheet: Sheet, key: str) -> list[str]:
    """Whole numbers, each with its unit where the field has one."""
    shape, unit = sheet.shapes.number, sheet.record_type.by_key[key].unit
    if unit is None:
        return [NONE if value is None else shape[value] for value in sheet.values(key)]
    one, many = unit

    def write(value: Any) -> str:
        return NONE if value is None else escape(ngettext(one, many, value, n=shape[value]))

    return list(map(write, sheet.values(key)))


def _flag(sheet: Sheet, key: str) -> list[str]:
    return ["✓" if value else NONE for value in sheet.values(key)]


def _filled(find: Callable[[Sheet, str], Mapping[Any, str]]) -> Writer:
    """What writes a column where nothing may stand; `find` says where its values are looked up."""

    def write(sheet: Sheet, key: str) -> list[str]:
        shape = find(sheet, key)
        return [shape[value] if value else NONE for value in sheet.values(key)]

    return write


def _counted(find: Callable[[Sheet, str], Mapping[Any, str]]) -> Writer:
    """The same where 0 and midnight are something."""

    def write(sheet: Sheet, key: str) -> list[str]:
        shape = find(sheet, key)
        return [NONE if value is None else shape[value] for value in sheet.values(key)]

    return write


WRITERS: Mapping[str, Writer] = {
    "long_text": _long_text,
    "phone": _filled(lambda sheet, _key: sheet.shapes.phone),
    "choice": _choice,
    "country": _filled(lambda sheet, _key: sheet.shapes.territory),
    "user": _owner,
    "reference": _reference,
    "ago": _filled(lambda sheet, _key: sheet.shapes.ago),
    "moment": _filled(lambda sheet, _key: sheet.shapes.moment),
    "day": _filled(lambda sheet, _key: sheet.shapes.date),
    "due": _due,
    "step": _step,
    "tags": _filled(Sheet.tagged),
    "choices": _filled(Sheet.listed),
    "whole": _whole,
    "number": _counted(lambda sheet, _key: sheet.shapes.number),
    "money": _counted(lambda sheet, _key: sheet.shapes.money),
    "amount": _filled(lambda sheet, _key: sheet.shapes.amount),
    "percent": _percent,
    "time": _counted(lambda sheet, _key: sheet.shapes.clock),
    "flag": _flag,
}


def write_cells(sheet: Sheet, key: str, look: str) -> list[str]:
    """The insides of the cells of one column, row by row, safe in HTML."""
    return WRITERS.get(look, _text)(sheet, key)


def label(text: object) -> str:
    """A label of ours as it may stand in HTML."""
    return str(escape(str(text)))


def named(text: Text, fill: Fill) -> list[Piece]:
    """A sentence with `%(name)s`, in whose place stands what `fill` makes."""
    before, _mark, after = gettext(text.message).partition("%(name)s")
    return [label(before), fill, label(after)]


def guarded(mode: str, verb: str, html: str) -> list[Piece]:
    """`html` on the rows that a verb reaches; see Layout."""
    if mode == "own":
        return [lambda sheet: [html if is_own else "" for is_own in sheet.owned(verb)]]
    return [html] if mode == "all" else []


def ids(sheet: Sheet) -> list[str]:
    """The ids of the rows."""
    return sheet.ids


def name_of(shape: Layout) -> Fill:
    """What makes the titles of the rows."""
    return lambda sheet: sheet.texts(shape.title.key)


def check_cell(shape: Layout) -> list[Piece]:
    """The box that ticks a row for the bulk bar."""
    return [
        '<td class="c-check"><input class="check" type="checkbox" name="id" value="',
        ids,
        '" form="bulk" aria-label="',
        *named(_("Select %(name)s"), name_of(shape)),
        '"></td>',
    ]


def title_cell(record_type: RecordType, shape: Layout, base: str) -> list[Piece]:
    """The head of a row: avatar, name, and what stands below it."""
    name = name_of(shape)
    link: list[Piece] = [f'<a class="who-name" href="{base}', ids, _origin, '">', name, "</a>"]
    if not shape.below:
        return ['<th scope="row" class="c-name">', *link, "</th>"]
    square = "" if record_type.is_person else " avatar-square"
    return [
        '<th scope="row" class="c-name"><div class="who"><span class="avatar avatar-',
        lambda sheet: map(str, map(avatar_colour, sheet.ids)),
        f'{square}" aria-hidden="true">',
        lambda sheet: _letters(sheet, shape.title.key),
        "</span><div>",
        *link,
        lambda sheet: _below(sheet, shape.below),
        "</div></div></th>",
    ]


def _origin(sheet: Sheet) -> Iterable[str]:
    return repeat(sheet.origin)


def _letters(sheet: Sheet, key: str) -> Iterable[str]:
    """What stands in the avatars."""
    shapes = sheet.shapes
    letters = shapes.initials if sheet.record_type.is_person else shapes.initial
    return [letters[name] for name in sheet.values(key)]


def _below(sheet: Sheet, keys: tuple[str, ...]) -> Iterable[str]:
    """Of each row the first of these fields that holds something, small below the name."""
    phone = sheet.shapes.phone
    columns = [
        [phone[one] if one else "" for one in sheet.values(key)]
        if key == "phone"
        else sheet.texts(key)
        for key in keys
    ]
    found = (next(filter(None, texts), "") for texts in zip(*columns, strict=True))
    return [f'<span class="who-sub">{text}</span>' if text else "" for text in found]


def value_cell(shape: Layout, column: Column) -> list[Piece]:
    """One cell with its value; editable in place where the reader may change it."""
    classes = f' class="{column.classes}"' if column.classes else ""
    edit = f' data-edit="{column.key}"'
    return [
        f'<td data-label="{label(column.field.label)}"{classes}',
        *(guarded(shape.update, "update", edit) if column.is_editable else ()),
        ">",
        lambda sheet: write_cells(sheet, column.key, column.look),
        "</td>",
    ]
