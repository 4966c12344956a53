"""How many mails one workspace sends in an hour; those beyond it go out later, at the same pace."""

from __future__ import annotations

from datetime import timedelta

from app.identity.limits import Limit, counter, number
from app.jobs.errors import NotYet
from app.kernel.actor import Actor

HELD = "The workspace has sent as many mails in this hour as it may, so the others wait."
HOUR = 3600


def take_turn(by: Actor, most: int) -> None:
    """Count a mail of `by`'s workspace, or raise NotYet with the wait until its turn.

    The n-th mail beyond the limit comes where it would stand in a queue that moves at `most` mails
    an hour, so that a hundred thousand of them are not asked for all at once each hour.
    """
    hourly = counter(by.tenant, Limit("mail:hour", most, HOUR), "")
    beyond = number(hourly, by.now) - most
    if beyond > 0:
        wait = hourly.retry_after(by.now) + HOUR * (beyond - 1) / most
        raise NotYet(HELD, timedelta(seconds=wait))
