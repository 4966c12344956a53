"""The prices of the front page: what each plan costs per seat, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from app.kernel.language import LOCALES, Text, _, current, labelled, listed, ngettext, plural
from app.records.switching.operations import offered_modules
from tenants.plans import CURRENCIES, Limit, Plan, plans_for_sale

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan as it is offered: texts in the reader's language, prices with their sign."""

    key: str
    name: str
    summary: str
    month: str  # A seat, month by month.
    by_year: str  # A seat for a month where a year is paid at once.
    year: str  # A seat for a year.
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prices:
    """All offers in one currency; the others are a link away."""

    currency: str
    others: tuple[str, ...]
    offers: tuple[Offer, ...]
    saved: str  # Of twelve months, by paying for a year.


SEATS = plural("up to %(n)s person", "up to %(n)s people")
RECORDS = plural("%(n)s record", "%(n)s records")
MAILS = plural("%(n)s e-mail to customers a month", "%(n)s e-mails to customers a month")
WITHOUT_END: dict[Limit, Text] = {
    Limit.SEATS: _("as many people as you have"),
    Limit.RECORDS: _("as many records as you have"),
}


def prices(asked: str = "") -> Prices:
    """Every plan for sale, in the currency that was asked for, else in that of the language."""
    usual = "CNY" if current().startswith("zh") else "USD"
    currency = asked if asked in CURRENCIES else usual
    offered = plans_for_sale()
    saved = max((_saved(plan, currency) for plan in offered), default=Decimal(0))
    return Prices(
        currency,
        tuple(one for one in CURRENCIES if one != currency),
        tuple(_offer(plan, currency) for plan in offered),
        f"{saved:.0%}",
    )


def _offer(plan: Plan, currency: str) -> Offer:
    month, year = plan.price(currency, "month"), plan.price(currency, "year")
    return Offer(
        key=plan.key,
        name=plan.text(plan.name, current()),
        summary=plan.text(plan.summary, current()),
        month=_money(month, currency),
        by_year=_money(year / 12, currency),
        year=_money(year, currency),
        holds=tuple(_holds(plan)),
    )


def _holds(plan: Plan) -> list[str]:
    """What a plan has of modules, and what it bounds, as people would say it."""
    limits = plan.limits
    modules = listed(one.label for one in offered_modules() if one.key in plan.modules)
    told = [str(labelled(_("Modules"), modules))] if modules else []
    told += [
        ngettext(*words, limits[limit], n=_number(limits[limit]))
        if limit in limits
        else str(WITHOUT_END[limit])
        for limit, words in ((Limit.SEATS, SEATS), (Limit.RECORDS, RECORDS))
    ]
    if Limit.STORAGE in limits:
        told.append(str(_("%(n)s GB of files", n=_number(limits[Limit.STORAGE] // GIGABYTE))))
    if Limit.MAILS in limits:
        told.append(ngettext(*MAILS, limits[Limit.MAILS], n=_number(limits[Limit.MAILS])))
    return told


def _saved(plan: Plan, currency: str) -> Decimal:
    month, year = plan.price(currency, "month"), plan.price(currency, "year")
    return 1 - year / (month * 12)


def _money(amount: Decimal, currency: str) -> str:
    """An amount with its sign; without digits behind the point where there is nothing."""
    digits = 0 if amount == amount.to_integral_value() else 2
    sign = {"CNY": "¥", "USD": "$"}.get(currency, f"{currency} ")
    plain = format_decimal(round(amount, digits), "#,##0.00" if digits else "#,##0", _locale())
    return f"{sign}{plain}"


def _number(number: int) -> str:
    return format_decimal(number, locale=_locale())


def _locale() -> str:
    return LOCALES[current()]
