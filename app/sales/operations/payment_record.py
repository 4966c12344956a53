"""How a customer paid until a day: on time by count and by money, days late, overdue, DSO.

An invoice counts once its last day is over. What is unpaid counts as late up to the day that is
asked about; what is disputed is told apart and judges nobody. Below three due invoices nobody is
judged. DSO is what is owed over what was invoiced in the 90 days before, times 90.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, select

from app.kernel.actor import Actor
from app.sales.models import Invoice, Payment, PaymentPart
from app.sales.operations.receivables import counted, standing, worth

LEAST = 3  # Due invoices, below which nobody is judged.
PERIOD = 90  # Days over which DSO is told.
GOOD, BAD = "good", "bad"


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """How one customer paid until `as_of`; money is in the firm's currency.

    `due` invoices worth `due_money` had their last day before; `on_time` of them were paid in full
    until it, and `on_time_money` came until it. `days_late` is the mean lateness of that money.
    """

    as_of: date
    due: int = 0
    due_money: Decimal = Decimal(0)
    on_time: int = 0
    on_time_money: Decimal = Decimal(0)
    days_late: Decimal = Decimal(0)
    overdue: int = 0
    overdue_money: Decimal = Decimal(0)
    disputed: int = 0
    disputed_money: Decimal = Decimal(0)
    dso: int | None = None

    @property
    def is_rated(self) -> bool:
        """True where there is enough to judge by."""
        return self.due >= LEAST

    @property
    def share(self) -> Decimal:
        """How many of a hundred due invoices were paid on time."""
        return Decimal(self.on_time * 100) / self.due if self.due else Decimal(0)

    @property
    def money_share(self) -> Decimal:
        """How much of a hundred of due money came on time."""
        return self.on_time_money * 100 / self.due_money if self.due_money else Decimal(0)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when a customer is proposed as one who pays well, or badly.

    Well: at least `good_share` percent of the money on time and at most `good_days` late in the
    mean. Badly: less than `bad_share`, or more than `bad_days`. With `is_kept` the night writes
    what is proposed.
    """

    good_share: Decimal = Decimal(90)
    good_days: Decimal = Decimal(5)
    bad_share: Decimal = Decimal(60)
    bad_days: Decimal = Decimal(30)
    is_kept: bool = False

    def kept(self) -> dict[str, Any]:
        """As it lies in JSON."""
        return {
            key: value if isinstance(value, bool) else str(value)
            for key, value in asdict(self).items()
        }


def thresholds_of(raw: Mapping[str, Any] | None) -> Thresholds:
    """What `Thresholds.kept` wrote, or the usual ones."""
    if not raw:
        return Thresholds()
    numbers = {key: Decimal(str(raw[key])) for key in NUMBERS if key in raw}
    return Thresholds(**numbers, is_kept=bool(raw.get("is_kept")))


NUMBERS = ("good_share", "good_days", "bad_share", "bad_days")


def proposed_payer(record: PaymentRecord, by: Thresholds) -> str | None:
    """What the payment record of a customer says of them: good, bad, or None for neither.

    None as well below three due invoices.
    """
    if not record.is_rated:
        return None
    if record.money_share < by.bad_share or record.days_late > by.bad_days:
        return BAD
    if record.money_share >= by.good_share and record.days_late <= by.good_days:
        return GOOD
    return None


def payment_records(
    by: Actor, as_of: date, account_ids: Collection[UUID] | None = None
) -> dict[UUID, PaymentRecord]:
    """How customers paid until a day, by their ids: of all, or of these; one statement.

    It stands on the invoices that `by` may read. Customers without any are left out.
    """
    of_these = () if account_ids is None else (Invoice.account_id.in_(account_ids),)
    found = standing(by, as_of, *of_these)
    due = found.c.due_on < as_of
    counts = due & (found.c.net > 0) & ~found.c.is_disputed
    came = _came(as_of, found)
    left = worth(found.c.left, found)
    late_now = worth(found.c.left * (literal(as_of) - found.c.due_on), found)
    on_time = func.coalesce(came.c.on_time, 0)
    recent = found.c.issued_on > as_of - timedelta(days=PERIOD)
    rows = by.session.execute(
        select(
            found.c.account_id,
            func.count().filter(counts),
            _sum(worth(found.c.net, found), counts),
            func.count().filter(counts & (on_time >= found.c.net)),
            _sum(worth(func.least(on_time, found.c.net), found), counts),
            _sum(worth(func.coalesce(came.c.late, 0), found) + late_now, counts),
            func.count().filter(due & (found.c.left > 0) & ~found.c.is_disputed),
            _sum(left, due & ~found.c.is_disputed),
            func.count().filter(found.c.is_disputed & (found.c.left > 0)),
            _sum(left, found.c.is_disputed),
            _sum(left, literal(True)),
            _sum(worth(found.c.net, found), recent),
        )
        .outerjoin(came, came.c.of == found.c.id)
        .group_by(found.c.account_id)
    )
    return {row[0]: _record(as_of, row) for row in rows}


def payment_record(by: Actor, account_id: UUID, as_of: date) -> PaymentRecord:
    """How one customer paid until a day; an empty record where nothing was invoiced."""
    return payment_records(by, as_of, (account_id,)).get(account_id, PaymentRecord(as_of))


def _record(as_of: date, row: Any) -> PaymentRecord:
    owed, invoiced, due_money = row[10], row[11], row[2]
    return PaymentRecord(
        as_of,
        due=row[1],
        due_money=due_money,
        on_time=row[3],
        on_time_money=row[4],
        days_late=round(row[5] / due_money, 1) if due_money else Decimal(0),
        overdue=row[6],
        overdue_money=row[7],
        disputed=row[8],
        disputed_money=row[9],
        dso=round(owed * PERIOD / invoiced) if invoiced > 0 else None,
    )


def _came(as_of: date, found: Any) -> Any:
    """What came on each invoice until its last day, and money times days of what came later."""
    late = Payment.received_on - found.c.due_on
    return (
        select(
            PaymentPart.invoice_id.label("of"),
            func.sum(case((late <= 0, PaymentPart.amount), else_=0)).label("on_time"),
            func.sum(case((late > 0, PaymentPart.amount * late), else_=0)).label("late"),
        )
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .join(found, found.c.id == PaymentPart.invoice_id)
        .where(counted(as_of))
        .group_by(PaymentPart.invoice_id)
        .subquery()
    )


def _sum(amount: Any, condition: Any) -> Any:
    return func.coalesce(func.sum(amount).filter(condition), 0)
