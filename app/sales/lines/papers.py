"""Papers with lines: what is derived of them, what stays fixed once they left us, their sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select

from app.crm.models import Account
from app.crm.operations.named_after import keys_with_firm
from app.documents.papers.language import customer_language
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _, using
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, number_key, search_text, sort_key
from app.records.build import put_values
from app.records.registry import registry
from app.records.tailored import tailored
from app.sales.lines.arithmetic import EXACT, Totals, percent_off, reckon, to_cents
from app.sales.lines.conditions import against_head, read_head
from app.sales.lines.fill import Against, Buyer, Known, fill, know
from app.sales.lines.fixed import is_changed, refuse_fixed, refuse_other_currency
from app.sales.lines.keep import copy_lines, lines_of, put_lines
from app.sales.lines.kinds import kind_of, table_of
from app.sales.lines.model import Paper
from app.sales.lines.origin import take_from_opportunities
from app.sales.lines.sold import costs_as_sold
from app.sales.lines.written import BROUGHT, MOST, Line, Read, read_lines, with_facts
from app.sales.terms.kept import judge
from app.sales.terms.rules import STOP, Ruled

LARGEST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The lines of a paper, all found out, with what they come to and what stands against them."""

    lines: list[Line]
    totals: Totals
    off: Decimal
    errors: Mapping[str, Text | str]


def prepare_paper(paper: Paper, by: Actor) -> None:
    """Name a paper, fill its keys and sums; Refused for a change of what was sent already."""
    is_new = inspect(paper).transient
    if not is_new and not paper.is_decided:
        refuse_fixed(paper)
    _check(paper)
    if is_new:
        take_from_opportunities([paper], by)
    account = _account(paper, by)
    if paper.is_draft:
        _take_term(paper, account)
    if is_new:
        _begin(paper, by)
    elif paper.is_draft:
        refuse_other_currency(paper, by)
        if is_changed(paper, "account_id") or is_changed(paper, "price_book_id"):
            _reckon_anew(paper, by)
    if not paper.name:
        with using(by.tenant.language):
            kind = registry().type(kind_of(paper).key)
            paper.name = account.name if account is not None else str(kind.words.one)
    own = (paper.name, paper.number)
    firm = account.name if account is not None else ""
    text, found_by = keys_with_firm(search_text(own), grams(own), firm)
    derived = {
        "name_sort": sort_key(paper.name),
        "number_sort": number_key(paper.number),
        "search_text": text,
        "search_grams": found_by,
    }
    put_derived(paper, derived)


def paper_changed(paper: Paper, verb: str, by: Actor) -> None:
    """Write the lines that a new paper was handed, once it stands."""
    if verb == "create" and isinstance(paper.lines, Reckoned):
        found = paper.lines
        put_lines(*table_of(paper), paper.id, found.lines, found.totals, by)


def papers_changed(papers: Sequence[Paper], by: Actor) -> None:
    """Write the lines that many new papers of one kind were handed, all at once."""
    found = [one for one in papers if isinstance(one.lines, Reckoned)]
    if found:
        lines = [(one.id, one.lines.lines, one.lines.totals) for one in found]
        copy_lines(*table_of(found[0]), lines, by)


def set_lines(paper: Paper, by: Actor, lines: Any, **head: Any) -> None:
    """Give a draft these lines and no others, and with them other conditions where they are sent.

    Refused with a message for each field of each, NotPermitted for conditions that `by` may not
    change. Of two who do so at once the second waits here, and is told when it is written.
    """
    model = type(paper)
    by.session.execute(select(model.id).where(model.id == paper.id).with_for_update())
    found = reckoned(paper, read_lines(lines, paper.currency, by.tenant.currency), by)
    changed, errors = read_head(paper, head, by)
    if found.errors or errors:
        told = _("Please check the marked fields.")
        raise Refused(told, errors={**errors, **found.errors})
    put_lines(*table_of(paper), paper.id, found.lines, found.totals, by)
    put_values(tailored(kind_of(paper).key, by), paper, changed)
    _put_sums(paper, found)


