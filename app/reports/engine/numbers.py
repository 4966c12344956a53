"""The numbers of a report in words, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.filters.conditions import Meant
from app.reports.engine.definition import (
    AVERAGE,
    COUNT,
    DISTINCT,
    GREATEST,
    LEAST,
    RATE,
    SHARE,
    SUM,
)
from app.reports.engine.kinds import DATES
from app.reports.engine.meaning import Measured, name_of
from app.web.formats import formats

UNKNOWN = "–"
AMOUNTS = ("money", "amount")
PLAIN: Mapping[str, Text] = {COUNT: _("Count"), SHARE: _("Share of all"), RATE: _("Ratio")}
OF: Mapping[str, Text] = {
    DISTINCT: _("%(field)s: different ones"),
    SUM: _("%(field)s: sum"),
    AVERAGE: _("%(field)s: average"),
    LEAST: _("%(field)s: least"),
    GREATEST: _("%(field)s: greatest"),
    SHARE: _("%(field)s: share"),
}
OF_DATES: Mapping[str, Text] = {
    LEAST: _("%(field)s: earliest"),
    GREATEST: _("%(field)s: latest"),
}


def measure_of_field(what: str, meant: Meant) -> Text:
    """What a measure of a field is called, with its place for the field's name."""
    return OF_DATES.get(what, OF[what]) if meant.field.kind in DATES else OF[what]


def measure_label(measured: Measured) -> str:
    """What a measure is called: Number, List price: sum, Share ..."""
    what = measured.asked.what
    if measured.meant is None:
        return str(PLAIN[what])
    return gettext(
        measure_of_field(what, measured.meant).message, field=str(name_of(measured.meant))
    )


def is_amount(measured: Measured) -> bool:
    """True of a number that is so much of the firm's currency."""
    is_part = measured.asked.what in (COUNT, DISTINCT, SHARE, RATE)
    return not is_part and measured.field is not None and measured.field.kind in AMOUNTS


def number_text(measured: Measured, value: Any, by: Actor) -> str:
    """A number of a measure as it is shown; what is not known is a dash."""
    if value is None:
        return UNKNOWN
    what, field, write = measured.asked.what, measured.field, formats(by)
    if isinstance(value, datetime):
        return write.moment(value, by.today())
    if isinstance(value, date):
        return write.day(value, by.today())
    if what in (SHARE, RATE):
        return f"{write.number(round(Decimal(value), 1))}%"
    if what in (COUNT, DISTINCT) or field is None:
        return write.number(value)
    return writer(field.kind, by)(round(Decimal(value), 2) if what == AVERAGE else value)


def writer(kind: str, by: Actor) -> Callable[[Any], str]:
    """What writes numbers of a kind: amounts with the firm's currency, shares with their sign."""
    write = formats(by)
    if kind in AMOUNTS:
        return lambda value: write.money(value, by.tenant.currency)
    if kind == "percent":
        return lambda value: f"{write.number(value)}%"
    return write.number
