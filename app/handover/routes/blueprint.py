"""The blueprint of handovers, and whom its routes are about."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint

from app.identity.models import User
from app.identity.operations.guard import require_over
from app.identity.operations.users import get_user
from app.kernel.actor import Actor
from app.web import current

blueprint = Blueprint("handover", __name__, template_folder="../templates")

MANAGE = ("user", "manage")
PLACE = "/settings/people/<uuid:user_id>/handover"


def managed(user_id: UUID) -> tuple[User, Actor]:
    """Somebody whom the reader manages, and the reader."""
    by = current.actor()
    user = get_user(by, user_id)
    require_over(by, user)
    return user, by


def place_of(user: User) -> str:
    """The page of somebody's handover."""
    return f"/settings/people/{user.id}/handover"
