"""The last cell of a row: the menu of what can be done with it, as template source."""

from __future__ import annotations

from app.kernel.language import _, gettext
from app.records.pages.cells import NAME, guarded, label, named
from app.records.pages.columns import Layout
from app.records.types import RecordType
from app.web.assets import icon

# One form outside the table sends what the buttons of all rows ask for: fifty forms with fifty
# tokens would be half of the page's weight.
FORM = "row-form"


def menu_cell(record_type: RecordType, shape: Layout, base: str) -> str:
    """Open, call, mail, edit, the declared actions, delete: each where this reader may."""
    told = named(_("More actions for %(name)s"), NAME)
    items = "".join(_items(record_type, shape, base))
    return (
        '<td class="c-more"><button class="btn btn-icon btn-xs" type="button" '
        f'popovertarget="menu-{{{{ id }}}}" aria-haspopup="menu" aria-label="{told}">'
        f'{icon("dots")}</button><div class="menu" id="menu-{{{{ id }}}}" popover data-menu>'
        f'<div role="menu" aria-label="{told}">{items}</div></div></td>'
    )


def _items(record_type: RecordType, shape: Layout, base: str) -> list[str]:
    items = [_link(f"{base}{{{{ id }}}}{{{{ origin }}}}", "eye", gettext("Open"))]
    if "phone" in shape.below:
        ring = _link("tel:{{ v_phone|e }}", "phone", gettext("Make a call"))
        items.append(f"{{% if v_phone %}}{ring}{{% endif %}}")
    if "email" in shape.below:
        write = _link("mailto:{{ v_email|e }}", "mail", gettext("Send e-mail"))
        items.append(f"{{% if v_email %}}{write}{{% endif %}}")
    edit = _link(f"{base}{{{{ id }}}}/edit", "pencil", gettext("Edit"), " data-drawer")
    items.append(guarded(shape.update, "updaters", edit))
    for number, action in enumerate(record_type.actions):
        button = _button(f"{base}{{{{ id }}}}/{action.name}", action.icon, str(action.label))
        items.append(f"{{% if may_act({number}, row) %}}{button}{{% endif %}}")
    items.append(guarded(shape.delete, "deleters", _delete(base)))
    return items


def _delete(base: str) -> str:
    asked = named(_("Delete %(name)s?"), NAME)
    word = gettext("Delete")
    more = f' data-confirm="{asked}" data-confirm-yes="{label(word)}"'
    address = f"{base}{{{{ id }}}}/delete"
    return '<hr class="menu-line">' + _button(address, "trash", word, more, " is-danger")


def _link(href: str, picture: str, text: str, more: str = "") -> str:
    inside = f"{icon(picture)}{label(text)}"
    return f'<a class="menu-item" role="menuitem" href="{href}"{more}>{inside}</a>'


def _button(address: str, picture: str, text: str, more: str = "", tone: str = "") -> str:
    return (
        f'<button class="menu-item{tone}" role="menuitem" form="{FORM}" '
        f'formaction="{address}"{more}>{icon(picture)}{label(text)}</button>'
    )
