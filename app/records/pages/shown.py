"""Values in words: as a page outside the list shows them, from columns or from events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.countries import country_name
from app.kernel.ids import parse_id
from app.kernel.language import current, gettext
from app.kernel.phones import display_phone
from app.records.fields import Field, Option
from app.records.pages.looks import Words
from app.web.formats import formats, parse_moment

UNNAMED = "—"


def shown_text(
    field: Field,
    value: Any,
    by: Actor,
    options: Iterable[Option] = (),
    names: Mapping[UUID, str] | None = None,
) -> str:
    """A value in words; events hold moments, dates and ids as texts, which are read back.

    `names` are the titles of records by their id, for references; one that the reader may not open
    is not among them and shows as a dash.
    """
    if value is None or value == "":
        return ""
    if field.to:
        found = value if isinstance(value, UUID) else parse_id(str(value))
        return (names or {}).get(found, UNNAMED) if found else ""
    if field.kind == "choice":
        return Words(tuple(options) or field.options)[value]
    return _plain_text(field, value, by)


def _plain_text(field: Field, value: Any, by: Actor) -> str:
    """A value that needs no other record and no picklist."""
    write = formats(by)
    if field.kind == "moment":
        moment = value if isinstance(value, datetime) else parse_moment(str(value))
        return write.moment(moment, by.today()) if moment else str(value)
    if field.kind == "day":
        day = value if isinstance(value, date) else date.fromisoformat(value)
        return write.day(day, by.today())
    if field.kind == "phone":
        return display_phone(str(value), by.tenant.country)
    if field.kind == "country":
        return country_name(str(value), current())
    if field.kind == "flag":
        return gettext("yes") if value else gettext("no")
    return write.number(value) if isinstance(value, int) else str(value)
