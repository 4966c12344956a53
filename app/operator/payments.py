"""Money and tax invoices that wait for the operator, and what the operator says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from uuid import UUID

from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.operator.sessions import SignedInOperator
from tenants.billing.errors import AlreadySubscribed, ChangingNow, PlanGone, TransferGone
from tenants.billing.models import TransferRequest
from tenants.billing.tax_invoices import answer_tax_invoice
from tenants.billing.transfer import book_transfer
from tenants.billing.transfer_requests import drop_transfer
from tenants.database import control_session

MOST = Decimal(100_000_000)
NUMBER = 60  # Characters of the bank's reference.
TAX_NUMBER = re.compile(r"\d{20}\Z", re.ASCII)  # Of an e-invoice (数电票).
AGES = 400  # Days that a booking may lie back.


class Differs(Refused):
    """Another amount than was asked for: it is booked once the operator says so a second time."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the operator read off our account."""

    amount: Decimal
    day: date
    number: str


def book(
    request_id: UUID, arrival: Arrival, by: SignedInOperator, now: datetime, *, differs: str = ""
) -> None:
    """Book money that arrived; Refused where somebody was faster or Stripe collects by now.

    An amount that is not the one asked for is refused until `differs` says that very amount.
    """
    _demand_sure(request_id, arrival.amount, differs)
    try:
        book_transfer(
            request_id,
            amount=arrival.amount,
            number=arrival.number,
            paid_at=datetime.combine(arrival.day, time(12), UTC),
            now=now,
            operator_id=by.id,
        )
    except TransferGone as error:
        raise Refused(_("It was booked or withdrawn by somebody else.")) from error
    except PlanGone as error:
        raise Refused(
            _(
                "The plan “%(plan)s” is not sold any more: nothing was booked. Say that the "
                "transfer does not come, and let the firm choose another plan.",
                plan=error.reason,
            )
        ) from error
    except ChangingNow as error:
        raise Refused(_("The firm changes its plan at this moment. Try it again.")) from error
    except AlreadySubscribed as error:
        raise Refused(
            _("Stripe collects from this workspace by now: send the money back, or end that first.")
        ) from error


def drop(request_id: UUID, reason: str, by: SignedInOperator, now: datetime) -> None:
    """Wait no longer for a transfer that does not come; the firm reads why, and can ask anew."""
    if not drop_transfer(request_id, now, _reason(reason), by.id):
        raise Refused(_("It was booked or withdrawn by somebody else."))


def read_arrival(amount: str, day: str, number: str, now: datetime) -> Arrival:
    """What was typed; Refused beside its fields."""
    errors: dict[str, Text | str] = {}
    money = _amount(amount)
    if money is None:
        errors["amount"] = _("Give the amount that arrived, such as 1590.00.")
    on = _day(day, now)
    if on is None:
        errors["day"] = _("Give the day of the bank’s booking, not one to come.")
    if len(number.strip()) > NUMBER:
        errors["number"] = _("At most 60 characters.")
    if errors or money is None or on is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Arrival(money, on, number.strip())


def issue(request_id: UUID, number: str, by: SignedInOperator, now: datetime) -> None:
    """Note the number of the tax invoice that was issued; 20 digits."""
    digits = "".join(number.split())
    if not TAX_NUMBER.match(digits):
        raise Refused(_("The number of an e-invoice has 20 digits."), field="tax_number")
    if not answer_tax_invoice(request_id, now, number=digits, operator_id=by.id):
        raise Refused(_("It was answered by somebody else."))


def refuse(request_id: UUID, reason: str, by: SignedInOperator, now: datetime) -> None:
    """Say why no tax invoice is issued; the firm reads it and can ask again."""
    text = _reason(reason)
    if not answer_tax_invoice(request_id, now, refused=True, reason=text, operator_id=by.id):
        raise Refused(_("It was answered by somebody else."))


def _reason(typed: str) -> str:
    text = " ".join(typed.split())
    if not 0 < len(text) <= 500:
        raise Refused(_("Say why; the firm reads it. At most 500 characters."), field="reason")
    return text


def _demand_sure(request_id: UUID, amount: Decimal, differs: str) -> None:
    """Refused where another amount is booked than the firm was asked for, and nobody says so."""
    with control_session() as session:
        asked = session.get(TransferRequest, request_id)
    if asked is None or asked.status != "asked" or asked.amount == amount:
        return
    if _amount(differs) == amount:
        return
    told = {
        "asked": f"{asked.currency} {asked.amount:,.2f}",
        "missing": f"{abs(asked.amount - amount):,.2f}",
    }
    if amount < asked.amount:
        text = _("The firm was asked for %(asked)s: this is %(missing)s too little.", **told)
    else:
        text = _("The firm was asked for %(asked)s: this is %(missing)s too much.", **told)
    raise Differs(text, field="amount")


def _amount(typed: str) -> Decimal | None:
    try:
        money = Decimal(typed.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    if not money.is_finite() or not 0 < money < MOST:  # First: huge ones have no cents to count.
        return None
    return money if money == money.quantize(Decimal("0.01")) else None


def _day(typed: str, now: datetime) -> date | None:
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        return None
    # The day is the bank's, whose clock may be ahead of UTC.
    return day if -1 <= (now.date() - day).days <= AGES else None
