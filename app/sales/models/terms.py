"""What may be agreed with customers of a size and a payment record: one row for a workspace."""

from __future__ import annotations

from sqlalchemy import Boolean, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment


class TermsSettings(Base):
    """The terms: `cells` by size and payment record, `big_sizes` the sizes that count as big."""

    __tablename__ = "sales_terms"

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    is_on: Mapped[bool] = mapped_column(Boolean)
    big_sizes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cells: Mapped[Document]
    # From when a customer is proposed as one who pays well, or badly; empty means the usual.
    judging: Mapped[Document] = mapped_column(default=dict, server_default="{}")
    updated_at: Mapped[Moment]
