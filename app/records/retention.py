"""How long what was deleted and what happened are kept: the workspace's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.events import Event, write_event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.kernel.model import Base, Id, Moment

LEAST_DAYS, MOST_DAYS = 7, 90
EVENT_MONTHS = (6, 12, 24, 36, 60, 120)  # What can be chosen beside for ever.
MONTH = timedelta(days=30.4375)
CHUNK = 5_000


class RetentionRule(Base):
    """The one row of what a workspace decided; without it the usual holds."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        Index("uq_retention_rules_one", "is_the_one", unique=True),
        CheckConstraint("is_the_one", name="one"),
        CheckConstraint("deleted_days BETWEEN 7 AND 90", name="deleted_days"),
        CheckConstraint("event_months >= 6", name="event_months"),
    )

    id: Mapped[Id]
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True)
    deleted_days: Mapped[int] = mapped_column(Integer)
    event_months: Mapped[int | None] = mapped_column(Integer)  # None: for ever.
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None]


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept for how long; events without a number of months are kept for ever."""

    deleted_days: int = 30
    event_months: int | None = None

    def days_left(self, deleted_at: datetime, now: datetime) -> int:
        """How many days a deleted record can still be brought back; 0 on its last one."""
        return max((deleted_at - self.deleted_before(now)).days, 0)

    def deleted_before(self, now: datetime) -> datetime:
        """What was deleted before this moment is to be removed for good."""
        return now - timedelta(days=self.deleted_days)

    def events_before(self, now: datetime) -> datetime | None:
        """What happened before this moment is to be forgotten."""
        return now - self.event_months * MONTH if self.event_months else None


def retention(by: Actor) -> Retention:
    """What the workspace decided, else the usual."""
    row = by.session.execute(select(RetentionRule.deleted_days, RetentionRule.event_months)).first()
    return Retention(*row) if row else Retention()


def change_retention(by: Actor, *, deleted_days: str, event_months: str) -> Retention:
    """Decide it anew, from what a form sent; an empty number of months is for ever."""
    if not by.may("retention", "manage"):
        raise NotPermitted(_("Your role does not allow this."))
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    errors: dict[str, Text | str] = {}
    days = _number(deleted_days)
    if days is None or not LEAST_DAYS <= days <= MOST_DAYS:
        errors["deleted_days"] = _(
            "Enter a number of days from %(least)s to %(most)s.", least=LEAST_DAYS, most=MOST_DAYS
        )
    months = _number(event_months)
    if event_months.strip() and months not in EVENT_MONTHS:
        errors["event_months"] = _("This is not one of the values to choose from.")
    if errors or days is None:
        raise Refused(_("Please check the marked fields."), errors=errors)
    before, after = retention(by), Retention(days, months)
    if before == after:
        return after
    values = {
        "deleted_days": after.deleted_days,
        "event_months": after.event_months,
        "updated_at": by.now,
        "updated_by_id": by.user_id,
    }
    statement = insert(RetentionRule).values(id=new_id(), is_the_one=True, **values)
    by.session.execute(statement.on_conflict_do_update(index_elements=["is_the_one"], set_=values))
    changes = {
        key: [getattr(before, key), getattr(after, key)]
        for key in ("deleted_days", "event_months")
        if getattr(before, key) != getattr(after, key)
    }
    write_event(by, "retention", by.tenant.id, "updated", changes=changes)
    return after


def forget_events(by: Actor, limit: int = CHUNK) -> int:
    """Remove the oldest events that are no longer kept, a chunk of them; answers with how many."""
    before = retention(by).events_before(by.now)
    if before is None:
        return 0
    oldest = select(Event.id).where(Event.at < before).order_by(Event.at, Event.id).limit(limit)
    ids = by.session.scalars(oldest).all()
    if ids:
        by.session.execute(delete(Event).where(Event.id.in_(ids)))
    return len(ids)


def _number(text: str) -> int | None:
    return (
        int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 6 else None
    )
