"""How many mails people write to customers in a month, against what the plan allows.

A mail is counted in the month in which it is to go, by the firm's zone, when it is written, and
uncounted when it is taken back. Mails of the service itself (invitations, passwords) are not.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.identity.usage import slots
from app.kernel.actor import Actor
from app.kernel.errors import OverLimit
from app.kernel.language import _
from app.web.formats import formats
from tenants.plans import Limit


def take_mail(by: Actor, at: datetime) -> None:
    """Count a mail that goes at `at`; OverLimit where the month has as many as it may."""
    most = by.tenant.limits.get(Limit.MAILS)
    if slots.take(by, kind_of(by, at), 1, most, count=_none):
        return
    raise OverLimit(
        _(
            "Your workspace has sent the %(n)s e-mails that its plan allows in a month. The count "
            "begins anew on the first; choose a larger plan under Settings → Plan and bill to send "
            "more now. What you wrote is kept here.",
            n=formats(by).number(most or 0),
        )
    )


def give_back_mail(by: Actor, at: datetime) -> None:
    """Uncount a mail that was to go at `at`."""
    slots.give_back(by, kind_of(by, at), 1)


def used_mails(by: Actor) -> int:
    """How many are counted in the running month."""
    return slots.used(by, kind_of(by, by.now)) or 0


def kind_of(by: Actor, at: datetime) -> str:
    """What the mails of the month of `at` are counted as."""
    return f"{Limit.MAILS.value}:{at.astimezone(ZoneInfo(by.tenant.zone)):%Y-%m}"


def _none() -> int:
    return 0