def reckoned(paper: Paper, read: Read, by: Actor, known: Known | None = None) -> Reckoned:
    """What lines come to on this paper, with prices and taxes found where none was said.

    What they cost us stands against nothing: whoever may not see that would learn it. `known` is
    what was found for the lines of many papers.
    """
    known = known or know(read.lines, [paper.currency], by)
    lines, against = fill(read.lines, buyer_of(paper, by), known)
    lines = costs_as_sold(paper, lines, by)
    if not (paper.is_return or paper.past or by.takes_over):
        against = {**_against_goods_back(lines), **against}
    # What comes to more than a line can hold would come to more than can be shown.
    fit = [
        with_facts(one, quantity=Decimal(0)) if (place, "quantity") in against else one
        for place, one in enumerate(lines)
    ]
    totals = reckon([one.figures for one in fit], paper.currency)
    # What can't be read is told as that, not as what is not there.
    errors = {**read.errors, **_placed(read, against), **read.errors}
    sums = (totals.gross, totals.net, totals.tax, totals.total)
    if not _has_room(paper, max(map(abs, sums))):
        errors["lines"] = kind_of(paper).too_much
    if totals.cost is not None and not _has_room(paper, abs(totals.cost)):
        totals = replace(totals, cost=None)
    return Reckoned(lines, totals, _off(fit, totals, paper.currency), errors)


def standing_lines(paper: Paper, by: Actor) -> list[Line]:
    """The lines of a paper as they stand."""
    return lines_of(*table_of(paper), paper.id, by)


def buyer_of(paper: Paper, by: Actor) -> Buyer:
    """For whom a paper is: what decides its prices and the words of its lines."""
    account = _account(paper, by)
    return Buyer(
        paper.currency,
        _priced_on(paper, by),
        cache(lambda: customer_language(registry().type(kind_of(paper).key), paper, by)),
        by.tenant.language,
        paper.rate,
        account.customer_kind if account is not None else None,
        paper.price_book_id,
        (account.discount if account is not None else None) or Decimal(0),
        bool(paper.past),
    )


def _priced_on(paper: Paper, by: Actor) -> date:
    """The day whose prices hold: today, and of what a file brings as it was, the day it was."""
    at: datetime | None = getattr(paper, "ordered_at", None) if paper.past else None
    return by.today() if at is None else at.astimezone(ZoneInfo(by.tenant.zone)).date()


def ruled(paper: Paper, off: Decimal, by: Actor) -> Ruled | None:
    """What the customer's terms say of a paper with so much off; None where they are off."""
    account = _account(paper, by)
    days = paper.payment_days
    if days is None and account is not None:
        days = account.payment_days
    return judge(account, off, days or 0, paper.deposit or Decimal(0), by)


def keep_terms(paper: Paper, by: Actor) -> None:
    """Keep what the customer's terms say of a paper that is to leave us; Refused where it is stop.

    What goes beyond them is counted, by which the gate knows that somebody has to approve it.
    """
    _take_term(paper, _account(paper, by))
    found = ruled(paper, paper.discount or Decimal(0), by)
    if found is None:
        paper.exceptions, paper.terms = 0, {}  # They were on when it was confirmed before.
        return
    if STOP in found.beyond:
        raise Refused(
            _(
                "The terms for this customer say that nothing is contracted. Whoever manages"
                " the terms can change that, or the customer's payment record."
            )
        )
    paper.exceptions, paper.terms = len(found.beyond), found.kept()


def _take_term(paper: Paper, account: Account | None) -> None:
    """An empty payment term means as agreed with the customer."""
    if paper.payment_days is None and account is not None:
        paper.payment_days = account.payment_days


def _begin(paper: Paper, by: Actor) -> None:
    """The sums of the lines that a new paper was handed."""
    if not paper.lines:
        paper.net = paper.tax = paper.total = paper.discount = Decimal(0)
        return
    reckon_many([paper], by)
    if paper.lines.errors:
        raise Refused(_("Please check the marked fields."), errors=dict(paper.lines.errors))


