"""Rules of approval, requests that wait for it, who is asked, and who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Document, Id, Moment

WAITS = text("state = 'waiting'")


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    RECALLED = "recalled"
    GONE = "gone"  # Its record is.


class Answer(StrEnum):
    """What somebody who was asked has said."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    PASSED_ON = "passed_on"
    SPARED = "spared"  # It was decided without them.
    LEFT = "left"  # They may not sign in any more, or lost the role by which they were asked.


class Came(StrEnum):
    """How somebody came to be asked, which says until when they may answer."""

    NAMED = "named"  # By the rule: as long as it would name them.
    MANAGING = "managing"  # For want of those, or as it was late: as long as they manage approvals.
    HANDED_ON = "handed_on"  # By somebody who was asked: as long as they may sign in.


class Late(StrEnum):
    """What happens when an answer is late, beside that it is told."""

    TELL = "tell"  # Nothing further.
    ASK = "ask"  # Those who manage approvals are asked too.
    REJECT = "reject"  # It is rejected.


class Lock(StrEnum):
    """What nobody can change while a request waits."""

    NOTHING = "nothing"
    FIELDS = "fields"
    RECORD = "record"


class ApprovalRule(Base):
    """A verb on a record type that is held back until somebody approves it.

    `verbs` are those it is about, `fields` the fields whose change it looks at (none: any),
    `filter` the conditions on the record as it would be. `levels` are asked one after the other
    (see `facts.Level`). With `four_eyes` nobody approves what they asked for themselves. A rule
    that was removed stays as `retired`, as requests were made by it. `has_locked` says that it
    locked something once: what waits since then keeps its lock, however the rule is changed.
    """

    __tablename__ = "approval_rules"
    __table_args__ = (
        Index("ix_approval_rules_type", "record_type", "position"),
        CheckConstraint("locks IN ('nothing', 'fields', 'record')", name="locks"),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    record_type: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    verbs: Mapped[list[str]] = mapped_column(ARRAY(String(60)))
    fields: Mapped[list[str]] = mapped_column(ARRAY(String(80)))
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    levels: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    locks: Mapped[str] = mapped_column(String(10))
    has_locked: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    four_eyes: Mapped[bool] = mapped_column(Boolean)
    is_on: Mapped[bool] = mapped_column(Boolean)
    retired_at: Mapped[datetime | None]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class ApprovalRequest(Base):
    """A change that waits: what was asked of the door, by whom, and how far its levels came.

    `seen_version` is the record's when it was asked, `changes` [old, new] by field. `passes` are
    what its approval meets, `reasons` why, in words, `levels` who is asked, `level` which of them
    now. `scopes` narrow what is done to the token that asked. `mark` tells a request that is made
    twice from another. Which version somebody agreed to stands in their step.
    """

    __tablename__ = "approval_requests"
    __table_args__ = (
        Index("ix_approval_requests_record", "record_type", "record_id"),
        Index("ix_approval_requests_requester", "requester_id", "created_at"),
        Index("ix_approval_requests_state", "state", "created_at"),
        Index("ix_approval_requests_batch", "batch_id"),
        Index("uq_approval_requests_mark", "mark", unique=True, postgresql_where=WAITS),
        CheckConstraint(
            "state IN ('waiting', 'approved', 'rejected', 'recalled', 'gone')", name="state"
        ),
    )

    id: Mapped[Id]
    record_type: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[UUID | None] = mapped_column(Uuid)
    account_id: Mapped[UUID | None] = mapped_column(Uuid)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(String(300))
    verb: Mapped[str] = mapped_column(String(60))
    inputs: Mapped[Document]
    seen_version: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[Document]
    passes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    levels: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    level: Mapped[int] = mapped_column(Integer)
    locks: Mapped[str] = mapped_column(String(10))
    requester_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey(User.id))
    scopes: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    via: Mapped[str] = mapped_column(String(20))
    batch_id: Mapped[UUID | None] = mapped_column(Uuid)
    mark: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[Moment]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """True while it waits."""
        return self.state == State.WAITING


class ApprovalStep(Base):
    """Somebody who was asked about a request, on one of its levels, and what they said."""

    __tablename__ = "approval_steps"
    __table_args__ = (
        Index("ix_approval_steps_request", "request_id", "level"),
        Index("ix_approval_steps_waiting", "user_id", "request_id", postgresql_where=WAITS),
    )

    id: Mapped[Id]
    request_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(ApprovalRequest.id, ondelete="CASCADE")
    )
    level: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    state: Mapped[str] = mapped_column(String(20))
    came: Mapped[str] = mapped_column(String(20), default=Came.NAMED, server_default="named")
    by_id: Mapped[UUID | None] = mapped_column(Uuid)  # Who said it: they, or who stands in.
    seen_version: Mapped[int | None] = mapped_column(Integer)  # The record's that they agreed to.
    at: Mapped[datetime | None]


class ApprovalNote(Base):
    """One line of what happened to a request: asked, approved, a comment, a reminder."""

    __tablename__ = "approval_notes"
    __table_args__ = (Index("ix_approval_notes_request", "request_id", "at"),)

    id: Mapped[Id]
    request_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(ApprovalRequest.id, ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    other_id: Mapped[UUID | None] = mapped_column(Uuid)  # To whom it was handed on, for whom.
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]


class ApprovalAbsence(Base):
    """Days on which `stand_in_id` decides for `user_id` as well, both days included."""

    __tablename__ = "approval_absences"
    __table_args__ = (
        Index("ix_approval_absences_user", "user_id", "until_on"),
        Index("ix_approval_absences_stand_in", "stand_in_id", "until_on"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    stand_in_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[Moment]
