"""A firm's consent that somebody of the service looks into its workspace."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Digest, Id, Moment

OPEN = text("ended_at IS NULL")


class SupportGrant(Base):
    """One consent: by whom, until when, whether to change anything, and what became of it.

    The code is told to the service and works once; with it an operator gets a ticket, which works
    once within a minute, and with that a session here. Of all three the digest is kept.
    """

    __tablename__ = "support_grants"
    __table_args__ = (
        Index("uq_support_grants_open", text("(1)"), unique=True, postgresql_where=OPEN),
        Index("uq_support_grants_token", "token_digest", unique=True),
        Index("ix_support_grants_created_at", "created_at"),
    )

    id: Mapped[Id]
    granted_by_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(String(500))
    may_write: Mapped[bool] = mapped_column(Boolean)
    code_digest: Mapped[Digest]
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    operator_id: Mapped[UUID | None] = mapped_column(Uuid)
    operator_name: Mapped[str] = mapped_column(String(200), default="")
    entered_at: Mapped[datetime | None]
    ticket_digest: Mapped[str | None] = mapped_column(String(64))
    ticket_until: Mapped[datetime | None]
    token_digest: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
