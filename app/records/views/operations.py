"""What people do with views: save, change, share, order, pin, begin with, delete, bring back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm.exc import StaleDataError

from app.events import write_event
from app.identity.models import Role, User
from app.identity.operations.guard import require_writable
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.types import RecordType
from app.records.views.models import (
    AUDIENCES,
    EVERYONE,
    NAME,
    PRIVATE,
    TEAM,
    RoleView,
    SavedView,
    ViewChoice,
)
from app.records.views.shelf import STAMP, ViewFacts, shelf

SHARE = ("view", "share")
MOST = 100  # Views of one person.
LONGEST_QUERY = 4000
KEPT = timedelta(days=30)  # A deleted view can be brought back as long as a record.


@dataclass(frozen=True, slots=True)
class Wish:
    """What a view shall be called, who shall see it, and which rows in which look it shows."""

    name: str
    audience: str
    query: str


def save_view(by: Actor, record_type: RecordType, wish: Wish) -> SavedView:
    """Keep a list as a view; Refused with a message per input."""
    require_writable(by)
    owner_id = _person(by)
    kept = select(func.count()).select_from(SavedView)
    kept = kept.where(SavedView.owner_id == owner_id, SavedView.deleted_at.is_(None))
    if (by.session.scalar(kept) or 0) >= MOST:
        raise Refused(_("You have %(most)s views. Delete one that you don't use.", most=MOST))
    row = SavedView(id=new_id(), record_type=record_type.key, owner_id=owner_id, created_at=by.now)
    _apply(by, row, wish)
    by.session.add(row)
    by.session.flush()  # What follows may name it.
    _changed(by, row, "created", _told(None, _as_it_is(row)))
    return row


def change_view(by: Actor, row: SavedView, version: int | None, wish: Wish) -> None:
    """Make a view what `wish` says; Conflict when somebody else changed it meanwhile."""
    require_writable(by)
    require_own(by, row)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody changed this view while you were editing it."))
    before = _as_it_is(row)
    _apply(by, row, wish)
    try:
        by.session.flush()  # The version is compared here, before the event claims the change.
    except StaleDataError:
        raise Conflict(_("Somebody changed this view while you were editing it.")) from None
    if row.audience != EVERYONE:
        by.session.execute(delete(RoleView).where(RoleView.view_id == row.id))
    _changed(by, row, "updated", _told(before, _as_it_is(row)))


def delete_view(by: Actor, row: SavedView) -> None:
    """Take a view away from all who see it; it can be brought back for 30 days."""
    require_writable(by)
    require_own(by, row)
    row.deleted_at = by.now
    gone = SavedView.deleted_at < by.now - KEPT
    by.session.execute(delete(SavedView).where(SavedView.owner_id == row.owner_id, gone))
    _changed(by, row, "deleted", {})


def restore_view(by: Actor, row: SavedView) -> None:
    """Bring a deleted view back."""
    require_writable(by)
    require_own(by, row)
    row.deleted_at = None
    _changed(by, row, "restored", {})


def pin_view(by: Actor, view: ViewFacts, *, is_pinned: bool) -> None:
    """Put a view into one's rail, behind those that are there, or take it out."""

    def turn(choice: ViewChoice) -> None:
        kept = [one for one in choice.pinned if one != str(view.id)]
        choice.pinned = [*kept, str(view.id)] if is_pinned else kept

    _choose(by, view.record_type, turn)


def begin_with(by: Actor, view: ViewFacts, *, is_default: bool) -> None:
    """Open a list with this view from now on, or with what one's role begins with."""

    def turn(choice: ViewChoice) -> None:
        if is_default or choice.default_id == view.id:
            choice.default_id = view.id if is_default else None

    _choose(by, view.record_type, turn)


def order_views(by: Actor, record_type: RecordType, ids: Sequence[UUID]) -> None:
    """Put one's views of a type into an order; those not named follow behind."""
    known = {view.id for view in shelf(by).of(record_type.key)}

    def turn(choice: ViewChoice) -> None:
        choice.position = [str(one) for one in dict.fromkeys(ids) if one in known]

    _choose(by, record_type.key, turn)


def begin_roles_with(by: Actor, row: SavedView, role_ids: Collection[UUID]) -> None:
    """Let these roles' people, and no other role's, begin with a view that everybody sees."""
    require_writable(by)
    if not by.may(*SHARE):
        raise NotPermitted(_("You may not do this. Ask an owner of the workspace to allow it."))
    if role_ids and row.audience != EVERYONE:
        raise Refused(_("Only a view for everyone can be where a role begins."), field="role")
    roles = by.session.scalars(select(Role.id).where(Role.id.in_(role_ids))).all()
    before = set(by.session.scalars(select(RoleView.role_id).where(RoleView.view_id == row.id)))
    if before == set(roles):
        return
    by.session.execute(delete(RoleView).where(RoleView.view_id == row.id))
    earlier = (RoleView.role_id.in_(roles), RoleView.record_type == row.record_type)
    by.session.execute(delete(RoleView).where(*earlier))
    for role_id in roles:
        one = RoleView(id=new_id(), role_id=role_id, record_type=row.record_type, view_id=row.id)
        by.session.add(one)
    told: list[object] = [sorted(map(str, ids)) for ids in (before, roles)]
    _changed(by, row, "updated", {"roles": told})


