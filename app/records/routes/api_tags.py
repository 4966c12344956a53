"""The tags that a workspace knows, over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import _
from app.records.access import sees
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import text_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import house
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, parameter
from app.records.registry import registry
from app.records.routes.api import blueprint, repeatable, send
from app.records.routes.sent import body_of
from app.records.tags import operations
from app.records.tags.models import Tag
from app.records.tags.operations import COLOURS, MANAGE, fold
from app.records.tailored import switched_on
from app.web import current
from app.web.access import Who, access


@blueprint.get("/tags")
@described(
    "list_tags", house.TAGS, parameters=(parameter("record_type"), LIMITED), **house.listed("Tag")
)
@access(who=Who.TOKEN)
def list_tags() -> Response:
    """The tags of one record type, or of every one whose tags the caller sees."""
    by = current.actor()
    read_page(request.args, ("record_type",))
    kinds, wanted = _tagged(by), request.args.get("record_type", "")
    if wanted and wanted not in kinds:
        raise Refused(_("There is no such record type."), field="record_type")
    kinds = [wanted] if wanted else kinds
    data = [_shown(one) for kind in kinds for one in operations.list_tags(by, kind)]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post("/tags")
@described("create_tag", house.TAGS, sends=house.TAG_MADE, is_repeatable=True, **house.made("Tag"))
@access(who=Who.TOKEN, permission=MANAGE)
def create_tag() -> Response:
    """Make a tag; Refused where there is such a one."""
    by = current.actor()
    body = body_of(("record_type", "name", "colour"))

    def create() -> Reply:
        kind, name = text_of(body, "record_type"), text_of(body, "name")
        if kind not in _tagged(by):
            raise Refused(_("There is no such record type."), field="record_type")
        operations.add_tag(by, kind, name, _colour(body, ""))
        made = next(one for one in operations.list_tags(by, kind) if one.key == _key(name))
        return Reply(201, dumps(_shown(made)), {"Location": f"/api/v1/tags/{made.id}"})

    return repeatable(by, body, create)


@blueprint.patch("/tags/<uuid:tag_id>")
@described("update_tag", house.TAGS, sends=house.TAG_CHANGE, **house.shown("Tag"))
@access(who=Who.TOKEN, permission=MANAGE)
def change_tag(tag_id: UUID) -> Response:
    """Call a tag otherwise, give it another colour; records keep it by its key."""
    by = current.actor()
    body = body_of(("name", "colour"))
    tag = operations.get_tag(by, tag_id)
    name, colour = text_of(body, "name", tag.name), _colour(body, tag.colour)
    operations.change_tag(by, tag, name=name, colour=colour)
    return send(Reply(200, dumps(_shown(tag))))


@blueprint.delete("/tags/<uuid:tag_id>")
@described("delete_tag", house.TAGS, DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_tag(tag_id: UUID) -> Response:
    """Remove a tag that no living record holds."""
    by = current.actor()
    refuse_arguments(list(request.args))
    tag = operations.get_tag(by, tag_id)
    declared = registry().get(tag.record_type)
    if declared is None:
        raise Missing(_("There is no such page."))
    operations.remove_tag(by, tag, declared.model)
    return Response(status=204)


def _colour(body: dict[str, Any], before: str) -> str:
    colour = text_of(body, "colour", before)
    if colour not in COLOURS:
        raise Refused(_("This is not one of the values to choose from."), field="colour")
    return colour


def _key(name: str) -> str:
    """The key under which a name is kept, as `add_tag` reads it."""
    return fold(next(iter(operations.names_in([name])), ""))


def _tagged(by: Actor) -> list[str]:
    """The types that have tags which the caller sees."""
    return [
        one.key
        for one in switched_on(by)
        if "tags" in one.by_key and by.may(one.key, "read") and sees(one, "tags", by)
    ]


def _shown(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.id),
        "record_type": tag.record_type,
        "key": tag.key,
        "name": tag.name,
        "colour": tag.colour,
    }
