"""Saved views over the API: with the rights of the browser, and those of the token's scopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import demand_scope, flag_of, ids_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi import views as told
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, NOT_MODIFIED, answer, page_of, parameter
from app.records.pages.state import read_query
from app.records.registry import registry
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.views import operations
from app.records.views.models import PRIVATE, RoleView, SavedView
from app.records.views.opened import can_show, list_to_keep
from app.records.views.operations import Wish, get_view
from app.records.views.shelf import ViewFacts, facts, shelf
from app.web import current
from app.web.access import Who, access

KNOWN = ("name", "audience", "query", "is_pinned", "is_default", "role_ids")


@blueprint.get("/views")
@described(
    "list_views",
    told.TAG,
    {"200": answer(page_of("View"))},
    parameters=(parameter("record_type"), LIMITED),
    schemas=told.SCHEMAS,
)
@access(who=Who.TOKEN)
def list_views() -> Response:
    """The caller's views in their order, of one type or of all that they may read."""
    by = current.actor()
    read_page(request.args, ("record_type",))
    kind = request.args.get("record_type", "")
    if kind:
        _readable_type(kind, by)
    views = [
        one
        for one in shelf(by).views
        if by.may(one.record_type, "read") and kind in ("", one.record_type)
    ]
    data = _shown(views, by)
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post("/views")
@described(
    "create_view", told.TAG, told.CREATED, sends=told.MADE, schemas=told.SCHEMAS, is_repeatable=True
)
@access(who=Who.TOKEN)
def create_view() -> Response:
    """Keep a list as a view."""
    by = current.actor()
    body = _body((*KNOWN, "record_type"))
    record_type = _readable_type(text_of(body, "record_type"), by)

    def create() -> Reply:
        wish = _wish(record_type, body, by, None)
        row = operations.save_view(by, record_type, wish)
        _place(row, body, by)
        made = _reply(row, by, 201)
        made.headers["Location"] = f"/api/v1/views/{row.id}"
        return made

    return repeatable(by, body, create)


@blueprint.get("/views/<uuid:view_id>")
@described("get_view", told.TAG, told.ONE | NOT_MODIFIED, schemas=told.SCHEMAS)
@access(who=Who.TOKEN)
def show_view(view_id: UUID) -> Response:
    """One view that the caller has; 304 when they hold it already."""
    by = current.actor()
    refuse_arguments(list(request.args))
    response = send(_reply(_find(view_id, by)[1], by))
    response.make_conditional(request)
    return response


@blueprint.patch("/views/<uuid:view_id>")
@described(
    "update_view", told.TAG, told.ONE, sends=told.CHANGE, schemas=told.SCHEMAS, is_versioned=True
)
@access(who=Who.TOKEN)
def change_view(view_id: UUID) -> Response:
    """Change what is given; 412 when If-Match names another version."""
    by = current.actor()
    body = _body(KNOWN)
    record_type, row = _find(view_id, by)
    if {"name", "audience", "query"} & set(body):
        version = seen_version(request.if_match, row)
        operations.change_view(by, row, version, _wish(record_type, body, by, row))
    _place(row, body, by)
    return send(_reply(row, by))


@blueprint.delete("/views/<uuid:view_id>")
@described("delete_view", told.TAG, DONE)
@access(who=Who.TOKEN)
def delete_view(view_id: UUID) -> Response:
    """Take a view away from all who see it; it can be brought back for 30 days."""
    by = current.actor()
    refuse_arguments(list(request.args))
    demand_scope(by, *operations.SHARE)
    _record_type, row = _find(view_id, by)
    operations.delete_view(by, row)
    return Response(status=204)


@blueprint.post("/views/<uuid:view_id>/restore")
@described("restore_view", told.TAG, told.ONE, schemas=told.SCHEMAS, is_repeatable=True)
@access(who=Who.TOKEN)
def restore_view(view_id: UUID) -> Response:
    """Bring a deleted view back."""
    by = current.actor()
    body = _body((), may_be_empty=True)

    def restore() -> Reply:
        _record_type, row = _find(view_id, by, is_deleted=True)
        operations.restore_view(by, row)
        return _reply(row, by)

    return repeatable(by, body, restore)


