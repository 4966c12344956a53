"""Rates in words: what each currency is worth, since when, and who said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.currencies import names
from app.kernel.language import Text, _, current, gettext
from app.records.money.models import ExchangeRate, RateSource, Source
from app.records.money.operations import latest_rates
from app.records.money.source import latest_error
from app.records.pages.audit import named
from app.web.formats import formats

OLD = timedelta(days=45)  # A rate of which nobody should be sure any more.
SOURCES: dict[str, tuple[Text, str]] = {
    Source.ENTERED: (_("Entered"), ""),
    Source.IMPORTED: (_("Imported"), ""),
    Source.FETCHED: (_("Fetched"), "info"),
    Source.SHIPPED: (_("Came with the workspace"), ""),
}


@dataclass(frozen=True, slots=True)
class ShownRate:
    """One rate as its line shows it; of a currency's line also how many it has."""

    id: UUID
    currency: str
    name: str
    told: str
    since: str
    source: Text
    tone: str
    by: str
    number: int = 0
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class ShownSource:
    """The source of daily rates: how it does, in words."""

    is_on: bool
    state: str
    tone: str


def shown_currencies(by: Actor) -> list[ShownRate]:
    """Every currency with the rate that holds today."""
    latest = latest_rates(by, by.today())
    shown = _shown([row for row, _number in latest], by)
    numbers = [number for _row, number in latest]
    return [
        ShownRate(
            one.id,
            one.currency,
            one.name,
            one.told,
            one.since,
            one.source,
            one.tone,
            one.by,
            number,
            row.rate_on < by.today() - OLD,
        )
        for one, number, (row, _n) in zip(shown, numbers, latest, strict=True)
    ]


def shown_rates(rows: Sequence[ExchangeRate], by: Actor) -> list[ShownRate]:
    """Some rates of one currency."""
    return _shown(rows, by)


def currency_choices(by: Actor) -> list[tuple[str, str]]:
    """Every currency that can have a rate, with its name in the reader's language."""
    return [
        (code, f"{code} · {name}")
        for code, name in names(current()).items()
        if code != by.tenant.currency
    ]


def rate_words(currency: str, row: ExchangeRate, by: Actor) -> str:
    """1 USD = 7.1042 CNY."""
    number = formats(by).number(row.rate)
    return gettext(
        "1 %(currency)s = %(rate)s %(own)s",
        currency=currency,
        rate=number,
        own=by.tenant.currency,
    )


def shown_source(row: RateSource | None, by: Actor) -> ShownSource:
    """How the source of daily rates does."""
    if row is None or not row.is_on:
        return ShownSource(is_on=False, state=gettext("Off"), tone="")
    write = formats(by)
    error = latest_error(row)
    if error is not None and row.tried_at is not None:
        when = write.moment(row.tried_at, by.today())
        return ShownSource(
            is_on=True,
            state=gettext("Failed %(when)s: %(why)s", when=when, why=str(error)),
            tone="bad",
        )
    if row.heard_at is None or row.told_on is None:
        return ShownSource(is_on=True, state=gettext("Waits for the first answer"), tone="info")
    told = gettext(
        "Fetched %(when)s: rates of %(day)s",
        when=write.moment(row.heard_at, by.today()),
        day=write.day(row.told_on, by.today()),
    )
    return ShownSource(is_on=True, state=told, tone="good")


def _shown(rows: Sequence[ExchangeRate], by: Actor) -> list[ShownRate]:
    called, write = names(current()), formats(by)
    users = {row.updated_by_id for row in rows if row.updated_by_id is not None}
    people = named({"user": users}, by)
    return [
        ShownRate(
            row.id,
            row.currency,
            called.get(row.currency, row.currency),
            rate_words(row.currency, row, by),
            gettext("from %(day)s on", day=write.day(row.rate_on, by.today())),
            *SOURCES[row.source],
            people.get(("user", row.updated_by_id), "") if row.updated_by_id else "",
        )
        for row in rows
    ]
