"""Asking Stripe for something while a request is answered: what is held before, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.billing.asked import told
from app.billing.follow import follow_here
from app.identity import outside
from app.identity.models import User
from app.identity.usage import seats
from app.kernel.actor import Actor
from tenants.billing.gateway import Gateway
from tenants.billing.holds import Hold
from tenants.scope import keep


def gateway() -> Gateway:
    """The way to Stripe with the service's key."""
    return Gateway(outside.settings())


def email_of(by: Actor) -> str:
    """Where Stripe writes to: whoever begins to pay."""
    return by.session.get_one(User, by.user_id).email


def holder(by: Actor) -> Hold:
    """What holds seats for a payment, for good before Stripe is asked; OverLimit for too few."""

    def hold(number: int) -> None:
        seats.hold(by, number)
        keep(by.session)

    return hold


@contextmanager
def doing(by: Actor) -> Iterator[None]:
    """Bring the workspace to what came of it, whatever that is; refusals become answers."""
    try:
        with told():
            yield
    finally:
        follow_here(by)
