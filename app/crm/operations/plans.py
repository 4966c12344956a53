"""Activity plans as a workspace keeps them: making, changing and retiring templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.crm.models import Plan
from app.crm.operations.plan_steps import read_steps
from app.events import write_event
from app.identity.operations.guard import fetch, require_change
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import LOCALES, Text, _
from app.records.registry import registry
from app.records.types import RecordType

MANAGE = ("plan", "manage")
START = "start_plan"
STAMP = "activity_plans"  # Drawn with the first plan: where there is none, nobody is asked.
MOST = 100
NAME = 60  # Characters.


def plannable_types() -> list[RecordType]:
    """The types with whose records a plan can be started."""
    return [one for one in registry() if one.action(START) is not None]


def has_plans(by: Actor) -> bool:
    """True where the workspace has ever had a plan; no statement is run."""
    return stamps.stamp(by.session, STAMP) is not None


def list_plans(by: Actor) -> list[Plan]:
    """Every plan, retired ones last."""
    return list(by.session.scalars(select(Plan).order_by(Plan.is_retired, Plan.id)))


def plans_for(record_type: RecordType, by: Actor) -> list[Plan]:
    """The plans that can be started with records of a type."""
    offered = Plan.record_types.contains([record_type.key])
    statement = select(Plan).where(offered, ~Plan.is_retired).order_by(Plan.id)
    return list(by.session.scalars(statement))


def get_plan(by: Actor, plan_id: UUID) -> Plan:
    """A plan by its id; Missing when there is none."""
    return fetch(by, Plan, plan_id)


def save_plan(
    by: Actor,
    plan: Plan | None,
    *,
    name: Mapping[str, str],
    record_types: Sequence[str],
    steps: Sequence[Mapping[str, Any]],
    version: int | None = None,
) -> Plan:
    """Make a plan, or change one; what is under way goes on as it was started.

    Refused with a message per field; Conflict when somebody else changed it since `version`.
    """
    require_change(by, *MANAGE)
    named, known, read = _read(name, record_types, steps, by)
    if plan is not None and version is not None and version != plan.version:
        raise _overtaken()
    before = _told(plan)
    if plan is None:
        if (by.session.scalar(select(func.count()).select_from(Plan)) or 0) >= MOST:
            raise Refused(_("A workspace has at most %(n)s plans.", n=MOST))
        plan = Plan(id=new_id(), created_at=by.now, created_by_id=by.user_id, is_retired=False)
        by.session.add(plan)
    plan.name, plan.record_types, plan.steps = named, known, read
    _keep(by, plan, "updated" if before else "created", before)
    return plan


def _read(
    name: Mapping[str, str],
    record_types: Sequence[str],
    steps: Sequence[Mapping[str, Any]],
    by: Actor,
) -> tuple[dict[str, str], list[str], list[dict[str, Any]]]:
    """Name, types and steps as they are kept; Refused with a message for each that won't do."""
    errors: dict[str, Text | str] = {}
    read: list[dict[str, Any]] = []
    named = {one: str(name[one]).strip() for one in LOCALES if str(name.get(one) or "").strip()}
    if not named:
        errors["name"] = _("Please fill in this field.")
    if any(len(one) > NAME for one in named.values()):
        errors["name"] = _("This is longer than %(limit)s characters.", limit=NAME)
    known = [one.key for one in plannable_types() if one.key in record_types]
    if not known:
        errors["record_types"] = _("Choose at least one kind of record.")
    try:
        read = read_steps(steps, by)
    except Refused as refused:
        errors |= refused.errors
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return named, known, read


def retire_plan(by: Actor, plan: Plan, *, is_retired: bool) -> None:
    """Offer a plan no longer, or again; what is under way goes on."""
    require_change(by, *MANAGE)
    if plan.is_retired == is_retired:
        return
    before = _told(plan)
    plan.is_retired = is_retired
    _keep(by, plan, "retired" if is_retired else "restored", before)


def _keep(by: Actor, plan: Plan, verb: str, before: dict[str, Any] | None) -> None:
    try:
        by.session.flush()  # Of two who save at once, the second is told here.
    except StaleDataError:
        raise _overtaken() from None
    stamps.draw(by.session, STAMP)
    after = _told(plan) or {}
    pairs = {key: [(before or {}).get(key), value] for key, value in after.items()}
    changes = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    write_event(by, "plan", plan.id, verb, changes=changes)


def _told(plan: Plan | None) -> dict[str, Any] | None:
    """What the audit tells of a plan."""
    if plan is None:
        return None
    return {"name": dict(plan.name), "record_types": plan.record_types, "steps": plan.steps}


def _overtaken() -> Conflict:
    return Conflict(_("Somebody changed this plan while you were editing it."))