def _body(known: Iterable[str], *, may_be_empty: bool = False) -> dict[str, Any]:
    """What a change sends, each of it known, from a token whose scopes let it change views."""
    demand_scope(current.actor(), *operations.SHARE)
    return body_of(known, may_be_empty=may_be_empty)


def _readable_type(key: str, by: Actor) -> RecordType:
    declared = registry().get(key)
    if declared is None or not by.tenant.allows(declared.module):
        raise Refused(_("There is no such record type."), field="record_type")
    if not by.may(key, "read"):
        raise NotPermitted(_("Your role does not allow this."))
    return tailored(declared, by)


def _find(view_id: UUID, by: Actor, *, is_deleted: bool = False) -> tuple[RecordType, SavedView]:
    """A view that the caller has, with its type; Missing for any other, whoever's it is."""
    row = by.session.get(SavedView, view_id)
    declared = registry().get(row.record_type) if row is not None else None
    if (
        declared is None
        or not by.tenant.allows(declared.module)
        or not by.may(declared.key, "read")
    ):
        raise Missing(_("This view was deleted, or is not shared with you."))
    record_type = tailored(declared, by)
    return record_type, get_view(by, record_type, view_id, is_deleted=is_deleted)


def _wish(
    record_type: RecordType, body: Mapping[str, Any], by: Actor, row: SavedView | None
) -> Wish:
    """What the view shall be: as the body says, and what it does not say as before."""
    query = row.query if row else ""
    if "query" in body or row is None:
        asked = read_query(text_of(body, "query").removeprefix("?"))
        query = list_to_keep(record_type, asked, by).query()
    return Wish(
        text_of(body, "name", row.name if row else ""),
        text_of(body, "audience", row.audience if row else PRIVATE),
        query,
    )


def _place(row: SavedView, body: Mapping[str, Any], by: Actor) -> None:
    """Keep the view at hand as the body says: in the rail, as one's first, as a role's."""
    is_pinned, is_default = flag_of(body, "is_pinned"), flag_of(body, "is_default")
    if is_pinned is not None:
        operations.pin_view(by, facts(row), is_pinned=is_pinned)
    if is_default is not None:
        operations.begin_with(by, facts(row), is_default=is_default)
    role_ids = ids_of(body, "role_ids")
    if role_ids is not None:
        operations.begin_roles_with(by, row, set(role_ids))


def _reply(row: SavedView, by: Actor, status: int = 200) -> Reply:
    (shown,) = _shown([facts(row)], by)
    return marked(shown, row.version, status)


def _shown(views: list[ViewFacts], by: Actor) -> list[dict[str, Any]]:
    """Views as programs see them; where roles begin is one statement for all.

    What a view asks for is not told to whoever may not see a field that it asks by.
    """
    mine = shelf(by)
    types = {one: tailored(one, by) for one in {view.record_type for view in views}}
    ids = [one.id for one in views]
    roles: dict[UUID, list[str]] = {}
    for view_id, role_id in by.session.execute(
        select(RoleView.view_id, RoleView.role_id)
        .where(RoleView.view_id.in_(ids))
        .order_by(RoleView.role_id)
    ):
        roles.setdefault(view_id, []).append(str(role_id))
    return [
        {
            "id": str(one.id),
            "record_type": one.record_type,
            "name": one.name,
            "audience": one.audience,
            "query": one.query if can_show(types[one.record_type], one, by) else None,
            "owner_id": str(one.owner_id),
            "version": one.version,
            "is_pinned": one.id in mine.pinned,
            "is_default": mine.own_defaults.get(one.record_type) == one.id,
            "role_ids": roles.get(one.id, []),
        }
        for one in views
    ]
