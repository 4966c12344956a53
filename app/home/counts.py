"""The three numbers of a person's day: overdue, due today, customers without a next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, func, select

from app.crm.models import Account, Activity
from app.home.due import beginning
from app.home.quiet import FORMER, tells_quiet, without_step
from app.kernel.actor import Actor
from app.kernel.language import Text, _, ngettext
from app.records.access import permitted, sees
from app.records.filters.moments import stands_at
from app.records.registry import registry
from app.web.formats import formats

OPEN = (("owner_id", "me"), ("done_at__isnull", "true"))
QUIET = (("owner_id", "me"), ("next_step_at__isnull", "true"), ("lifecycle__ne", FORMER))


@dataclass(frozen=True, slots=True)
class Count:
    """One of the numbers: how many there are, in words, and the list of them.

    `label` says what is counted where the number stands by itself.
    """

    key: str
    number: int
    shown: str
    text: str
    label: Text
    url: str

    @property
    def is_late(self) -> bool:
        """True where something should have been done before today."""
        return self.key == "late" and self.number > 0


def counts(by: Actor) -> tuple[Count, ...]:
    """The numbers that `by` may know, in one statement; promises count like all that is due."""
    begins = beginning(by)
    ends = begins + timedelta(days=1)
    asked: dict[str, Select[int]] = {}
    activity = registry().type("activity")
    if by.may(activity.key, "read") and sees(activity, "due_at", by):
        at = stands_at(activity.by_key["due_at"], by)
        asked["late"] = _due(by, at < begins)
        asked["today"] = _due(by, at >= begins, at < ends)
    if tells_quiet(by):
        asked["quiet"] = select(func.count()).select_from(Account).where(*without_step(by))
    if not asked:
        return ()
    columns = [one.scalar_subquery().label(key) for key, one in asked.items()]
    found = by.session.execute(select(*columns)).one()
    return tuple(_count(key, number, by) for key, number in zip(asked, found, strict=True))


def _due(by: Actor, *which: ColumnElement[bool]) -> Select[int]:
    """How many open planned activities of `by` are such."""
    mine = (Activity.owner_id == by.user_id, Activity.done_at.is_(None), *which)
    activity = registry().type("activity")
    return select(func.count()).select_from(Activity).where(*mine, permitted(activity, by))


def _count(key: str, number: int, by: Actor) -> Count:
    shown = formats(by).number(number)
    if key == "late":
        text = ngettext("%(n)s overdue", "%(n)s overdue", number, n=shown)
        return Count(key, number, shown, text, _("Overdue"), _due_url("due_at__lt", by))
    if key == "today":
        text = ngettext("%(n)s due today", "%(n)s due today", number, n=shown)
        return Count(key, number, shown, text, _("Today"), _due_url("due_at", by))
    text = ngettext(
        "%(n)s account without a next step", "%(n)s accounts without a next step", number, n=shown
    )
    url = f"/accounts?{urlencode(QUIET)}"
    return Count(key, number, shown, text, _("Without a next step"), url)


def _due_url(argument: str, by: Actor) -> str:
    """The list of what is due so; "" for who may not see all that it filters by."""
    activity = registry().type("activity")
    if not all(sees(activity, key, by) for key in ("owner_id", "done_at")):
        return ""
    return f"/activities?{urlencode([*OPEN, (argument, 'today'), ('sort', 'due_at')])}"
