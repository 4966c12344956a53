"""The table of reports that were made in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Id, Moment
from app.reports.models import NAME

KEPT = timedelta(days=7)  # As long a result can be looked at.


class ReportRun(Base):
    """One report made in the background for `user_id`; its id is that of its work too.

    `digest` names the definition, `sight` what its reader could see when it was asked for: the
    result is shown as long as that is the same. `result` are the rows of its statement as `packed`
    writes them, counted at `as_of`. Its state is that of its work.
    """

    __tablename__ = "report_runs"
    __table_args__ = (
        Index("ix_report_runs_user", "user_id", "digest", "created_at"),
        Index("ix_report_runs_created_at", "created_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME))
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(String(64))
    sight: Mapped[str] = mapped_column(String(64))
    via: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    language: Mapped[str] = mapped_column(String(10))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    as_of: Mapped[datetime | None]
    created_at: Mapped[Moment]
