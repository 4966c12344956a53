"""Trying a plan: what it would do, by the very statements that do it, none of which stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from app.handover.operations.draft import draft_of, new_handover
from app.handover.operations.run import passing_on
from app.handover.operations.share import share_out
from app.handover.rules import Plan
from app.identity.models import User
from app.kernel.actor import Actor


@contextmanager
def tried(by: Actor, user: User, plan: Plan) -> Iterator[UUID]:
    """The id of a handover whose rows stand while the block runs."""
    savepoint = by.session.begin_nested()
    try:
        made = draft_of(by, user)
        if made is None:
            made = new_handover(by, user)
            by.session.add(made)
        by.session.flush()  # Its rows refer to it.
        made_id = made.id
        share_out(made_id, user.id, plan, passing_on(by))
        yield made_id
    finally:
        savepoint.rollback()
