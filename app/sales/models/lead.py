"""Lead: somebody who may want something, before we know whether they will be a customer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.models.steps import HasSteps
from app.kernel.model import (
    Choice,
    Country,
    Email,
    EndKey,
    LongText,
    Moment,
    Name,
    Phone,
    Short,
    SortKey,
    Url,
)
from app.records.model import FREE, LIVE, Record, or_earliest, record_indexes

WALKED = ("status", "rating", "source", "industry", "disqualify_reason", "country")


class Lead(HasSteps, Record):
    """An enquiry, a card from a fair, a recommendation; `name` is that of the person or the firm.

    Once it is converted, `account_id`, `contact_id` and `opportunity_id` say what it became, and it
    stays as it was.
    """

    __tablename__ = "leads"
    __table_args__ = (
        *record_indexes(
            "leads",
            "name_sort",
            "company_sort",
            "city_sort",
            moments=("last_activity_at", "next_step_at", "converted_at"),
            walked=WALKED,
            texts=("email", "phone"),
        ),
        Index("ix_leads_account", "account_id", "id", postgresql_where=LIVE),
        Index("ix_leads_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_leads_opportunity", "opportunity_id", "id", postgresql_where=LIVE),
        Index("ix_leads_next_step", "next_step_at", "id", postgresql_where=LIVE),
        # A board's column in the list's usual order, and the pool in the same.
        Index("ix_leads_board", "status", "created_at", "id", postgresql_where=LIVE),
        Index("ix_leads_pool", or_earliest("last_activity_at"), "id", postgresql_where=FREE),
    )

    is_decided = False  # Whether an action gives the state that is no longer open; no column.
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    last_name: Mapped[Short | None]
    first_name: Mapped[Short | None]
    company: Mapped[Name | None]
    company_sort: Mapped[EndKey | None]
    title: Mapped[Short | None]
    phone: Mapped[Phone | None]
    email: Mapped[Email | None]
    wechat: Mapped[Short | None]
    website: Mapped[Url | None]
    need: Mapped[LongText | None]
    status: Mapped[Choice] = mapped_column(default="new")
    rating: Mapped[Choice | None]
    source: Mapped[Choice | None]
    industry: Mapped[Choice | None]
    country: Mapped[Country | None]
    province: Mapped[Short | None]
    city: Mapped[Short | None]
    city_sort: Mapped[EndKey | None]
    address: Mapped[Name | None]
    disqualify_reason: Mapped[Choice | None]
    converted_at: Mapped[Moment | None]
    account_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    opportunity_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("opportunities.id"), info={"kind": "reference"}
    )

    @property
    def is_open(self) -> bool:
        """True while nobody decided what becomes of it."""
        return self.status not in ("converted", "disqualified") and self.deleted_at is None
