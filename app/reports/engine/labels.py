"""What groups are called in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from app.kernel.actor import Actor
from app.kernel.countries import country_name
from app.kernel.language import current, gettext
from app.records.pages.choices import choices_of
from app.records.pages.groups import period_label
from app.records.pages.looks import Words
from app.records.worktime.kept import fiscal_year
from app.reports.engine.kinds import DATES, NUMBERS
from app.reports.engine.meaning import Dimension
from app.reports.engine.numbers import writer
from app.reports.engine.result import EMPTY, OTHERS, UNOPENED, Member


def label_of(dimension: Dimension, member: Member, by: Actor) -> str:
    """What one group is called."""
    if member.state == EMPTY:
        return gettext("Empty")
    if member.state == UNOPENED:
        return gettext("What you may not open")
    if member.state == OTHERS:
        return gettext("Others")
    if dimension.field.to:
        return member.title or gettext("Without a name")
    return _WRITERS.get(dimension.kind, _text)(dimension, member, by)


def _text(_dimension: Dimension, member: Member, _by: Actor) -> str:
    return str(member.value) or gettext("Empty")


def _option(dimension: Dimension, member: Member, by: Actor) -> str:
    field = dimension.field
    return Words(choices_of(dimension.meant.of, by).get(field.key) or field.options)[member.value]


def _country(_dimension: Dimension, member: Member, _by: Actor) -> str:
    return country_name(member.value, current())


def _flag(_dimension: Dimension, member: Member, _by: Actor) -> str:
    return gettext("Yes") if member.text == "true" else gettext("No")


def _date(dimension: Dimension, member: Member, by: Actor) -> str:
    first: date = member.value
    if dimension.asked.unit != "fiscal_year":
        return period_label(first, dimension.asked.unit, by)
    fiscal = fiscal_year(by)
    return fiscal.year_label(fiscal.year_of(first))


def _range(dimension: Dimension, member: Member, by: Actor) -> str:
    write, low = writer(dimension.kind, by), Decimal(member.value)
    high = low + (dimension.asked.step or Decimal(1))
    if dimension.kind != "whole":
        return gettext("%(low)s to under %(high)s", low=write(low), high=write(high))
    return write(low) if high == low + 1 else f"{write(low)}–{write(high - 1)}"


_WRITERS: dict[str, Callable[[Dimension, Member, Actor], str]] = {
    **dict.fromkeys(("choice", "choices", "tags"), _option),
    **dict.fromkeys(DATES, _date),
    **dict.fromkeys(NUMBERS, _range),
    "country": _country,
    "flag": _flag,
}
