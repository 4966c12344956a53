"""The forms of caps: how much the people of a team or role may own and open of a pool."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.language import _
from app.records.pages.pool_settings import typed_cap
from app.records.pool.capping import change_cap, delete_cap, get_cap, save_cap
from app.records.pool.choose import MANAGE, pooled_type
from app.records.pool.models import PoolCap
from app.records.routes.blueprint import blueprint
from app.records.routes.pool_asked import URL, form_of, type_asked, url_of
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

FORM = "records/pool_cap.html"
FIELDS = ("group", "most_owned", "most_views", "spared")


@blueprint.get(f"{URL}/caps/new")
@access(permission=MANAGE)
def new_cap() -> Response:
    """The form of a cap."""
    return show(FORM, _new(type_asked(current.actor())), block="form")


@blueprint.post(f"{URL}/caps/new")
@access(permission=MANAGE)
def create_cap() -> Response:
    """Set a cap, in place of the one that the team or role had."""
    by = current.actor()
    record_type = type_asked(by)

    def work() -> Response:
        save_cap(by, record_type.key, **{key: typed(key) for key in FIELDS})
        toast(_("Saved."))
        return see_other(url_of(record_type))

    return submit(work, FORM, partial(_new, record_type))


@blueprint.get(f"{URL}/caps/<uuid:cap_id>")
@access(permission=MANAGE)
def show_cap(cap_id: UUID) -> Response:
    """The form of a cap as it stands."""
    cap = get_cap(current.actor(), cap_id)
    return show(FORM, _standing(cap_id), block="form", typed=typed_cap(cap))


@blueprint.post(f"{URL}/caps/<uuid:cap_id>")
@access(permission=MANAGE)
def edit_cap(cap_id: UUID) -> Response:
    """Change a cap."""
    by = current.actor()

    def work() -> Response:
        cap = get_cap(by, cap_id, is_held=True)
        change_cap(by, cap, **{key: typed(key) for key in FIELDS})
        toast(_("Saved."))
        return see_other(url_of(pooled_type(cap.record_type, by)))

    return submit(work, FORM, partial(_standing, cap_id))


@blueprint.post(f"{URL}/caps/<uuid:cap_id>/delete")
@access(permission=MANAGE)
def remove_cap(cap_id: UUID) -> Response:
    """Remove a cap."""
    delete_cap(current.actor(), cap_id)
    toast(_("The cap was removed."))
    return see_other(URL)


def _new(record_type: RecordType) -> dict[str, object]:
    url = f"{URL}/caps/new?type={record_type.key}"
    return {**form_of(record_type, url, {}), "title": _("Set a cap")}


def _standing(cap_id: UUID) -> dict[str, object]:
    """The form of a cap that stands; it is read anew, as a refusal keeps nothing."""
    by = current.actor()
    cap: PoolCap = get_cap(by, cap_id)
    shown = form_of(pooled_type(cap.record_type, by), f"{URL}/caps/{cap_id}", cap.spared)
    return {**shown, "title": _("Edit the cap")}
