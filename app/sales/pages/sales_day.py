"""What a person's own sales ask for today, in numbers that open their lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import permitted, sees
from app.records.filters.moments import stands_at
from app.records.tailored import tailored
from app.sales.models import Opportunity
from app.sales.models.opportunity import OPEN
from app.web.formats import formats

NEEDS = ("owner_id", "outcome", "next_step_at", "close_on")


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing that sales ask for: how many do, how much they are, and their list."""

    label: Text
    number: str
    amount: str
    url: str
    is_late: bool


def is_for(by: Actor) -> bool:
    """True for who reads opportunities and sees what makes up a day."""
    if by.user_id is None or not by.may("opportunity", "read"):
        return False
    record_type = tailored("opportunity", by)
    return all(sees(record_type, key, by) for key in NEEDS)


def sales_day(by: Actor) -> Mapping[str, Any]:
    """The open sales of `by`: steps overdue, due today, without a next step, closes past."""
    record_type = tailored("opportunity", by)
    begins = datetime.combine(by.today(), time(), by.zone)
    step = stands_at(record_type.by_key["next_step_at"], by)
    kinds = (
        (_("Next step overdue"), step < begins, ("next_step_at__lt", "today"), True),
        (
            _("Next step today"),
            (step >= begins) & (step < begins + timedelta(days=1)),
            ("next_step_at", "today"),
            False,
        ),
        (
            _("Without a next step"),
            Opportunity.next_step_at.is_(None),
            ("next_step_at__isnull", "true"),
            False,
        ),
        (
            _("Expected close past"),
            Opportunity.close_on < by.today(),
            ("close_on__lt", "today"),
            True,
        ),
    )
    worth = func.coalesce(record_type.prices["amount"].expression, 0)
    parts = [func.count().filter(condition) for _label, condition, _said, _late in kinds]
    parts += [func.sum(worth).filter(condition) for _label, condition, _said, _late in kinds]
    row = by.session.execute(
        select(func.count(), *parts).where(
            permitted(record_type, by),
            Opportunity.owner_id == by.user_id,
            Opportunity.outcome == OPEN,
        )
    ).one()
    write, tells_amounts = formats(by), sees(record_type, "amount", by)
    lines = []
    for at, (label, _condition, said, is_late) in enumerate(kinds, start=1):
        count, amount = int(row[at]), Decimal(row[at + len(kinds)] or 0)
        asked = (("owner_id", "me"), ("outcome", "open"), said)
        shown = write.money_short(amount, by.tenant.currency) if amount and tells_amounts else ""
        url = f"/opportunities?{urlencode(asked)}" if count else ""
        lines.append(Asking(label, write.number(count), shown, url, is_late and count > 0))
    return {"lines": lines if row[0] else [], "tells_amounts": tells_amounts}
