"""Contract: what was agreed with a customer, from when to when, and how it is paid."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import (
    Base,
    Choice,
    Day,
    Id,
    LongText,
    Money,
    Name,
    Percent,
    Short,
    SortKey,
    Whole,
)
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced

DRAFT, SIGNED, ACTIVE, ENDED, TERMINATED = "draft", "signed", "active", "ended", "terminated"
RUNNING = (SIGNED, ACTIVE)
AUTOMATIC, AGREED, NEVER = "automatic", "agreement", "never"
USUAL_NOTICE = 60  # Days before its end at which a contract comes up again.
NUMBERED = text("deleted_at IS NULL AND number IS NOT NULL")
UNPAID = text("next_due_on IS NOT NULL AND deleted_at IS NULL")


class Contract(Priced, Record):
    """What was agreed with a customer, signed on a day, in force from one day to another.

    `notice_on` is the day from which its renewal is to be talked about, and `noticed_on` the one on
    which its owner was told. `previous_id` names the contract that it renews, `next_id` the one
    that renews it. Of its instalments it keeps how many there are and were paid, how much came in,
    and `next_due_on`, the earliest day on which one that was not paid is due.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        *record_indexes(
            "contracts", "name_sort", "number_sort", walked=("status", "kind", "renews")
        ),
        Index("ix_contracts_account", "account_id", "id", postgresql_where=LIVE),
        Index("ix_contracts_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_contracts_opportunity", "opportunity_id", "id", postgresql_where=LIVE),
        Index("ix_contracts_quote", "quote_id", "id"),
        Index("ix_contracts_order", "order_id", "id"),
        Index("ix_contracts_previous", "previous_id", "id"),
        Index("ix_contracts_next", "next_id", "id"),
        Index("ix_contracts_starts_on", "status", "starts_on", "id", postgresql_where=LIVE),
        Index("ix_contracts_ends_on", "status", "ends_on", "id", postgresql_where=LIVE),
        Index("ix_contracts_notice_on", "status", "notice_on", "id", postgresql_where=LIVE),
        Index("ix_contracts_next_due_on", "next_due_on", "id", postgresql_where=UNPAID),
        # Two numbers that differ in their case alone are one.
        Index("uq_contracts_number", text("lower(number)"), unique=True, postgresql_where=NUMBERED),
        CheckConstraint("ends_on >= starts_on", name="days"),
    )

    is_decided = False  # Whether an action changes what is fixed otherwise; no column.
    is_of_sale = cast("bool | None", None)  # Known once its opportunity was asked; no column.
    of_account = cast("Any", None)  # The customer, where fetched for many at once; no column.
    instalments = cast("Any", None)  # What `create` was handed, until it is written; no column.
    number: Mapped[Short | None]
    number_sort: Mapped[SortKey]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    status: Mapped[Choice] = mapped_column(default=DRAFT)
    kind: Mapped[Choice | None]
    account_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    opportunity_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("opportunities.id"), info={"kind": "reference"}
    )
    quote_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("quotes.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    order_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("orders.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    previous_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contracts.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    next_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contracts.id", ondelete="SET NULL"), info={"kind": "reference"}
    )
    amount: Mapped[Money | None]
    payment_days: Mapped[Whole | None]
    signed_on: Mapped[Day | None]
    starts_on: Mapped[Day | None]
    ends_on: Mapped[Day | None]
    notice_days: Mapped[Whole | None] = mapped_column(default=USUAL_NOTICE)
    notice_on: Mapped[Day | None]
    noticed_on: Mapped[Day | None]
    renews: Mapped[Choice] = mapped_column(default=AGREED)
    our_signatory: Mapped[Name | None]
    their_signatory: Mapped[Name | None]
    terminated_on: Mapped[Day | None]
    terminate_reason: Mapped[LongText | None]
    note: Mapped[LongText | None]
    exceptions: Mapped[Whole] = mapped_column(default=0, server_default="0")
    instalment_count: Mapped[Whole] = mapped_column(default=0, server_default="0")
    collected_count: Mapped[Whole] = mapped_column(default=0, server_default="0")
    progress: Mapped[Short | None]
    collected: Mapped[Money | None]
    collected_share: Mapped[Percent | None]
    next_due_on: Mapped[Day | None]

    @property
    def is_draft(self) -> bool:
        """True while all of it may still be changed."""
        return self.status == DRAFT

    @property
    def is_running(self) -> bool:
        """True from its signature until its end."""
        return self.status in RUNNING


class Instalment(Base):
    """One part of what a contract comes to: how much, and by when it is to be paid.

    It is due on a day (`due_by` is date), or `days` after a milestone, once that was reached on
    `reached_on`; `milestone` are the words of one of their own. `share` is its percentage where it
    was agreed so; `amount` follows from it. `reminded_on` is when its owner was told that it is
    overdue.
    """

    __tablename__ = "instalments"
    __table_args__ = (
        Index("ix_instalments_contract", "contract_id", "position", "id"),
        Index("ix_instalments_due_on", "due_on", "id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("days >= 0", name="days"),
    )

    id: Mapped[Id]
    contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contracts.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[Name]
    share: Mapped[Percent | None]
    amount: Mapped[Money]
    due_by: Mapped[Choice]
    milestone: Mapped[Short | None]
    days: Mapped[int] = mapped_column(Integer, default=0)
    reached_on: Mapped[Day | None]
    due_on: Mapped[Day | None]
    reminded_on: Mapped[Day | None]
