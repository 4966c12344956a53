"""The source of daily rates: choosing it, fetching from it, and what became of that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.events import write_event
from app.jobs.enqueue import enqueue
from app.kernel import clock
from app.kernel.actor import Actor, service_actor
from app.kernel.currencies import CODES
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.kernel.outgoing import Line, Unfit, Unreachable, call, read_target
from app.records.money.daily import DailyRates, Unread, quotes_of, read_daily
from app.records.money.models import RateSource, Source
from app.records.money.operations import keep_rates, require_manage
from app.records.money.rates import currencies_in_use
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

DAILY = "daily"
FETCH = "fetch_rates"
SUBJECT = "rate_source"
OK = 200
MOST_TOLD = 20  # Refused rates of one answer, each a line of the audit.
AHEAD = timedelta(days=1)  # Today, wherever it is today.
HEADERS = {"Accept": "application/json, application/xml", "User-Agent": "Zuke"}
ERRORS: dict[str, Text] = {
    "address": _("The address leads to no public host."),
    "connection": _("No connection could be made."),
    "certificate": _("The certificate of the address is not valid."),
    "time": _("The answer took too long."),
    "answer": _("What came back is no answer of a web server."),
    "status": _("The address answered with an error."),
    "format": _("The answer is no file of rates that can be read."),
    "currency": _("The answer has no rate of your own currency."),
    "none": _("The answer has no rate of a currency that you use."),
    "absurd": _("Rates that can't be right were refused. The audit tells which."),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the source."""

    url: str
    currencies: Collection[str]
    is_on: bool


def source_of(by: Actor) -> RateSource | None:
    """The workspace's source, or None where none was ever chosen."""
    return by.session.get(RateSource, DAILY)


def change_source(by: Actor, wish: Wish, *, allow_loopback: bool) -> RateSource:
    """Choose the address of daily rates, and switch it on or off; Refused beside the field."""
    require_manage(by)
    url, wanted = wish.url.strip(), sorted(set(wish.currencies) - {by.tenant.currency})
    if url or wish.is_on:
        try:
            read_target(url, allow_loopback=allow_loopback)
        except Unfit:
            raise Refused(
                _("Enter the whole address of a public host, beginning with https://."),
                field="url",
            ) from None
    if not set(wanted) <= CODES:
        raise Refused(_("Choose currencies by their codes, such as USD."), field="currencies")
    row = source_of(by)
    before = (row.url, list(row.currencies), row.is_on) if row else ("", [], False)
    if row is None:
        row = RateSource(name=DAILY)
        by.session.add(row)
    if url != before[0]:
        row.tried_at = row.heard_at = row.told_on = row.error = None
    row.url, row.currencies, row.is_on = url, wanted, wish.is_on
    row.updated_at, row.updated_by_id = by.now, by.user_id
    by.session.flush()  # The event comes after the row.
    changes: dict[str, Any] = {
        key: [old, new]
        for key, old, new in zip(
            ("url", "currencies", "is_on"), before, (url, wanted, wish.is_on), strict=True
        )
        if old != new
    }
    if changes:
        write_event(by, SUBJECT, by.tenant.id, "updated", changes=changes)
    if wish.is_on and changes:
        fetch_soon(by)
    return row


def fetch_soon(by: Actor) -> None:
    """Have the rates fetched as soon as a worker is free."""
    enqueue(by, FETCH, {}, key=FETCH)


def fetch_rates(tenant: TenantFacts, line: Line) -> None:
    """Fetch the rates of the day and keep them; called outside of any scope.

    Nothing is held while the other side thinks. What people entered or imported is not replaced.
    """
    with tenant_scope(tenant) as session:
        row = session.get(RateSource, DAILY)
        url = row.url if row is not None and row.is_on else ""
    if not url:
        return
    daily, error = _ask(line, url)
    with tenant_scope(tenant) as session:
        by = service_actor(session, tenant, clock.now(), via="job")
        row = session.scalar(select(RateSource).where(RateSource.url == url).with_for_update())
        if row is None or not row.is_on:  # It was changed meanwhile, and is asked again.
            return
        row.tried_at = by.now
        row.error = error or _keep(by, row, daily)


def _ask(line: Line, url: str) -> tuple[DailyRates | None, str | None]:
    try:
        heard = call(line, "GET", url, HEADERS, b"")
        if heard.status != OK:
            return None, "status"
        return read_daily(heard.body), None
    except Unreachable as error:
        return None, error.reason
    except Unread as error:
        return None, error.reason


def _keep(by: Actor, row: RateSource, daily: DailyRates | None) -> str | None:
    """Write the rates that came; why none was, else None."""
    if daily is None or daily.day > (by.now + AHEAD).date():
        return "format"
    wanted = set(row.currencies) or set(currencies_in_use(by))
    own = by.tenant.currency
    try:
        quotes = quotes_of(daily, own, wanted)
    except Unread as error:
        _tell_refused(by, daily, {own: daily.absurd[own]} if own in daily.absurd else {})
        return error.reason
    _tell_refused(by, daily, quotes.refused)
    if not quotes.kept:
        return "absurd" if quotes.refused else "none"
    number = keep_rates(by, quotes.kept, Source.FETCHED, replace=False)
    row.heard_at, row.told_on = by.now, daily.day
    if number:
        told = {"rows": [None, number], "rate_on": [None, daily.day.isoformat()]}
        write_event(by, "exchange_rate", by.tenant.id, "imported", changes=told)
    return "absurd" if quotes.refused else None


def _tell_refused(by: Actor, daily: DailyRates, refused: Mapping[str, str]) -> None:
    """Let the audit tell which rates were refused, as they came."""
    for currency, rate in list(refused.items())[:MOST_TOLD]:
        told = {
            "currency": [None, currency],
            "rate": [None, rate],
            "rate_on": [None, daily.day.isoformat()],
        }
        write_event(by, "exchange_rate", by.tenant.id, "refused", changes=told)


def is_fetching(by: Actor) -> bool:
    """True where rates are fetched by themselves."""
    return by.session.scalar(select(RateSource.name).where(RateSource.is_on)) is not None


def latest_error(row: RateSource | None) -> Text | None:
    """Why the last try failed, in words."""
    return ERRORS.get(row.error or "") if row is not None else None