def reckon_many(papers: Sequence[Paper], by: Actor) -> None:
    """Read and reckon the lines that new papers were handed, in few statements for all of them."""
    asked = [one for one in papers if one.lines and not isinstance(one.lines, Reckoned)]
    own = by.tenant.currency
    read = [
        read_lines(one.lines, one.currency, own, BROUGHT if one.past else MOST) for one in asked
    ]
    lines = [line for one in read for line in one.lines]
    priced = {  # What was paid elsewhere is no question.
        one.currency
        for one, its in zip(asked, read, strict=True)
        if not one.past or any(line.unit_price is None for line in its.lines)
    }
    known = know(lines, priced, by) if asked else None
    for one, its in zip(asked, read, strict=True):
        one.lines = reckoned(one, its, by, known)
        if not one.lines.errors:
            _put_sums(one, one.lines)


def put_costs(paper: Paper, lines: list[Line]) -> None:
    """Let lines that a new paper was handed be these, which differ in what they cost us alone."""
    totals = reckon([one.figures for one in lines], paper.currency)
    if totals.cost is not None and not _has_room(paper, abs(totals.cost)):
        totals = replace(totals, cost=None)
    paper.lines = replace(paper.lines, lines=lines, totals=totals)
    _put_sums(paper, paper.lines)


def _reckon_anew(paper: Paper, by: Actor) -> None:
    """Prices that stand are kept; for other customers, or by other books, they are no discount.

    Nothing stands against lines that were kept before.
    """
    model = type(paper)
    by.session.execute(select(model.id).where(model.id == paper.id).with_for_update())
    lines = standing_lines(paper, by)
    if lines:
        found = reckoned(paper, Read(lines, list(range(len(lines)))), replace(by, takes_over=True))
        put_lines(*table_of(paper), paper.id, found.lines, found.totals, by)
        _put_sums(paper, found)


def _against_goods_back(lines: Sequence[Line]) -> Against:
    """A rebate is a line of less than nothing; goods are given back of the order that sold them."""
    told = _("Goods come back by a return.")
    back = [
        place for place, one in enumerate(lines) if one.product_id is not None and one.quantity < 0
    ]
    return {(place, "quantity"): told for place in back}


def _has_room(paper: Paper, amount: Decimal) -> bool:
    """True where so much can be kept, in the paper's currency and in the firm's."""
    return amount * max(paper.rate or Decimal(1), Decimal(1)) < LARGEST


def _put_sums(paper: Paper, found: Reckoned) -> None:
    totals = found.totals
    paper.net, paper.tax, paper.total = totals.net, totals.tax, totals.total
    paper.cost, paper.margin = totals.cost, totals.margin
    paper.discount = found.off


def _off(lines: list[Line], totals: Totals, currency: str) -> Decimal:
    """How much less than their prices the lines come to in all, in percent.

    The price of a line is the one that was found for it; where somebody typed another, that is part
    of the discount. Text has no other price than what was typed, and less than none of it is a
    discount by another name, unless all goes back, as on a return.
    """
    with localcontext() as context:
        context.prec = EXACT
        before = sum((to_cents(_before(one), currency) for one in lines), Decimal(0))
        return percent_off(before, totals.net)


def _before(line: Line) -> Decimal:
    listed, typed = line.list_price or Decimal(0), line.figures.unit_price
    return line.quantity * (max(listed, typed) if line.quantity >= 0 else min(listed, typed))


def _placed(read: Read, against: Against) -> dict[str, Text | str]:
    return {f"lines.{read.places[place]}.{key}": text for (place, key), text in against.items()}


def gather_papers(papers: Sequence[Paper], by: Actor) -> None:
    """Find what many papers are prepared with in few statements: for whom they are, their lines."""
    gather_accounts(papers, by)
    reckon_many([one for one in papers if inspect(one).transient], by)


def gather_accounts(papers: Sequence[Paper], by: Actor) -> None:
    """Find for whom many papers are in few statements, before they are named after them."""
    take_from_opportunities([one for one in papers if inspect(one).transient], by)
    ids = {one.account_id for one in papers if one.account_id is not None}
    with by.session.no_autoflush:
        rows = by.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
        found = {one.id: one for one in rows}
    for one in papers:
        one.of_account = found.get(one.account_id) if one.account_id else None


def _account(paper: Paper, by: Actor) -> Account | None:
    known: Account | None = paper.of_account
    if known is not None and known.id == paper.account_id:
        return known
    with by.session.no_autoflush:
        return by.session.get(Account, paper.account_id) if paper.account_id else None


def _check(paper: Paper) -> None:
    errors = against_head(paper.payment_days, paper.deposit)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
