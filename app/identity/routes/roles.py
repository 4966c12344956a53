"""The role editor: a list, and for each role a matrix of what it allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from uuid import UUID

from flask import Response, request

from app.identity import permissions
from app.identity.models import Role
from app.identity.operations import preview
from app.identity.operations import roles as operations
from app.identity.operations.undecided import undecided
from app.identity.permissions import PermissionGroup
from app.identity.rights import covers, read_rights
from app.identity.routes.asking import chosen, label_of, show, submit, typed
from app.identity.routes.blueprint import blueprint
from app.kernel.actor import FieldAccess, Reach, Rights
from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/roles"
MANAGE = ("role", "manage")
FORM = "identity/role.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def roles() -> Response:
    """Every role with the number of people who have it."""
    by = current.actor()
    return page(
        "identity/roles.html",
        roles=operations.list_roles(by),
        people=operations.users_per_role(by),
        undecided=undecided,
        label_of=label_of,
    )


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_role() -> Response:
    """The form of a new role."""
    return show("identity/role_new.html", _models(), block="form")


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_role() -> Response:
    """Make a role, empty or like another one, and open it."""

    def work() -> Response:
        like = chosen(Role, "like")
        role = operations.create_role(current.actor(), label=typed("label"), like=like)
        return see_other(f"{PLACE}/{role.id}")

    return submit(work, "identity/role_new.html", _models)


@blueprint.get(f"{PLACE}/<uuid:role_id>")
@access(permission=MANAGE)
def role(role_id: UUID) -> Response:
    """The matrix of one role."""
    found = operations.get_role(current.actor(), role_id)
    first = {"label": label_of(found)}
    return show(FORM, _matrix(role_id), typed=first)


@blueprint.post(f"{PLACE}/<uuid:role_id>")
@access(permission=MANAGE)
def save_role(role_id: UUID) -> Response:
    """Keep the name and the matrix of a role."""

    def work() -> Response:
        by = current.actor()
        found = operations.get_role(by, role_id)
        operations.rename_role(by, found, label=typed("label"))
        if not found.is_owner:
            operations.set_rights(by, found, grants=_grants(), fields=_fields())
        toast(_("Saved."))
        return see_other(f"{PLACE}/{role_id}")

    return submit(work, FORM, partial(_matrix, role_id))


@blueprint.post(f"{PLACE}/<uuid:role_id>/delete")
@access(permission=MANAGE)
def delete_role(role_id: UUID) -> Response:
    """Remove a role of the workspace's own."""

    def work() -> Response:
        by = current.actor()
        operations.delete_role(by, operations.get_role(by, role_id))
        toast(_("Deleted."))
        return see_other(PLACE)

    return submit(work, FORM, partial(_matrix, role_id))


def _grants() -> dict[tuple[str, str], Reach]:
    """The grants that the form carries as `grant.contact.read=2`."""
    found = {}
    for name, value in request.form.items():
        prefix, _dot, permission = name.partition(".")
        if prefix != "grant" or value in ("", "0"):
            continue
        kind, _dot, verb = permission.partition(".")
        if value not in ("1", "2", "3"):
            raise Refused(_("There is no such permission."))
        found[(kind, verb)] = Reach(int(value))
    return found


def _fields() -> dict[tuple[str, str], FieldAccess]:
    """The field rules that the form carries as `field.contact.phone=1`; 2 means no rule."""
    found = {}
    for name, value in request.form.items():
        prefix, _dot, rest = name.partition(".")
        if prefix != "field" or value in ("", "2"):
            continue
        kind, _dot, key = rest.partition(".")
        if value not in ("0", "1"):
            raise Refused(_("There is no such field."))
        found[(kind, key)] = FieldAccess(int(value))
    return found


def _matrix(role_id: UUID) -> dict[str, object]:
    """What can be granted, what is, and whether this person may change it."""
    by = current.actor()
    found = operations.get_role(by, role_id)
    rights = read_rights(by.session, found)
    groups = permissions.groups_for(by)
    return {
        "role": found,
        "rights": rights,
        "groups": groups,
        "verbs": _verbs(groups),
        "verbs_of": {one.record_type: {verb.key: verb for verb in one.verbs} for one in groups},
        "narrowed": _narrowed(rights),
        "is_editable": not found.is_owner and covers(by.rights, rights),
        "mine": by.rights,
        "undecided": undecided(found, by),
        "title": label_of(found),
        "colleagues": preview.colleagues_of(by, found),
    }


def _verbs(groups: Iterable[PermissionGroup]) -> list[tuple[str, Text]]:
    """The columns of the matrix: every verb of the record types, what most of them have first."""
    found: dict[str, Text] = {}
    used: Counter[str] = Counter()
    records = [group for group in groups if group.has_reach]
    for group in records:
        for verb in group.verbs:
            found.setdefault(verb.key, verb.label)
            used[verb.key] += 1
    return sorted(found.items(), key=lambda one: used[one[0]] * 2 < len(records))


def _narrowed(rights: Rights) -> dict[str, set[str]]:
    """The fields with a rule, by record type, so that the page opens on them."""
    found: dict[str, set[str]] = {}
    for record_type, key in rights.fields:
        found.setdefault(record_type, set()).add(key)
    return found


def _models() -> dict[str, object]:
    return {
        "roles": [one for one in operations.grantable_roles(current.actor()) if not one.is_owner],
        "label_of": label_of,
    }
