"""The table of a workspace's own fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Localized, Moment


class CustomField(Base):
    """One field that a workspace added to a record type; its values lie in the record's `custom`.

    `key` begins with `x_` and never changes. `options` are those of a choice: a list of `value`,
    `label` by language, `colour`, `retired`. `default` is a value as JSON holds it. `conditions`
    say when it is `visible`, `required` and `readonly`. `settings` hold what only some kinds know:
    `to`, `decimals`. A retired field keeps its values and is shown nowhere. `indexed_at` tells
    since when lists find and order by it through an index.
    """

    __tablename__ = "custom_fields"
    __table_args__ = (Index("uq_custom_fields_key", "record_type", "key", unique=True),)

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[Localized]
    help: Mapped[Localized]
    position: Mapped[int] = mapped_column(Integer)
    is_required: Mapped[bool] = mapped_column(Boolean, default=False)
    is_unique: Mapped[bool] = mapped_column(Boolean, default=False)
    is_personal: Mapped[bool] = mapped_column(Boolean, default=False)
    is_filterable: Mapped[bool] = mapped_column(Boolean, default=False)
    default: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    conditions: Mapped[Document]
    settings: Mapped[Document]
    indexed_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own shape.
