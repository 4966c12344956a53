"""The settings of modules: what each brings, whether the plan has it, the switch."""

from __future__ import annotations

from flask import Response, request

from app.kernel.errors import OverLimit
from app.kernel.language import _
from app.records.routes.blueprint import blueprint
from app.records.switching import operations
from app.records.switching.operations import MANAGE
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/modules"


@blueprint.get(URL)
@access(permission=MANAGE)
def show_modules() -> Response:
    """Every module that can be switched, with what it brings."""
    by = current.actor()
    return page("records/modules.html", url=URL, switches=operations.list_switches(by))


@blueprint.post(f"{URL}/keep")
@access(permission=MANAGE)
def keep_modules() -> Response:
    """Leave them as they are, and go on where one came from."""
    operations.keep_modules(current.actor())
    return see_other(safe_path(request.form.get("next")))


@blueprint.post(f"{URL}/<key>/on")
@access(permission=MANAGE)
def switch_on(key: str) -> Response:
    """Switch a module on, or say which plans have it."""
    by = current.actor()
    try:
        found = operations.switch_on(key, by)
    except OverLimit as answer:
        by.session.rollback()
        toast(answer.message, kind="warn")
        return see_other(URL)
    toast(_("Switched on: %(name)s", name=found.module.label), undo_url=f"{URL}/{key}/off")
    return see_other(URL)


@blueprint.post(f"{URL}/<key>/off")
@access(permission=MANAGE)
def switch_off(key: str) -> Response:
    """Switch a module off; its records stay."""
    found = operations.switch_off(key, current.actor())
    toast(_("Switched off: %(name)s", name=found.module.label), undo_url=f"{URL}/{key}/on")
    return see_other(URL)
