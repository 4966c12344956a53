"""The Homes of roles, which admins arrange in the same editor as their own."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.home.operations import homes
from app.home.operations.homes import MANAGE
from app.home.pages.arranging import arranging
from app.home.routes.blueprint import blueprint
from app.home.routes.changing import changed, is_of_name
from app.identity.models import Role
from app.identity.operations.roles import get_role, list_roles
from app.identity.routes.asking import label_of
from app.kernel.errors import Answer, Conflict
from app.kernel.language import _
from app.kernel.whole import whole
from app.web import current
from app.web.access import access
from app.web.render import is_htmx, page, see_other
from app.web.toasts import toast

PLACE = "/settings/homes"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_homes() -> Response:
    """Every role, with whether it has a Home of its own."""
    by = current.actor()
    return page(
        "home/roles.html",
        roles=list_roles(by),
        arranged=homes.arranged_roles(by),
        label_of=label_of,
    )


@blueprint.get(f"{PLACE}/<uuid:role_id>")
@access(permission=MANAGE)
def show_role_home(role_id: UUID) -> Response:
    """The editor of a role's Home."""
    return _show(get_role(current.actor(), role_id), request.args.get("q", ""))


@blueprint.post(f"{PLACE}/<uuid:role_id>")
@access(permission=MANAGE)
def arrange_role_home(role_id: UUID) -> Response:
    """Keep a role's Home as the form has it."""
    by, form = current.actor(), request.form
    role = get_role(by, role_id)
    try:
        widgets = changed(homes.role_home(by, role), form, by, role)
        homes.arrange_role(by, role, widgets, version=whole(form.get("version", "")))
    except Answer as answer:
        by.session.rollback()
        return _show(get_role(by, role_id), form.get("q", ""), answer)
    if is_htmx():
        return _show(role, form.get("q", ""))
    return see_other(f"{PLACE}/{role_id}")


@blueprint.post(f"{PLACE}/<uuid:role_id>/reset")
@access(permission=MANAGE)
def reset_role_home(role_id: UUID) -> Response:
    """Give the Home of a role up."""
    by = current.actor()
    version = whole(request.form.get("version", ""))
    try:
        homes.forget_role_home(by, get_role(by, role_id), version=version)
    except Conflict as answer:
        by.session.rollback()
        return _show(get_role(by, role_id), "", answer, block=None)
    toast(_("Back to the default."))
    return see_other(PLACE)


def _show(
    role: Role, q: str, answer: Answer | None = None, block: str | None = "arrange"
) -> Response:
    by = current.actor()
    return page(
        "home/role.html",
        block if request.method == "POST" else None,
        status=answer.status if answer else 200,
        it=arranging(homes.role_home(by, role), f"{PLACE}/{role.id}", q, by, role),
        oob=is_htmx() and request.method == "POST",
        typed=request.form if answer else {},
        errors=answer.errors if answer else {},
        alerts=[answer.message] if answer and not is_of_name(answer) else [],
    )
