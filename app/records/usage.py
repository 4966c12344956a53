"""How many records a workspace has, of every type, against what its plan holds.

Records in the recycle bin are not counted. What arrives by itself (a mail, a rule, another part of
the service) is counted and let in beyond the limit, since it would be lost; people and programs are
refused.
"""

from __future__ import annotations

from sqlalchemy import func, select

from app.identity.usage import slots
from app.kernel.actor import Actor
from app.kernel.errors import OverLimit
from app.kernel.language import _
from app.records.registry import registry
from app.web.formats import formats
from tenants.plans import Limit

KIND = Limit.RECORDS.value


def take_records(by: Actor, n: int) -> None:
    """Count `n` more records; OverLimit where the plan does not hold them."""
    most = limit_of(by)
    must = by.user_id is None
    if slots.take(by, KIND, n, most, count=lambda: count_records(by), must=must):
        return
    write = formats(by)
    told = {"most": write.number(most or 0), "used": write.number(used_records(by))}
    if n == 1:
        raise OverLimit(
            _(
                "Your plan holds %(most)s records and you have %(used)s. Delete what you no longer "
                "need, or choose a larger plan under Settings → Plan and bill.",
                **told,
            )
        )
    raise OverLimit(
        _(
            "Your plan holds %(most)s records and you have %(used)s, so %(n)s more do not fit. "
            "Delete what you no longer need, or choose a larger plan under Settings → Plan and "
            "bill.",
            n=write.number(n),
            **told,
        )
    )


def give_back_records(by: Actor, n: int) -> None:
    """Count `n` records less, which went into the recycle bin or into another record."""
    slots.give_back(by, KIND, n)


def used_records(by: Actor) -> int:
    """How many records there are."""
    held = slots.used(by, KIND)
    return count_records(by) if held is None else held


def limit_of(by: Actor) -> int | None:
    """How many there may be; None where the plan does not say."""
    return by.tenant.limits.get(KIND)


def count_anew(by: Actor) -> int:
    """Put the number right by what there is."""
    return slots.count_anew(by, KIND, limit_of(by), lambda: count_records(by))


def count_records(by: Actor) -> int:
    """Count the records of all types, those of modules that are switched off too."""
    total = 0
    for record_type in registry():
        model = record_type.model
        counted = select(func.count()).select_from(model).where(model.deleted_at.is_(None))
        total += int(by.session.scalar(counted) or 0)
    return total
