"""Who reads the payment plan of contracts."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.registry import registry

OF_PLAN = ("amount", "instalment_count", "next_due_on")  # Who may see these reads the plan.


def sees_plan(by: Actor) -> bool:
    """True for whoever may see what is paid of contracts, and when."""
    return all(sees(registry().type("contract"), key, by) for key in OF_PLAN)
