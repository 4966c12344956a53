"""Roles: what each allows; nobody writes into a role what they lack themselves."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity import permissions
from app.identity.models import FieldRule, Grant, Invitation, Role, User
from app.identity.operations.guard import fetch, require_change, require_cover
from app.identity.operations.undecided import decide, offered_rights
from app.identity.rights import covers, read_rights
from app.identity.texts import clean_name
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import new_id
from app.kernel.language import _

Grants = Mapping[tuple[str, str], Reach]
FieldRules = Mapping[tuple[str, str], FieldAccess]


def list_roles(by: Actor) -> list[Role]:
    """Every role in the order of the list."""
    return list(by.session.scalars(select(Role).order_by(Role.position, Role.id)))


def get_role(by: Actor, role_id: UUID) -> Role:
    """The role with this id, or Missing."""
    return fetch(by, Role, role_id)


def role_by_key(session: Session, key: str) -> Role:
    """The built-in role called `key`."""
    return session.scalars(select(Role).where(Role.key == key)).one()


def grantable_roles(by: Actor) -> list[Role]:
    """The roles that the actor may give to somebody."""
    return [role for role in list_roles(by) if covers(by.rights, read_rights(by.session, role))]


def users_per_role(by: Actor) -> dict[UUID, int]:
    """How many active users have each role."""
    counted = by.session.execute(
        select(User.role_id, func.count()).where(User.is_active).group_by(User.role_id)
    )
    return {role_id: n for role_id, n in counted}  # noqa: C416  Typed rows.


def create_role(by: Actor, *, label: str, like: Role | None = None) -> Role:
    """Make a role, empty or with what another one allows."""
    require_change(by, "role", "manage")
    if like is not None:
        require_cover(by, like)
        if like.is_owner:
            raise Refused(_("The owner's role can't be copied."), field="like")
    last = by.session.scalar(select(func.max(Role.position))) or 0
    name = clean_name(label, field="label")
    role = Role(
        id=new_id(),
        key=None,
        label={by.language: name},
        position=last + 1,
        is_owner=False,
        stamp=new_id(),
        offered=offered_rights(by) if like is None or like.offered is None else like.offered,
        created_at=by.now,
    )
    by.session.add(role)
    by.session.flush()  # Its grants name it.
    if like is not None:
        copied = read_rights(by.session, like)
        _write(by, role, copied.grants, copied.fields)
    write_event(by, "role", role.id, "created", changes={"label": [None, name]})
    return role


def rename_role(by: Actor, role: Role, *, label: str) -> None:
    """Give a role another name in the actor's language."""
    require_change(by, "role", "manage")
    name = clean_name(label, field="label")
    before = role.label.get(by.language)
    if before != name:
        require_cover(by, role)  # Else the strongest role could be given out as a weak one.
        role.label = {**role.label, by.language: name}
        write_event(by, "role", role.id, "renamed", changes={"label": [before, name]})


def set_rights(by: Actor, role: Role, *, grants: Grants, fields: FieldRules) -> None:
    """Replace what a role allows; entries of what is off or retired stay as they are."""
    require_change(by, "role", "manage")
    if role.is_owner:
        raise Refused(_("The owner's role allows everything and can't be changed."))
    before = read_rights(by.session, role)
    if not covers(by.rights, before):
        raise NotPermitted(_("This role allows more than you may do yourself."))
    kept_grants = {key: reach for key, reach in before.grants.items() if not _shown(by, key[0])}
    kept_fields = {key: rule for key, rule in before.fields.items() if not _offered(by, *key)}
    _check_known(by, grants, fields)
    wanted = Rights(grants={**kept_grants, **grants}, fields={**kept_fields, **fields})
    if not covers(by.rights, wanted):
        raise NotPermitted(_("You can't grant what you may not do yourself."))
    _write(by, role, wanted.grants, wanted.fields)
    decide(role, by)
    changes = _changes(before, wanted)
    if changes:
        write_event(by, "role", role.id, "rights_changed", changes=changes)


def delete_role(by: Actor, role: Role) -> None:
    """Remove a role of the workspace's own that nobody has."""
    require_change(by, "role", "manage")
    require_cover(by, role)
    if role.key is not None:
        raise Refused(_("A built-in role can't be deleted."))
    if by.session.scalar(select(User.id).where(User.role_id == role.id).limit(1)) is not None:
        raise Refused(_("Give the people with this role another one first."))
    by.session.execute(delete(Invitation).where(Invitation.role_id == role.id))
    by.session.delete(role)
    write_event(by, "role", role.id, "deleted", changes={"label": [role.label, None]})


def write_rights(by: Actor, role: Role, grants: Grants, fields: FieldRules) -> None:
    """Write what a fresh built-in role allows; for the seeds of a new workspace."""
    _write(by, role, grants, fields)


def _write(by: Actor, role: Role, grants: Grants, fields: FieldRules) -> None:
    """Replace the rows of a role and draw a new stamp, so that nothing remembered is met again."""
    for model in (Grant, FieldRule):
        by.session.execute(delete(model).where(model.role_id == role.id))
    by.session.add_all(
        Grant(role_id=role.id, record_type=kind, verb=verb, reach=int(reach))
        for (kind, verb), reach in grants.items()
    )
    by.session.add_all(
        FieldRule(role_id=role.id, record_type=kind, field=key, access=int(access))
        for (kind, key), access in fields.items()
        if access < FieldAccess.WRITE
    )
    role.stamp = new_id()
    by.session.flush()  # Who reads the rights next in this transaction must see them.


def _check_known(by: Actor, grants: Grants, fields: FieldRules) -> None:
    """Refuse verbs and fields that do not exist: an unknown one must never become a grant."""
    for (kind, verb), reach in grants.items():
        group = permissions.find(kind, by.tenant)
        if group is None or verb not in {choice.key for choice in group.verbs}:
            raise Refused(_("There is no such permission."))
        if not group.has_reach and reach is not Reach.ALL:
            raise Refused(_("There is no such permission."))
    for kind, key in fields:
        if not _offered(by, kind, key):
            raise Refused(_("There is no such field."))


def _offered(by: Actor, record_type: str, key: str) -> bool:
    """True for a field that can be narrowed now; the rule of a retired one waits for it."""
    group = permissions.find_for(record_type, by)
    return group is not None and any(choice.key == key for choice in group.fields)


def _shown(by: Actor, record_type: str) -> bool:
    return permissions.find(record_type, by.tenant) is not None


def _changes(before: Rights, after: Rights) -> dict[str, list[str | None]]:
    """What differs between two sets of rights, for the event."""
    changes: dict[str, list[str | None]] = {}
    for key in {*before.grants, *after.grants}:
        old, new = before.grants.get(key), after.grants.get(key)
        if old != new:
            changes[":".join(key)] = [old.name if old else None, new.name if new else None]
    for key in {*before.fields, *after.fields}:
        was, is_ = before.fields.get(key), after.fields.get(key)
        if was != is_:
            changes[".".join(key)] = [
                was.name if was is not None else None,
                is_.name if is_ is not None else None,
            ]
    return changes
