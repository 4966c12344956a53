"""The saved views that a reader has: their own, their team's, everybody's; remembered by stamp.

Every page asks for them (the rail shows the pinned ones), so a process remembers them for each
reader under the stamps of the views and of who is in which team and role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app.identity.models import Team, User
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.remembered import Remembered
from app.records.views.models import EVERYONE, PRIVATE, TEAM, RoleView, SavedView, ViewChoice

STAMP = "views"
KEPT = 4096  # Readers whose views a process remembers.
MOST = 500  # Views of one reader, of all types.


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """A saved view as its readers meet it; `query` is that of the list's address."""

    id: UUID
    record_type: str
    name: str
    audience: str
    owner_id: UUID
    query: str
    version: int

    @property
    def is_shared(self) -> bool:
        """True when others see it too."""
        return self.audience != PRIVATE


@dataclass(frozen=True, slots=True)
class Shelf:
    """A reader's views in their order, those in the rail, and what each list begins with.

    `own_defaults` are what the reader chose; `defaults` hold those, else their role's.
    """

    views: tuple[ViewFacts, ...] = ()
    pinned: tuple[UUID, ...] = ()
    defaults: Mapping[str, UUID] = field(default_factory=dict)
    own_defaults: Mapping[str, UUID] = field(default_factory=dict)

    def of(self, record_type: str) -> list[ViewFacts]:
        """The views of one type."""
        return [view for view in self.views if view.record_type == record_type]

    def find(self, record_type: str, view_id: UUID | None) -> ViewFacts | None:
        """The view with this id, when the reader has it."""
        return next((view for view in self.of(record_type) if view.id == view_id), None)

    def default(self, record_type: str) -> ViewFacts | None:
        """The view that a list begins with, or None for all records."""
        return self.find(record_type, self.defaults.get(record_type))


EMPTY = Shelf()
_remembered: Remembered[Shelf] = Remembered(KEPT)


def shelf(by: Actor) -> Shelf:
    """The views that `by` has; no statement is run once they were met, nor where there are none."""
    mark = stamps.stamp(by.session, STAMP)
    user_id = by.user_id
    if mark is None or user_id is None:
        return EMPTY
    people = stamps.stamp(by.session, stamps.PEOPLE)
    key = (by.tenant.id, user_id, by.role_id, by.previews and by.person_id, mark, people)
    return _remembered.get(key, lambda: _load(by, user_id))


def teams_of(by: Actor) -> list[UUID]:
    """The reader's team and those above it, whose shared views are theirs too."""
    statement = select(Team.path).join(User, User.team_id == Team.id).where(User.id == by.user_id)
    path = by.session.scalar(statement) or ""
    return [UUID(part) for part in path.split("/") if part]


def _load(by: Actor, user_id: UUID) -> Shelf:
    shared = and_(SavedView.audience == TEAM, SavedView.team_id.in_(teams_of(by)))
    rows = by.session.scalars(
        select(SavedView)
        .where(
            SavedView.deleted_at.is_(None),
            or_(_own(by, user_id), SavedView.audience == EVERYONE, shared),
        )
        .order_by(SavedView.created_at, SavedView.id)
        .limit(MOST)
    ).all()
    choices = by.session.scalars(select(ViewChoice).where(ViewChoice.user_id == user_id)).all()
    of_role = by.session.execute(
        select(RoleView.record_type, RoleView.view_id).where(RoleView.role_id == by.role_id)
    )
    place = {view_id: n for one in choices for n, view_id in enumerate(one.position)}
    ordered = sorted(rows, key=lambda row: place.get(str(row.id), len(place)))
    own = {one.record_type: one.default_id for one in choices if one.default_id is not None}
    roles: dict[str, UUID] = {one.record_type: one.view_id for one in of_role}
    return Shelf(
        tuple(facts(row) for row in ordered),
        tuple(UUID(view_id) for one in choices for view_id in one.pinned),
        {**roles, **({} if by.previews else own)},
        own,
    )


def _own(by: Actor, user_id: UUID) -> ColumnElement[bool]:
    """The reader's own views; a colleague's private ones are not shown to whoever looks as them."""
    own = SavedView.owner_id == user_id
    return own if by.person_id == user_id else and_(own, SavedView.audience != PRIVATE)


def facts(row: SavedView) -> ViewFacts:
    """A row as it is remembered."""
    return ViewFacts(
        row.id, row.record_type, row.name, row.audience, row.owner_id, row.query, row.version
    )
