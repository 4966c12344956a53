"""Reminders before what runs by itself to its end: a trial, and what a bank transfer paid for.

Stripe collects by itself and says so; of these two nobody would hear before their end. What was
told is kept by the end's moment, so that each step is told once, however often it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.billing.telling import tell_keepers
from app.identity.usage.models import BillReminder
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.language import Text, _, gettext
from app.web.formats import formats
from tenants.billing.apply import End
from tenants.billing.reconcile import ending_within

# How many days before the end somebody is told.
DAYS: Mapping[End, tuple[int, ...]] = {End.TRIAL: (3, 1), End.TRANSFER: (30, 7, 1)}
SUBJECTS: Mapping[End, Text] = {
    End.TRIAL: _("Your trial ends soon"),
    End.TRANSFER: _("What you paid by bank transfer ends soon"),
}


def remind(by: Actor, ends_at: datetime, end: End) -> None:
    """Tell those who look after the bill that an end is near, once for each step."""
    step = sum(by.now >= ends_at - timedelta(days=days) for days in DAYS[end])
    if take_step(by, ends_at, step):
        tell_keepers(by, SUBJECTS[end], lambda reader: _text(reader, ends_at, end))


def take_step(by: Actor, moment: datetime, step: int) -> bool:
    """Note that the reminder of a moment stands at a step; False where it was told before."""
    kept = by.session.scalars(
        select(BillReminder).where(BillReminder.pay_by == moment)
    ).one_or_none()
    if step <= (kept.step if kept is not None else 0):
        return False
    if kept is None:
        kept = BillReminder(id=new_id(), pay_by=moment)
        by.session.add(kept)
    kept.step, kept.told_at = step, by.now
    return True


def ending(now: datetime) -> list[UUID]:
    """The firms whose trial, or what they paid by transfer, ends within days that are told."""
    trial, paid = (timedelta(days=max(DAYS[end])) for end in (End.TRIAL, End.TRANSFER))
    return ending_within(now, trial, paid)


def _text(by: Actor, ends_at: datetime, end: End) -> str:
    write = formats(by)
    day = write.day(write.local(ends_at).date(), by.today())
    if end is End.TRIAL:
        return gettext(
            "The trial ends on %(day)s. Choose a plan by then: after it your workspace can only be "
            "read.",
            day=day,
        )
    return gettext(
        "What was paid by bank transfer ends on %(day)s. Renew it in time, as a transfer takes "
        "days to arrive.",
        day=day,
    )
