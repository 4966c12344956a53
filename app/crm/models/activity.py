"""Activity: anything done or planned with a record; one table for every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Choice, EndKey, Flag, LongText, Moment, Name, Whole
from app.records.mentions.model import MentioningRecord
from app.records.model import LIVE, or_earliest, record_indexes

OPEN = text("deleted_at IS NULL AND done_at IS NULL")
LONG = text("deleted_at IS NULL AND minutes >= 1440")
IN_PLAN = text("plan_run_id IS NOT NULL")
PROMISED = text("deleted_at IS NULL AND is_promise")
OPEN_PROMISE = text("deleted_at IS NULL AND done_at IS NULL AND is_promise")


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to plan when an activity is done, and the id of what was planned.

    `back_id` is that of what goes again as the activity is reopened.
    """

    asked: Mapping[str, Any] | None = None
    planned_id: UUID | None = None
    back_id: UUID | None = None


class Activity(MentioningRecord):
    """A follow-up, note, task, call, meeting, visit or mail: done at `done_at`, or due at `due_at`.

    `done_by_id` is who did it, or said that it was done; its owner may be somebody else. `outcome`
    tells how what was planned went. `is_promise` says that the customer was promised it by
    `due_at`.

    `all_day` says that it is due on a day and at no hour of it: `due_at` is the end of that day on
    the firm's clock then (`kernel/days.py`).

    `at` is the moment by which a timeline sorts it: done, else due, else created. `about_type` and
    `about_id` name the record it was written on; `next_at` asks for the next follow-up. A step of
    an activity plan names the run that it belongs to.
    """

    __tablename__ = "activities"
    __table_args__ = (
        *record_indexes(
            "activities",
            "at",
            "subject_sort",
            moments=("due_at",),
            walked=("kind", "way", "done_by_id"),
        ),
        Index("ix_activities_open_owner", "owner_id", "due_at", postgresql_where=OPEN),
        # A board's column in the list's usual order, and the days of the calendar.
        Index("ix_activities_board", "kind", "at", "id", postgresql_where=LIVE),
        Index("ix_activities_due", "due_at", "id", postgresql_where=LIVE),
        # What goes on for days stands in a calendar on days long after it began.
        Index("ix_activities_long", "due_at", postgresql_where=LONG),
        Index("ix_activities_account", "account_id", "at", postgresql_where=LIVE),
        Index("ix_activities_contact", "contact_id", "at", postgresql_where=LIVE),
        Index("ix_activities_plan_run", "plan_run_id", postgresql_where=IN_PLAN),
        # Promises are few: what finds them costs nothing with the other rows.
        Index("ix_activities_is_promise", "id", postgresql_where=PROMISED),
        Index(
            "ix_activities_open_promises",
            or_earliest("due_at"),
            "id",
            postgresql_where=OPEN_PROMISE,
        ),
        Index("ix_activities_promised_account", "account_id", postgresql_where=OPEN_PROMISE),
        Index("ix_activities_promised_contact", "contact_id", postgresql_where=OPEN_PROMISE),
        CheckConstraint("NOT is_promise OR due_at IS NOT NULL", name="promise_due"),
        CheckConstraint("NOT all_day OR due_at IS NOT NULL", name="all_day_due"),
        Index(
            "ix_activities_mentions",
            "mentions",
            postgresql_using="gin",
            postgresql_where=text("mentions IS NOT NULL"),
        ),
    )

    promises_next = False  # Of a follow-up: what it plans is the promise; no column.
    moves = False  # Whether the change under way moves its reminder; no column.
    next_step = NextStep()  # Told by `complete` to the hook that follows; no column.
    # What `gather` found: the contact and its account; no column.
    person = cast("tuple[UUID | None, UUID | None] | None", None)
    kind: Mapped[Choice]
    subject: Mapped[Name]
    subject_sort: Mapped[EndKey | None]
    body: Mapped[LongText | None]
    way: Mapped[Choice | None]
    due_at: Mapped[Moment | None]
    all_day: Mapped[Flag] = mapped_column(default=False, server_default=text("false"))
    is_promise: Mapped[Flag] = mapped_column(default=False, server_default=text("false"))
    done_at: Mapped[Moment | None]
    done_by_id: Mapped[UUID | None] = mapped_column(Uuid, info={"kind": "reference"})
    outcome: Mapped[LongText | None]
    next_at: Mapped[Moment | None]
    minutes: Mapped[Whole | None]
    remind: Mapped[Choice | None]  # How long before; None: as its owner usually has it.
    at: Mapped[Moment]
    account_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    about_type: Mapped[str | None] = mapped_column(String(60))
    about_id: Mapped[UUID | None] = mapped_column(Uuid)
    plan_run_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("activity_plan_runs.id", ondelete="SET NULL")
    )

    @property
    def is_open(self) -> bool:
        """True when it is planned and not yet done."""
        return self.done_at is None and self.deleted_at is None


class ActivityLink(Base):
    """One record on whose timeline an activity stands: its own, its customer's, its contact's."""

    __tablename__ = "activity_links"
    __table_args__ = (Index("ix_activity_links_record", "record_type", "record_id", "at"),)

    activity_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True
    )
    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[Moment]
