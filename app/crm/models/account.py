"""Account: an organisation or a person we do business with, or hope to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.models.steps import HasSteps
from app.kernel.model import (
    Choice,
    Country,
    Email,
    EndKey,
    LongText,
    Name,
    Percent,
    Phone,
    Short,
    SortKey,
    Url,
    Whole,
)
from app.records.model import FREE, LIVE, Record, folded, or_earliest, record_indexes

PROSPECT, CUSTOMER = "prospect", "customer"  # How far a sale to them has come.
COLLECTIVE = "collective"  # The kind of one that stands for buyers whom nobody knows by name.
NUMBERED = text("deleted_at IS NULL AND number IS NOT NULL")
# The same for who reads in this order: the planner knows a condition by how it is written.
ORDERED = text('deleted_at IS NULL AND (lower(number) COLLATE "C") IS NOT NULL')
WALKED = (
    "kind",
    "customer_kind",
    "lifecycle",
    "industry",
    "size",
    "source",
    "country",
    "language",
)


class Account(HasSteps, Record):
    """A customer, a prospect, a distributor, a partner or a competitor."""

    __tablename__ = "accounts"
    __table_args__ = (
        *record_indexes(
            "accounts",
            "name_sort",
            "city_sort",
            "province_sort",
            "district_sort",
            "address_sort",
            moments=("last_activity_at", "next_step_at"),
            walked=WALKED,
            texts=("email", "phone", "website", "business_id"),
        ),
        # Two numbers that differ in their case alone are one; who has none costs no entry.
        Index("uq_accounts_number", text("lower(number)"), unique=True, postgresql_where=NUMBERED),
        Index("ix_accounts_by_number", folded("number"), "id", postgresql_where=ORDERED),
        Index("ix_accounts_parent", "parent_id", "id", postgresql_where=LIVE),
        Index("ix_accounts_next_step", "next_step_at", "id", postgresql_where=LIVE),
        # A board's column in the list's usual order.
        Index(
            "ix_accounts_board",
            "lifecycle",
            or_earliest("last_activity_at"),
            "id",
            postgresql_where=LIVE,
        ),
        # The pool in the list's usual order.
        Index("ix_accounts_pool", or_earliest("last_activity_at"), "id", postgresql_where=FREE),
        CheckConstraint("parent_id <> id", name="parent"),
    )

    is_renamed = False  # Told by `prepare_account` to the hook that follows; no column.
    number: Mapped[Short | None]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    kind: Mapped[Choice] = mapped_column(default="organisation")
    customer_kind: Mapped[Choice | None]
    lifecycle: Mapped[Choice] = mapped_column(default=PROSPECT)
    parent_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    phone: Mapped[Phone | None]
    email: Mapped[Email | None]
    website: Mapped[Url | None]
    industry: Mapped[Choice | None]
    size: Mapped[Choice | None]
    source: Mapped[Choice | None]
    business_id: Mapped[Short | None]
    tax_profile: Mapped[LongText | None]
    discount: Mapped[Percent | None]
    payment_days: Mapped[Whole | None]
    payment_record: Mapped[Choice | None]
    country: Mapped[Country | None]
    language: Mapped[Choice | None]
    province: Mapped[Short | None]
    province_sort: Mapped[EndKey | None]
    city: Mapped[Short | None]
    city_sort: Mapped[EndKey | None]
    district: Mapped[Short | None]
    district_sort: Mapped[EndKey | None]
    address: Mapped[Name | None]
    address_sort: Mapped[EndKey | None]
