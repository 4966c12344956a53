"""Homes for programs: one's own, and those of roles for whoever may arrange them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Response, request

from app.home.operations import homes
from app.home.operations.homes import MANAGE, OF_ROLE, OWN, Arrangement
from app.home.operations.wishes import fitting, named_so
from app.home.pages.tiles import tiles
from app.home.placed import FULL, HALF, MOST, ROWS, USUAL_ROWS, WIDTHS, Placed, fresh_id
from app.home.routes import told
from app.home.routes.blueprint import blueprint
from app.identity.models import Role
from app.identity.operations.roles import get_role, list_roles
from app.identity.routes.asking import label_of
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.body import demand_known
from app.records.api.inputs import demand_scope, text_of, whole_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED
from app.records.routes.api import send
from app.records.routes.sent import body_of
from app.web import current
from app.web.access import Who, access

KNOWN = ("id", "kind", "of", "name", "width", "rows", "query")
HOME, HOMES = "/api/v1/home", "/api/v1/homes"


@blueprint.get(HOME)
@described("get_home", told.TAG, told.OWN, schemas=told.OWN_SCHEMAS)
@access(who=Who.TOKEN)
def show_home_to_program() -> Response:
    """The caller's Home, and whose arrangement it is: their own, their role's, or the shipped."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return _own(homes.home_of(by), by)


@blueprint.put(HOME)
@described(
    "arrange_home",
    told.TAG,
    told.OWN,
    sends=told.CHANGE,
    schemas=told.OWN_SCHEMAS,
    is_versioned=True,
)
@access(who=Who.TOKEN)
def arrange_home_by_program() -> Response:
    """Make these the caller's own Home, in this order; what is left out is taken off."""
    by = current.actor()
    demand_scope(by, *MANAGE)
    before = homes.home_of(by)
    homes.arrange(by, _wished(before, by, None), version=_seen(_version(before, OWN)))
    return _own(homes.home_of(by), by)


@blueprint.delete(HOME)
@described("reset_home", told.TAG, DONE, is_versioned=True)
@access(who=Who.TOKEN)
def reset_home_by_program() -> Response:
    """Give the caller's own arrangement up: their Home is that of their role again."""
    by = current.actor()
    demand_scope(by, *MANAGE)
    refuse_arguments(list(request.args))
    homes.forget_home(by, version=_seen(_version(homes.home_of(by), OWN)))
    return Response(status=204)


@blueprint.get(HOMES)
@described("list_role_homes", told.TAG, told.LIST, parameters=(LIMITED,), schemas=told.SCHEMAS)
@access(who=Who.TOKEN, permission=MANAGE)
def list_homes() -> Response:
    """Every role with its Home."""
    read_page(request.args, ())
    by = current.actor()
    roles = list_roles(by)
    found = homes.role_homes(by, roles)
    # All titles at once, however many roles there are.
    every = iter(_shown([one for role in roles for one in found[role.id].widgets], by))
    data = [
        _of_role(found[role.id], role, list(islice(every, len(found[role.id].widgets))))
        for role in roles
    ]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.get(f"{HOMES}/<uuid:role_id>")
