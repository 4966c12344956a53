"""Agreements that nobody who approved them may make any more, as the matrix was changed since."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from app.automation.authority.limits import Limits
from app.automation.authority.subjects import subject_called
from app.identity.models import Role, User
from app.kernel.actor import Actor

KEY = "authority:"  # How what an approval meets of authority begins; see `judge.Agreed.key`.


def lapsed(
    limits: Limits, passes: Collection[str], user_ids: Collection[UUID] | None, by: Actor
) -> frozenset[str]:
    """Which of the agreements that were approved no role of `user_ids` suffices for now.

    None of them where `user_ids` is None: those approved it who decide what roles may agree to.
    """
    asked = [one for one in passes if one.startswith(KEY)]
    if not asked or user_ids is None:
        return frozenset()
    roles = by.session.execute(
        select(Role.id, Role.is_owner)
        .join(User, User.role_id == Role.id)
        .where(User.id.in_(user_ids), User.is_active)
    ).all()
    if any(is_owner for _role, is_owner in roles):
        return frozenset()
    ids = {role_id for role_id, _is_owner in roles}
    return frozenset(one for one in asked if not _may(limits, one, ids))


def _may(limits: Limits, key: str, role_ids: Collection[UUID]) -> bool:
    called, _sep, value = key.removeprefix(KEY).rpartition(":")
    name, _sep, customer_class = called.partition(":")
    subject = subject_called(name)
    if subject is None or subject.key not in limits.subjects:
        return True  # Nobody is asked about it any more.
    return any(limits.suffices(one, subject, customer_class, Decimal(value)) for one in role_ids)
