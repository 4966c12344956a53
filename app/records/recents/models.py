"""The table of what was opened."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Moment


class OpenedRecord(Base):
    """A record whose page somebody opened, and when last; a few for each person.

    No index holds `at`, so that opening a record again touches none.
    """

    __tablename__ = "opened_records"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id), primary_key=True)
    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[Moment]
