"""Activity plans: what is usually done with a record, step by step, and where that is under way."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Localized, Moment


class Plan(Base):
    """A template of steps for records of certain types.

    A step holds its `kind`, its `subject` by language, how many `days` after the start it is due,
    counted in the `unit` days or working_days, and `who` does it: owner (of the record), starter,
    or the id of a user.
    """

    __tablename__ = "activity_plans"

    id: Mapped[Id]
    name: Mapped[Localized]
    record_types: Mapped[list[str]] = mapped_column(JSONB)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    is_retired: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.


class PlanRun(Base):
    """A plan that was started with a record; its steps are the activities that name it.

    It is under way while a step is open, unless it was stopped, which takes the open ones away.
    `batch_id` is that of the change of many records that began it, so that its undoing stops this
    run alone.
    """

    __tablename__ = "activity_plan_runs"
    __table_args__ = (Index("ix_activity_plan_runs_record", "record_type", "record_id"),)

    id: Mapped[Id]
    plan_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Plan.id))
    record_type: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[UUID] = mapped_column(Uuid)
    started_at: Mapped[Moment]
    started_by_id: Mapped[UUID | None] = mapped_column(Uuid)
    stopped_at: Mapped[datetime | None]
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)
