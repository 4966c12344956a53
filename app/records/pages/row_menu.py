"""The menu of what can be done with a row: one for the whole list, which a script turns to its row.

Fifty menus were 80 of a page's 182 KB and a tenth of its time. A row tells what the menu has to
know of it (how to reach the person, what this reader may do with it) in attributes of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.language import _
from app.records.pages.cells import NAME, guarded, named
from app.records.pages.columns import Layout
from app.records.types import Action, RecordType
from app.web.assets import icon

# What a person is reached by, as a link has it.
REACHES = {"phone": "dial[v_phone]", "email": "v_email"}


@dataclass(frozen=True, slots=True)
class RowMenu:
    """What `records/_row_menu.html` offers.

    `update` and `delete` tell on which rows: "all", "own" (those that name the verb in `data-may`)
    or "none". `reaches` are the keys of what a person is reached by.
    """

    reaches: tuple[str, ...]
    update: str
    delete: str
    actions: tuple[Action, ...]


def row_menu(record_type: RecordType, shape: Layout) -> RowMenu:
    """The menu of a list as its reader may use it."""
    reaches = tuple(key for key in REACHES if key in shape.below)
    return RowMenu(reaches, shape.update, shape.delete, record_type.actions)


def menu_cell() -> str:
    """The last cell of a row: the button that opens the menu."""
    told = named(_("More actions for %(name)s"), NAME)
    return (
        '<td class="c-more"><button class="btn btn-icon btn-xs" type="button" '
        f'popovertarget="row-menu" aria-haspopup="menu" aria-label="{told}">'
        f"{icon('dots')}</button></td>"
    )


def told_to_menu(record_type: RecordType, shape: Layout) -> str:
    """The attributes of a row by which the menu is turned to it, as template source."""
    menu = row_menu(record_type, shape)
    told = [
        f'{{% if v_{key} %}} data-{key}="{{{{ {REACHES[key]}|e }}}}"{{% endif %}}'
        for key in menu.reaches
    ]
    may = [
        guarded(mode, owners, f"{verb} ")
        for verb, mode, owners in (
            ("update", menu.update, "updaters"),
            ("delete", menu.delete, "deleters"),
        )
        if mode == "own"
    ]
    may += [
        f"{{% if may_act({number}, row) %}}{action.name} {{% endif %}}"
        for number, action in enumerate(menu.actions)
        if not action.inputs  # What needs more than a click is done on the record or in bulk.
    ]
    return "".join(told) + (f' data-may="{"".join(may)}"' if may else "")
