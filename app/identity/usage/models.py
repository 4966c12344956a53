"""The rows that count what a workspace uses; they lie inside it and are locked on use."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment


class UsageSlot(Base):
    """One of the rows that count one kind together.

    `room` is what may still be counted here while the limit is `most`; all rooms of a kind and
    what is `used` are never more than that, so whoever holds one row needs none of the others.
    """

    __tablename__ = "usage_slots"
    __table_args__ = (
        Index("uq_usage_slots_kind_slot", "kind", "slot", unique=True),
        CheckConstraint("room >= 0", name="room"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    slot: Mapped[int] = mapped_column(Integer)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    room: Mapped[int] = mapped_column(BigInteger, default=0)
    most: Mapped[int] = mapped_column(BigInteger, default=0)


class SeatBound(Base):
    """The one row at which everybody waits who takes a seat or gives some back.

    `bought` is how many seats the firm pays for; none where it does not pay by seat (yet). `held`
    is how many it is about to pay for: until that is known, nobody may take more.
    """

    __tablename__ = "seat_bounds"
    __table_args__ = (
        Index("uq_seat_bounds_one", "is_the_one", unique=True),
        CheckConstraint("is_the_one", name="one"),
        CheckConstraint("bought >= 0", name="bought"),
        CheckConstraint("held >= 0", name="held"),
    )

    id: Mapped[Id]
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True)
    bought: Mapped[int | None] = mapped_column(Integer)
    held: Mapped[int | None] = mapped_column(Integer)


class UsageNotice(Base):
    """That the workspace was told how near it is to a limit, once for each stretch of nearness."""

    __tablename__ = "usage_notices"
    __table_args__ = (Index("uq_usage_notices_kind", "kind", unique=True),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    percent: Mapped[int] = mapped_column(Integer)  # 80 or 100.
    told_at: Mapped[Moment]


class BillReminder(Base):
    """That the firm was reminded of what is to be paid by a moment; `step` is how often by now."""

    __tablename__ = "bill_reminders"
    __table_args__ = (Index("uq_bill_reminders_pay_by", "pay_by", unique=True),)

    id: Mapped[Id]
    pay_by: Mapped[Moment]
    step: Mapped[int] = mapped_column(Integer)
    told_at: Mapped[Moment]
