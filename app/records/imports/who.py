"""Who asked for an import or its undoing, with the rights of this moment."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.kernel.stamps import READ as STAMPS
from app.records.imports.models import ImportRun


@dataclass(frozen=True, slots=True)
class Asked:
    """How something was asked for that a worker does: by which way, in which language, how narrow.

    `scopes` are those of the token by which it was asked for, None where there was none.
    """

    via: str
    language: str
    scopes: frozenset[str] | None

    @staticmethod
    def for_import(run: ImportRun) -> Asked:
        """How an import was asked for."""
        scopes = None if run.scopes is None else frozenset(run.scopes)
        return Asked(run.via, run.language, scopes)


def importer_of(run: ImportRun, by: Actor) -> Actor:
    """Who asked for an import; see `person_of`."""
    return person_of(run.user_id, Asked.for_import(run), by)


def person_of(user_id: UUID | None, asked: Asked, by: Actor) -> Actor:
    """A person with the rights of this moment, narrowed as they were when they asked.

    NotPermitted when they may not sign in.
    """
    by.session.info.pop(STAMPS, None)  # What was remembered of rules and fields may have changed.
    user = by.session.get(User, user_id, populate_existing=True) if user_id else None
    if user is None or not user.is_active:
        raise NotPermitted(_("Whoever asked for it may not sign in."))
    return actor_for(
        by.session, by.tenant, user, by.now, asked.via, asked.language, scopes=asked.scopes
    )
