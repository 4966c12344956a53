"""Activity plans on the pages of records: what can be started, and how far what runs is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.crm.models import Activity, Plan, PlanRun
from app.crm.operations.plan_runs import STAMP, Step, steps_of
from app.crm.operations.plans import plans_for
from app.crm.pages.composer import LABELS
from app.crm.pages.timeline import ICONS
from app.identity.operations.users import names_of
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, current, gettext, ngettext
from app.kernel.localized import pick
from app.records.access import may_do
from app.records.model import Record
from app.records.registry import registry
from app.records.types import Offer, RecordType
from app.web.formats import Formats, formats


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One activity that a plan would make, in words."""

    icon: str
    kind: Text
    subject: str
    when: str
    who: str


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """One plan that can be started, with what it would make."""

    id: UUID
    name: str
    steps: list[ShownStep]


@dataclass(frozen=True, slots=True)
class StartForm:
    """All that `crm/plan_start.html` shows."""

    url: str
    title: str
    next: str
    plans: list[ShownPlan]
    chosen: str
    may_manage: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A plan that is under way with a record: how many of its steps are done."""

    name: str
    done: int
    total: int
    stop_url: str


def name_of(plan: Plan, by: Actor) -> str:
    """What a plan is called, for this reader."""
    return pick(plan.name, current(), by.tenant.language)


def offers(record_type: RecordType, by: Actor) -> list[Offer]:
    """The plans that many records can be given at once, with their steps."""
    return [
        Offer(str(one.id), name_of(one, by), steps_told(one, by))
        for one in plans_for(record_type, by)
    ]


def steps_told(plan: Plan, by: Actor) -> str:
    """The steps of a plan in a line."""
    return formats(by).listed(_told(step) for step in plan.steps)


def _told(step: Mapping[str, Any]) -> str:
    """One step in a few words: what, and after how many days."""
    subject = pick(step["subject"], current())
    if not step["days"]:
        return gettext("%(step)s (at once)", step=subject)
    if step["unit"] == "days":
        after = ngettext("after %(n)s day", "after %(n)s days", step["days"])
    else:
        after = ngettext("after %(n)s working day", "after %(n)s working days", step["days"])
    return gettext("%(step)s (%(after)s)", step=subject, after=after)


def start_form(
    record_type: RecordType,
    record: Record,
    by: Actor,
    *,
    next_url: str,
    chosen: str = "",
    answer: Answer | None = None,
) -> StartForm:
    """The plans that can be started with a record, each with what it would make."""
    plans = plans_for(record_type, by)
    steps = steps_of(plans, record, by)
    owners = {step.owner_id for made in steps.values() for step in made if step.owner_id}
    names = names_of(by, owners)
    write = formats(by)
    error = str(next(iter(answer.errors.values()), answer.message)) if answer else ""
    return StartForm(
        url=f"/{record_type.collection}/{record.id}/plan",
        title=record_type.title_of(record),
        next=next_url,
        plans=[
            ShownPlan(
                one.id, name_of(one, by), [_shown(step, names, write, by) for step in steps[one.id]]
            )
            for one in plans
        ],
        chosen=chosen or (str(plans[0].id) if len(plans) == 1 else ""),
        may_manage=by.may("plan", "manage"),
        error=error,
    )


def _shown(step: Step, names: Mapping[UUID, str], write: Formats, by: Actor) -> ShownStep:
    who = names.get(step.owner_id, "") if step.owner_id else ""
    when = write.weekday_and_moment(step.due_at, by.today())
    return ShownStep(ICONS[step.kind], LABELS[step.kind], step.subject, when, who)


def plans_of(record: Record, by: Actor) -> dict[str, list[ShownRun]]:
    """The plans that are under way with a record; no statement where none was ever started."""
    if stamps.stamp(by.session, STAMP) is None or not by.may("activity", "read"):
        return {"runs": []}
    record_type = next(one for one in registry() if one.model is type(record))
    done = func.count().filter(Activity.done_at.is_not(None))
    rows = by.session.execute(
        select(PlanRun.id, Plan, done.label("done"), func.count().label("total"))
        .join(Plan, Plan.id == PlanRun.plan_id)
        .join(Activity, Activity.plan_run_id == PlanRun.id)
        .where(
            PlanRun.record_type == record_type.key,
            PlanRun.record_id == record.id,
            PlanRun.stopped_at.is_(None),
            Activity.deleted_at.is_(None),
        )
        .group_by(PlanRun.id, Plan.id)
        .having(done < func.count())
        .order_by(PlanRun.id)
    ).all()
    may_stop = not by.tenant.is_read_only and may_do(record_type, record, "stop_plan", by)
    url = f"/{record_type.collection}/{record.id}/plan"
    runs = [
        ShownRun(name_of(one.Plan, by), one.done, one.total, may_stop * f"{url}/{one.id}/stop")
        for one in rows
    ]
    return {"runs": runs}
