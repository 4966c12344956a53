"""What customers owe as of a day: each invoice that stood then, and how old what is open of it is.

All of it is reckoned from what was issued, credited and received until that day, so a day that is
over tells the same whenever it is asked. The day is one of the firm's calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.access import permitted, sees
from app.records.tailored import tailored
from app.sales.models import Invoice, Payment, PaymentPart
from app.sales.models.invoice import CANCELLED, ISSUED
from app.sales.operations.balance import NOTHING

# How old what is open is, in days after it was due: from, to.
AGES: Sequence[tuple[str, int | None, int | None]] = (
    ("not_due", None, 0),
    ("to_30", 1, 30),
    ("to_60", 31, 60),
    ("to_90", 61, 90),
    ("over_90", 91, None),
)
NEEDS = ("account_id", "amount", "open", "paid", "credited", "due_on", "issued_on", "status")


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer owes, in the firm's currency, by age; `disputed` is how much of it is."""

    account_id: UUID | None
    ages: tuple[Decimal, ...]
    total: Decimal
    disputed: Decimal
    count: int
    oldest: int

    @property
    def overdue(self) -> Decimal:
        """What should have been paid already."""
        return self.total - self.ages[0]


def demand_receivables(by: Actor) -> None:
    """NotPermitted where the role hides what receivables are made of."""
    if not may_see(by):
        raise NotPermitted(_("Your role does not allow this."))


def may_see(by: Actor) -> bool:
    """True for who reads invoices and sees what is open of them, of whom and since when."""
    kind = tailored("invoice", by)
    return by.may("invoice", "read") and all(sees(kind, key, by) for key in NEEDS)


def standing(by: Actor, as_of: date, *conditions: ColumnElement[bool]) -> Subquery:
    """The invoices that stood at the end of a day and that `by` may read, as a subquery.

    Columns: id, account_id, due_on, issued_on, net (amount less credits), paid, left (what was
    open), rate, own_digits, is_disputed. Amounts are in the currency of the invoice.
    """
    ended = datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(by.tenant.zone))
    credit = aliased(Invoice)

    def stood(one: Any) -> ColumnElement[bool]:
        later = and_(one.status == CANCELLED, one.number.is_not(None), one.cancelled_at >= ended)
        return and_(
            one.issued_on <= as_of, or_(one.status == ISSUED, later), one.deleted_at.is_(None)
        )

    # Of few customers the sums below are asked for their invoices alone.
    of = select(Invoice.id).where(*conditions).correlate(None)
    backs = credit.credits_id.in_(of) if conditions else credit.credits_id.is_not(None)
    parts = PaymentPart.invoice_id.in_(of) if conditions else PaymentPart.invoice_id.is_not(None)
    given_back = (
        select(credit.credits_id.label("of"), func.sum(credit.amount).label("sum"))
        .where(backs, stood(credit))
        .group_by(credit.credits_id)
        .subquery()
    )
    paid = (
        select(PaymentPart.invoice_id.label("of"), func.sum(PaymentPart.amount).label("sum"))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(counted(as_of), parts)
        .group_by(PaymentPart.invoice_id)
        .subquery()
    )
    net = Invoice.amount + func.coalesce(given_back.c.sum, 0)
    received = func.coalesce(paid.c.sum, 0)
    return (
        select(
            Invoice.id,
            Invoice.account_id,
            Invoice.due_on,
            Invoice.issued_on,
            net.label("net"),
            received.label("paid"),
            func.greatest(net - received, 0).label("left"),
            Invoice.rate,
            Invoice.own_digits,
            Invoice.is_disputed,
        )
        .outerjoin(given_back, given_back.c.of == Invoice.id)
        .outerjoin(paid, paid.c.of == Invoice.id)
        .where(
            Invoice.credits_id.is_(None),
            stood(Invoice),
            permitted(tailored("invoice", by), by),
            *conditions,
        )
        .subquery()
    )


def counted(as_of: date) -> ColumnElement[bool]:
    """True of a part that counted at the end of a day, by its payment and what credits freed."""
    return and_(
        Payment.received_on <= as_of,
        Payment.deleted_at.is_(None),
        or_(PaymentPart.until.is_(None), PaymentPart.until > as_of),
    )


def worth(amount: ColumnElement[Any], of: Any) -> ColumnElement[Any]:
    """An amount of a row of `standing` in the firm's currency, rounded once."""
    return func.round(amount * of.c.rate, of.c.own_digits)


def receivables(by: Actor, as_of: date) -> list[Owed]:
    """What each customer owed at the end of a day, who owes most overdue first."""
    found = standing(by, as_of)
    own, late = worth(found.c.left, found), literal(as_of) - found.c.due_on
    sums = [
        func.coalesce(func.sum(case((_aged(late, first, last), own))), 0)
        for _key, first, last in AGES
    ]
    rows = by.session.execute(
        select(
            found.c.account_id,
            *sums,
            func.sum(own),
            func.coalesce(func.sum(case((found.c.is_disputed, own))), 0),
            func.count(),
            func.max(late),
        )
        .where(found.c.left > 0)
        .group_by(found.c.account_id)
    ).all()
    aged = len(AGES)
    owed = [
        Owed(
            row[0],
            tuple(row[1 : 1 + aged]),
            row[1 + aged],
            row[2 + aged],
            row[3 + aged],
            max(0, row[4 + aged] or 0),
        )
        for row in rows
    ]
    return sorted(owed, key=lambda one: (-one.overdue, -one.total, str(one.account_id)))


def all_together(owed: Sequence[Owed]) -> Owed:
    """The sum of what customers owe."""
    return Owed(
        None,
        tuple(sum((one.ages[at] for one in owed), NOTHING) for at in range(len(AGES))),
        sum((one.total for one in owed), NOTHING),
        sum((one.disputed for one in owed), NOTHING),
        sum(one.count for one in owed),
        max((one.oldest for one in owed), default=0),
    )


def _aged(late: ColumnElement[Any], first: int | None, last: int | None) -> ColumnElement[bool]:
    """True of what is so many days late; what has no day on which it is due is not."""
    if first is None:
        return or_(late <= last, late.is_(None))
    return late >= first if last is None else late.between(first, last)
