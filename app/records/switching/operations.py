"""Which modules a workspace has: switched on by its admins, as far as its plan goes.

Nothing is deleted by switching one off: no page, address, right, job or report of it is reachable
until it is switched on again, and then all is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, update

from app.events import write_event
from app.identity.operations.guard import require, require_change
from app.kernel.actor import Actor
from app.kernel.errors import Missing, OverLimit
from app.kernel.language import _, current
from app.records.manifest import Module
from tenants.control import Tenant
from tenants.database import control_session
from tenants.plans import PlanError, plan_of, plans_for_sale
from tenants.resolve import forget

MANAGE = ("module", "manage")
SUBJECT = "module"
_offered: tuple[Module, ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """A module with whether it is on, and whether the plan has it; `plans` are those that do."""

    module: Module
    is_on: bool
    is_in_plan: bool
    plans: tuple[str, ...]


def install(modules: Iterable[Module]) -> None:
    """Fix which modules can be switched; start-up calls it once per process."""
    global _offered  # noqa: PLW0603  Set once, as the registry is.
    _offered = tuple(one for one in modules if one.text is not None)


def offered_modules() -> tuple[Module, ...]:
    """The modules that there are to be switched, whoever asks."""
    return _offered


def list_switches(by: Actor) -> list[Switch]:
    """Every module that can be switched, in the order of the navigation."""
    require(by, *MANAGE)
    return [_switch(one, by) for one in _offered]


def find_switch(key: str, by: Actor) -> Switch:
    """The switch of one module; Missing for one that there is not or that is always on."""
    require(by, *MANAGE)
    found = next((one for one in _offered if one.key == key), None)
    if found is None:
        raise Missing(_("There is no such module."))
    return _switch(found, by)


def switch_on(key: str, by: Actor) -> Switch:
    """Make all of a module reachable; OverLimit where the plan of the workspace lacks it."""
    found = find_switch(key, by)
    if not found.is_in_plan:
        listed = ", ".join(found.plans)
        told = _("Your plan does not include this module. These do: %(plans)s", plans=listed)
        raise OverLimit(told if found.plans else _("Your plan does not include this module."))
    return _put(found, by, is_on=True)


def switch_off(key: str, by: Actor) -> Switch:
    """Make nothing of a module reachable; its records stay as they are."""
    return _put(find_switch(key, by), by, is_on=False)


def keep_modules(by: Actor) -> None:
    """Say that the modules are right as they are; it stands in the audit as their choice."""
    require_change(by, *MANAGE)
    on = [one.key for one in _offered if by.tenant.allows(one.key)]
    write_event(by, SUBJECT, by.tenant.id, "kept", changes={"module": [None, ", ".join(on)]})


def _put(found: Switch, by: Actor, *, is_on: bool) -> Switch:
    require_change(by, *MANAGE)
    if found.is_on is is_on:
        return found
    key = found.module.key
    without = func.array_remove(Tenant.modules, key)
    modules = func.array_append(without, key) if is_on else without
    with control_session() as session:
        session.execute(
            update(Tenant)
            .where(Tenant.id == by.tenant.id)
            .values(modules=modules, changed_at=by.now),
            execution_options={"synchronize_session": False},
        )
    forget()
    verb = "switched_on" if is_on else "switched_off"
    write_event(by, SUBJECT, by.tenant.id, verb, changes={"module": [None, key]})
    return Switch(found.module, is_on, found.is_in_plan, found.plans)


def _switch(module: Module, by: Actor) -> Switch:
    having = [one for one in plans_for_sale() if module.key in one.modules]
    return Switch(
        module,
        by.tenant.allows(module.key),
        _plan_has(by.tenant.plan, module.key),
        tuple(one.text(one.name, current()) for one in having),
    )


def _plan_has(plan: str, module: str) -> bool:
    """True too where a workspace has a plan that is no longer offered: nothing is taken from it."""
    try:
        return module in plan_of(plan).modules
    except PlanError:
        return True
