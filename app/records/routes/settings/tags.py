"""The settings of tags: those of each record type, their names and colours."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import Text, _
from app.records.access import sees
from app.records.registry import registry
from app.records.routes.blueprint import blueprint
from app.records.tags import operations
from app.records.tags.operations import MANAGE
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/tags"
FORM = "records/settings/tag.html"
COLOURS = {
    "": _("None"),
    "blue": _("Blue"),
    "green": _("Green"),
    "amber": _("Amber"),
    "red": _("Red"),
    "violet": _("Violet"),
    "teal": _("Teal"),
    "pink": _("Pink"),
}


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_tags() -> Response:
    """The tags of every type."""
    by = current.actor()
    groups = [(one, operations.list_tags(by, one.key)) for one in _tagged(by)]
    return page("records/settings/tags.html", groups=groups)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_tag() -> Response:
    """The form of a new tag."""
    return show(FORM, _shown(None), block="form", typed={"type": request.args.get("type", "")})


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_tag() -> Response:
    """Make a tag."""

    def work() -> Response:
        by = current.actor()
        found = next((one for one in _tagged(by) if one.key == typed("type")), None)
        if found is None:
            raise Refused(_("There is no such record type."), field="type")
        operations.add_tag(by, found.key, typed("name"), typed("colour"))
        return _saved(_("Saved."))

    return submit(work, FORM, partial(_shown, None))


@blueprint.get(f"{PLACE}/<uuid:tag_id>")
@access(permission=MANAGE)
def show_tag(tag_id: UUID) -> Response:
    """The form of a tag."""
    tag = operations.get_tag(current.actor(), tag_id)
    before = {"name": tag.name, "colour": tag.colour}
    return show(FORM, _shown(tag_id), block="form", typed=before)


@blueprint.post(f"{PLACE}/<uuid:tag_id>")
@access(permission=MANAGE)
def save_tag(tag_id: UUID) -> Response:
    """Call a tag otherwise, give it another colour."""

    def work() -> Response:
        by = current.actor()
        tag = operations.get_tag(by, tag_id)
        operations.change_tag(by, tag, name=typed("name"), colour=typed("colour"))
        return _saved(_("Saved."))

    return submit(work, FORM, partial(_shown, tag_id))


@blueprint.post(f"{PLACE}/<uuid:tag_id>/delete")
@access(permission=MANAGE)
def delete_tag(tag_id: UUID) -> Response:
    """Remove a tag that nothing holds."""

    def work() -> Response:
        by = current.actor()
        tag = operations.get_tag(by, tag_id)
        kind = registry().get(tag.record_type)
        if kind is None:
            raise Missing(_("There is no such page."))
        operations.remove_tag(by, tag, kind.model)
        return _saved(_("Deleted."))

    return submit(work, FORM, partial(_shown, tag_id))


def _tagged(by: Actor) -> list[RecordType]:
    """The types that have tags and may be read here."""
    return [
        one
        for one in switched_on(by)
        if "tags" in one.by_key and by.may(one.key, "read") and sees(one, "tags", by)
    ]


def _shown(tag_id: UUID | None) -> dict[str, object]:
    by = current.actor()
    tag = operations.get_tag(by, tag_id) if tag_id is not None else None
    types = [(one.key, one.words.many) for one in _tagged(by)]
    return {"tag": tag, "types": types, "colours": list(COLOURS.items())}


def _saved(text: Text) -> Response:
    toast(text)
    return see_other(PLACE)
