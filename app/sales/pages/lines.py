"""What stands on a paper's page: its lines and sums, and what the customer's terms say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import may_do, sees
from app.records.registry import registry
from app.sales.lines.arithmetic import Totals, reckon, to_cents
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper
from app.sales.lines.papers import ruled, standing_lines
from app.sales.lines.written import Line
from app.sales.terms.rules import Ruled, ruled_of
from app.web.formats import formats

CELLS: Mapping[str, Text] = {
    "big.good": _("Big customer who pays on time"),
    "big.unknown": _("Big customer whose payment is not known yet"),
    "big.bad": _("Big customer who pays late"),
    "small.good": _("Small customer who pays on time"),
    "small.unknown": _("Small customer whose payment is not known yet"),
    "small.bad": _("Small customer who pays late"),
}
BEYOND: Mapping[str, Text] = {
    "discount": _("More discount than the terms allow"),
    "payment_days": _("A longer payment term than the terms allow"),
    "deposit": _("Less deposit than the terms ask for"),
    "hold": _("Whatever is agreed with this customer is approved"),
    "stop": _("Nothing is contracted with this customer"),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line in words."""

    name: str
    quantity: str
    unit_price: str
    discount: str
    tax: str
    net: str


@dataclass(frozen=True, slots=True)
class ShownSums:
    """What lines come to, in words; margin and discount are empty where they are not told."""

    gross: str
    discount: str
    net: str
    taxes: tuple[tuple[str, str], ...]
    total: str
    margin: str = ""
    deposit: str = ""


@dataclass(frozen=True, slots=True)
class ShownTerms:
    """The rule that holds for a customer, in words, and what goes beyond it."""

    cell: str
    allowed: str
    beyond: tuple[str, ...]
    is_stopped: bool


def lines_panel(paper: Paper, by: Actor) -> dict[str, Any]:
    """The lines of a paper with what they come to, and where they are edited."""
    key, kind = kind_of(paper), registry().type(kind_of(paper).key)
    if not sees_sums(paper, by):
        return {"lines": None}
    lines = standing_lines(paper, by)
    totals = reckon([one.figures for one in lines], paper.currency)
    return {
        "lines": shown_lines(lines, totals, paper.currency, by),
        "sums": sums(paper, totals, by),
        "url": f"/{key.collection}/{paper.id}",
        "may_edit": paper.is_draft
        and may_do(kind, paper, "set_lines", by)
        and may_do(kind, paper, "update", by)
        and not by.tenant.is_read_only,
        "may_link": False,
        "has_link": False,
        "may_end_link": False,
        "returns": (),
        "order_url": "",
        "notes": (),
    }


def terms_panel(paper: Paper, by: Actor) -> dict[str, Any]:
    """What the customer's terms say: of a draft as they stand now, else as they stood then.

    Of a return they say nothing: it gives back what was agreed.
    """
    if getattr(paper, "is_return", False):
        return {"terms": None}
    if paper.is_draft:
        return {"terms": terms_now(paper, paper.discount or Decimal(0), by)}
    found = (
        ruled_of(paper.terms)
        if sees(registry().type(kind_of(paper).key), "exceptions", by)
        else None
    )
    return {"terms": shown_terms(found, by) if found is not None else None}


def terms_now(paper: Paper, off: Decimal, by: Actor) -> ShownTerms | None:
    """What the customer's terms say of a paper with so much off; None where that is not told."""
    if not sees(registry().type(kind_of(paper).key), "exceptions", by):
        return None
    found = ruled(paper, off, by)
    return shown_terms(found, by) if found is not None else None


def sees_sums(paper: Paper, by: Actor) -> bool:
    """True for whoever may see what a paper comes to, and so its lines."""
    kind = registry().type(kind_of(paper).key)
    return all(sees(kind, key, by) for key in ("net", "tax", "total"))


