"""Entering, changing, removing and importing rates; each is told by the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from app.events import write_event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.kernel.rows import rows_written
from app.records.money.models import ExchangeRate, Source
from app.records.money.rates import STAMP
from app.records.money.reading import Quote, read_lines, read_quote

MANAGE = ("currency", "manage")
SUBJECT = "exchange_rate"
PAGE = 100  # Rates that a page of a currency shows.
CHUNK = 1000


def add_rate(by: Actor, typed: Mapping[str, str]) -> ExchangeRate:
    """Enter a rate; Refused where the currency has one of that day, which is to be changed."""
    require_manage(by)
    quote = read_quote(typed, by.tenant.currency)
    row = ExchangeRate(
        id=new_id(),
        version=1,
        currency=quote.currency,
        rate_on=quote.rate_on,
        rate=quote.rate,
        source=Source.ENTERED,
        updated_at=by.now,
        updated_by_id=by.user_id,
    )
    statement = insert(ExchangeRate).values(
        {one.key: getattr(row, one.key) for one in ExchangeRate.__mapper__.column_attrs}
    )
    done = by.session.execute(
        statement.on_conflict_do_nothing(index_elements=["currency", "rate_on"])
    )
    if not rows_written(done):
        raise _taken(quote)
    stamps.draw(by.session, STAMP)
    write_event(by, SUBJECT, row.id, "created", changes=_told(None, quote))
    return get_rate(by, row.id)


def change_rate(
    by: Actor, row: ExchangeRate, typed: Mapping[str, str], version: int | None = None
) -> None:
    """Change a rate. What was turned by it before keeps the rate that it had.

    Conflict where it is no longer as it was seen, in `version`.
    """
    require_manage(by)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else changed this rate meanwhile. Look at it again."))
    quote = read_quote(typed, by.tenant.currency)
    before = Quote(row.currency, row.rate_on, row.rate)
    if quote == before:
        return
    same = select(ExchangeRate.id).where(
        ExchangeRate.currency == quote.currency,
        ExchangeRate.rate_on == quote.rate_on,
        ExchangeRate.id != row.id,
    )
    if by.session.scalar(same) is not None:
        raise _taken(quote)
    row.currency, row.rate_on, row.rate = quote.currency, quote.rate_on, quote.rate
    row.source, row.version = Source.ENTERED, row.version + 1
    row.updated_at, row.updated_by_id = by.now, by.user_id
    by.session.flush()  # The row is compared here, before the event claims it.
    stamps.draw(by.session, STAMP)
    write_event(by, SUBJECT, row.id, "updated", changes=_told(before, quote))


def remove_rate(by: Actor, row: ExchangeRate) -> None:
    """Remove a rate; its days take the one before it."""
    require_manage(by)
    before = Quote(row.currency, row.rate_on, row.rate)
    by.session.delete(row)
    by.session.flush()  # Who asks next must not meet it.
    stamps.draw(by.session, STAMP)
    write_event(by, SUBJECT, row.id, "deleted", changes=_told(before, None))


def import_rates(by: Actor, text: str) -> int:
    """Take in a table of rates, all or none, and answer with how many were new or other.

    A rate of a day that had one already is replaced.
    """
    require_manage(by)
    number = keep_rates(by, read_lines(text, by.tenant.currency), Source.IMPORTED)
    if number:
        write_event(by, SUBJECT, by.tenant.id, "imported", changes={"rows": [None, number]})
    return number


def keep_rates(by: Actor, quotes: Sequence[Quote], source: Source, *, replace: bool = True) -> int:
    """Write many rates and answer with how many were new or changed; no event is written.

    Without `replace`, those that people entered or imported stay as they are.
    """
    number = 0
    for start in range(0, len(quotes), CHUNK):
        rows = [
            {
                "id": new_id(),
                "version": 1,
                "currency": one.currency,
                "rate_on": one.rate_on,
                "rate": one.rate,
                "source": source.value,
                "updated_at": by.now,
                "updated_by_id": by.user_id,
            }
            for one in quotes[start : start + CHUNK]
        ]
        statement = insert(ExchangeRate).values(rows)
        given = statement.excluded
        other = ExchangeRate.rate != given.rate
        if not replace:
            other &= ExchangeRate.source == source.value
        values: dict[str, Any] = {
            "rate": given.rate,
            "source": given.source,
            "version": ExchangeRate.version + 1,
            "updated_at": given.updated_at,
            "updated_by_id": given.updated_by_id,
        }
        done = by.session.execute(
            statement.on_conflict_do_update(
                index_elements=["currency", "rate_on"], set_=values, where=other
            )
        )
        number += rows_written(done)
    if number:
        stamps.draw(by.session, STAMP)
    by.session.expire_all()
    return number


def get_rate(by: Actor, rate_id: UUID) -> ExchangeRate:
    """A rate by its id, or Missing."""
    row = by.session.get(ExchangeRate, rate_id)
    if row is None:
        raise Missing(_("There is no such rate."))
    return row


def latest_rates(by: Actor, on: date) -> list[tuple[ExchangeRate, int]]:
    """For each currency the rate that holds on a day, else its first, and how many it has."""
    counted = select(ExchangeRate.currency, func.count().label("number")).group_by(
        ExchangeRate.currency
    )
    numbers = {row.currency: row.number for row in by.session.execute(counted)}
    is_later = ExchangeRate.rate_on > on
    rows = by.session.scalars(
        select(ExchangeRate)
        .ext(distinct_on(ExchangeRate.currency))
        .order_by(ExchangeRate.currency, is_later, ExchangeRate.rate_on.desc())
    )
    return [(row, numbers[row.currency]) for row in rows]


def rates_of_currency(
    by: Actor, currency: str | None, *, before: date | None = None, limit: int = PAGE
) -> list[ExchangeRate]:
    """The rates of a currency, the latest first, from the day before `before` on: one page and one
    more.
    """
    rows = select(ExchangeRate).where(ExchangeRate.currency == currency)
    if before is not None:
        rows = rows.where(ExchangeRate.rate_on < before)
    return list(by.session.scalars(rows.order_by(ExchangeRate.rate_on.desc()).limit(limit + 1)))


def require_manage(by: Actor) -> None:
    """NotPermitted for who may not decide this, or where nothing may be changed."""
    if not by.may(*MANAGE):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))


def _taken(quote: Quote) -> Refused:
    return Refused(
        _(
            "%(currency)s has a rate of this day already. Change that one.",
            currency=quote.currency,
        ),
        field="rate_on",
    )


def _told(before: Quote | None, after: Quote | None) -> dict[str, list[str | None]]:
    """What an event tells: the fields that differ, as [old, new]."""
    found = {}
    for key in ("currency", "rate_on", "rate"):
        old, new = (_written(getattr(one, key)) if one else None for one in (before, after))
        if old != new:
            found[key] = [old, new]
    return found


def _written(value: str | date | Decimal) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
