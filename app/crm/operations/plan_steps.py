"""The steps of an activity plan: reading them as they were written, and when each is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from app.crm.operations.next_step import PLANNABLE, SUBJECT_LENGTH
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import parse_id
from app.kernel.language import LOCALES, Text, _
from app.kernel.whole import whole
from app.records.references import existing

MOST = 20  # Steps of one plan.
MOST_DAYS = 365
UNITS = ("days", "working_days")
OWNER, STARTER = "owner", "starter"
MORNING = time(9, 30)
SATURDAY = 5


def read_steps(wished: Sequence[Mapping[str, Any]], by: Actor) -> list[dict[str, Any]]:
    """Steps as they are kept; Refused with a message for each part, called `step.<place>.<part>`.

    `wished` holds texts as a form sends them: kind, subject by language, days, unit, who.
    """
    if not 0 < len(wished) <= MOST:
        raise Refused(_("A plan has from one to %(most)s steps.", most=MOST), field="steps")
    users = [found for one in wished if (found := parse_id(str(one.get("who"))))]
    known = {str(one) for one in existing("user", users, by)}
    errors: dict[str, Text | str] = {}
    steps = []
    for place, wish in enumerate(wished):
        step, wrong = _read(wish, known)
        steps.append(step)
        errors |= {f"step.{place}.{part}": text for part, text in wrong.items()}
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return steps


def _read(wish: Mapping[str, Any], users: set[str]) -> tuple[dict[str, Any], dict[str, Text]]:
    """One step, and what is wrong with it by its parts."""
    wrong: dict[str, Text] = {}
    given = wish.get("subject") or {}
    subject = {one: str(given[one]).strip() for one in LOCALES if str(given.get(one) or "").strip()}
    if not subject:
        wrong["subject"] = _("Write a few words.")
    if any(len(one) > SUBJECT_LENGTH for one in subject.values()):
        wrong["subject"] = _("This is longer than %(limit)s characters.", limit=SUBJECT_LENGTH)
    days = whole(str(wish.get("days", "")).strip())
    if days is None or not 0 <= days <= MOST_DAYS:
        wrong["days"] = _("Give a number of days from 0 to %(most)s.", most=MOST_DAYS)
    if wish.get("kind") not in PLANNABLE:
        wrong["kind"] = _("This is not one of the values to choose from.")
    if wish.get("unit") not in UNITS:
        wrong["unit"] = _("This is not one of the values to choose from.")
    who = str(wish.get("who", ""))
    if who not in (OWNER, STARTER) and who not in users:
        wrong["who"] = _("There is no such colleague.")
    step = {
        "kind": wish.get("kind"),
        "subject": subject,
        "days": days,
        "unit": wish.get("unit"),
        "who": who,
    }
    return step, wrong


def due_at(step: Mapping[str, Any], by: Actor) -> datetime:
    """When a step of a plan that `by` starts now is due: in the morning, on their clock.

    What falls on today when its morning is over is due in an hour or two.
    """
    morning = datetime.combine(_due_on(step, by.today()), MORNING, by.zone)
    local = by.now.astimezone(by.zone)
    soon = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    return max(morning, soon) if morning <= local else morning


def _due_on(step: Mapping[str, Any], starts: date) -> date:
    """The day of a step; working days leave out Saturdays and Sundays."""
    if step["unit"] == "days":
        return starts + timedelta(days=step["days"])
    day = starts
    for _number in range(step["days"]):
        day = _working(day + timedelta(days=1))
    return _working(day)


def _working(day: date) -> date:
    """This day, or the Monday after it."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day