def sums(paper: Paper, totals: Totals, by: Actor) -> ShownSums:
    """What the lines of a paper come to, in words, as far as `by` may see it."""
    deposit = paper.deposit if sees(registry().type(kind_of(paper).key), "deposit", by) else None
    return shown_sums(totals, paper.currency, by, deposit, with_margin=sees_margin(paper, by))


def sees_margin(paper: Paper, by: Actor) -> bool:
    """True for whoever may see what is left of a paper."""
    kind, product = registry().type(kind_of(paper).key), registry().type("product")
    return all(sees(kind, key, by) for key in ("margin", "cost")) and sees(product, "cost", by)


def shown_lines(lines: Sequence[Line], totals: Totals, currency: str, by: Actor) -> list[ShownLine]:
    """The lines in words."""
    write = formats(by)
    return [
        ShownLine(
            one.name,
            " ".join(part for part in (write.number(one.quantity), one.unit) if part),
            price_text(one.figures.unit_price, currency, by),
            discount_text(one, currency, by),
            percent_text(one.figures.tax_rate, by) if one.figures.tax_rate else "",
            write.money(its.net, currency),
        )
        for one, its in zip(lines, totals.lines, strict=True)
    ]


def shown_sums(
    totals: Totals,
    currency: str,
    by: Actor,
    deposit: Decimal | None = None,
    *,
    with_margin: bool = False,
) -> ShownSums:
    """What lines come to in words."""
    write = formats(by)

    def money(amount: Decimal) -> str:
        return write.money(amount, currency)

    margin = ""
    if with_margin and totals.margin is not None:
        share = totals.margin * 100 / totals.net if totals.net else None
        margin = money(totals.margin)
        if share is not None:
            margin += f" ({percent_text(round(share, 1), by)})"
    ahead = ""
    if deposit:
        ahead = money(to_cents(totals.total * deposit / 100, currency))
    return ShownSums(
        money(totals.gross),
        money(-totals.discount) if totals.discount else "",
        money(totals.net),
        tuple(
            (gettext("Tax %(rate)s", rate=percent_text(one.rate, by)), money(one.tax))
            for one in totals.taxes
        ),
        money(totals.total),
        margin,
        ahead,
    )


def shown_terms(found: Ruled, by: Actor) -> ShownTerms:
    """A rule in words: which cell, what it allows, what goes beyond it.

    The cell tells how big the customer is and how they pay, so it is empty for whoever may not see
    either on their account.
    """
    cell, account = found.cell, registry().type("account")
    is_told = sees(account, "size", by) and sees(account, "payment_record", by)
    allowed = [
        gettext("discount up to %(most)s", most=percent_text(cell.discount, by)),
        ngettext("payment within %(n)s day", "payment within %(n)s days", cell.payment_days),
        gettext("deposit of %(least)s or more", least=percent_text(cell.deposit, by)),
    ]
    return ShownTerms(
        str(CELLS[f"{found.size}.{found.payer}"]) if is_told else "",
        formats(by).listed(allowed),
        tuple(str(BEYOND[one]) for one in found.beyond),
        "stop" in found.beyond,
    )


def price_text(amount: Decimal, currency: str, by: Actor) -> str:
    """The price of one unit: with the digits of its currency, with more where it has more."""
    write = formats(by)
    if amount == round(amount, digits_of(currency)):
        return write.money(amount, currency)
    return f"{write.number(amount)} {currency}"


def percent_text(rate: Decimal, by: Actor) -> str:
    """13 %, 13%."""
    write = formats(by)
    number = write.number(rate.normalize() if rate else Decimal(0))
    return f"{number}%" if write.is_chinese else f"{number}\u00a0%"


def discount_text(line: Line, currency: str, by: Actor) -> str:
    """What is off a line, as a percentage or as an amount."""
    if line.discount_amount:
        return formats(by).money(line.discount_amount, currency)
    return percent_text(line.discount, by) if line.discount else ""
