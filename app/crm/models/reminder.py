"""Reminders: when whose activity is to be brought to mind."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.models.activity import Activity
from app.identity.models import User
from app.kernel.model import Base, Moment


class Reminder(Base):
    """One reminder that is still to come: of an activity, to its owner, at a moment.

    It is removed in the transaction in which its person is told, so nobody is told twice.
    """

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_at", "at"), Index("ix_reminders_user", "user_id"))

    activity_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(Activity.id, ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    at: Mapped[Moment]
