"""Seats: people who can sign in, and those who are invited by mail, against what was bought.

Whoever takes a seat, and whoever buys or gives back seats, waits at one row; what stands is counted
under it, so that buying and inviting at the same moment never exceed what is paid for.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.identity.living import living
from app.identity.models import Invitation, User
from app.identity.usage.models import SeatBound
from app.kernel.actor import Actor
from app.kernel.errors import OverLimit
from app.kernel.ids import new_id
from app.kernel.language import _, ngettext
from tenants.plans import Limit

PLAN_PAGE = "/settings/billing"


def taken(by: Actor) -> int:
    """How many seats are taken: active users, and open invitations by mail to somebody new.

    An invitation that nobody can join by any more keeps none.
    """
    active = select(func.count()).select_from(User).where(User.is_active)
    invited = (
        select(func.count())
        .select_from(Invitation)
        .where(
            Invitation.way == "mail",
            Invitation.user_id.is_(None),
            living(by.session, by.now),
        )
    )
    found = select(active.scalar_subquery() + invited.scalar_subquery())
    return int(by.session.scalar(found) or 0)


def most(by: Actor) -> int | None:
    """How many seats there are; None where the plan does not bound them."""
    return _most(by, by.session.scalars(select(SeatBound)).one_or_none())


def require_seat(by: Actor) -> None:
    """Hold the seats until the transaction ends; OverLimit where none is free."""
    row = _hold(by)
    there = _most(by, row)
    if there is not None and taken(by) >= there:
        if row.held == there != row.bought:
            raise OverLimit(
                _(
                    "%(n)s seats are being paid for, and all of them are taken. Wait for the "
                    "payment, or withdraw it under Settings → Plan and bill.",
                    n=there,
                )
            )
        raise OverLimit(
            ngettext(
                "The one seat of your workspace is taken. Add a seat under Settings → Plan and "
                "bill, or disable somebody who no longer works with you.",
                "All %(n)s seats of your workspace are taken, open invitations included. Add a "
                "seat under Settings → Plan and bill, or disable somebody who has left.",
                there,
                n=there,
            )
        )


def hold(by: Actor, seats: int) -> None:
    """Let nobody take more than so many seats until it is known whether they are paid for.

    OverLimit where more are taken, so that who buys fewer can't be overtaken by who invites.
    """
    row = _hold(by)
    if (number := taken(by)) > seats:
        raise OverLimit(
            _(
                "%(n)s seats are taken, open invitations included. Disable users or withdraw "
                "invitations first.",
                n=number,
            )
        )
    row.held = seats if row.held is None else min(seats, row.held)


def follow(by: Actor, bought: int | None, held: int | None = None) -> None:
    """Note what is bought by now and what is held, whoever is there: nobody is shut out for it."""
    row = _hold(by)
    row.bought, row.held = bought, held


def _most(by: Actor, row: SeatBound | None) -> int | None:
    """What was bought goes before the plan's bound, which may be some seconds old here."""
    bought, held = (row.bought, row.held) if row is not None else (None, None)
    bounds = (bought if bought is not None else by.tenant.limits.get(Limit.SEATS), held)
    return min((one for one in bounds if one is not None), default=None)


def _hold(by: Actor) -> SeatBound:
    row = insert(SeatBound).values(id=new_id(), is_the_one=True)
    by.session.execute(row.on_conflict_do_nothing(index_elements=["is_the_one"]))
    held = select(SeatBound).with_for_update().execution_options(populate_existing=True)
    return by.session.scalars(held).one()
