"""The settings of layouts: the form and the page of each type, for everyone or for a role."""

from __future__ import annotations

from flask import Response, request

from app.identity.models import Role
from app.identity.operations.guard import fetch
from app.identity.operations.roles import list_roles
from app.identity.routes.asking import label_of
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.custom.operations import MANAGE
from app.records.layouts import operations
from app.records.pages.settings.layout_form import LayoutForm, sent_form, standing_form
from app.records.pages.settings.numbered import is_half_way
from app.records.routes.blueprint import blueprint
from app.records.routes.forms import seen_version
from app.records.tailored import own_fields_only, switched_on, tailored_at
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

PLACE = "/settings/layouts"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_layouts() -> Response:
    """Every type with its layouts."""
    by = current.actor()
    there = {(one.record_type, one.role_id) for one in operations.list_layouts(by)}
    return page(
        "records/settings/layouts.html",
        types=switched_on(by),
        roles=list_roles(by),
        label_of=label_of,
        there=there,
    )


@blueprint.get(f"{PLACE}/<collection:collection>")
@access(permission=MANAGE)
def show_layout(collection: str) -> Response:
    """The editor of a layout."""
    by = current.actor()
    record_type, role = _asked(collection, by)
    layout = operations.find_layout(by, record_type, role.id if role else None)
    return _show(standing_form(record_type, role, layout))


@blueprint.post(f"{PLACE}/<collection:collection>")
@access(permission=MANAGE)
def change_layout(collection: str) -> Response:
    """Keep a layout."""
    by = current.actor()
    record_type, role = _asked(collection, by)
    version = seen_version() or 0
    form = sent_form(record_type, role, request.form, version)
    if is_half_way(request.form):
        return _show(form)
    left_out = [one.key for one in form.left_out]
    try:
        operations.save_layout(by, record_type, role, form.wished(), left_out, version=version)
    except (Refused, Conflict) as answer:
        by.session.rollback()
        record_type, role = _asked(collection, by)
        layout = operations.find_layout(by, record_type, role.id if role else None)
        now = layout.version if layout else 0
        return _show(sent_form(record_type, role, request.form, now), answer)
    toast(_("Saved."))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/<collection:collection>/reset")
@access(permission=MANAGE)
def reset_layout(collection: str) -> Response:
    """Forget a layout."""
    by = current.actor()
    record_type, role = _asked(collection, by)
    operations.reset_layout(by, record_type, role)
    toast(_("Back to the default."))
    return see_other(PLACE)


def _asked(collection: str, by: Actor) -> tuple[RecordType, Role | None]:
    """The type without any layout, and the role that the address names, if any."""
    role_id = parse_id(request.args.get("role", ""))
    role = fetch(by, Role, role_id) if role_id is not None else None
    return own_fields_only(tailored_at(collection, by), by), role


def _show(form: LayoutForm, answer: Answer | None = None) -> Response:
    return page(
        "records/settings/layout.html",
        status=answer.status if answer else 200,
        form=form,
        label_of=label_of,
        alerts=[*answer.errors.values()] or [answer.message] if answer else [],
        is_overtaken=isinstance(answer, Conflict),
    )
