"""Contact: a person we know, usually at an account."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.models.steps import HasSteps
from app.kernel.model import Choice, Email, EndKey, Name, Phone, Short, SortKey
from app.records.model import LIVE, Record, record_indexes


class Contact(HasSteps, Record):
    """A person; `name` is the whole name in the order of its script, made from its parts."""

    __tablename__ = "contacts"
    __table_args__ = (
        *record_indexes(
            "contacts",
            "name_sort",
            "last_name_sort",
            "first_name_sort",
            "title_sort",
            moments=("last_activity_at", "next_step_at"),
            walked=("language",),
            texts=("email", "phone", "wechat"),
        ),
        Index("ix_contacts_account", "account_id", "name_sort", postgresql_where=LIVE),
        Index("ix_contacts_next_step", "next_step_at", "id", postgresql_where=LIVE),
    )

    # What `gather_contacts` found: the account and its name; no column.
    firm = cast("tuple[UUID | None, str] | None", None)
    first_name: Mapped[Short | None]
    first_name_sort: Mapped[EndKey | None]
    last_name: Mapped[Short | None]
    last_name_sort: Mapped[EndKey | None]
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    title: Mapped[Short | None]
    title_sort: Mapped[EndKey | None]
    email: Mapped[Email | None]
    phone: Mapped[Phone | None]
    wechat: Mapped[Short | None]
    language: Mapped[Choice | None]
    account_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
