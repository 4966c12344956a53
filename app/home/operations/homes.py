"""What people do with their Home, and admins with that of a role: arrange it, and give it up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.home import contributed
from app.home.models import Home
from app.home.placed import MOST, Placed, read, write
from app.identity.models import Role
from app.identity.operations.guard import hold_self, require_change, require_writable
from app.identity.rights import rights_of_role
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from app.records.manifest import Module

MANAGE = ("home", "manage")
OWN, OF_ROLE, SHIPPED = "own", "role", "shipped"
ORIGINS = (OWN, OF_ROLE, SHIPPED)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The widgets of a Home in their order, and whose arrangement it is (ORIGINS).

    `version` counts the changes of what is kept of its own for whom it was asked; 0 for nothing.
    """

    widgets: tuple[Placed, ...]
    origin: str
    version: int = 0

    def find(self, widget_id: str) -> Placed | None:
        """The widget with this id."""
        return next((one for one in self.widgets if one.id == widget_id), None)


def install(modules: Iterable[Module]) -> None:
    """Know what the modules contribute to Home; start-up calls it once per process."""
    known = tuple(modules)
    contributed.install(
        (one for module in known for one in module.widgets),
        (one for module in known for one in module.home),
    )


def home_of(by: Actor) -> Arrangement:
    """The Home of `by`: as they arranged it, else that of their role, else what modules ship.

    Whoever looks through a role or as a colleague sees that of the role.
    """
    whose: list[ColumnElement[bool]] = [Home.role_id == by.role_id]
    if not by.previews:
        whose.append(Home.user_id == by.user_id)
    rows = by.session.scalars(select(Home).where(or_(*whose))).all()
    own = next((one for one in rows if one.user_id is not None), None)
    if own is not None:
        return Arrangement(read(own.widgets), OWN, own.version)
    if rows:
        return Arrangement(read(rows[0].widgets), OF_ROLE)
    return Arrangement(contributed.first_home(by), SHIPPED)


def role_home(by: Actor, role: Role) -> Arrangement:
    """The Home of whoever has a role and arranged none of their own."""
    return role_homes(by, (role,))[role.id]


def role_homes(by: Actor, roles: Collection[Role]) -> dict[UUID, Arrangement]:
    """The Homes of some roles by their ids, read at once."""
    wanted = select(Home).where(Home.role_id.in_([one.id for one in roles]))
    rows = {row.role_id: row for row in by.session.scalars(wanted)}
    found: dict[UUID, Arrangement] = {}
    for role in roles:
        row = rows.get(role.id)
        if row is not None:
            found[role.id] = Arrangement(read(row.widgets), OF_ROLE, row.version)
        else:
            found[role.id] = Arrangement(contributed.first_home(as_role(by, role)), SHIPPED)
    return found


def as_role(by: Actor, role: Role) -> Actor:
    """`by` with no more rights than a role gives: what its people may have at all."""
    rights = rights_of_role(by.session, role).within(by.rights)
    return replace(by, rights=rights, role_id=role.id)


def arranged_roles(by: Actor) -> dict[UUID, int]:
    """The roles that have a Home, each with the number of its widgets."""
    rows = by.session.execute(select(Home.role_id, Home.widgets).where(Home.role_id.is_not(None)))
    return {row.role_id: len(row.widgets) for row in rows}


def arrange(by: Actor, widgets: Sequence[Placed], *, version: int | None = None) -> Home:
    """Make these one's Home; Conflict where `version` was seen and is not the one that stands."""
    user_id = _person(by)
    return _keep(by, Home.user_id, user_id, widgets, version)


def forget_home(by: Actor, *, version: int | None = None) -> None:
    """Give one's own arrangement up: the Home is that of one's role again."""
    user_id = _person(by)
    _forget(by, Home.user_id == user_id, version)


def arrange_role(
    by: Actor, role: Role, widgets: Sequence[Placed], *, version: int | None = None
) -> Home:
    """Make these the Home of whoever has the role and arranged none of their own."""
    require_change(by, *MANAGE)
    before = _told(role_home(by, role).widgets)
    row = _keep(by, Home.role_id, role.id, widgets, version)
    _tell(by, role, before, _told(widgets))
    return row


def seed_role_home(by: Actor, role: Role, widgets: Sequence[Placed]) -> None:
    """Give a role of a workspace that is just being founded its Home."""
    _keep(by, Home.role_id, role.id, widgets, None)


def forget_role_home(by: Actor, role: Role, *, version: int | None = None) -> None:
    """Give the Home of a role up: its people begin with what modules ship."""
    require_change(by, *MANAGE)
    before = role_home(by, role)
    _forget(by, Home.role_id == role.id, version)
    if before.origin == OF_ROLE:
        _tell(by, role, _told(before.widgets), None)


def put_on(by: Actor, wish: Placed) -> bool:
    """Put a widget at the end of one's Home; False where it stands there already."""
    _person(by)
    hold_self(by)  # Two windows that put something on it both find what the other one put.
    standing = home_of(by).widgets
    if any(one.what == wish.what for one in standing):
        return False
    arrange(by, (*standing, wish))
    return True


def _person(by: Actor) -> UUID:
    require_writable(by)
    if by.user_id is None:
        raise NotPermitted(_("Only a person has a Home."))
    return by.user_id


def _keep(
    by: Actor, column: Any, whose: UUID, widgets: Sequence[Placed], version: int | None
) -> Home:
    """Keep a Home; of two who do so at once, the second waits and then wins or is told."""
    if len(widgets) > MOST:
        raise Refused(_("A Home has at most %(most)s widgets.", most=MOST), field="widgets")
    fresh = {"id": new_id(), column.key: whose, "widgets": [], "version": 0, "updated_at": by.now}
    by.session.execute(insert(Home).values(fresh).on_conflict_do_nothing())
    row = by.session.scalars(
        select(Home)
        .where(column == whose)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    _demand(version, row)
    row.widgets, row.updated_at = write(widgets), by.now
    by.session.flush()  # The version that it has now is answered with.
    return row


def _forget(by: Actor, whose: ColumnElement[bool], version: int | None) -> None:
    if version is not None:
        _demand(version, by.session.scalars(select(Home).where(whose)).one_or_none())
    by.session.execute(delete(Home).where(whose))


def _demand(version: int | None, row: Home | None) -> None:
    if version is not None and version != (row.version if row else 0):
        raise Conflict(_("Somebody changed this Home while you were editing it."))


def _told(widgets: Iterable[Placed]) -> list[str]:
    """What the audit tells of a role's Home: what it shows, and not what it is called."""
    return [f"{one.kind}:{one.of}" for one in widgets]


def _tell(by: Actor, role: Role, before: list[str], after: list[str] | None) -> None:
    changes = {"role_id": [None, str(role.id)], "widgets": [before, after]}
    write_event(by, "home", role.id, "updated" if after is not None else "deleted", changes=changes)
