"""The menu of what can be done with a row: one for the whole list, which a script turns to its row.

Fifty menus were 80 of a page's 182 KB and a tenth of its time. A row tells what the menu has to
know of it (how to reach the person, what this reader may do with it) in attributes of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.language import _
from app.records.pages.cells import Fill, Piece, guarded, name_of, named
from app.records.pages.columns import Layout
from app.records.pages.sheet import Sheet
from app.records.types import Action, RecordType
from app.web.assets import icon


def _phones(sheet: Sheet) -> list[str]:
    dial = sheet.shapes.dial
    return [f' data-phone="{dial[one]}"' if one else "" for one in sheet.values("phone")]


def _emails(sheet: Sheet) -> list[str]:
    return [f' data-email="{one}"' if one else "" for one in sheet.texts("email")]


# What a person is reached by, as a link has it.
REACHES: Mapping[str, Fill] = {"phone": _phones, "email": _emails}


@dataclass(frozen=True, slots=True)
class RowMenu:
    """What `records/_row_menu.html` offers.

    `update` and `delete` tell on which rows: "all", "own" (those that name the verb in `data-may`)
    or "none". `reaches` are the keys of what a person is reached by; with `may_star` rows are kept
    at hand, and which are is read off the rail.
    """

    reaches: tuple[str, ...]
    update: str
    delete: str
    actions: tuple[Action, ...]
    may_star: bool = False


def row_menu(record_type: RecordType, shape: Layout, *, may_star: bool = False) -> RowMenu:
    """The menu of a list as its reader may use it."""
    reaches = tuple(key for key in REACHES if key in shape.below)
    actions = tuple(
        one for one in record_type.actions if one.in_rows and (shape.is_pool or not one.in_pool)
    )
    return RowMenu(reaches, shape.update, shape.delete, actions, may_star)


def menu_cell(shape: Layout) -> list[Piece]:
    """The last cell of a row: the button that opens the menu."""
    return [
        '<td class="c-more"><button class="btn btn-icon btn-xs" type="button" '
        'popovertarget="row-menu" aria-haspopup="menu" aria-label="',
        *named(_("More actions for %(name)s"), name_of(shape)),
        f'">{icon("dots")}</button></td>',
    ]


def told_to_menu(record_type: RecordType, shape: Layout) -> list[Piece]:
    """The attributes of a row by which the menu is turned to it."""
    menu = row_menu(record_type, shape)
    reached: list[Piece] = [REACHES[key] for key in menu.reaches]
    may: list[Piece] = []
    for verb, mode in (("update", menu.update), ("delete", menu.delete)):
        if mode == "own":
            may += guarded(mode, verb, f"{verb} ")
    # What needs more than a click is done on the record or in bulk.
    may += [
        _able(number, action.name)
        for number, action in enumerate(record_type.actions)
        if action in menu.actions and not action.inputs
    ]
    return [*reached, ' data-may="', *may, '"'] if may else reached


def _able(number: int, name: str) -> Fill:
    """What names an action on the rows with which it can be done."""
    return lambda sheet: [f"{name} " if is_able else "" for is_able in sheet.able(number)]
