"""Snippets of template source: one per look of a cell, put together into a flat row template.

A macro or a translation per cell made half of a list page's cost (`performance.md`), so labels are
written into the source. Only our own words stand in it; what tenants wrote is always a value.
What shapes a value is looked up in a `Kept` of `pages/rows.py`, which costs less than a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from markupsafe import escape

from app.kernel.language import Text, _, gettext
from app.records.pages.columns import Column, Layout
from app.records.registry import registry
from app.records.types import RecordType
from app.web.assets import icon

NONE = '<span class="none">—</span>'
NAME = "name"  # The row's title, escaped once.

# Rows are written without automatic escaping, as most of a row is ids, addresses and dates of our
# own making. `v_` is a value as it is, `h_` a text that was escaped with its whole column, at once
# for all rows; whatever else somebody typed passes through `|e`. A test types mark-up into each.
SNIPPETS: Mapping[str, str] = {
    "text": "{% if v_$key %}{{ h_$key }}{% else %}$none{% endif %}",
    "long_text": "{% if v_$key %}{{ v_$key[:80]|e }}{% else %}$none{% endif %}",
    "phone": "{% if v_$key %}{{ phone[v_$key]|e }}{% else %}$none{% endif %}",
    "choice": "{{ shown_$key[v_$key] }}",
    "country": "{% if v_$key %}{{ territory[v_$key]|e }}{% else %}$none{% endif %}",
    "user": "{% if v_$key %}{{ owner[v_$key, t_$key] }}{% else %}$none{% endif %}",
    "reference": (
        '{% if t_$key %}<a class="link-quiet" href="/$collection/{{ v_$key }}">{{ h_$key }}</a>'
        "{% else %}$none{% endif %}"
    ),
    "ago": "{% if v_$key %}{{ ago[v_$key] }}{% else %}$none{% endif %}",
    "moment": "{% if v_$key %}{{ moment[v_$key] }}{% else %}$none{% endif %}",
    "day": "{% if v_$key %}{{ date[v_$key] }}{% else %}$none{% endif %}",
    "due": (
        '{% if v_$key %}<span class="next{% if v_$key < now and not v_done_at %} is-late{% endif %}'
        '">$clock{{ moment[v_$key] }}</span>{% else %}$none{% endif %}'
    ),
    "step": (
        '{% if v_$key %}<span class="next{% if v_${key}_at %}{% if v_${key}_at < now %} is-late'
        '{% elif v_${key}_at < tonight %} is-today{% endif %}{% endif %}">'
        '$clock<span class="next-words" title="{{ h_$key }}">{{ h_$key }}</span>'
        "{% if v_${key}_at %}<span> · {{ day[v_${key}_at] }}</span>{% endif %}</span>"
        '{% else %}<span class="is-without">$nothing</span>{% endif %}'
    ),
    "tags": "{% if v_$key %}{{ tagged_$key[v_$key] }}{% else %}$none{% endif %}",
    "choices": "{% if v_$key %}{{ listed_$key[v_$key]|e }}{% else %}$none{% endif %}",
    "whole": "{% if v_$key is not none %}{{ number[v_$key] }}{% else %}$none{% endif %}",
    "number": "{% if v_$key is not none %}{{ number[v_$key] }}{% else %}$none{% endif %}",
    "money": "{% if v_$key is not none %}{{ money[v_$key]|e }}{% else %}$none{% endif %}",
    "percent": "{% if v_$key is not none %}{{ number[v_$key] }}%{% else %}$none{% endif %}",
    "time": "{% if v_$key is not none %}{{ clock[v_$key] }}{% else %}$none{% endif %}",
    "flag": "{% if v_$key %}✓{% else %}$none{% endif %}",
}


def label(text: object) -> str:
    """A label of ours as it may stand in a template's source."""
    return str(escape(str(text))).replace("{", "&#123;").replace("%", "&#37;")


def named(text: Text, value: str) -> str:
    """A sentence with `%(name)s`, in whose place stands `value`, an expression."""
    before, _mark, after = gettext(text.message).partition("%(name)s")
    return f"{label(before)}{{{{ {value} }}}}{label(after)}"


def guarded(mode: str, owners: str, html: str) -> str:
    """`html` on the rows that a verb reaches; see Layout."""
    if mode == "all":
        return html
    return f"{{% if v_owner_id in {owners} %}}{html}{{% endif %}}" if mode == "own" else ""


def check_cell() -> str:
    """The box that ticks a row for the bulk bar."""
    told = named(_("Select %(name)s"), NAME)
    box = (
        '<input class="check" type="checkbox" name="id" value="{{ id }}" form="bulk" '
        f'aria-label="{told}">'
    )
    return f'<td class="c-check">{box}</td>'


def title_cell(record_type: RecordType, shape: Layout, base: str) -> str:
    """The head of a row: avatar, name, and what stands below it."""
    link = f'<a class="who-name" href="{base}{{{{ id }}}}{{{{ origin }}}}">{{{{ {NAME} }}}}</a>'
    if not shape.below:
        return f'<th scope="row" class="c-name">{link}</th>'
    below = "{% else %}".join(
        f'{{% if v_{key} %}}<span class="who-sub">'
        f"{{{{ {f'phone[v_{key}]|e' if key == 'phone' else f'h_{key}'} }}}}</span>"
        for key in shape.below
    ) + "{% endif %}" * len(shape.below)
    square, letters = ("", "initials") if record_type.is_person else (" avatar-square", "initial")
    return (
        '<th scope="row" class="c-name"><div class="who">'
        f'<span class="avatar avatar-{{{{ colour[id] }}}}{square}" aria-hidden="true">'
        f"{{{{ {letters}[v_{shape.title.key}]|e }}}}</span><div>{link}{below}</div></div></th>"
    )


def value_cell(shape: Layout, column: Column) -> str:
    """One cell with its value; editable in place where the reader may change it."""
    classes = f' class="{column.classes}"' if column.classes else ""
    edit = f' data-edit="{column.key}"'
    edit = guarded(shape.update, "updaters", edit) if column.is_editable else ""
    told = label(column.field.label)
    return f'<td data-label="{told}"{classes}{edit}>{value_source(column)}</td>'


def value_source(column: Column) -> str:
    """What shows the value of a column, from the names that a row is unpacked into."""
    to = column.field.to
    return Template(SNIPPETS.get(column.look, SNIPPETS["text"])).substitute(
        key=column.key,
        none=NONE,
        clock=str(icon("clock")),
        nothing=label(gettext("Nothing planned")),
        collection=registry().type(to).collection if to and to != "user" else "",
    )
