"""What is said of the modules that come with a plan: those that are back, those that are off."""

from __future__ import annotations

from collections.abc import Collection

from app.kernel.actor import Actor
from app.kernel.language import _, gettext, listed
from app.records.switching.operations import offered_modules
from tenants.plans import PlanError, plan_of

MODULES_BACK = _("Your plan brings modules back")


def modules_back(keys: Collection[str]) -> str:
    """The sentence that tells which modules a larger plan has switched on again."""
    return gettext("Switched on again with your plan: %(modules)s.", modules=names_of(keys))


def modules_off(by: Actor) -> str:
    """The modules that the plan has and that are switched off, by their names; "" for none."""
    try:
        plan = plan_of(by.tenant.plan)
    except PlanError:
        return ""
    return names_of([one for one in plan.modules if not by.tenant.allows(one)])


def names_of(keys: Collection[str]) -> str:
    """Those of the modules that there are, in words."""
    return listed(one.label for one in offered_modules() if one.key in keys)
