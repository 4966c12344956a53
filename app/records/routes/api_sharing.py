"""Sharing rules of the workspace, and the followers of a record, over the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.models import User
from app.identity.operations.guard import fetch as fetch_row
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import Text, _
from app.records.access import fetch
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import demand_scope, id_of, text_of
from app.records.api.shape import Reply, dumps
from app.records.filters import Node
from app.records.filters.written import read_tree
from app.records.model import Record
from app.records.openapi import house
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED
from app.records.registry import registry
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.sharing import operations
from app.records.sharing.models import SharingRule
from app.records.sharing.stored import TREE, read_stored, to_stored
from app.records.tailored import tailored_at
from app.records.types import RecordType
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

MANAGE = ("sharing", "manage")
NAMES = {"conditions": "filter", "group": "group_id"}
KNOWN = ("record_type", "filter", "access", "group_kind", "group_id")


@blueprint.get("/sharing-rules")
@described(
    "list_sharing_rules", house.SHARING, parameters=(LIMITED,), **house.listed("SharingRule")
)
@access(who=Who.TOKEN, permission=MANAGE)
def list_rules() -> Response:
    """Every rule of the workspace, the oldest first."""
    read_page(request.args, ())
    rules = [_shown(one) for one in operations.rules_of_workspace(current.actor())]
    return send(Reply(200, dumps({"data": rules, "next": None})))


@blueprint.post("/sharing-rules")
@described(
    "create_sharing_rule",
    house.SHARING,
    sends=house.RULE_MADE,
    is_repeatable=True,
    **house.made("SharingRule"),
)
@access(who=Who.TOKEN, permission=MANAGE)
def create_rule() -> Response:
    """Share the records of a type that a filter finds with a team or a role."""
    by = current.actor()
    body = body_of(KNOWN)

    def create() -> Reply:
        key = text_of(body, "record_type")
        declared = registry().get(key)
        if declared is None or not by.tenant.allows(declared.module):
            raise Refused(_("There is no such record type."), field="record_type")
        group = f"{text_of(body, 'group_kind')}:{id_of(body, 'group_id')}"
        access_to = text_of(body, "access", "read")
        try:
            rule = operations.create_rule(
                by, key, filters=_filters(body), access=access_to, group=group
            )
        except Refused as refused:
            raise Refused(refused.message, errors=_named(refused.errors)) from None
        location = {"Location": f"/api/v1/sharing-rules/{rule.id}"}
        return Reply(201, dumps(_shown(rule)), location)

    return repeatable(by, body, create)


@blueprint.get("/sharing-rules/<uuid:rule_id>")
@described("get_sharing_rule", house.SHARING, **house.shown("SharingRule"))
@access(who=Who.TOKEN, permission=MANAGE)
def show_rule(rule_id: UUID) -> Response:
    """One rule."""
    refuse_arguments(list(request.args))
    rule = current.actor().session.get(SharingRule, rule_id)
    if rule is None:
        raise Missing(_("There is no such page."))
    return send(Reply(200, dumps(_shown(rule))))


@blueprint.delete("/sharing-rules/<uuid:rule_id>")
@described("delete_sharing_rule", house.SHARING, DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_rule(rule_id: UUID) -> Response:
    """Share no longer what a rule shared."""
    refuse_arguments(list(request.args))
    operations.delete_rule(current.actor(), rule_id)
    return Response(status=204)


@blueprint.get("/<collection:collection>/<uuid:record_id>/followers")
@described("list_followers", house.FOLLOWERS, parameters=(LIMITED,), **house.listed("Follower"))
@access(who=Who.TOKEN, record_verb="read")
def list_followers(collection: str, record_id: UUID) -> Response:
    """Who follows a record, by name."""
    record_type, record, by = _record(collection, record_id)
    read_page(request.args, ())
    found = operations.followers_of(record_type, record.id, by)
    data = [{"user_id": str(one.id), "name": one.name} for one in found]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.put("/<collection:collection>/<uuid:record_id>/followers/<uuid:user_id>")
@described("follow", house.FOLLOWERS, DONE)
@access(who=Who.TOKEN, record_verb="read")
def follow(collection: str, record_id: UUID, user_id: UUID) -> Response:
    """Let a colleague follow a record, or follow it oneself; twice is once."""
    record_type, record, by = _record(collection, record_id)
    demand_scope(by, record_type.key, "update")
    refuse_arguments(list(request.args))
    operations.follow(record_type, record, fetch_row(by, User, user_id), by)
    return Response(status=204)


@blueprint.delete("/<collection:collection>/<uuid:record_id>/followers/<uuid:user_id>")
@described("unfollow", house.FOLLOWERS, DONE)
@access(who=Who.TOKEN, record_verb="read")
def unfollow(collection: str, record_id: UUID, user_id: UUID) -> Response:
    """Let somebody follow a record no longer; who did not follow it is no mistake."""
    record_type, record, by = _record(collection, record_id)
    demand_scope(by, record_type.key, "update")
    refuse_arguments(list(request.args))
    operations.unfollow(record_type, record, user_id, by)
    return Response(status=204)


def _record(collection: str, record_id: UUID) -> tuple[RecordType, Record, Actor]:
    by = current.actor()
    record_type = tailored_at(collection, by)
    return record_type, fetch(record_type, record_id, by), by


def _named(errors: Mapping[str, Text | str]) -> dict[str, Text | str]:
    """Messages by the names that the body has for what the form of a rule calls otherwise."""
    return {NAMES.get(key, key): message for key, message in errors.items()}


def _filters(body: dict[str, Any]) -> tuple[Node, ...]:
    """The filter of a rule, as the argument `filter` of a list has it."""
    tree = body.get("filter")
    if not isinstance(tree, dict):
        raise Refused(_("Give a filter as an object."), field="filter")
    return read_tree(json.dumps(tree))


def _shown(rule: SharingRule) -> dict[str, Any]:
    """A rule as programs see it; its filter is None where it can't be read and shares nothing."""
    try:
        filters = read_stored(rule.conditions)
    except Refused:
        filters = ()
    return {
        "id": str(rule.id),
        "record_type": rule.record_type,
        "filter": to_stored(filters)[TREE] if filters else None,
        "access": rule.access,
        "group_kind": rule.group_kind,
        "group_id": str(rule.group_id),
        "created_at": as_json(rule.created_at),
        "created_by_id": str(rule.created_by_id) if rule.created_by_id else None,
    }
