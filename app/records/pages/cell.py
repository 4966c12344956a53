"""One cell of a list by itself, as it is shown after an edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from markupsafe import Markup, escape

from app.kernel.actor import Actor
from app.records.fields import Field, Option
from app.records.pages.cells import value_source
from app.records.pages.columns import Column, look_of
from app.records.pages.looks import Shown, chips_of, is_highlight
from app.records.pages.rows import Kept, listing_of, reader_values
from app.records.types import RecordType


def cell_html(
    record_type: RecordType,
    field: Field,
    record: Any,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Mapping[UUID, str],
    by: Actor,
) -> Markup:
    """The inside of a cell, from the same snippet as the rows of the list."""
    column = Column(field, look_of(record_type, field), "", False, True)
    values = reader_values(by)
    values |= {f"v_{one.key}": one.value(record) for one in record_type.fields}
    value = field.value(record)
    values[f"h_{field.key}"] = escape(names.get(value, "") if field.to else value or "")
    values[f"t_{field.key}"] = names.get(value, "") if isinstance(value, UUID) else ""
    options = picklists.get(field.key) or field.options
    as_pills = is_highlight(record_type, field.key)
    values[f"shown_{field.key}"] = Shown(options, as_pills=as_pills)
    if column.look == "tags":
        values[f"tagged_{field.key}"] = Kept(chips_of(options))
    if column.look == "choices":
        values[f"listed_{field.key}"] = Kept(listing_of(field, by))
    # The source is ours, and escapes what people typed.
    source = f"{{% autoescape false %}}{value_source(column)}{{% endautoescape %}}"
    template = current_app.jinja_env.from_string(source)
    return Markup(template.render(values))  # noqa: S704
