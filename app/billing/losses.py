"""What a smaller plan takes away, said before it is chosen; data is never among it."""

from __future__ import annotations

from app.billing.usage import uses
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.switching.operations import offered_modules
from tenants.plans import Plan


def losses(plan: Plan, by: Actor) -> list[Text]:
    """What would no longer be there with `plan`, as sentences."""
    found = [
        _(
            "The module %(name)s is switched off. Its data stays and comes back with it.",
            name=one.label,
        )
        for one in offered_modules()
        if one.key in by.tenant.modules and one.key not in plan.modules
    ]
    for use in uses(by):
        most = plan.limits.get(use.limit)
        if most is not None and use.used > most:
            found.append(
                _(
                    "%(what)s: you use %(used)s of the %(most)s that it has. Nothing is deleted, "
                    "but nothing can be added.",
                    what=use.label,
                    used=use.written(by, use.used),
                    most=use.written(by, most),
                )
            )
    return found
