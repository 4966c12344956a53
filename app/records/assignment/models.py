"""The tables of assignment: the rules of a workspace, and whose turn it was."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Document, Id, Moment


class AssignmentRule(Base):
    """Records of a type of which `conditions` hold go to the people of a team or a role.

    `user_ids` are people who are named, beside the group or in its place.

    Rules are tried in the order of `position`. `capacity` is how many records of the type somebody
    may own; with `in_hours` the rule rests while the calendar (the default one where none is named)
    is closed.
    """

    __tablename__ = "assignment_rules"
    __table_args__ = (
        Index("ix_assignment_rules_type", "record_type", "position"),
        CheckConstraint("group_kind IN ('team', 'role')", name="group_kind"),
        CheckConstraint("strategy IN ('in_turn', 'least_load')", name="strategy"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("group_id IS NOT NULL OR user_ids <> '{}'", name="people"),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(100))
    conditions: Mapped[Document]
    group_kind: Mapped[str | None] = mapped_column(String(10))
    group_id: Mapped[UUID | None] = mapped_column(Uuid)
    user_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    strategy: Mapped[str] = mapped_column(String(20))
    capacity: Mapped[int | None] = mapped_column(Integer)
    in_hours: Mapped[bool]
    calendar_id: Mapped[UUID | None] = mapped_column(Uuid)
    is_on: Mapped[bool]
    created_at: Mapped[Moment]
    created_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class AssignmentTurn(Base):
    """When somebody had their last turn by a rule: a number that only grows."""

    __tablename__ = "assignment_turns"

    rule_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(AssignmentRule.id, ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    turn: Mapped[int] = mapped_column(BigInteger)
