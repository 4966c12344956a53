"""Who in a workspace may do something: those to be told when it needs somebody."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.identity.models import Grant, Role, User
from app.kernel.actor import Actor


def who_may(by: Actor, record_type: str, verb: str) -> list[User]:
    """Everybody whose role allows it, owners too, as far as they may sign in."""
    granted = select(Grant.role_id).where(Grant.record_type == record_type, Grant.verb == verb)
    return list(
        by.session.scalars(
            select(User)
            .join(Role, Role.id == User.role_id)
            .where(User.is_active)
            .where(or_(Role.is_owner, Role.id.in_(granted)))
            .order_by(User.id)
        )
    )
