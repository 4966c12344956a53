"""Rows of a list, by one flat template per (type, columns, language), compiled once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import current_app
from jinja2 import Template
from markupsafe import Markup, escape

from app.kernel.actor import Actor, Reach
from app.kernel.countries import country_name
from app.kernel.language import current
from app.kernel.names import avatar_colour, initial, initials
from app.kernel.phones import dial_phone, display_phone
from app.kernel.remembered import Remembered
from app.records.access import reaches
from app.records.fields import Field, Option
from app.records.pages.cells import NAME, SNIPPETS, check_cell, title_cell, value_cell
from app.records.pages.columns import Layout
from app.records.pages.looks import Shown, Words, chips_of, is_highlight
from app.records.pages.row_menu import menu_cell, told_to_menu
from app.records.types import RecordType
from app.web.formats import Formats, formats

KEPT = 256
ESCAPED = ("text", "reference", "step")  # Looks whose snippet takes an escaped text.
MARK = "\x1f"

_templates: Remembered[Template] = Remembered(KEPT)


class Kept(dict[Any, Any]):
    """What a function makes of each key, made once: a page meets its owners and days again.

    A look-up costs a template a third of what a call does.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        made = self[key] = self._make(key)
        return made


def render_rows(
    record_type: RecordType,
    shape: Layout,
    rows: Sequence[Any],
    picklists: Mapping[str, tuple[Option, ...]],
    origin: str,
    by: Actor,
) -> Markup:
    """The `<tr>`s of a page; `origin` is the query that leads back from a record to this list."""
    values = reader_values(by)
    # An id stands in a row a dozen times, so it is spelt once.
    told = zip(*(escaped(column) for column in text_columns(record_type, shape, rows)), strict=True)
    values["rows"] = [(str(row.id), row, texts) for row, texts in zip(rows, told, strict=True)]
    values["origin"] = f"?{escape(origin)}" if origin else ""
    values["updaters"] = _owners(record_type, "update", by)
    values["deleters"] = _owners(record_type, "delete", by)
    values["may_act"] = lambda number, row: may_act(record_type, number, row, by)
    for column in shape.columns:
        if column.look == "tags":
            values[f"tagged_{column.key}"] = Kept(chips_of(picklists.get(column.key, ())))
        if column.look == "choices":
            values[f"listed_{column.key}"] = Kept(listing_of(column.field, by))
        if column.look == "choice":
            options = picklists.get(column.key) or column.field.options
            as_pills = is_highlight(record_type, column.key)
            values[f"shown_{column.key}"] = Shown(options, as_pills=as_pills)
    # The template escapes what people typed, and its own source is ours.
    return Markup(_template(record_type, shape).render(values))  # noqa: S704


def text_keys(shape: Layout) -> list[str]:
    """The fields whose texts are escaped for all rows at once."""
    keys = [shape.title.key, *(key for key in shape.below if key != "phone")]
    keys += [one.key for one in shape.columns if one.look in ESCAPED or one.look not in SNIPPETS]
    return list(dict.fromkeys(keys))


def text_columns(
    record_type: RecordType, shape: Layout, rows: Sequence[Any]
) -> Iterator[list[str]]:
    """The texts of those fields, column by column; of a reference it is the title."""
    for key in text_keys(shape):
        to = record_type.by_key[key].to
        name = f"{key}__title" if to and to != "user" else key
        yield [str(getattr(row, name) or "") for row in rows]
    yield [""] * len(rows)  # Jinja unpacks two names or more.


def escaped(texts: list[str]) -> list[str]:
    """Texts as they may stand in HTML, escaped in one go: no text of a record holds the mark."""
    parts = str(escape(MARK.join(texts))).split(MARK)
    return parts if len(parts) == len(texts) else [str(escape(text)) for text in texts]


def may_act(record_type: RecordType, number: int, row: Any, by: Actor) -> bool:
    """True when a declared action can be done with a row by `by`, as far as the row tells."""
    action = record_type.actions[number]
    if by.tenant.is_read_only or not action.when(row):
        return False
    return reaches(record_type, row.owner_id, action.name, by)


