"""Receivables as a page: what each customer owes and how old it is, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import permitted
from app.records.references import titles
from app.records.tailored import tailored
from app.sales.models import Invoice
from app.sales.operations.balance import firms_day
from app.sales.operations.receivables import (
    AGES,
    Owed,
    all_together,
    demand_receivables,
    may_see,
    receivables,
)
from app.web.formats import formats

MOST = 300  # Customers that the page shows; the file has all.
WIDGET = 5
FIRST_YEAR = 1990
LABELS: Mapping[str, Text] = {
    "not_due": _("Not due"),
    "to_30": _("1 to 30 days"),
    "to_60": _("31 to 60 days"),
    "to_90": _("61 to 90 days"),
    "over_90": _("Over 90 days"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount, and the list that it is the sum of; no list for a day that is over."""

    text: str
    url: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One customer, or all of them."""

    name: str
    url: str
    ages: tuple[Figure, ...]
    total: Figure
    disputed: str
    oldest: str


@dataclass(frozen=True, slots=True)
class ReceivablesPage:
    """All that `sales/receivables.html` shows."""

    as_of: str
    today: str
    shown_day: str
    is_today: bool
    heads: tuple[Text, ...]
    lines: list[Line]
    total: Line | None
    left_out: int
    export_url: str
    currency: str
    pay_url: str


def read_day(raw: str, by: Actor) -> date:
    """The day that is asked about, today where none is; Refused for one that is none, or ahead."""
    if not raw.strip():
        return firms_day(by)
    try:
        found = date.fromisoformat(raw.strip())
    except ValueError:
        raise Refused(_("Enter a date like 2026-11-22."), field="as_of") from None
    if found > firms_day(by):
        raise Refused(_("This day lies ahead."), field="as_of")
    if found.year < FIRST_YEAR:
        raise Refused(_("Enter a date like 2026-11-22."), field="as_of")
    return found


def receivables_page(as_of: date, by: Actor) -> ReceivablesPage:
    """The page; NotPermitted where the role hides what receivables are made of."""
    demand_receivables(by)
    owed = receivables(by, as_of)
    names = _names(owed[:MOST], by)
    today = firms_day(by)
    asked = {} if as_of == today else {"as_of": as_of.isoformat()}
    can_export = by.may("invoice", "export")
    may_pay = by.may("payment", "create") and by.may("payment", "apply")
    return ReceivablesPage(
        as_of=as_of.isoformat(),
        today=today.isoformat(),
        shown_day=formats(by).day(as_of, date.min),
        is_today=as_of == today,
        heads=tuple(LABELS[key] for key, _first, _last in AGES),
        lines=[_line(one, names, as_of, by) for one in owed[:MOST]],
        total=_line(all_together(owed), names, as_of, by) if owed else None,
        left_out=max(0, len(owed) - MOST),
        export_url=f"/receivables.csv?{urlencode(asked)}" if can_export else "",
        currency=by.tenant.currency,
        pay_url="/payments/receive" if may_pay and not by.tenant.is_read_only else "",
    )


def receivables_rows(as_of: date, by: Actor) -> tuple[list[str], list[list[str]]]:
    """The same as a file has it: its heads, and a row for each customer."""
    demand_receivables(by)
    owed = receivables(by, as_of)
    names = _names(owed, by)
    heads = [gettext("Account"), gettext("As of"), gettext("Currency")]
    heads += [str(LABELS[key]) for key, _first, _last in AGES]
    heads += [gettext("Total"), gettext("Of it disputed"), gettext("Invoices")]
    heads.append(gettext("Oldest, in days"))
    rows = [
        [
            _named(one.account_id, names),
            as_of.isoformat(),
            by.tenant.currency,
            *(_exact(age) for age in one.ages),
            _exact(one.total),
            _exact(one.disputed),
            str(one.count),
            str(one.oldest),
        ]
        for one in owed
    ]
    return heads, rows


def is_for(by: Actor) -> bool:
    """True for who may have the widget of what is overdue."""
    return by.user_id is not None and may_see(by)


def overdue_widget(by: Actor) -> Mapping[str, Any]:
    """What is overdue today in all, and of whom the most, in the firm's currency."""
    kind, write, today = tailored("invoice", by), formats(by), firms_day(by)
    worth = kind.prices["open"].expression
    late = (permitted(kind, by), Invoice.open > 0, Invoice.due_on < today)
    rows = by.session.execute(
        select(Invoice.account_id, func.sum(worth), func.min(Invoice.due_on), func.count())
        .where(*late)
        .group_by(Invoice.account_id)
        .order_by(func.sum(worth).desc(), Invoice.account_id)
    ).all()
    names = titles("account", [row[0] for row in rows[:WIDGET]], by)
    lines = [
        {
            "name": _named(row[0], names),
            "note": ngettext("%(n)s day overdue", "%(n)s days overdue", (today - row[2]).days),
            "amount": write.money_short(row[1], by.tenant.currency),
            "url": f"/invoices?{urlencode({**OVERDUE, 'account_id': row[0]})}",
        }
        for row in rows[:WIDGET]
    ]
    total = sum((row[1] for row in rows), Decimal(0))
    return {
        "lines": lines,
        "total": write.money_short(total, by.tenant.currency) if rows else "",
        "count": sum(row[3] for row in rows),
        "url": f"/invoices?{urlencode(OVERDUE)}",
    }


OVERDUE = {"settlement__in": "open,part", "due_on__lt": "today"}


def _line(one: Owed, names: Mapping[UUID, str], as_of: date, by: Actor) -> Line:
    write = formats(by)

    def figure(amount: Decimal, age: tuple[str, int | None, int | None] | None) -> Figure:
        if not amount:
            return Figure("")
        shown = write.money(amount, by.tenant.currency)
        url = _url(one.account_id, as_of, age, by)
        return Figure(shown, url, age is not None and age[1] is not None)

    is_total = one.account_id is None
    readable = one.account_id in names if one.account_id is not None else False
    return Line(
        gettext("Total") if is_total else _named(one.account_id, names),
        f"/accounts/{one.account_id}" if readable else "",
        tuple(figure(amount, age) for amount, age in zip(one.ages, AGES, strict=True)),
        figure(one.total, None),
        write.money(one.disputed, by.tenant.currency) if one.disputed else "",
        ngettext("%(n)s day", "%(n)s days", one.oldest) if one.oldest else "",
    )


def _url(
    account_id: UUID | None, as_of: date, age: tuple[str, int | None, int | None] | None, by: Actor
) -> str:
    """The list of the invoices behind a figure; there is none of a day that is over."""
    if as_of != firms_day(by):
        return ""
    asked: list[tuple[str, str]] = [("settlement__in", "open,part")]
    if account_id is not None:
        asked.append(("account_id", str(account_id)))
    if age is not None:
        _key, first, last = age
        if last is not None:
            asked.append(("due_on__gte", (as_of - timedelta(days=last)).isoformat()))
        if first is not None:
            asked.append(("due_on__lte", (as_of - timedelta(days=first)).isoformat()))
    return f"/invoices?{urlencode([*asked, ('sort', 'due_on')])}"


def _names(owed: list[Owed], by: Actor) -> dict[UUID, str]:
    return titles("account", [one.account_id for one in owed if one.account_id is not None], by)


def _named(account_id: UUID | None, names: Mapping[UUID, str]) -> str:
    """The name of a customer to whoever may read them."""
    found = names.get(account_id) if account_id is not None else None
    return found if found is not None else gettext("A customer whom you may not see")


def _exact(amount: Decimal) -> str:
    return format(amount, "f")
