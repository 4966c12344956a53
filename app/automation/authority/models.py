"""How far a role may go, and by which field customers are told apart for it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import Role
from app.kernel.model import Base, Id, Moment

ANY = ""  # The class of customers that have no line of their own.


class AuthorityLimit(Base):
    """Up to where a role may agree to `subject` for customers of a class; None: as far as it likes.

    Where a role has no line, it may agree to nothing of the subject by itself.
    """

    __tablename__ = "authority_limits"
    __table_args__ = (
        Index("uq_authority_limits_cell", "role_id", "subject", "customer_class", unique=True),
    )

    id: Mapped[Id]
    role_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Role.id, ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(80))
    customer_class: Mapped[str] = mapped_column(String(60))
    most: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    updated_at: Mapped[Moment]


class AuthorityClass(Base):
    """The field by which records of a type, the customers, are told apart."""

    __tablename__ = "authority_classes"

    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    field: Mapped[str] = mapped_column(String(80))
