"""The table of senders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Id, Moment


class Sender(Base):
    """An address that mails come from, besides each person's own.

    One with a `user_id` is a further address of that person; any other is shared by the people
    whose roles are among `role_ids`. It is used once it was `confirmed_at` some moment; until then
    a code that was mailed to it is asked for, until `code_until`.
    """

    __tablename__ = "mail_senders"
    __table_args__ = (
        Index("uq_mail_senders_key", "address_key", "user_id", unique=True),
        Index(
            "uq_mail_senders_shared",
            "address_key",
            unique=True,
            postgresql_where=text("user_id IS NULL"),
        ),
    )

    id: Mapped[Id]
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(100))
    signature: Mapped[str] = mapped_column(Text, default="", server_default="")
    reply_to: Mapped[str | None] = mapped_column(String(254))
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    role_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    confirmed_at: Mapped[datetime | None]
    code: Mapped[str | None] = mapped_column(String(64))  # A digest.
    code_until: Mapped[datetime | None]
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    @property
    def is_shared(self) -> bool:
        """True for an address of the firm."""
        return self.user_id is None
