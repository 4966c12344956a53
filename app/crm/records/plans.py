"""The actions by which activity plans are started and stopped, for every type that has them."""

from __future__ import annotations

from app.crm.operations.plan_runs import start_plan, stop_plan
from app.crm.operations.plans import START, has_plans
from app.crm.pages.plans import offers
from app.kernel.language import _
from app.records.types import Action, Ask, Choose

PLAN_ACTIONS = (
    Action(
        START,
        _("Start a plan"),
        event="plan_started",
        told=_("started a plan"),
        run=start_plan,
        inputs=("plan",),
        optional=("run",),
        ask=Ask("plan", _("Start a plan…"), "list-check"),
        choose=Choose("plan", _("Activity plan"), offers),
        is_offered=has_plans,
        names="plan",
        icon="list-check",
        undo="stop_plan",
        result=_("Plan started"),
        happened=_("Activity plan started"),
        undo_of="batch",
    ),
    Action(
        "stop_plan",
        _("Stop a plan"),
        event="plan_stopped",
        told=_("stopped a plan"),
        run=stop_plan,
        inputs=("plan",),
        optional=("run", "batch"),
        result=_("Plan stopped"),
        happened=_("Activity plan stopped"),
        is_offered=has_plans,
        names="plan",
        icon="circle-x",
    ),
)
