"""Invoice: what a customer owes by a paper of ours, asked for first and then issued."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Choice, Day, Flag, LongText, Moment, Money, Name, Short, SortKey, Whole
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced

REQUESTED, ISSUED, CANCELLED = "requested", "issued", "cancelled"
NUMBERED = text("deleted_at IS NULL AND number IS NOT NULL")
STANDING = text("status = 'issued' AND deleted_at IS NULL")


class Invoice(Priced, Record):
    """What is invoiced, tax included; a credit has a negative amount and names what it credits.

    `credited` is what issued credits take off (never more than 0), `paid` what parts of payments
    were counted for it, and `open` what is left of the amount: amount + credited - paid where it is
    issued, else 0. `days_overdue` is counted anew each night. `tax_number` is that of the tax
    invoice, which the tax office gives.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        *record_indexes(
            "invoices",
            "name_sort",
            "number_sort",
            "days_overdue",
            walked=("status", "settlement"),
        ),
        Index("ix_invoices_account", "account_id", "due_on", "id", postgresql_where=LIVE),
        Index("ix_invoices_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_invoices_order", "order_id", "id", postgresql_where=LIVE),
        Index("ix_invoices_contract", "contract_id", "id", postgresql_where=LIVE),
        Index("ix_invoices_instalment", "instalment_id", "id", postgresql_where=LIVE),
        Index("ix_invoices_credits", "credits_id", "id", postgresql_where=LIVE),
        Index("ix_invoices_due", "due_on", "id", postgresql_where=STANDING),
        Index("ix_invoices_issued", "issued_on", "id", postgresql_where=STANDING),
        # Two numbers that differ in their case alone are one.
        Index("uq_invoices_number", text("lower(number)"), unique=True, postgresql_where=NUMBERED),
        CheckConstraint("amount <> 0 AND (credits_id IS NULL) = (amount > 0)", name="amount"),
        CheckConstraint(
            "credited <= 0 AND paid >= 0 AND (credits_id IS NOT NULL OR amount + credited >= paid)",
            name="paid",
        ),
    )

    is_decided = False  # Whether an action changes what is fixed otherwise; no column.
    credits = cast("Any", None)  # The id that `create` was handed, until it is read; no column.
    # The customer, where it was fetched for many at once; no column.
    of_account = cast("Any", None)
    number: Mapped[Short | None]
    number_sort: Mapped[SortKey]
    tax_number: Mapped[Short | None]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    status: Mapped[Choice] = mapped_column(default=REQUESTED)
    kind: Mapped[Choice] = mapped_column(default="ordinary")
    account_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    order_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("orders.id"), info={"kind": "reference"}
    )
    contract_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contracts.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    instalment_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("instalments.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    credits_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("invoices.id"), info={"kind": "reference"}
    )
    amount: Mapped[Money]
    tax: Mapped[Money | None]
    credited: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    paid: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    open: Mapped[Money] = mapped_column(default=Decimal(0), server_default="0")
    settlement: Mapped[Choice | None]
    days_overdue: Mapped[Whole] = mapped_column(default=0, server_default="0")
    payment_days: Mapped[Whole | None]
    issued_on: Mapped[Day | None]
    due_on: Mapped[Day | None]
    cancelled_at: Mapped[Moment | None]
    cancel_reason: Mapped[LongText | None]
    is_disputed: Mapped[Flag] = mapped_column(default=False, server_default="false")
    dispute_reason: Mapped[LongText | None]
    title: Mapped[Name | None]
    tax_id: Mapped[Short | None]
    bank_details: Mapped[LongText | None]

    @property
    def is_credit(self) -> bool:
        """True where it takes back what another invoice asked for."""
        return self.credits_id is not None

    @property
    def is_requested(self) -> bool:
        """True until it is issued or cancelled: then it may still be changed."""
        return self.status == REQUESTED

    @property
    def is_owed(self) -> bool:
        """True where something of it is still to be paid."""
        return self.status == ISSUED and not self.is_credit and self.open > 0
