"""What a smaller plan takes away, said before it is chosen; data is never among it."""

from __future__ import annotations

from app.billing.usage import Use, uses
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.switching.operations import offered_modules
from tenants.plans import Limit, Plan, PlanError, plan_of


def losses(plan: Plan, by: Actor) -> list[Text]:
    """What would no longer be there, or be less, with `plan`, as sentences.

    A trial was not bought: of what it had, only what is in use is told.
    """
    has = _paid_plan(by)
    limits = (_less(use, plan, has, by) for use in uses(by))
    return [*_modules(plan, has, by), *(one for one in limits if one is not None)]


def _paid_plan(by: Actor) -> Plan | None:
    """What the workspace pays for now; None for a trial and for what is no longer offered."""
    try:
        plan = plan_of(by.tenant.plan)
    except PlanError:
        return None
    return plan if plan.is_for_sale else None


def _modules(plan: Plan, has: Plan | None, by: Actor) -> list[Text]:
    found = []
    for one in offered_modules():
        if one.key in plan.modules:
            continue
        if one.key in by.tenant.modules:
            found.append(
                _(
                    "The module %(name)s is switched off. Its data stays and comes back with it.",
                    name=one.label,
                )
            )
        elif has is not None and one.key in has.modules:
            found.append(
                _(
                    "The module %(name)s, which is off now, can't be switched on. Its data stays.",
                    name=one.label,
                )
            )
    return found


def _less(use: Use, plan: Plan, has: Plan | None, by: Actor) -> Text | None:
    """What becomes of one limit; None where it stays, grows, or was the operator's own."""
    most = plan.limits.get(use.limit)
    if most is None:
        return None
    before = has.limits.get(use.limit) if has is not None else None
    is_own = use.limit is not Limit.SEATS and has is not None and use.most != before
    shrinks = has is not None and not is_own and (before is None or before > most)
    is_over = use.used > most and not is_own
    words: dict[str, object] = {"what": use.label, "most": use.written(by, most)}
    if is_over:
        words["used"] = use.written(by, use.used)
    if shrinks and before is not None:
        words["before"] = use.written(by, before)
        if is_over:
            return _(
                "%(what)s: at most %(most)s, in place of %(before)s. You use %(used)s: nothing is "
                "deleted, but nothing can be added.",
                **words,
            )
        return _("%(what)s: at most %(most)s, in place of %(before)s.", **words)
    if is_over:
        return _(
            "%(what)s: you use %(used)s of the %(most)s that it has. Nothing is deleted, "
            "but nothing can be added.",
            **words,
        )
    return _("%(what)s: at most %(most)s; now there is no bound.", **words) if shrinks else None
