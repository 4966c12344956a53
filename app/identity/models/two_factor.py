"""What opens a workspace when the person's phone with the codes is away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models.people import User
from app.kernel.model import Base, Digest, Id, Moment


class RecoveryCode(Base):
    """A code that stands in for one from the phone, once; only its digest is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("uq_recovery_codes_digest", "user_id", "digest", unique=True),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    digest: Mapped[Digest]
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None]
