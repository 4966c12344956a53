"""Values in words: as a page outside the list shows them, from columns or from events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.amounts import Amount
from app.kernel.countries import country_name
from app.kernel.ids import parse_id
from app.kernel.language import current, gettext, ngettext
from app.kernel.localized import LocalText, in_order
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
    if field.kind in ("choices", "tags"):
        words = Words(tuple(options) or field.options)
        return formats(by).listed(words[one] for one in value)
    if field.kind == "choice":
        return Words(tuple(options) or field.options)[value]
    return _plain_text(field, value, by)


def _plain_text(field: Field, value: Any, by: Actor) -> str:
    """A value that needs no other record and no picklist."""
    if field.unit is not None and isinstance(value, int | Decimal):
        return ngettext(*field.unit, int(value), n=formats(by).number(value))
    write = WRITERS.get(field.kind)
    return write(value, by) if write is not None else _number_text(value, by)


def _moment_text(value: Any, by: Actor) -> str:
    moment = value if isinstance(value, datetime) else parse_moment(str(value))
    return formats(by).moment(moment, by.today()) if moment else str(value)


def _day_text(value: Any, by: Actor) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return formats(by).day(day, by.today())


def _time_text(value: Any, by: Actor) -> str:
    return formats(by).clock(value if isinstance(value, time) else time.fromisoformat(value))


def _money_text(value: Any, by: Actor) -> str:
    return formats(by).money(_decimal(value), by.tenant.currency)


def _amount_text(value: Any, by: Actor) -> str:
    """An amount in its currency, from a column or an event; a sum is in the firm's."""
    if isinstance(value, Amount):
        return formats(by).money(value.amount, value.currency)
    if isinstance(value, Mapping):
        return formats(by).money(Decimal(value["amount"]), value["currency"])
    return _money_text(value, by)


def _number_text(value: Any, by: Actor) -> str:
    """A number of any kind, which an event holds as JSON does; a text as it is."""
    is_number = isinstance(value, int | float | Decimal)
    return formats(by).number(_decimal(value)) if is_number else str(value)


def _decimal(value: Any) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _localized_text(value: Any, _by: Actor) -> str:
    """All languages of a text, the reader's first: a change of any of them must show."""
    texts = value.texts if isinstance(value, LocalText) else value
    return " / ".join(in_order(texts, current())) if isinstance(texts, Mapping) else str(value)


WRITERS: Mapping[str, Callable[[Any, Actor], str]] = {
    "localized": _localized_text,
    "moment": _moment_text,
    "day": _day_text,
    "time": _time_text,
    "phone": lambda value, by: display_phone(str(value), by.tenant.country),
    "country": lambda value, _by: country_name(str(value), current()),
    "flag": lambda value, _by: gettext("Yes") if value else gettext("No"),
    "money": _money_text,
    "amount": _amount_text,
    "percent": lambda value, by: f"{_number_text(value, by)}%",
}