@described("get_role_home", told.TAG, told.ONE, schemas=told.SCHEMAS)
@access(who=Who.TOKEN, permission=MANAGE)
def show_role_home_to_program(role_id: UUID) -> Response:
    """The Home of a role."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return _role(get_role(by, role_id), by)


@blueprint.put(f"{HOMES}/<uuid:role_id>")
@described(
    "arrange_role_home",
    told.TAG,
    told.ONE,
    sends=told.CHANGE,
    schemas=told.SCHEMAS,
    is_versioned=True,
)
@access(who=Who.TOKEN, permission=MANAGE)
def arrange_role_home_by_program(role_id: UUID) -> Response:
    """Make these the Home of a role: what its people see who arranged none of their own."""
    by = current.actor()
    role = get_role(by, role_id)
    before = homes.role_home(by, role)
    seen = _seen(_version(before, OF_ROLE))
    homes.arrange_role(by, role, _wished(before, by, role), version=seen)
    return _role(role, by)


@blueprint.delete(f"{HOMES}/<uuid:role_id>")
@described("reset_role_home", told.TAG, DONE, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def reset_role_home_by_program(role_id: UUID) -> Response:
    """Give the Home of a role up: its people begin with what is shipped."""
    by = current.actor()
    refuse_arguments(list(request.args))
    role = get_role(by, role_id)
    seen = _seen(_version(homes.role_home(by, role), OF_ROLE))
    homes.forget_role_home(by, role, version=seen)
    return Response(status=204)


class _Version:
    """What counts the changes of a Home that may not be kept yet."""

    def __init__(self, version: int) -> None:
        self.version = version


def _version(before: Arrangement, origin: str) -> int:
    """The version of what is kept: 0 while the Home is that of somebody else."""
    return before.version if before.origin == origin else 0


def _seen(version: int) -> int | None:
    return seen_version(request.if_match, _Version(version))


def _wished(before: Arrangement, by: Actor, role: Role | None) -> list[Placed]:
    """The widgets of the body; what stands there already is asked no more whether it may."""
    sent = body_of(("widgets",)).get("widgets")
    if not isinstance(sent, list) or not all(isinstance(one, dict) for one in sent):
        raise Refused(_("Give a list of widgets."), field="widgets")
    if len(sent) > MOST:
        raise Refused(_("A Home has at most %(most)s widgets.", most=MOST), field="widgets")
    standing = {one.what for one in before.widgets}
    found: list[Placed] = []
    for number, one in enumerate(sent):
        try:
            wish = _read(one, before)
            found.append(named_so(wish) if wish.what in standing else fitting(wish, by, role))
        except Answer as answer:  # Programs learn which of them it is.
            raise _at(number, answer) from None
    if len({one.id for one in found}) != len(found):
        raise Refused(_("Two widgets have the same id."), field="widgets")
    return found


def _read(one: Mapping[str, Any], before: Arrangement) -> Placed:
    demand_known(one, KNOWN)
    width, rows = text_of(one, "width", HALF), whole_of(one, "rows")
    if width not in WIDTHS:
        raise Refused(_("Choose one of the widths."), field="width")
    if rows is not None and rows not in ROWS:
        raise Refused(_("Choose how many rows."), field="rows")
    widget_id = text_of(one, "id")
    wish = Placed(
        widget_id if before.find(widget_id) else fresh_id(),
        text_of(one, "kind"),
        text_of(one, "of"),
        text_of(one, "name"),
        width == FULL,
        rows or USUAL_ROWS,
        text_of(one, "query"),
    )
    stands = before.find(wish.id)
    return wish if stands is None or stands.what == wish.what else replace(wish, id=fresh_id())


def _at(number: int, answer: Answer) -> Refused:
    """The same refusal, beside the widget that it is about."""
    errors = answer.errors or {"of": answer.message}
    return Refused(
        answer.message, errors={f"widgets.{number}.{key}": text for key, text in errors.items()}
    )


def _own(found: Arrangement, by: Actor) -> Response:
    shown = {"origin": found.origin, "widgets": _shown(found.widgets, by)}
    return send(marked(shown, _version(found, OWN)))


def _role(role: Role, by: Actor) -> Response:
    found = homes.role_home(by, role)
    shown = _of_role(found, role, _shown(found.widgets, by))
    return send(marked(shown, _version(found, OF_ROLE)))


def _of_role(found: Arrangement, role: Role, widgets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "role_id": str(role.id),
        "role": label_of(role),
        "origin": found.origin,
        "widgets": widgets,
    }


def _shown(widgets: Sequence[Placed], by: Actor) -> list[dict[str, Any]]:
    return [
        {
            "id": one.placed.id,
            "kind": one.placed.kind,
            "of": one.placed.of,
            "name": one.placed.name,
            "width": one.placed.width,
            "rows": one.placed.rows,
            "query": one.placed.query,
            "title": one.title,
            "is_readable": one.is_there,
        }
        for one in tiles(widgets, by)
    ]
