"""How many files may wait for their import to begin: each takes space that no quota counts."""

from __future__ import annotations

from sqlalchemy import func, select

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.imports.models import UNDER_WAY, ImportRun, State

OF_PERSON = 10
OF_WORKSPACE = 40
TOO_MANY = _(
    "Too many files wait to be imported. Start or remove some of them under Settings, Imports."
)


def require_room(by: Actor) -> None:
    """Refused where a person or the workspace has as many waiting files as they may."""
    waits = (ImportRun.state == State.GIVEN) | ImportRun.is_dry_run
    mine = func.count().filter(ImportRun.user_id == by.person_id)
    all_, own = by.session.execute(
        select(func.count(), mine).where(waits, ImportRun.state.not_in(UNDER_WAY))
    ).one()
    if own >= OF_PERSON or all_ >= OF_WORKSPACE:
        raise Refused(TOO_MANY)
