"""Payment: money that came from a customer or went back, and for which invoices it counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Choice, Day, Id, LongText, Moment, Money, Name, Short, SortKey
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced

RECEIPT, REFUND = "receipt", "refund"


class Payment(Priced, Record):
    """What was received on a day; a refund has a negative amount and names the receipt it is of.

    `applied` is what of it counts for invoices and instalments, `refunded` what went back, and
    `credit` what is left: the customer's money with us, until it is counted for something.
    """

    __tablename__ = "payments"
    __table_args__ = (
        *record_indexes("payments", "name_sort", "received_on", walked=("kind", "method")),
        Index("ix_payments_account", "account_id", "received_on", "id", postgresql_where=LIVE),
        Index("ix_payments_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_payments_refunds", "refunds_id", "id", postgresql_where=LIVE),
        CheckConstraint("(refunds_id IS NULL) = (amount > 0) AND amount <> 0", name="amount"),
        CheckConstraint(
            "applied >= 0 AND refunded >= 0"
            " AND (refunds_id IS NOT NULL OR applied + refunded <= amount)",
            name="applied",
        ),
    )

    refunds = cast("Any", None)  # The id that `create` was handed, until it is read; no column.
    # The customer, where it was fetched for many at once; no column.
    of_account = cast("Any", None)
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    kind: Mapped[Choice] = mapped_column(default=RECEIPT)
    account_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    refunds_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("payments.id"), info={"kind": "reference"}
    )
    received_on: Mapped[Day]
    amount: Mapped[Money]
    applied: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    refunded: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    credit: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    method: Mapped[Choice | None]
    reference: Mapped[Short | None]
    payer: Mapped[Name | None]
    note: Mapped[LongText | None]

    @property
    def is_refund(self) -> bool:
        """True where money went back to the customer."""
        return self.refunds_id is not None


class PaymentPart(Base):
    """So much of a payment counts for one invoice, or for one instalment of a contract.

    `amount` is in the currency of the invoice, `taken` what that took of the payment, in its own.
    One that a credit freed counts for nothing from the day `until` on; it is kept, so that days
    before that tell what they told then.
    """

    __tablename__ = "payment_parts"
    __table_args__ = (
        Index("ix_payment_parts_payment", "payment_id", "id"),
        Index("ix_payment_parts_invoice", "invoice_id", "id"),
        Index("ix_payment_parts_instalment", "instalment_id", "id"),
        CheckConstraint("num_nonnulls(invoice_id, instalment_id) = 1", name="one"),
        CheckConstraint(
            "amount > 0 AND (taken > 0 OR until IS NOT NULL AND taken = 0)", name="amount"
        ),
    )

    id: Mapped[Id]
    payment_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("payments.id", ondelete="CASCADE"))
    invoice_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("invoices.id", ondelete="CASCADE")
    )
    instalment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("instalments.id"))
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    taken: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    at: Mapped[Moment]
    by_id: Mapped[UUID | None] = mapped_column(Uuid)
    until: Mapped[Day | None]
