"""One cell of a list by itself, as it is shown after an edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from app.kernel.actor import Actor
from app.records.fields import Field, Option
from app.records.pages.cells import write_cells
from app.records.pages.columns import look_of
from app.records.pages.sheet import Sheet
from app.records.types import RecordType


def cell_html(
    record_type: RecordType,
    field: Field,
    record: Any,
    picklists: Mapping[str, tuple[Option, ...]],
    names: Mapping[UUID, str],
    by: Actor,
) -> Markup:
    """The inside of a cell, as the rows of the list show it."""
    columns = {one.key: [one.value(record)] for one in record_type.fields}
    columns |= {"id": [record.id]}
    value = field.value(record)
    if field.to:
        columns[f"{field.key}__title"] = [names.get(value) if isinstance(value, UUID) else None]
    sheet = Sheet(record_type, columns, picklists, by)
    (html,) = write_cells(sheet, field.key, look_of(record_type, field))
    return Markup(html)  # noqa: S704 - what people typed was escaped.