def get_view(
    by: Actor, record_type: RecordType, view_id: UUID, *, is_deleted: bool = False
) -> SavedView:
    """A view that `by` has, or one of their own that was deleted; else Missing."""
    row = by.session.get(SavedView, view_id)
    if row is None or row.record_type != record_type.key:
        raise Missing(_("This view was deleted, or is not shared with you."))
    seen = shelf(by).find(record_type.key, view_id) is not None
    if is_deleted:
        seen = row.deleted_at is not None and may_change(by, row)
    if not seen:
        raise Missing(_("This view was deleted, or is not shared with you."))
    return row


def may_change(by: Actor, view: ViewFacts | SavedView) -> bool:
    """True for one's own views, and for everybody's to whoever may share such."""
    if by.tenant.is_read_only or by.user_id is None:
        return False
    is_everybodys = view.audience == EVERYONE and by.may(*SHARE)
    return view.owner_id == by.user_id or is_everybodys


def require_own(by: Actor, view: ViewFacts | SavedView) -> None:
    """NotPermitted for whoever sees a view of somebody else."""
    if not may_change(by, view):
        raise NotPermitted(_("This view belongs to somebody else. Save it as a view of your own."))


def _person(by: Actor) -> UUID:
    if by.user_id is None:
        raise NotPermitted(_("Only a person has views."))
    return by.user_id


def _apply(by: Actor, row: SavedView, wish: Wish) -> None:
    """Write a wish into the row; Refused with a message per input."""
    errors: dict[str, Text | str] = {}
    name = " ".join(wish.name.split())
    if not name:
        errors["name"] = _("Please fill in this field.")
    elif len(name) > NAME:
        errors["name"] = _("This is longer than %(limit)s characters.", limit=NAME)
    if wish.audience != row.audience:
        team_id = by.session.scalar(select(User.team_id).where(User.id == row.owner_id))
        refused = _against(by, wish.audience, team_id)
        if refused is not None:
            errors["audience"] = refused
        row.team_id = team_id if wish.audience == TEAM else None
    if len(wish.query) > LONGEST_QUERY:
        errors["query"] = _("This list has more filters than a view can hold.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    row.name, row.audience, row.query = name, wish.audience, wish.query


def _against(by: Actor, audience: str, team_id: UUID | None) -> Text | None:
    """Why a view may not be shared so, or None."""
    if audience not in AUDIENCES:
        return _("Choose who sees this view.")
    if audience == EVERYONE and not by.may(*SHARE):
        return _("Your role may not share views with everyone.")
    if audience == TEAM and team_id is None:
        return _("You are in no team to share it with.")
    return None


def _choose(by: Actor, record_type: str, turn: Callable[[ViewChoice], None]) -> None:
    """Change what a person does with the views of a type."""
    require_writable(by)
    user_id = _person(by)
    where = (ViewChoice.user_id == user_id, ViewChoice.record_type == record_type)
    choice = by.session.scalars(select(ViewChoice).where(*where).with_for_update()).one_or_none()
    if choice is None:
        choice = ViewChoice(
            id=new_id(), user_id=user_id, record_type=record_type, position=[], pinned=[]
        )
        by.session.add(choice)
    turn(choice)
    by.session.flush()  # The stamp is drawn once it is written.
    stamps.draw(by.session, STAMP)


def _as_it_is(row: SavedView) -> Wish:
    return Wish(row.name, row.audience, row.query)


def _told(before: Wish | None, after: Wish) -> dict[str, list[object]]:
    """What the audit may know of a change: who sees a view, and its name while others see it.

    What it filters by is told to nobody: those who share it see it there.
    """
    told: dict[str, list[object]] = {
        "name": [one.name if one and one.audience != PRIVATE else None for one in (before, after)],
        "audience": [one.audience if one else None for one in (before, after)],
    }
    return {key: [was, now] for key, (was, now) in told.items() if was != now}


def _changed(by: Actor, row: SavedView, verb: str, changes: dict[str, list[object]]) -> None:
    """Let every process learn of it, and the audit tell it."""
    by.session.flush()  # Readers under the new stamp must find the new row.
    stamps.draw(by.session, STAMP)
    write_event(by, "view", row.id, verb, changes=changes)
