"""What a person promised to customers and has not kept yet, whenever it is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func

from app.crm.models import Activity
from app.home.due import Task, beginning, open_planned, task_of, tells_promises, when_due
from app.kernel.actor import Actor
from app.records.registry import registry
from app.web.formats import formats

SHOWN = 20  # The list of open promises has the rest.


@dataclass(slots=True)
class Promises:
    """The open promises of a person, the longest overdue first, and how many there are.

    Whether any is overdue, or due today, tells what else is so apart from them.
    """

    tasks: list[Task] = field(default_factory=list)
    count: int = 0
    is_any_late: bool = False
    is_any_today: bool = False

    @property
    def has_more(self) -> bool:
        """True when there are more than are shown."""
        return self.count > len(self.tasks)


def promises(by: Actor) -> Promises:
    """The open promises of `by`; none for who may not see what was promised or until when."""
    activity = registry().type("activity")
    if not by.may(activity.key, "read") or not tells_promises(by):
        return Promises()
    begins, write = beginning(by), formats(by)
    statement = (
        open_planned(by)
        .add_columns(func.count().over().label("total"))
        .where(Activity.is_promise)
        .order_by(Activity.due_at, Activity.id)
        .limit(SHOWN)
    )
    found = Promises()
    for row in by.session.execute(statement):
        found.count = row.total
        when = when_due(row.due_at, begins, write, by)
        stands = write.stands(row.due_at)
        is_late = stands < by.now
        found.is_any_late |= stands < begins
        found.is_any_today |= begins <= stands < begins + timedelta(days=1)
        found.tasks.append(task_of(activity, row, when, is_late, by))
    return found
