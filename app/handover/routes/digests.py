"""Digests of customers: of one, and of all that a handover brought."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.handover.pages.digest import digests
from app.handover.pages.told import accounts_of, find_handover
from app.handover.routes.blueprint import blueprint
from app.kernel.errors import Missing
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.routes.blueprint import record_for, record_url
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page

PAGE = 20  # Customers that are printed at once.
TEMPLATE = "handover/digests.html"


@blueprint.get("/accounts/<uuid:record_id>/digest")
@access(permission=("account", "read"))
def show_digest(record_id: UUID) -> Response:
    """One customer on one page: facts, people, promises, open steps, the last entries."""
    record_type, record, by = record_for("accounts", record_id, "read")
    return page(
        TEMPLATE,
        title=record_type.title_of(record),
        back=record_url(record_type, record_id),
        today=formats(by).exact(by.now),
        digests=digests([record_id], by),
        following=None,
    )


@blueprint.get("/handovers/<uuid:handover_id>/digests")
@access(permission=("account", "read"))
def show_digests(handover_id: UUID) -> Response:
    """The customers that a handover brought to the reader, one to a sheet of paper."""
    by = current.actor()
    handover = find_handover(handover_id, by)
    after = request.args.get("after", "")
    after_id = parse_id(after)
    if after and after_id is None:
        raise Missing(_("There is no such page."))
    ids = accounts_of(handover, by, after_id, PAGE + 1)
    url = f"/handovers/{handover.id}"
    return page(
        TEMPLATE,
        title=_("Digests"),
        back=url,
        today=formats(by).exact(by.now),
        digests=digests(ids[:PAGE], by),
        following=f"{url}/digests?after={ids[PAGE - 1]}" if len(ids) > PAGE else None,
    )
