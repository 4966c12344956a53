"""Which invitations still open a door: unspent, in time, and from somebody who may give them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from app.identity.models import Invitation, Role, User
from app.identity.rights import covers, rights_of, rights_of_role


def living(session: Session, now: datetime) -> ColumnElement[bool]:
    """What is true of an invitation by which somebody can join at this moment.

    One from somebody who is disabled by now is dead, as all else that they held; and so is one
    from somebody who might not give it any more. What the command line made lives in any case.
    """
    unspent = and_(
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
        Invitation.uses < Invitation.max_uses,
    )
    pairs = select(Invitation.created_by_id, _role()).where(
        unspent, Invitation.created_by_id.is_not(None)
    )
    dead = [
        _by(giver, role)
        for giver, role in session.execute(pairs.distinct())
        if giver is not None and not _may_give(session, giver, role)
    ]
    return and_(unspent, not_(or_(*dead))) if dead else unspent


def _role() -> ColumnElement[UUID]:
    """The role to which an invitation leads; of who was mailed a way in, the one that they have."""
    guest = aliased(User)
    held = select(guest.role_id).where(guest.id == Invitation.user_id)
    return func.coalesce(held.correlate(Invitation).scalar_subquery(), Invitation.role_id)


def _by(giver: UUID, role: UUID) -> ColumnElement[bool]:
    """True of what this person gave to this role; never unknown, so that it can be turned round."""
    return and_(Invitation.created_by_id.is_not_distinct_from(giver), _role() == role)


def _may_give(session: Session, giver_id: UUID, role_id: UUID) -> bool:
    giver = session.get(User, giver_id)
    if giver is None or not giver.is_active:
        return False
    rights, wanted = rights_of(session, giver), session.get_one(Role, role_id)
    is_giver = rights.reach("user", "manage") is not None
    return is_giver and covers(rights, rights_of_role(session, wanted))
