"""Seats that are held while a firm is about to pay for them.

Between the moment in which somebody asks for seats and the one in which we know what Stripe made of
it, nobody may take more seats than will be paid for: a checkout can be paid for an hour, and a call
that was not answered may yet have its effect. The number stands in the firm's row, and in the
workspace, where whoever takes a seat sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from tenants.billing.models import Subscription
from tenants.billing.queue import plan_read
from tenants.billing.turns import turn
from tenants.database import control_session

# Lets nobody in the workspace take more than so many seats, for good, before it comes back. It
# refuses where more are taken.
Hold = Callable[[int], None]
IN_FLIGHT = timedelta(
    minutes=5
)  # After that, no call that was not answered has an effect any more.


@contextmanager
def seats_held(
    tenant_id: UUID, seats: int | None, hold: Hold, now: datetime, until: datetime
) -> Iterator[Subscription]:
    """Hold the firm's turn, and so many seats until `until`, while Stripe is asked for something.

    None holds no seats. The firm is read anew after `until`, whatever becomes of this process.
    Seats stay held until it was read. ChangingNow, with nothing held, while somebody else asks.
    """
    with control_session() as session:
        plan_read(session, tenant_id, until + timedelta(minutes=1), now)
    with turn(tenant_id):
        with control_session() as session:
            row = session.get_one(Subscription, tenant_id, with_for_update=True)
            if seats is not None:
                hold(seats)
                _put(row, seats, until)
        yield row


def _put(row: Subscription, seats: int, until: datetime) -> None:
    """Note what is held: the fewest seats, and the latest moment, of what was held and this."""
    row.held_seats = seats if row.held_seats is None else min(seats, row.held_seats)
    row.held_until = until if row.held_until is None else max(until, row.held_until)