def reader_values(by: Actor) -> dict[str, Any]:
    """What the snippets look up, bound to this reader's language, zone and country."""
    write, today, now = formats(by), by.today(), by.now
    country, currency = by.tenant.country, by.tenant.currency
    language = current()
    return {
        "colour": Kept(avatar_colour),
        "initials": Kept(initials),
        "initial": Kept(initial),
        "phone": Kept(lambda number: display_phone(number, country)),
        "dial": Kept(dial_phone),
        "territory": Kept(lambda value: country_name(value, language)),
        "owner": Kept(owner_html),
        "ago": Kept(lambda moment: _ago(moment, write, now)),
        "moment": Kept(lambda moment: write.moment(moment, today)),
        "day": Kept(lambda moment: write.day(write.local(moment), today)),
        "date": Kept(lambda value: write.day(value, today)),
        "number": Kept(write.number),
        "money": Kept(lambda amount: write.money(amount, currency)),
        "clock": Kept(write.clock),
        "now": now,
        "tonight": datetime.combine(by.today(), time.max, by.zone),
    }


def listing_of(field: Field, by: Actor) -> Callable[[Any], str]:
    """What writes the values of a multiple choice one after the other."""
    words = Words(field.options)
    write = formats(by)
    return lambda chosen: write.listed(words[one] for one in chosen)


def owner_html(person: tuple[UUID, str | None]) -> str:
    """A colleague with their avatar."""
    user_id, name = person[0], person[1] or ""
    return (
        f'<span class="own"><span class="avatar avatar-xs avatar-{avatar_colour(user_id)}" '
        f'aria-hidden="true">{escape(initial(name))}</span>{escape(name)}</span>'
    )


def _ago(moment: datetime, write: Formats, now: datetime) -> str:
    """A past moment as people tell it, exact for whoever points at it."""
    return (
        f'<time class="muted" datetime="{moment.isoformat()}" title="{write.exact(moment)}">'
        f"{write.relative(moment, now)}</time>"
    )


def _owners(record_type: RecordType, verb: str, by: Actor) -> frozenset[Any]:
    """The owners on whose records `by` may do `verb`, where the verb does not reach all."""
    reach = by.rights.reach(record_type.key, verb)
    return frozenset((by.user_id,) if reach is Reach.OWN else by.team_user_ids)


def _template(record_type: RecordType, shape: Layout) -> Template:
    """The compiled template for these rows, from what is kept or put together now."""
    columns = tuple((column.key, column.is_editable, column.classes) for column in shape.columns)
    key = (record_type, columns, shape.keys, shape.update, shape.delete, shape.ticks, current())
    return _templates.get(
        key, lambda: current_app.jinja_env.from_string(row_source(record_type, shape))
    )


def row_source(record_type: RecordType, shape: Layout) -> str:
    """The source of the row template in the language in use."""
    base = f"/{record_type.collection}/"
    return "".join(
        (
            "{% autoescape false %}{% for id, row, texts in rows %}",
            # Unpacked into local names: looking a name up in the row costs as much as its cell.
            f"{{% set {', '.join(fetched_names(record_type, shape))} = row %}}",
            f"{{% set {''.join(f'h_{key}, ' for key in text_keys(shape))}_end = texts %}}",
            f"{{% set {NAME} = h_{shape.title.key} %}}",
            f'<tr id="row-{{{{ id }}}}"{told_to_menu(record_type, shape)}>',
            check_cell() if shape.ticks else "",
            title_cell(record_type, shape, base),
            *(value_cell(shape, column) for column in shape.columns),
            menu_cell(),
            "</tr>\n{% endfor %}{% endautoescape %}",
        )
    )


def fetched_names(record_type: RecordType, shape: Layout) -> list[str]:
    """The local names of what a row of `query.page` holds, in its order."""
    names = ["_id", "_version"]
    for key in shape.keys:
        names.append(f"v_{key}")
        if record_type.by_key[key].to:
            names.append(f"t_{key}")
    return [*names, "_sort_key"]
