"""Pipelines and their stages: the ways that a sale goes, as a workspace has laid them out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.ids import new_id
from app.kernel.model import Base, Choice, Localized, Moment, Percent

KEY = 36  # Characters of an id as a text, as records hold what is chosen.


def new_key() -> str:
    """A new id as a text."""
    return str(new_id())


class Pipeline(Base):
    """An ordered path of stages; the first one that is in use is that of new opportunities.

    `version` counts its own changes and those of its stages.
    """

    __tablename__ = "pipelines"

    id: Mapped[str] = mapped_column(String(KEY), primary_key=True, default=new_key)
    name: Mapped[Localized]
    position: Mapped[int] = mapped_column(Integer)
    is_retired: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {  # noqa: RUF012  SQLAlchemy's own shape.
        "version_id_col": version,
        "version_id_generator": False,
    }


class Stage(Base):
    """One step of a pipeline.

    `probability` is the usual chance of winning, in percent; `required` are the keys of the fields
    that an opportunity must have from here on. After `stale_after` days in it a card is marked, and
    never where that is 0. A retired stage stays on the opportunities that were closed in it.
    """

    __tablename__ = "stages"
    __table_args__ = (Index("ix_stages_pipeline", "pipeline_id", "position"),)

    id: Mapped[str] = mapped_column(String(KEY), primary_key=True, default=new_key)
    pipeline_id: Mapped[str] = mapped_column(String(KEY), ForeignKey(Pipeline.id))
    name: Mapped[Localized]
    position: Mapped[int] = mapped_column(Integer)
    probability: Mapped[Percent]
    forecast_category: Mapped[Choice]
    colour: Mapped[str] = mapped_column(String(20), default="")
    stale_after: Mapped[int] = mapped_column(Integer, default=0)
    required: Mapped[list[str]] = mapped_column(JSONB)
    retired_at: Mapped[datetime | None]
