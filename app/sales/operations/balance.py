"""What is still open of an invoice, and since how many days; kept beside it, so that lists know.

Whoever counts money for a customer holds the customer's row first (`hold_account`), so that no two
do so at once and nobody waits in a circle.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.crm.models import Account
from app.kernel.actor import Actor
from app.kernel.rows import put_derived
from app.sales.models import Invoice
from app.sales.models.invoice import ISSUED

NOTHING = Decimal(0)
OPEN, PART, PAID = "open", "part", "paid"


def firms_day(by: Actor) -> date:
    """The day in the firm's zone, by which everybody's dues are counted alike."""
    return by.now.astimezone(ZoneInfo(by.tenant.zone)).date()


def put_balance(invoice: Invoice, today: date) -> None:
    """Reckon what is open of an invoice from its amount, its credits and what was paid."""
    left, settlement, days = NOTHING, None, 0
    if invoice.status == ISSUED and not invoice.is_credit:
        left = invoice.amount + (invoice.credited or NOTHING) - (invoice.paid or NOTHING)
        settlement = PAID if left <= 0 else PART if invoice.paid else OPEN
        if left > 0 and invoice.due_on is not None:
            days = max(0, (today - invoice.due_on).days)
    kept = {"open": left, "settlement": settlement, "days_overdue": days}
    put_derived(invoice, {key: one for key, one in kept.items() if getattr(invoice, key) != one})


def hold_account(account_id: UUID, by: Actor) -> None:
    """Let nobody else count a customer's money until this is committed; others may go on reading.

    Records that refer to the customer may still be made meanwhile.
    """
    its = select(Account.id).where(Account.id == account_id)
    by.session.execute(its.with_for_update(key_share=True))
