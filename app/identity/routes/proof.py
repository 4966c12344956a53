"""Work that may be tried so often only: what takes the present password, what sends mails."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from app.identity import limits
from app.kernel.errors import Answer, Refused
from app.web import current

Result = TypeVar("Result")
ASKED = frozenset({"password", "present"})  # The fields that the present password is typed into.


def by_password(work: Callable[[], Result]) -> Result:
    """Do `work`, which checks the present password; wrong ones are counted and end in TooMany.

    Else a stolen session could guess the password.
    """
    by = current.actor()
    counters = [limits.counter(by.tenant, limits.PROOF, str(by.user_id))]
    limits.take(counters, by.now)
    try:
        done = work()
    except Refused as answer:
        if not ASKED & set(answer.errors):
            current.aside(partial(limits.give_back, counters, by.now))
        raise
    current.aside(partial(limits.give_back, counters, by.now))
    return done


def limited(limit: limits.Limit, work: Callable[[], Result]) -> Result:
    """Do `work` of this person, as often as `limit` allows; what is refused does not count."""
    by = current.actor()
    counters = [limits.counter(by.tenant, limit, str(by.user_id))]
    limits.take(counters, by.now)
    try:
        return work()
    except Answer:
        current.aside(partial(limits.give_back, counters, by.now))
        raise
